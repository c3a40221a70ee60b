/**
 * Numbers that change, with their sum, and the one in which a point of the sum lies: a tree of sixteen children to a
 * node, each node computed anew as the sum of its children, so that rounding errors do not accumulate.
 */
const CHILDREN = 16;

export class ProductTree {
  /** From the numbers themselves, filled up with zeros, to the root. */
  readonly #levels: readonly Float64Array[];

  constructor(size: number) {
    const levels: Float64Array[] = [];
    let nodes = Math.max(1, size);
    do {
      const padded = nodes === 1 && levels.length > 0 ? 1 : Math.ceil(nodes / CHILDREN) * CHILDREN;
      levels.push(new Float64Array(padded));
      nodes = Math.ceil(nodes / CHILDREN);
    } while (levels.at(-1)!.length > 1);
    this.#levels = levels;
  }

  total(): number {
    return this.#levels.at(-1)![0]!;
  }

  set(index: number, value: number): void {
    this.#levels[0]![index] = value;
    let node = index;
    for (let height = 1; height < this.#levels.length; height++) {
      node >>>= 4;
      this.#levels[height]![node] = this.#sumOfChildren(height, node);
    }
  }

  /** Sets all numbers at once. */
  fill(value: (index: number) => number, size: number): void {
    for (let index = 0; index < size; index++) this.#levels[0]![index] = value(index);
    for (let height = 1; height < this.#levels.length; height++) {
      const below = this.#levels[height - 1]!.length / CHILDREN;
      for (let node = 0; node < below; node++)
        this.#levels[height]![node] = this.#sumOfChildren(height, node);
    }
  }

  /** The number in which the point `target` of the sum lies; never one that is zero, unless all are. */
  indexAt(target: number): number {
    let node = 0;
    // A sum, so that it is kept as a number of 64 bits and not made room for at each step.
    let left = target + 0;
    for (let height = this.#levels.length - 2; height >= 0; height--) {
      const level = this.#levels[height]!;
      const first = node * CHILDREN;
      // Rounding may leave a little more than there is: then it is the last that is not zero.
      let chosen = first;
      for (let child = first; child < first + CHILDREN; child++) {
        const value = level[child]!;
        if (value === 0) continue;
        chosen = child;
        if (left < value) break;
        left -= value;
      }
      node = chosen;
    }
    return node;
  }

  /** Written out: in a loop a change takes nearly twice as long. */
  #sumOfChildren(height: number, node: number): number {
    const of = this.#levels[height - 1]!;
    const first = node * CHILDREN;
    const low =
      of[first]! +
      of[first + 1]! +
      of[first + 2]! +
      of[first + 3]! +
      of[first + 4]! +
      of[first + 5]! +
      of[first + 6]! +
      of[first + 7]!;
    return (
      low +
      of[first + 8]! +
      of[first + 9]! +
      of[first + 10]! +
      of[first + 11]! +
      of[first + 12]! +
      of[first + 13]! +
      of[first + 14]! +
      of[first + 15]!
    );
  }
}
