/**
 * What immunizes behind honeypots. Groups whose hosts are immunized after as many contacts and the same time share one
 * detector: an infected host has one clock for each detector, started by its k-th effective contact with any of its groups,
 * and the earliest clock to ring immunizes it. So a group split in two is the same as one, and a slow group hides no host
 * from a fast one.
 *
 * Source: docs/models.md#defenses-together.
 */
import type { DelayLaw } from '../outbreak/delay-law.ts';
import type { Honeypots } from '../outbreak/honeypots.ts';

import { stagesOf } from './delay-stages.ts';

export interface Detector {
  readonly delaySeconds: number;
  readonly delayLaw: DelayLaw | undefined;
  /** k. */
  readonly contacts: number;
  /** Stages of its clock in models of counts; of no clock, where hosts are immunized at once. */
  readonly stages: number;
}

export interface Detectors {
  readonly detectors: readonly Detector[];
  /** Of each group of honeypots the row of its detector. */
  readonly detectorOf: readonly number[];
}

/** Returns the detectors of groups of honeypots, in the order of their first group. */
export function detectorsOf(honeypots: readonly Honeypots[]): Detectors {
  const detectors: Detector[] = [];
  const known = new Map<string, number>();
  const detectorOf = honeypots.map(({ delaySeconds, delayLaw, contacts = 1 }) => {
    const law = delaySeconds > 0 && delayLaw?.kind !== 'exponential' ? delayLaw : undefined;
    const key = JSON.stringify([delaySeconds, law, contacts]);
    const row = known.get(key);
    if (row !== undefined) return row;
    known.set(key, detectors.length);
    const stages = delaySeconds > 0 ? stagesOf(law) : 0;
    return detectors.push({ delaySeconds, delayLaw: law, contacts, stages }) - 1;
  });
  return { detectors, detectorOf };
}

/**
 * Returns for how long a host scans in the mean, from its first probe until a detector has it immunized or it leaves for
 * another reason at the rate `leaving`; Infinity if neither ever happens. `contacts`: effective contacts a second with the
 * groups of each detector. One detector: k/γ + δ.
 */
export function scanningSeconds(
  detectors: readonly Detector[],
  contacts: ArrayLike<number>,
  leaving: number,
): number {
  const done = new Map<string, number>();
  const secondsFrom = (passed: readonly number[]): number => {
    const key = passed.join();
    const known = done.get(key);
    if (known !== undefined) return known;
    let rate = leaving;
    let rest = 0;
    for (const [row, detector] of detectors.entries()) {
      const isRunning = passed[row]! >= detector.contacts;
      const own = isRunning ? detector.stages / detector.delaySeconds : contacts[row]!;
      if (own === 0) continue;
      rate += own;
      const next = passed[row]! + 1;
      if (next === detector.contacts + detector.stages) continue;
      rest += own * secondsFrom(passed.map((of, at) => (at === row ? next : of)));
    }
    const seconds = rate > 0 ? (1 + rest) / rate : Infinity;
    done.set(key, seconds);
    return seconds;
  };
  return secondsFrom(detectors.map(() => 0));
}
