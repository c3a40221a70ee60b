/**
 * SipHash-2-4, a keyed hash of short messages that nobody without the 128-bit key can predict or invert.
 * Source: Aumasson, Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012. The 64-bit words of the paper are pairs of
 * 32-bit integers here, so that a hash allocates nothing.
 */

import { assert } from '../assert.ts';
import type { RandomStream } from '../random/random-stream.ts';

/** Octets of a key. */
export const SIPHASH_KEY_LENGTH = 16;

/** The function of one key. */
export class SipHash {
  readonly #key: Int32Array;
  readonly #block: Uint32Array = new Uint32Array(4);
  /** The lower and the upper half of the hash computed last: unsigned 32-bit integers. */
  lower = 0;
  upper = 0;

  /** Takes a key of 16 octets, which comes from the system's generator wherever strangers must not guess the hashes. */
  constructor(key: Uint8Array) {
    assert(key.length === SIPHASH_KEY_LENGTH, 'a key of SipHash has 16 octets');
    const view = new DataView(key.buffer, key.byteOffset, key.length);
    this.#key = Int32Array.from({ length: 4 }, (_, i) => view.getInt32(4 * i, true));
  }

  /** Returns the lower half of the hash of four 32-bit words, 16 octets in little-endian order. */
  ofWords(first: number, second: number, third: number, fourth: number): number {
    const block = this.#block;
    block[0] = first;
    block[1] = second;
    block[2] = third;
    block[3] = fourth;
    this.digest(block, 16);
    return this.lower;
  }

  /** Hashes `lengthBytes` octets, which stand in `words` in little-endian order, and leaves the hash in `lower` and `upper`. */
  digest(words: Uint32Array, lengthBytes: number): void {
    const key = this.#key;
    // The four words of the state: the lower halves are v0 to v3, the upper ones w0 to w3.
    let v0 = key[0]! ^ 0x70736575;
    let w0 = key[1]! ^ 0x736f6d65;
    let v1 = key[2]! ^ 0x6e646f6d;
    let w1 = key[3]! ^ 0x646f7261;
    let v2 = key[0]! ^ 0x6e657261;
    let w2 = key[1]! ^ 0x6c796765;
    let v3 = key[2]! ^ 0x79746573;
    let w3 = key[3]! ^ 0x74656462;
    const whole = lengthBytes >>> 3;
    // One step is two rounds: one for each block, the last of which holds the length, and two that finish.
    for (let step = 0; step <= whole + 2; step++) {
      const lower = step <= whole ? messageWord(words, 2 * step, lengthBytes) : 0;
      let upper = step <= whole ? messageWord(words, 2 * step + 1, lengthBytes) : 0;
      if (step === whole) upper |= lengthBytes << 24;
      else if (step === whole + 1) v2 ^= 0xff;
      v3 ^= lower;
      w3 ^= upper;
      for (let round = 0; round < 2; round++) {
        let a = (v0 + v1) | 0;
        let b = (w0 + w1 + carry(a, v0, v1)) | 0;
        let c = ((v1 << 13) | (w1 >>> 19)) ^ a;
        w1 = ((w1 << 13) | (v1 >>> 19)) ^ b;
        v1 = c;
        v0 = b;
        w0 = a;
        a = (v2 + v3) | 0;
        b = (w2 + w3 + carry(a, v2, v3)) | 0;
        c = ((v3 << 16) | (w3 >>> 16)) ^ a;
        w3 = ((w3 << 16) | (v3 >>> 16)) ^ b;
        v3 = c;
        v2 = a;
        w2 = b;
        a = (v0 + v3) | 0;
        b = (w0 + w3 + carry(a, v0, v3)) | 0;
        c = ((v3 << 21) | (w3 >>> 11)) ^ a;
        w3 = ((w3 << 21) | (v3 >>> 11)) ^ b;
        v3 = c;
        v0 = a;
        w0 = b;
        a = (v2 + v1) | 0;
        b = (w2 + w1 + carry(a, v2, v1)) | 0;
        c = ((v1 << 17) | (w1 >>> 15)) ^ a;
        w1 = ((w1 << 17) | (v1 >>> 15)) ^ b;
        v1 = c;
        v2 = b;
        w2 = a;
      }
      v0 ^= lower;
      w0 ^= upper;
    }
    this.lower = (v0 ^ v1 ^ v2 ^ v3) >>> 0;
    this.upper = (w0 ^ w1 ^ w2 ^ w3) >>> 0;
  }
}

/** Returns a key drawn from a stream: for simulations and tests, where the same seed must give the same hashes. */
export function siphashKeyOf(stream: RandomStream): Uint8Array {
  return Uint8Array.from({ length: SIPHASH_KEY_LENGTH }, () => stream.nextUint32() >>> 24);
}

/**
 * The carry of `sum`, the lower 32 bits of `x + y`. A comparison of unsigned words would be shorter and takes V8 three times as
 * long.
 */
function carry(sum: number, x: number, y: number): number {
  return ((x & y) | ((x | y) & ~sum)) >>> 31;
}

/** A word of the message, whose octets behind its end are zero. */
function messageWord(words: Uint32Array, index: number, lengthBytes: number): number {
  const left = lengthBytes - 4 * index;
  if (left <= 0) return 0;
  return left >= 4 ? words[index]! : words[index]! & (0xffffffff >>> (32 - 8 * left));
}
