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
