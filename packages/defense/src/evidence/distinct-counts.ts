/**
 * How many different addresses each of many rows has met, in a bitmap per row: an address sets one bit, and the share
 * of bits still clear gives the number of addresses. Two addresses may share a bit, so an address is taken for known
 * now and then, never the other way round.
 *
 * Source: Whang, Vander-Zanden, Taylor, "A linear-time probabilistic counting algorithm for database applications",
 * ACM TODS 15(2), 1990.
 */
import { log } from '@wormwood/base';
import type { KeyedHash } from './keyed-hash.ts';
import type { SourceRows, Words } from './source-rows.ts';

const BITS_PER_WORD = 32;

export class DistinctCounts {
  readonly #words: Words;
  readonly #wordsPerRow: number;
  readonly #hash: KeyedHash;

  /** `bitsPerRow` is a power of two from 32 on. */
  constructor(options: { readonly rows: SourceRows; readonly bitsPerRow: number; readonly hash: KeyedHash }) {
    this.#wordsPerRow = options.bitsPerRow / BITS_PER_WORD;
    this.#words = options.rows.words(this.#wordsPerRow);
    this.#hash = options.hash;
  }

  clear(row: number): void {
    for (let i = 0; i < this.#wordsPerRow; i++) this.#words.set(row, 0, i);
  }

  /** Marks `address` as met; returns whether its bit was clear before. */
  add(row: number, address: number): boolean {
    const bit = this.#hash.ofWord(address) & (this.#wordsPerRow * BITS_PER_WORD - 1);
    const mask = 1 << (bit & 31);
    const word = this.#words.get(row, bit >>> 5);
    if ((word & mask) !== 0) return false;
    this.#words.set(row, word | mask, bit >>> 5);
    return true;
  }

  /** The share of bits that are set: how likely a new address is taken for a known one. */
  share(row: number): number {
    return 1 - this.#clear(row) / (this.#wordsPerRow * BITS_PER_WORD);
  }

  /** The estimated number of different addresses, −m ln(clear/m); with no bit clear, that of half a bit. */
  estimate(row: number): number {
    const bits = this.#wordsPerRow * BITS_PER_WORD;
    return Math.round(bits * log(bits / Math.max(this.#clear(row), 0.5)));
  }

  /** Bits that are not set. */
  #clear(row: number): number {
    let clear = this.#wordsPerRow * BITS_PER_WORD;
    for (let i = 0; i < this.#wordsPerRow; i++) clear -= countBits(this.#words.get(row, i));
    return clear;
  }
}

function countBits(word: number): number {
  let pairs = word - ((word >>> 1) & 0x55555555);
  pairs = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((pairs + (pairs >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
