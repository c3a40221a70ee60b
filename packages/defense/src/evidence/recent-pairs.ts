/**
 * Which source called which address within the last ten minutes, in memory that never grows: a pair is forgotten when
 * another falls onto its place. Programs try again within seconds and open several connections to one host; only a call
 * after a pause shows that somebody remembers the address.
 */
import type { KeyedHash } from './keyed-hash.ts';

const PAIRS = 2 ** 17;
const PAUSE_SECONDS = 600;

export class RecentPairs {
  readonly bytes: number = PAIRS * 12;
  readonly #tags: Uint32Array = new Uint32Array(PAIRS);
  readonly #seconds: Float64Array = new Float64Array(PAIRS).fill(-Infinity);
  readonly #hash: KeyedHash;

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  /** Notes a call; returns whether the last one that was noted of the pair is so recent that this one belongs to it. */
  belongs(source: number, destination: number, nowSeconds: number): boolean {
    const tag = this.#hash.ofPair(source, destination);
    const place = tag & (PAIRS - 1);
    if (this.#tags[place] === tag && nowSeconds - (this.#seconds[place] ?? -Infinity) < PAUSE_SECONDS)
      return true;
    this.#tags[place] = tag;
    this.#seconds[place] = nowSeconds;
    return false;
  }
}
