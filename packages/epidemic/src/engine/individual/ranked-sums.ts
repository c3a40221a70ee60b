/**
 * Sums over ranks 0 … n−1 of numbers that change: a binary indexed tree (Fenwick, "A new data structure for cumulative
 * frequency tables", Software: Practice and Experience 24(3), 1994). Whole numbers below 2^53 in all stay exact.
 */
export class RankedSums {
  total = 0;
  readonly #tree: Float64Array;
  readonly #top: number;

  constructor(size: number) {
    this.#tree = new Float64Array(size + 1);
    this.#top = size === 0 ? 0 : 2 ** (31 - Math.clz32(size));
  }

  /** Sets the numbers of all ranks at once. */
  fill(numbers: ArrayLike<number>): void {
    const tree = this.#tree;
    tree[0] = 0;
    this.total = 0;
    for (let node = 1; node < tree.length; node++) {
      tree[node] = numbers[node - 1]!;
      this.total += numbers[node - 1]!;
    }
    for (let node = 1; node < tree.length; node++) {
      const above = node + (node & -node);
      if (above < tree.length) tree[above]! += tree[node]!;
    }
  }

  add(rank: number, change: number): void {
    const tree = this.#tree;
    this.total += change;
    for (let node = rank + 1; node < tree.length; node += node & -node) tree[node]! += change;
  }

  /** The sum over the ranks below `rank`. */
  before(rank: number): number {
    const tree = this.#tree;
    let sum = 0;
    for (let node = rank; node > 0; node &= node - 1) sum += tree[node]!;
    return sum;
  }

  /** The first rank at which the sum over it and all lower ranks exceeds `sum`; `sum` is below the total. */
  rankAt(sum: number): number {
    const tree = this.#tree;
    let node = 0;
    let left = sum;
    for (let step = this.#top; step > 0; step >>= 1) {
      const next = node + step;
      if (next >= tree.length || tree[next]! > left) continue;
      node = next;
      left -= tree[next]!;
    }
    return node;
  }
}
