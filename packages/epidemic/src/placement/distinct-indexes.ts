/** A few different whole numbers below a bound, by Floyd's algorithm: as many draws as numbers. */
import type { RandomStream } from '@wormwood/base';

/** Returns `count` different indexes 0 … size − 1, all choices equally likely. Their order in the set is not random. */
export function drawDistinctIndexes(count: number, size: number, stream: RandomStream): ReadonlySet<number> {
  const chosen = new Set<number>();
  for (let last = size - count; last < size; last++) {
    const index = stream.nextBelow(last + 1);
    // A draw that is there already stands for the largest index of its step.
    chosen.add(chosen.has(index) ? last : index);
  }
  return chosen;
}
