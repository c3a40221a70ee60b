/** What the lab teaches the scenario: how many contacts a verdict takes, and how long the response to it. */
import type { LabRun } from './course.ts';

/** Over the hosts of all runs; null where nothing was measured. Times in seconds. */
export interface MeasuredDelays {
  /** Hosts that reached a honeypot, that got a verdict, that were immunized. */
  readonly contacted: number;
  readonly convicted: number;
  readonly immunized: number;
  /** Mean of the handshakes with honeypots that a verdict took. */
  readonly contactsPerVerdict: number | null;
  readonly contactToVerdictSeconds: number | null;
  /**
   * Means of exponential times, estimated from those that were immunized and those that still waited when the lab
   * ended: all the waiting over the number of immunizations.
   */
  readonly verdictToImmunizedSeconds: number | null;
  readonly contactToImmunizedSeconds: number | null;
  /** What is written into the scenario: the contacts as a whole number, and the response. */
  readonly contacts: number | null;
  readonly delaySeconds: number | null;
}

/** Measures the delays of some runs of one lab. */
export function measureDelays(runs: readonly LabRun[], durationSeconds: number): MeasuredDelays {
  const records = runs.flatMap(({ contacts }) => contacts);
  const convicted = records.filter(({ verdictSeconds }) => verdictSeconds !== null);
  const immunized = records.filter(({ immunizedSeconds }) => immunizedSeconds !== null).length;
  const contactsPerVerdict = ratio(sumOf(convicted.map(({ contacts }) => contacts)), convicted.length);
  const waitFrom = (fromSeconds: number, toSeconds: number | null): number =>
    (toSeconds ?? durationSeconds) - fromSeconds;
  const verdictToImmunizedSeconds = ratio(
    sumOf(convicted.map((each) => waitFrom(each.verdictSeconds ?? 0, each.immunizedSeconds))),
    immunized,
  );
  return {
    contacted: records.length,
    convicted: convicted.length,
    immunized,
    contactsPerVerdict,
    contactToVerdictSeconds: ratio(
      sumOf(convicted.map((each) => (each.verdictSeconds ?? 0) - each.contactSeconds)),
      convicted.length,
    ),
    verdictToImmunizedSeconds,
    contactToImmunizedSeconds: ratio(
      sumOf(records.map((each) => waitFrom(each.contactSeconds, each.immunizedSeconds))),
      immunized,
    ),
    contacts: contactsPerVerdict === null ? null : Math.round(contactsPerVerdict),
    delaySeconds: verdictToImmunizedSeconds,
  };
}

function ratio(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0);
}
