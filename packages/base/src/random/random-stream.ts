/**
 * The generator behind every draw: xoshiro128++ 1.0, 128 bits of state, period 2^128 - 1.
 * Source: Blackman, Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021.
 * Streams are obtained from `randomStreams`; a kernel may copy `state` into locals and write it back.
 */

import { assert } from '../assert.ts';

const TWO_TO_16 = 0x10000;
const TWO_TO_32 = 0x100000000;
const TWO_TO_53 = 0x20000000000000;

/** An independent sequence of uniform draws. */
export class RandomStream {
  /** Four words, never all zero. Whoever writes here continues the stream from the written state. */
  readonly state: Uint32Array;

  /** Starts from a copy of the four words of `state`, not all of which may be zero. */
  constructor(state: ArrayLike<number>) {
    this.state = Uint32Array.from(state);
    assert(
      this.state.length === 4 && this.state.some((word) => word !== 0),
      'a stream starts from four words which are not all zero',
    );
  }

  /** A uniform integer in [0, 2^32). */
  nextUint32(): number {
    const state = this.state;
    const s0 = state[0]!;
    const s1 = state[1]!;
    const sum = (s0 + state[3]!) | 0;
    const x2 = state[2]! ^ s0;
    const x3 = state[3]! ^ s1;
    state[0] = s0 ^ x3;
    state[1] = s1 ^ x2;
    state[2] = x2 ^ (s1 << 9);
    state[3] = (x3 << 11) | (x3 >>> 21);
    return (((sum << 7) | (sum >>> 25)) + s0) >>> 0;
  }

  /** A uniform multiple of 2^-53 in [0, 1); takes two draws, the first of which gives the upper 27 bits. */
  nextDouble(): number {
    const high = this.nextUint32() >>> 5;
    return (high * 0x4000000 + (this.nextUint32() >>> 6)) / TWO_TO_53;
  }

  /** A uniform integer in [0, bound), without bias, for an integer `bound` from 1 to 2^53. */
  nextBelow(bound: number): number {
    assert(
      bound >= 1 && bound <= TWO_TO_53 && Math.floor(bound) === bound,
      'a bound is an integer in 1..2^53',
    );
    if (bound === TWO_TO_32) return this.nextUint32();
    return bound < TWO_TO_32 ? this.#nextBelow32(bound) : this.#nextBelow53(bound);
  }

  /**
   * Lemire, "Fast random integer generation in an interval", 2019, algorithm 5: the upper half of word * bound,
   * redrawn for the few lower halves that would favour some results. The product is formed from 16-bit halves.
   */
  #nextBelow32(bound: number): number {
    for (;;) {
      const word = this.nextUint32();
      const partial = (word & 0xffff) * bound;
      const upper = (word >>> 16) * bound + Math.floor(partial / TWO_TO_16);
      const result = Math.floor(upper / TWO_TO_16);
      const lower = (upper - result * TWO_TO_16) * TWO_TO_16 + (partial % TWO_TO_16);
      if (lower >= bound || lower >= TWO_TO_32 % bound) return result;
    }
  }

  #nextBelow53(bound: number): number {
    const limit = TWO_TO_53 - (TWO_TO_53 % bound);
    for (;;) {
      const high = this.nextUint32() >>> 11;
      const word = high * TWO_TO_32 + this.nextUint32();
      if (word < limit) return word % bound;
    }
  }
}
