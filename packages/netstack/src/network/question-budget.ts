/**
 * How often sources may make the sensor ask: so often in all that broadcasts are no burden to the link, and so often for each
 * link address that one machine with many addresses does not use up what the others need.
 */
import type { RandomStream } from '@wormwood/base';

/** Questions a second. */
const QUESTIONS_MAX = 100;
const QUESTIONS_PER_LINK_ADDRESS_MAX = 8;
const BUCKETS = 256;

export class QuestionBudget {
  /** Questions of this second by link address: addresses share a bucket by chance, and nobody outside knows which ones. */
  readonly #asked: Uint8Array = new Uint8Array(BUCKETS);
  readonly #secret: number;
  #askedInAll = 0;
  #second = Number.NEGATIVE_INFINITY;

  constructor(stream: RandomStream) {
    this.#secret = stream.nextUint32();
  }

  /** Takes one question because of a frame from `linkAddress`; false when there is none left this second. */
  take(linkAddress: number, nowSeconds: number): boolean {
    const second = Math.floor(nowSeconds);
    if (second !== this.#second) {
      this.#second = second;
      this.#askedInAll = 0;
      this.#asked.fill(0);
    }
    const bucket = this.#bucketOf(linkAddress);
    if (this.#askedInAll === QUESTIONS_MAX || this.#asked[bucket] === QUESTIONS_PER_LINK_ADDRESS_MAX)
      return false;
    this.#askedInAll++;
    this.#asked[bucket]!++;
    return true;
  }

  /** A keyed mix of the 48 bits. */
  #bucketOf(linkAddress: number): number {
    let hash = (linkAddress ^ this.#secret) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b) ^ Math.floor(linkAddress / 2 ** 32);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
  }
}
