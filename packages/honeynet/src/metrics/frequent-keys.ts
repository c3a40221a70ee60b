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

/** Slots for each key that is kept: few enough are taken that a search ends after one or two. */
const SLOTS_PER_KEY = 4;
/** 2^32 divided by the golden ratio: neighboring keys are spread over the table (Knuth, TAOCP 3, 6.4). */
const SPREAD = 0x9e37_79b1;

/** Counts 32-bit keys. */
export class FrequentKeys {
  readonly #capacity: number;
  /** A table with open addressing and linear probing; a count of 0 marks a free slot. */
  readonly #keys: Uint32Array;
  readonly #counts: Float64Array;
  readonly #surplus: Float64Array;
  readonly #mask: number;
  #size = 0;
  /** Keys that had the lowest count when they were looked for. */
  readonly #least: Uint32Array;
  #leastLength = 0;
  #leastCount = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    const slots = 2 ** Math.ceil(Math.log2(capacity * SLOTS_PER_KEY));
    this.#keys = new Uint32Array(slots);
    this.#counts = new Float64Array(slots);
    this.#surplus = new Float64Array(slots);
    this.#mask = slots - 1;
    this.#least = new Uint32Array(capacity);
  }

  add(key: number): void {
    const slot = this.#slotOf(key);
    if (this.#counts[slot]! > 0) this.#counts[slot]!++;
    else if (this.#size < this.#capacity) this.#put(slot, key, 1, 0);
    else this.#replaceLeast(key);
  }

  /** The most frequent keys, the most frequent first; of equal ones the smaller key. */
  top(length: number): readonly FrequentKey[] {
    const found: FrequentKey[] = [];
    this.#counts.forEach((count, slot) => {
      if (count > 0) found.push({ key: this.#keys[slot]!, count, surplus: this.#surplus[slot]! });
    });
    return found.sort((a, b) => b.count - a.count || a.key - b.key).slice(0, length);
  }

  /** Where the key is, or the free slot where it would be. */
  #slotOf(key: number): number {
    let slot = this.#home(key);
    while (this.#counts[slot]! > 0 && this.#keys[slot] !== key) slot = (slot + 1) & this.#mask;
    return slot;
  }

  #home(key: number): number {
    return (Math.imul(key, SPREAD) >>> 16) & this.#mask;
  }

  #put(slot: number, key: number, count: number, surplus: number): void {
    this.#keys[slot] = key;
    this.#counts[slot] = count;
    this.#surplus[slot] = surplus;
    this.#size++;
  }

  /** The newcomer inherits the count of the key that it drives out, since it may have been there before. */
  #replaceLeast(key: number): void {
    const slot = this.#takeLeast();
    const count = this.#counts[slot]!;
    this.#remove(slot);
    this.#put(this.#slotOf(key), key, count + 1, count);
  }

  /**
   * Where a key with the lowest count is. They are looked for all at once: the lowest count only grows, so most wait
   * until it is their turn.
   */
  #takeLeast(): number {
    for (;;) {
      if (this.#leastLength === 0) this.#findLeast();
      const slot = this.#slotOf(this.#least[--this.#leastLength]!);
      if (this.#counts[slot] === this.#leastCount) return slot;
    }
  }

  #findLeast(): void {
    const counts = this.#counts;
    let least = Number.POSITIVE_INFINITY;
    for (const count of counts) if (count > 0 && count < least) least = count;
    this.#leastCount = least;
    for (let slot = 0; slot < counts.length; slot++) {
      if (counts[slot] === least) this.#least[this.#leastLength++] = this.#keys[slot]!;
    }
  }

  /** Frees a slot and moves back what had gone past it (Knuth, algorithm 6.4 R). */
  #remove(slot: number): void {
    this.#size--;
    let free = slot;
    this.#counts[free] = 0;
    for (let at = (free + 1) & this.#mask; this.#counts[at]! > 0; at = (at + 1) & this.#mask) {
      const way = (at - this.#home(this.#keys[at]!)) & this.#mask;
      if (way < ((at - free) & this.#mask)) continue;
      this.#keys[free] = this.#keys[at]!;
      this.#counts[free] = this.#counts[at]!;
      this.#surplus[free] = this.#surplus[at]!;
      this.#counts[at] = 0;
      free = at;
    }
  }
}
