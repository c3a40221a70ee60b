/**
 * Words of 32 bits for the IPv6 addresses of a capture, so that the table of flows holds both protocols in rows of one size. A
 * word is never given to another address while a flow could still have it; an address that many others have followed gets a new
 * one, and its flows are begun anew.
 */
import { RecentMap } from '@wormwood/base';

export class AddressWords {
  readonly #words: RecentMap<bigint, number> = new RecentMap();
  readonly #addressesMax: number;
  #next = 0;

  /** `addressesMax`: how many are remembered, the latest ones. */
  constructor(addressesMax: number) {
    this.#addressesMax = addressesMax;
  }

  wordOf(address: bigint): number {
    let word = this.#words.get(address);
    if (word === undefined) {
      word = this.#next;
      this.#next = (word + 1) >>> 0;
    }
    this.#words.set(address, word);
    const oldest = this.#words.oldest();
    if (this.#words.size > this.#addressesMax && oldest !== undefined) this.#words.delete(oldest.key);
    return word;
  }
}
