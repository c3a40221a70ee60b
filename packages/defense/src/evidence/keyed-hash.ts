/**
 * Hashes that nobody outside can predict: whoever knew them could choose source addresses that displace each other in
 * the tables. Their keys come from a named stream.
 */
import { mixWord, type RandomStream } from '@wormwood/base';

/** A family member of 32-bit hashes. */
export class KeyedHash {
  readonly #before: number;
  readonly #after: number;

  /** Draws the key: two words. */
  constructor(stream: RandomStream) {
    this.#before = stream.nextUint32();
    this.#after = stream.nextUint32();
  }

  /** A 32-bit hash of one 32-bit word. */
  ofWord(word: number): number {
    return mixWord(mixWord(word ^ this.#before) + this.#after);
  }

  /** A 32-bit hash of two 32-bit words, in this order. */
  ofPair(first: number, second: number): number {
    return mixWord(this.ofWord(first) + second);
  }

  /** A 32-bit hash of a text. */
  ofText(text: string): number {
    let h = this.#before;
    for (let i = 0; i < text.length; i++) h = mixWord((h ^ text.charCodeAt(i)) + this.#after);
    return h >>> 0;
  }
}
