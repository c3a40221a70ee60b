/** Remembers a number for each of the pairs of addresses seen last: a keyed hash costs ten times as much as to look it up. */
import { mixWord } from '@wormwood/base';

const PLACES = 4096;

export class PairMemo {
  readonly #compute: (first: number, second: number) => number;
  /** Both words of the pair in each place. */
  readonly #pairs: Int32Array = new Int32Array(2 * PLACES);
  readonly #numbers: Uint32Array;

  /** `compute` returns 32 bits, the same ones for the same pair. */
  constructor(compute: (first: number, second: number) => number) {
    this.#compute = compute;
    this.#numbers = new Uint32Array(PLACES).fill(compute(0, 0));
  }

  /** Returns the number of a pair. */
  of(first: number, second: number): number {
    const place = mixWord(Math.imul(first, 31) ^ second) & (PLACES - 1);
    const pairs = this.#pairs;
    const at = 2 * place;
    if (pairs[at] !== (first | 0) || pairs[at + 1] !== (second | 0)) {
      pairs[at] = first;
      pairs[at + 1] = second;
      this.#numbers[place] = this.#compute(first, second);
    }
    return this.#numbers[place]!;
  }
}
