/**
 * What is kept for the latest of many keys of two words: a table with two places for each hash, whose older entry makes room.
 * Unlike a `Map` whose oldest entry is deleted again and again it costs the same however many keys have gone by.
 */
import { mixWord } from '@wormwood/base';

const SETS_FIRST = 64;

export class RecentTable<T> {
  readonly #setsMax: number;
  #sets: number = SETS_FIRST;
  /** Both words of each place; the newer entry of a set has the first one. */
  #keys: Uint32Array = new Uint32Array(4 * SETS_FIRST);
  #values: (T | undefined)[] = Array.from({ length: 2 * SETS_FIRST });
  #count = 0;

  /** Keeps up to twice `setsMax` entries, a power of two. It begins small and grows with what it keeps. */
  constructor(setsMax: number) {
    this.#setsMax = setsMax;
  }

  /** Returns what is kept for a key, which becomes the newer one of its set; undefined: nothing. */
  find(first: number, second: number): T | undefined {
    const place = 2 * this.#setOf(first, second);
    const keys = this.#keys;
    const values = this.#values;
    if (keys[2 * place] === first >>> 0 && keys[2 * place + 1] === second >>> 0) return values[place];
    if (keys[2 * place + 2] !== first >>> 0 || keys[2 * place + 3] !== second >>> 0) return undefined;
    const value = values[place + 1];
    if (value !== undefined) this.#put(place, first, second, value);
    return value;
  }

  /** Makes room for a key that has none; returns what had to go, which may be used again. */
  makeRoom(first: number, second: number): T | undefined {
    if (this.#count > this.#sets && this.#sets < this.#setsMax) this.#grow();
    const place = 2 * this.#setOf(first, second) + 1;
    const gone = this.#values[place];
    if (gone === undefined) return undefined;
    this.#values[place] = undefined;
    this.#count--;
    return gone;
  }

  /** Keeps a value for a key that has none. */
  add(first: number, second: number, value: T): void {
    if (this.#count > this.#sets && this.#sets < this.#setsMax) this.#grow();
    const place = 2 * this.#setOf(first, second);
    if (this.#values[place + 1] === undefined) this.#count++;
    this.#put(place, first, second, value);
  }

  /** The newer entry of a set becomes the older one. */
  #put(place: number, first: number, second: number, value: T): void {
    this.#keys.copyWithin(2 * place + 2, 2 * place, 2 * place + 2);
    this.#values[place + 1] = this.#values[place];
    this.#keys[2 * place] = first;
    this.#keys[2 * place + 1] = second;
    this.#values[place] = value;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#sets *= 4;
    this.#keys = new Uint32Array(4 * this.#sets);
    this.#values = Array.from({ length: 2 * this.#sets });
    this.#count = 0;
    // The older entry of a set comes first, so that the newer one stays so.
    for (let place = values.length - 1; place >= 0; place--) {
      const value = values[place];
      if (value !== undefined) this.add(keys[2 * place]!, keys[2 * place + 1]!, value);
    }
  }

  #setOf(first: number, second: number): number {
    return mixWord(mixWord(first) ^ second) & (this.#sets - 1);
  }
}
