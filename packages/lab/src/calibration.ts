/**
 * What the lab teaches the scenario. Between the first contact of a host and its immunization lie the further contacts
 * that the detector asks for, and the response. The scenario can say it in two ways: that every contact succeeds and the
 * whole wait is its `delay`; or that one contact in so many succeeds, by its `success`, and the response is its `delay`.
 * The one makes an exponential time of the sum of contacts and response, the other of the sum of all contacts. The
 * first is exact without a response, and the second is the closer one when the response is the longer wait.
 */
import type { Honeypots, Outbreak } from '@wormwood/epidemic';
import type { LabRun } from './course.ts';
import { honeypotsOf } from './honeynet.ts';

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
  /** What is written into the scenario. */
  readonly success: number | null;
  readonly delaySeconds: number | null;
}

/** Measures the delays of some runs of one lab. */
export function measureDelays(runs: readonly LabRun[], durationSeconds: number): MeasuredDelays {
  const records = runs.flatMap(({ contacts }) => contacts);
  const convicted = records.filter(({ verdictSeconds }) => verdictSeconds !== null);
  const immunized = records.filter(({ immunizedSeconds }) => immunizedSeconds !== null).length;
  const contactsPerVerdict = ratio(sumOf(convicted.map(({ contacts }) => contacts)), convicted.length);
  const contactToVerdictSeconds = ratio(
    sumOf(convicted.map((each) => (each.verdictSeconds ?? 0) - each.contactSeconds)),
    convicted.length,
  );
  const waitFrom = (fromSeconds: number, toSeconds: number | null): number =>
    (toSeconds ?? durationSeconds) - fromSeconds;
  const verdictToImmunizedSeconds = ratio(
    sumOf(convicted.map((each) => waitFrom(each.verdictSeconds ?? 0, each.immunizedSeconds))),
    immunized,
  );
  const contactToImmunizedSeconds = ratio(
    sumOf(records.map((each) => waitFrom(each.contactSeconds, each.immunizedSeconds))),
    immunized,
  );
  const isResponseLonger = (verdictToImmunizedSeconds ?? 0) > (contactToVerdictSeconds ?? 0);
  // Of all contacts, those of hosts without a verdict included, this part was the one that led to it.
  const verdictsPerContact = ratio(convicted.length, sumOf(records.map(({ contacts }) => contacts)));
  return {
    contacted: records.length,
    convicted: convicted.length,
    immunized,
    contactsPerVerdict,
    contactToVerdictSeconds,
    verdictToImmunizedSeconds,
    contactToImmunizedSeconds,
    success: immunized === 0 ? null : isResponseLonger ? verdictsPerContact : 1,
    delaySeconds: isResponseLonger ? verdictToImmunizedSeconds : contactToImmunizedSeconds,
  };
}

/**
 * The outbreak with what was measured in place of what was supposed. When hosts reached honeypots and none was
 * immunized, no contact succeeds; when no host did, nothing is known better.
 */
export function calibrated(outbreak: Outbreak, measured: MeasuredDelays): Outbreak {
  const group = honeypotsOf(outbreak);
  if (group === null || measured.contacted === 0) return outbreak;
  const { success, delaySeconds } = measured;
  const known: Honeypots = { ...group, success: success ?? 0, delaySeconds: delaySeconds ?? 0 };
  return { ...outbreak, honeypots: [known] };
}

function ratio(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0);
}
