/** Draws probes one by one: in small spaces, and in those whose size is not a power of two. */
import type { LookUp } from './look-up.ts';

/** Targets of a block that passed the filter: their place in the block and their offset in the space. */
export interface Candidates {
  readonly place: Int32Array;
  readonly offset: Int32Array;
}

/**
 * Draws `probes` targets, uniform over offsets below `spaceSize`, into `candidates`, and returns how many passed the
 * filter. A word of `spaceBits` beyond the space is thrown away and drawn again, which keeps the others uniform. `state`
 * are the words of a generator xoshiro128++. A candidate is written before it is judged, so both lists need room for one
 * more.
 */
export function drawProbesBelow(
  state: Int32Array,
  { filter, filterShift, spaceBits, spaceSize }: LookUp,
  { place, offset }: Candidates,
  probes: number,
): number {
  const shift = 32 - spaceBits;
  let s0 = state[0]!;
  let s1 = state[1]!;
  let s2 = state[2]!;
  let s3 = state[3]!;
  let count = 0;
  for (let probe = 0; probe < probes;) {
    const sum = (s0 + s3) | 0;
    const target = ((((sum << 7) | (sum >>> 25)) + s0) | 0) >>> shift;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = (s3 << 11) | (s3 >>> 21);
    if (target >= spaceSize) continue;
    const run = target >>> filterShift;
    place[count] = probe++;
    offset[count] = target;
    count += (filter[run >>> 5]! >>> (run & 31)) & 1;
  }
  state[0] = s0;
  state[1] = s1;
  state[2] = s2;
  state[3] = s3;
  return count;
}
