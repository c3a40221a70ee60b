/**
 * Draws probes by the block: two interleaved generators, every target looked up in the filter, those that pass written
 * down without a branch. The generator's state lives in locals; a module variable would cost four times the time.
 */
import type { LookUp } from './look-up.ts';

/** State words of the two generators (xoshiro128++), one after the other. */
export type GeneratorPair = Int32Array;

/** Targets of a block that passed the filter: their place in the block and their offset in the space. */
export interface Candidates {
  readonly place: Int32Array;
  readonly offset: Int32Array;
  count: number;
}

/** Returns room for the candidates of a block of `probes`; one more, since a target is written before it is judged. */
export function candidatesFor(probes: number): Candidates {
  return { place: new Int32Array(probes + 1), offset: new Int32Array(probes + 1), count: 0 };
}

/**
 * Draws `probes` targets (an even number), uniform over 2^`spaceBits` offsets, into `candidates`. Probe 2i comes from the
 * first generator, probe 2i + 1 from the second.
 */
export function drawProbes(
  state: GeneratorPair,
  { filter, filterShift }: LookUp,
  candidates: Candidates,
  { probes, spaceBits }: { readonly probes: number; readonly spaceBits: number },
): void {
  const { place, offset } = candidates;
  // The upper bits of a word are the target, the upper bits of the target the place in the filter.
  const shift = 32 - spaceBits;
  const runShift = shift + filterShift;
  let a0 = state[0]!;
  let a1 = state[1]!;
  let a2 = state[2]!;
  let a3 = state[3]!;
  let b0 = state[4]!;
  let b1 = state[5]!;
  let b2 = state[6]!;
  let b3 = state[7]!;
  let count = 0;
  for (let probe = 0; probe < probes; probe += 2) {
    let sum = (a0 + a3) | 0;
    const a = (((sum << 7) | (sum >>> 25)) + a0) | 0;
    let t = a1 << 9;
    a2 ^= a0;
    a3 ^= a1;
    a1 ^= a2;
    a0 ^= a3;
    a2 ^= t;
    a3 = (a3 << 11) | (a3 >>> 21);
    sum = (b0 + b3) | 0;
    const b = (((sum << 7) | (sum >>> 25)) + b0) | 0;
    t = b1 << 9;
    b2 ^= b0;
    b3 ^= b1;
    b1 ^= b2;
    b0 ^= b3;
    b2 ^= t;
    b3 = (b3 << 11) | (b3 >>> 21);

    const runA = a >>> runShift;
    place[count] = probe;
    offset[count] = a;
    count += (filter[runA >>> 5]! >>> (runA & 31)) & 1;
    const runB = b >>> runShift;
    place[count] = probe + 1;
    offset[count] = b;
    count += (filter[runB >>> 5]! >>> (runB & 31)) & 1;
  }
  state[0] = a0;
  state[1] = a1;
  state[2] = a2;
  state[3] = a3;
  state[4] = b0;
  state[5] = b1;
  state[6] = b2;
  state[7] = b3;
  for (let i = 0; i < count; i++) offset[i] = offset[i]! >>> shift;
  candidates.count = count;
}

/**
 * The same for a space that is no power of two: a target beyond `spaceSize` is thrown away and drawn again, which keeps
 * the others uniform. Slower, and for small spaces only, so one generator does.
 */
export function drawProbesBelow(
  spaceSize: number,
  state: GeneratorPair,
  { filter, filterShift }: LookUp,
  candidates: Candidates,
  { probes, spaceBits }: { readonly probes: number; readonly spaceBits: number },
): void {
  const { place, offset } = candidates;
  const shift = 32 - spaceBits;
  let count = 0;
  for (let probe = 0; probe < probes;) {
    const a0 = state[0]!;
    const a3 = state[3]!;
    const sum = (a0 + a3) | 0;
    const target = ((((sum << 7) | (sum >>> 25)) + a0) | 0) >>> shift;
    const t = state[1]! << 9;
    state[2]! ^= a0;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= t;
    state[3] = (state[3]! << 11) | (state[3]! >>> 21);
    if (target >= spaceSize) continue;
    const run = target >>> filterShift;
    place[count] = probe++;
    offset[count] = target;
    count += (filter[run >>> 5]! >>> (run & 31)) & 1;
  }
  candidates.count = count;
}
