/**
 * Which source called which address within the last ten minutes, in memory that never grows: of the pairs that fall into one
 * group the oldest is evicted. Programs try again within seconds and open several connections to one host; only a call
 * after a pause shows that somebody remembers the address. A sensor reports each try, a capture shows that it is the same
 * segment: a pair that is forgotten between two tries would make the same packets say different things.
 */
import type { KeyedHash } from './keyed-hash.ts';

const PAIRS = 2 ** 17;
/** Pairs of a group: tags and times fill one line of the cache. */
const GROUP = 4;
const PAUSE_SECONDS = 600;

export class RecentPairs {
  readonly bytes: number = PAIRS * 16;
  /** Tag and time of each pair, side by side. */
  readonly #pairs: Float64Array = new Float64Array(2 * PAIRS).fill(-Infinity);
  readonly #hash: KeyedHash;

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  /** Notes a call; returns whether the last one that was noted of the pair is so recent that this one belongs to it. */
  belongs(source: number, destination: number, nowSeconds: number): boolean {
    const pairs = this.#pairs;
    const tag = this.#hash.ofPair(source, destination);
    const first = 2 * GROUP * (tag & (PAIRS / GROUP - 1));
    let place = first;
    for (let other = first; other < first + 2 * GROUP; other += 2) {
      if (pairs[other] === tag) {
        if (nowSeconds - (pairs[other + 1] ?? -Infinity) < PAUSE_SECONDS) return true;
        place = other;
        break;
      }
      if ((pairs[other + 1] ?? 0) < (pairs[place + 1] ?? 0)) place = other;
    }
    pairs[place] = tag;
    pairs[place + 1] = nowSeconds;
    return false;
  }
}
