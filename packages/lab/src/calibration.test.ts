import { describe, expect, it } from 'vitest';
import { measureDelays } from './calibration.ts';
import type { LabRun } from './course.ts';
import type { ContactRecord } from './hosts.ts';

const DURATION_SECONDS = 100;

function runWith(...rows: readonly (readonly [number, number, number | null, number | null])[]): LabRun {
  const contacts = rows.map(([count, contactSeconds, verdictSeconds, immunizedSeconds]): ContactRecord => ({
    address: 0,
    contacts: count,
    contactSeconds,
    verdictSeconds,
    immunizedSeconds,
  }));
  // Nothing but the contacts is looked at.
  return { contacts } as unknown as LabRun;
}

const measure = (...runs: readonly LabRun[]) => measureDelays(runs, DURATION_SECONDS);

describe('measureDelays', () => {
  it('distinguishes the wait for the verdict from the response', () => {
    const measured = measure(runWith([2, 10, 20, 22]), runWith([4, 10, 40, 42]));
    expect(measured).toEqual({
      contacted: 2,
      convicted: 2,
      immunized: 2,
      contactsPerVerdict: 3,
      contactToVerdictSeconds: 20,
      verdictToImmunizedSeconds: 2,
      contactToImmunizedSeconds: 22,
      contacts: 3,
      delaySeconds: 2,
    });
  });

  it('counts the wait of those that are still waiting at the end, as for any exponential time', () => {
    // Immunized after 10; waiting for 50 and 40 when the lab ended at 100: (10 + 50 + 40) / 1.
    const measured = measure(runWith([2, 0, 10, 10], [1, 50, null, null], [1, 60, null, null]));
    expect(measured.contactToImmunizedSeconds).toBe(100);
    expect(measured.immunized).toBe(1);
  });

  it('knows no response when none was seen', () => {
    expect(measure(runWith([1, 10, null, null]))).toMatchObject({ contacts: null, delaySeconds: null });
  });
});
