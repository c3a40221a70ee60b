/**
 * Named random streams. Every use of randomness asks for its own stream by name and replicate, so that adding one
 * use disturbs no other, and so that any stream is reached directly, whatever number of workers share the work.
 */

import { assert } from '../assert.ts';
import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { philox4x32 } from './philox.ts';
import { RandomStream } from './random-stream.ts';
import { Fnv64 } from './fnv.ts';

const SEED_MAX = 0xffff_ffff_ffff_ffffn;
const TWO_TO_32 = 0x100000000;

/** All the randomness of one run. */
export interface RandomStreams {
  /** The seed in decimal, without leading zeros. */
  readonly seed: string;
  /** The stream of `name` and `replicate` (an integer in 0..2^53-1, 0 when left out), always from its start. */
  stream(name: string, replicate?: number): RandomStream;
}

/** Returns the streams of `seed`, a decimal integer in 0..2^64-1; use `parseSeed` on what a user typed. */
export function randomStreams(seed: string): RandomStreams {
  const canonical = parseSeed(seed);
  assert(canonical.ok, 'a seed is a decimal integer in 0..2^64-1');
  const key = splitWords(BigInt(canonical.value));
  return {
    seed: canonical.value,
    stream: (name, replicate = 0) => new RandomStream(initialState(key, name, replicate)),
  };
}

/** The seed in canonical form, or why `text` is none. */
export function parseSeed(text: string): Parsed<string> {
  const digits = text.trim();
  if (!/^[0-9]+$/.test(digits)) {
    return refused(`A seed is a whole number in decimal digits, such as 42, not "${text}".`);
  }
  const value = BigInt(digits);
  if (value > SEED_MAX) return refused(`A seed is at most ${SEED_MAX} (2^64-1); ${digits} is larger.`);
  return parsed(value.toString());
}

/** One Philox block: the seed is its key; the name's hash and the replicate are its counter. */
function initialState(key: readonly [number, number], name: string, replicate: number): Uint32Array {
  assert(Number.isSafeInteger(replicate) && replicate >= 0, 'a replicate is an integer in 0..2^53-1');
  const [hashLow, hashHigh] = hashName(name);
  const state = new Uint32Array(4);
  const replicateHigh = Math.floor(replicate / TWO_TO_32);
  philox4x32([hashLow, hashHigh, replicate >>> 0, replicateHigh], key, state);
  // One block in 2^128 is all zero, where xoshiro would stay for ever.
  if (state.every((word) => word === 0)) state[0] = 1;
  return state;
}

/**
 * FNV-1a, 64 bits (Fowler, Noll, Vo), of the UTF-8 octets of `name`, as [low, high] words; a lone surrogate counts as the
 * three octets that the UTF-8 scheme would give it.
 */
export function hashName(name: string): readonly [number, number] {
  const hash = new Fnv64();
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) hash.absorb(code);
    else {
      const continuation = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      hash.absorb(((0xff00 >>> (continuation + 1)) & 0xff) | (code >>> (6 * continuation)));
      for (let i = continuation - 1; i >= 0; i--) hash.absorb(0x80 | ((code >>> (6 * i)) & 0x3f));
    }
  }
  return [hash.low, hash.high];
}

function splitWords(value: bigint): readonly [number, number] {
  return [Number(value & 0xffff_ffffn), Number(value >> 32n)];
}
