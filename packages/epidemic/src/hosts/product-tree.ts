/** Numbers that change, with their sum, and the one in which a point of the sum lies: a tree in which no rounding piles up. */
export class ProductTree {
  readonly #tree: Float64Array;
  readonly #leaves: number;

  constructor(size: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, size)));
    this.#tree = new Float64Array(2 * this.#leaves);
  }

  total(): number {
    return this.#tree[1]!;
  }

  set(index: number, value: number): void {
    const tree = this.#tree;
    let node = this.#leaves + index;
    tree[node] = value;
    for (node >>= 1; node > 0; node >>= 1) tree[node] = tree[2 * node]! + tree[2 * node + 1]!;
  }

  /** Puts in all numbers in one go. */
  fill(value: (index: number) => number, size: number): void {
    const tree = this.#tree;
    for (let index = 0; index < size; index++) tree[this.#leaves + index] = value(index);
    for (let node = this.#leaves - 1; node > 0; node--) tree[node] = tree[2 * node]! + tree[2 * node + 1]!;
  }

  /** The number in which the point `target` of the sum lies; never one that is zero. */
  indexAt(target: number): number {
    const tree = this.#tree;
    let node = 1;
    let left = target;
    while (node < this.#leaves) {
      node *= 2;
      // Rounding may leave a little more than there is.
      if (left < tree[node]! || tree[node + 1] === 0) continue;
      left -= tree[node]!;
      node++;
    }
    return node - this.#leaves;
  }
}
