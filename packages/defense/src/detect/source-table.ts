/**
 * Which row belongs to which source, in memory that never grows: a fixed number of slots, in groups; a source may lie
 * in any slot of the group that its hash names. When the group is full, the source that is worth least is evicted. Rows are
 * given away one after the other, so that those of a few sources lie together in memory.
 */
import { assert } from '@wormwood/base';
import type { KeyedHash } from '../evidence/keyed-hash.ts';

const SLOTS_PER_GROUP = 16;
/** Address and row of a slot, and address of a row. */
const BYTES_PER_SLOT = 12;
const FREE = -1;

/** How much would be lost with what is kept of a source; the one with the least is evicted for a newcomer. */
export type Worth = (row: number, nowSeconds: number) => number;

export class SourceTable {
  readonly capacity: number;
  readonly bytesPerSource: number = BYTES_PER_SLOT;
  /** By slot: the source, and its row. */
  readonly #sources: Uint32Array;
  readonly #rows: Int32Array;
  /** By row. */
  readonly #sourceOfRow: Uint32Array;
  readonly #groupMask: number;
  readonly #hash: KeyedHash;
  readonly #worth: Worth;
  readonly #forgotten: (source: number, row: number) => boolean;
  #size = 0;
  #evictions = 0;
  #evictionsWithEvidence = 0;

  /** The capacity is the power of two at or above `capacity`, 16 at least. */
  constructor(options: {
    readonly capacity: number;
    readonly hash: KeyedHash;
    readonly worth: Worth;
    /**
     * Called with a source that is evicted; returns whether nothing is lost with it, so that it does not count.
     * @default all is lost
     */
    readonly forgotten?: (source: number, row: number) => boolean;
  }) {
    assert(options.capacity >= 1 && options.capacity <= 2 ** 24, 'a table has room for 1 to 2^24 sources');
    let groups = 1;
    while (groups * SLOTS_PER_GROUP < options.capacity) groups *= 2;
    this.capacity = groups * SLOTS_PER_GROUP;
    this.#groupMask = groups - 1;
    this.#sources = new Uint32Array(this.capacity);
    this.#rows = new Int32Array(this.capacity).fill(FREE);
    this.#sourceOfRow = new Uint32Array(this.capacity);
    this.#hash = options.hash;
    this.#worth = options.worth;
    this.#forgotten = options.forgotten ?? (() => false);
  }

  /** Sources that have a row now: rows are given away in their order, so that these are the first ones. */
  get size(): number {
    return this.#size;
  }

  /** Sources evicted for a newcomer with what was known of them. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Those of them of positive worth: there was more evidence for than against their infection. */
  get evictionsWithEvidence(): number {
    return this.#evictionsWithEvidence;
  }

  /** The row of `source`, or −1. */
  find(source: number): number {
    const first = this.#groupOf(source);
    for (let slot = first; slot < first + SLOTS_PER_GROUP; slot++) {
      const row = this.#rows[slot] ?? FREE;
      // The slots of a group are taken in their order.
      if (row === FREE) return FREE;
      if (this.#sources[slot] === source) return row;
    }
    return FREE;
  }

  /** The source that `row` belongs to. */
  sourceOf(row: number): number {
    return this.#sourceOfRow[row] ?? 0;
  }

  /** A row for `source`, which has none; what it held before is for the caller to clear. */
  claim(source: number, nowSeconds: number): number {
    const slot = this.#vacate(this.#groupOf(source), nowSeconds);
    const known = this.#rows[slot] ?? FREE;
    const row = known === FREE ? this.#size++ : known;
    this.#sources[slot] = source;
    this.#rows[slot] = row;
    this.#sourceOfRow[row] = source;
    return row;
  }

  /** A free slot of the group, or that of an evicted source. */
  #vacate(first: number, nowSeconds: number): number {
    let least = Infinity;
    let leastSlot = first;
    for (let slot = first; slot < first + SLOTS_PER_GROUP; slot++) {
      const row = this.#rows[slot] ?? FREE;
      if (row === FREE) return slot;
      const worth = this.#worth(row, nowSeconds);
      if (worth < least) {
        least = worth;
        leastSlot = slot;
      }
    }
    if (this.#forgotten(this.#sources[leastSlot] ?? 0, this.#rows[leastSlot] ?? 0)) return leastSlot;
    this.#evictions++;
    if (least > 0) this.#evictionsWithEvidence++;
    return leastSlot;
  }

  #groupOf(source: number): number {
    return (this.#hash.ofWord(source) & this.#groupMask) * SLOTS_PER_GROUP;
  }
}
