/**
 * Which source called which address within the last ten minutes, in memory that never grows: a pair is forgotten when
 * another falls onto its place. Programs try again within seconds and open several connections to one host; only a call
 * after a pause shows that somebody remembers the address.
 */
import type { KeyedHash } from './keyed-hash.ts';

const PAIRS = 2 ** 17;
const PAUSE_SECONDS = 600;

export class RecentPairs {
  readonly bytes: number = PAIRS * 16;
  /** Tag and time of each pair, side by side, so that one line of the cache has both. */
  readonly #pairs: Float64Array = new Float64Array(2 * PAIRS).fill(-Infinity);
  readonly #hash: KeyedHash;

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  /** Notes a call; returns whether the last one that was noted of the pair is so recent that this one belongs to it. */
  belongs(source: number, destination: number, nowSeconds: number): boolean {
    const tag = this.#hash.ofPair(source, destination);
    const place = 2 * (tag & (PAIRS - 1));
    const isKnown = this.#pairs[place] === tag;
    if (isKnown && nowSeconds - (this.#pairs[place + 1] ?? -Infinity) < PAUSE_SECONDS) return true;
    this.#pairs[place] = tag;
    this.#pairs[place + 1] = nowSeconds;
    return false;
  }
}
