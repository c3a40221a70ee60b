/** A set of indexes 0 … n−1 that finds the next one it holds in a few steps: a bitmap of bitmaps, 32 to one. */
export class IndexSet {
  /** From the finest on: a bit of each level says whether the word of the level before has any. */
  readonly #levels: readonly Int32Array[];

  constructor(size: number) {
    const levels: Int32Array[] = [];
    let bits = Math.max(1, size);
    do {
      bits = Math.ceil(bits / 32);
      levels.push(new Int32Array(bits));
    } while (bits > 1);
    this.#levels = levels;
  }

  add(index: number): void {
    let at = index;
    for (let height = 0; height < this.#levels.length; height++) {
      this.#levels[height]![at >>> 5]! |= 1 << (at & 31);
      at >>>= 5;
    }
  }

  remove(index: number): void {
    let at = index;
    for (let height = 0; height < this.#levels.length; height++) {
      const level = this.#levels[height]!;
      level[at >>> 5]! &= ~(1 << (at & 31));
      if (level[at >>> 5] !== 0) return;
      at >>>= 5;
    }
  }

  has(index: number): boolean {
    return ((this.#levels[0]![index >>> 5]! >>> (index & 31)) & 1) === 1;
  }

  /** The first index of the set from `index` on; −1 when there is none. */
  next(index: number): number {
    let at = index;
    let height = 0;
    for (;;) {
      const level = this.#levels[height];
      if (level === undefined || at >>> 5 >= level.length) return -1;
      const word = level[at >>> 5]! & (-1 << (at & 31));
      if (word !== 0) {
        at = (at & ~31) | lowestBit(word);
        break;
      }
      at = (at >>> 5) + 1;
      height++;
    }
    for (height--; height >= 0; height--) at = (at << 5) | lowestBit(this.#levels[height]![at]!);
    return at;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
