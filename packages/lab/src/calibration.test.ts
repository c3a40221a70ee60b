import type { Outbreak } from '@wormwood/epidemic';
import { describe, expect, it } from 'vitest';
import { calibrated, measureDelays } from './calibration.ts';
import type { LabRun } from './course.ts';
import type { ContactRecord } from './hosts.ts';

const OUTBREAK: Outbreak = {
  addressSpaceSize: 2 ** 16,
  firstAddress: 0x0a42_0000,
  population: { vulnerable: 100, infected: 1 },
  worm: { scanRatePerSecond: 1, strategy: { kind: 'uniform' } },
  honeypots: [
    {
      kind: 'honeypots',
      count: 100,
      start: { kind: 'time', timeSeconds: 0 },
      delaySeconds: 7,
      success: 0.3,
      placement: 'scattered',
    },
  ],
  durationSeconds: 100,
  sampleSeconds: 10,
};

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

const measure = (...runs: readonly LabRun[]) => measureDelays(runs, OUTBREAK.durationSeconds);

describe('measureDelays', () => {
  it('puts all the wait into the delay when the response is the shorter part', () => {
    const measured = measure(runWith([2, 10, 20, 22]), runWith([4, 10, 40, 42]));
    expect(measured).toEqual({
      contacted: 2,
      convicted: 2,
      immunized: 2,
      contactsPerVerdict: 3,
      contactToVerdictSeconds: 20,
      verdictToImmunizedSeconds: 2,
      contactToImmunizedSeconds: 22,
      success: 1,
      delaySeconds: 22,
    });
  });

  it('says one contact in so many succeeds when the response is the longer part', () => {
    // Three contacts without a verdict count as well: 2 verdicts of 9 contacts.
    const measured = measure(runWith([2, 10, 12, 40], [4, 20, 24, 60], [3, 90, null, null]));
    expect(measured.success).toBeCloseTo(2 / 9, 12);
    expect(measured.delaySeconds).toBe((28 + 36) / 2);
  });

  it('counts the wait of those that are still waiting at the end, as for any exponential time', () => {
    // Immunized after 10; waiting for 50 and 40 when the lab ended at 100: (10 + 50 + 40) / 1.
    const measured = measure(runWith([2, 0, 10, 10], [1, 50, null, null], [1, 60, null, null]));
    expect(measured.contactToImmunizedSeconds).toBe(100);
    expect(measured.immunized).toBe(1);
  });
});

describe('calibrated', () => {
  it('writes what was measured into the group of honeypots, and nothing else', () => {
    const known = calibrated(OUTBREAK, measure(runWith([2, 10, 20, 22])));
    const [before] = OUTBREAK.honeypots;
    expect(known).toEqual({ ...OUTBREAK, honeypots: [{ ...before, success: 1, delaySeconds: 12 }] });
  });

  it('knows nothing better when no host met a honeypot, and that contacts are in vain when none helped', () => {
    expect(calibrated(OUTBREAK, measure(runWith()))).toEqual(OUTBREAK);
    const inVain = calibrated(OUTBREAK, measure(runWith([1, 10, null, null])));
    expect(inVain.honeypots[0]).toMatchObject({ success: 0 });
    const without = { ...OUTBREAK, honeypots: [] };
    expect(calibrated(without, measure(runWith()))).toEqual(without);
  });
});
