/**
 * Scan rates that change in time: from each time of a table on all are a factor times what the worm's rate says, f(t) s. A
 * throttle lets min(f s, r) through, so it is what a throttle of r/f leaves of s, times f; a cap of the network is for what
 * is sent.
 *
 * Source: docs/models.md#rates-that-change.
 */
import type { Outbreak } from '../outbreak/outbreak.ts';

/** Returns the factor at a time; a change counts from its time on. */
export function rateFactorAt({ worm }: Pick<Outbreak, 'worm'>, timeSeconds: number): number {
  return worm.rateChanges?.findLast((change) => change.timeSeconds <= timeSeconds)?.factor ?? 1;
}

/** Returns the time of the first change after a time; Infinity for none. */
export function nextRateChange({ worm }: Pick<Outbreak, 'worm'>, timeSeconds: number): number {
  return worm.rateChanges?.find((change) => change.timeSeconds > timeSeconds)?.timeSeconds ?? Infinity;
}

/**
 * Returns how far a clock gets in an outbreak that runs at the factor, so that a host sends its full rate for each second of it;
 * for a worm that never scans, the duration.
 */
export function pacedSeconds({ worm, durationSeconds }: Pick<Outbreak, 'worm' | 'durationSeconds'>): number {
  let seconds = durationSeconds;
  let factor = 1;
  for (const change of worm.rateChanges ?? []) {
    seconds += (change.factor - factor) * Math.max(0, durationSeconds - change.timeSeconds);
    factor = change.factor;
  }
  return seconds > 0 ? seconds : durationSeconds;
}
