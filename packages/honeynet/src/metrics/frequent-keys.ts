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

interface Counter {
  count: number;
  surplus: number;
}

export class FrequentKeys {
  readonly #capacity: number;
  readonly #counters: Map<number, Counter> = new Map();
  /** Keys that had the lowest count when they were looked for. */
  readonly #least: number[] = [];
  #leastCount = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(key: number): void {
    const counter = this.#counters.get(key);
    if (counter !== undefined) counter.count++;
    else if (this.#counters.size < this.#capacity) this.#counters.set(key, { count: 1, surplus: 0 });
    else this.#replaceLeast(key);
  }

  /** The most frequent keys, the most frequent first; of equal ones the smaller key. */
  top(length: number): readonly FrequentKey[] {
    return Array.from(this.#counters, ([key, { count, surplus }]) => ({ key, count, surplus }))
      .sort((a, b) => b.count - a.count || a.key - b.key)
      .slice(0, length);
  }

  /** The newcomer inherits the count of the key that it drives out, since it may have been there before. */
  #replaceLeast(key: number): void {
    const least = this.#takeLeast();
    const count = this.#counters.get(least)?.count ?? 0;
    this.#counters.delete(least);
    this.#counters.set(key, { count: count + 1, surplus: count });
  }

  /** Keys with the lowest count are looked for all at once: the lowest count only grows, so most wait until it is their turn. */
  #takeLeast(): number {
    for (;;) {
      const key = this.#least.pop();
      if (key === undefined) this.#findLeast();
      else if (this.#counters.get(key)?.count === this.#leastCount) return key;
    }
  }

  #findLeast(): void {
    this.#leastCount = Number.POSITIVE_INFINITY;
    for (const { count } of this.#counters.values()) this.#leastCount = Math.min(this.#leastCount, count);
    for (const [key, { count }] of this.#counters) if (count === this.#leastCount) this.#least.push(key);
  }
}
