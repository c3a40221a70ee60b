/**
 * The keys seen most often, in memory that does not grow: the Space-Saving algorithm (Metwally, Agrawal, El Abbadi,
 * "Efficient Computation of Frequent and Top-k Elements in Data Streams", ICDT 2005). A key that stands for more than
 * one in `capacity` of all counts is surely among those kept.
 */

export interface FrequentKey {
  readonly key: number;
  /** Never too low, and too high by `surplus` at most. */
  readonly count: number;
  readonly surplus: number;
}

/** Chains for each key that is kept: most hold one. */
const CHAINS_PER_KEY = 2;
/** 2^32 divided by the golden ratio: neighboring keys are spread over the chains (Knuth, TAOCP 3, 6.4). */
const SPREAD = 0x9e37_79b1;
const NONE = -1;

/** Counts 32-bit keys. */
export class FrequentKeys {
  readonly #capacity: number;
  /** A place each for the keys that are kept; whoever comes takes over a place, so that nothing else moves. */
  readonly #keys: Uint32Array;
  readonly #counts: Float64Array;
  readonly #surplus: Float64Array;
  /** The next place in the chain of the same hash. */
  readonly #next: Int32Array;
  readonly #heads: Int32Array;
  readonly #shift: number;
  #size = 0;
  /** Places that had the lowest count when they were looked for. */
  readonly #least: Int32Array;
  #leastLength = 0;
  #leastCount = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    const bits = Math.ceil(Math.log2(capacity * CHAINS_PER_KEY));
    this.#keys = new Uint32Array(capacity);
    this.#counts = new Float64Array(capacity);
    this.#surplus = new Float64Array(capacity);
    this.#next = new Int32Array(capacity);
    this.#heads = new Int32Array(2 ** bits).fill(NONE);
    this.#shift = 32 - bits;
    this.#least = new Int32Array(capacity);
  }

  /**
   * Counts a key. Returns the key that it drove out, itself where it was known already, or -1 where it found a free place: for
   * whoever holds something for the keys that are kept.
   */
  add(key: number): number {
    const chain = this.#chainOf(key);
    for (let place = this.#heads[chain]!; place !== NONE; place = this.#next[place]!) {
      if (this.#keys[place] === key) {
        this.#counts[place]!++;
        return key;
      }
    }
    const isFull = this.#size === this.#capacity;
    const place = isFull ? this.#vacate() : this.#size++;
    const before = isFull ? this.#keys[place]! : NONE;
    // The newcomer inherits the count of the key that it drives out, since it may have been there before.
    this.#surplus[place] = this.#counts[place]!;
    this.#counts[place]!++;
    this.#keys[place] = key;
    this.#next[place] = this.#heads[chain]!;
    this.#heads[chain] = place;
    return before;
  }

  /** The most frequent keys, the most frequent first; of equal ones the smaller key. */
  top(length: number): readonly FrequentKey[] {
    const found = Array.from({ length: this.#size }, (_, place) => ({
      key: this.#keys[place]!,
      count: this.#counts[place]!,
      surplus: this.#surplus[place]!,
    }));
    return found.sort((a, b) => b.count - a.count || a.key - b.key).slice(0, length);
  }

  #chainOf(key: number): number {
    return Math.imul(key, SPREAD) >>> this.#shift;
  }

  /** Takes a key with the lowest count out of its chain; returns its place, the count still there. */
  #vacate(): number {
    const place = this.#takeLeast();
    const chain = this.#chainOf(this.#keys[place]!);
    const after = this.#next[place]!;
    let before = this.#heads[chain]!;
    if (before === place) this.#heads[chain] = after;
    else {
      while (this.#next[before] !== place) before = this.#next[before]!;
      this.#next[before] = after;
    }
    return place;
  }

  /** They are looked for all at once: the lowest count only grows, so most wait until it is their turn. */
  #takeLeast(): number {
    for (;;) {
      if (this.#leastLength === 0) this.#findLeast();
      const place = this.#least[--this.#leastLength]!;
      if (this.#counts[place] === this.#leastCount) return place;
    }
  }

  #findLeast(): void {
    const counts = this.#counts;
    let least = Number.POSITIVE_INFINITY;
    for (const count of counts) if (count < least) least = count;
    this.#leastCount = least;
    for (let place = 0; place < counts.length; place++) {
      if (counts[place] === least) this.#least[this.#leastLength++] = place;
    }
  }
}
