/**
 * What immunizes behind honeypots. Groups whose hosts are immunized after the same time share one detector: an infected host
 * has one clock for each detector, started by its first effective contact with any of its groups, and the earliest clock to
 * ring immunizes it. So a group split in two is the same as one, and a slow group hides no host from a fast one.
 *
 * Source: docs/models.md#defenses-together.
 */
import type { Honeypots } from '../outbreak/honeypots.ts';

export interface Detector {
  readonly delaySeconds: number;
}

export interface Detectors {
  readonly detectors: readonly Detector[];
  /** Of each group of honeypots the row of its detector. */
  readonly detectorOf: readonly number[];
}

/** Returns the detectors of groups of honeypots, in the order of their first group. */
export function detectorsOf(honeypots: readonly Honeypots[]): Detectors {
  const detectors: Detector[] = [];
  const detectorOf = honeypots.map(({ delaySeconds }) => {
    const known = detectors.findIndex((detector) => detector.delaySeconds === delaySeconds);
    if (known >= 0) return known;
    detectors.push({ delaySeconds });
    return detectors.length - 1;
  });
  return { detectors, detectorOf };
}

/**
 * Returns for how long a host scans in the mean, from its first probe until a detector has it immunized or it leaves for
 * another reason at the rate `leaving`; Infinity if neither ever happens. `contacts`: effective contacts a second with the
 * groups of each detector. One detector: 1/γ + δ.
 */
export function scanningSeconds(
  detectors: readonly Detector[],
  contacts: ArrayLike<number>,
  leaving: number,
): number {
  const secondsFrom = (running: number): number => {
    let rate = leaving;
    let rest = 0;
    for (const [row, { delaySeconds }] of detectors.entries()) {
      if ((running >>> row) & 1) rate += 1 / delaySeconds;
      else if (contacts[row]! > 0) {
        rate += contacts[row]!;
        if (delaySeconds > 0) rest += contacts[row]! * secondsFrom(running | (1 << row));
      }
    }
    return rate > 0 ? (1 + rest) / rate : Infinity;
  };
  return secondsFrom(0);
}
