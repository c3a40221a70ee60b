/**
 * Which slot belongs to which source, in memory that never grows: a fixed number of slots, in groups; a source may lie
 * in any slot of the group that its hash names. When the group is full, the source that is worth least is evicted.
 */
import { assert } from '@wormwood/base';
import type { KeyedHash } from '../evidence/keyed-hash.ts';

const SLOTS_PER_GROUP = 16;
/** Address and mark of occupation. */
const BYTES_PER_SLOT = 5;

/** How much would be lost with what a slot knows; the slot with the least is evicted for a newcomer. */
export type Worth = (slot: number, nowSeconds: number) => number;

export class SourceTable {
  readonly capacity: number;
  readonly bytesPerSource: number = BYTES_PER_SLOT;
  readonly #sources: Uint32Array;
  readonly #occupied: Uint8Array;
  readonly #groupMask: number;
  readonly #hash: KeyedHash;
  readonly #worth: Worth;
  readonly #forgotten: (source: number) => void;
  #size = 0;
  #evictions = 0;
  #evictionsWithEvidence = 0;

  /** The capacity is the power of two at or above `capacity`, 16 at least. */
  constructor(options: {
    readonly capacity: number;
    readonly hash: KeyedHash;
    readonly worth: Worth;
    /** Called with a source that is evicted. @default nothing is called */
    readonly forgotten?: (source: number) => void;
  }) {
    assert(options.capacity >= 1 && options.capacity <= 2 ** 24, 'a table has room for 1 to 2^24 sources');
    let groups = 1;
    while (groups * SLOTS_PER_GROUP < options.capacity) groups *= 2;
    this.capacity = groups * SLOTS_PER_GROUP;
    this.#groupMask = groups - 1;
    this.#sources = new Uint32Array(this.capacity);
    this.#occupied = new Uint8Array(this.capacity);
    this.#hash = options.hash;
    this.#worth = options.worth;
    this.#forgotten = options.forgotten ?? (() => undefined);
  }

  /** Sources that have a slot now. */
  get size(): number {
    return this.#size;
  }

  /** Sources evicted for a newcomer. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Those of them of positive worth: there was more evidence for than against their infection. */
  get evictionsWithEvidence(): number {
    return this.#evictionsWithEvidence;
  }

  /** The slot of `source`, or −1. */
  find(source: number): number {
    const first = this.#groupOf(source);
    for (let slot = first; slot < first + SLOTS_PER_GROUP; slot++) {
      if (this.#sources[slot] === source && this.#occupied[slot] === 1) return slot;
    }
    return -1;
  }

  isOccupied(slot: number): boolean {
    return this.#occupied[slot] === 1;
  }

  /** The source that `slot` belongs to. */
  sourceOf(slot: number): number {
    return this.#sources[slot] ?? 0;
  }

  /** A slot for `source`, which has none; what it held before is for the caller to clear. */
  claim(source: number, nowSeconds: number): number {
    const slot = this.#vacate(this.#groupOf(source), nowSeconds);
    this.#sources[slot] = source;
    this.#occupied[slot] = 1;
    this.#size++;
    return slot;
  }

  /** A free slot of the group, after an eviction if there was none. */
  #vacate(first: number, nowSeconds: number): number {
    let least = Infinity;
    let leastSlot = first;
    for (let slot = first; slot < first + SLOTS_PER_GROUP; slot++) {
      if (this.#occupied[slot] === 0) return slot;
      const worth = this.#worth(slot, nowSeconds);
      if (worth < least) {
        least = worth;
        leastSlot = slot;
      }
    }
    this.#evictions++;
    if (least > 0) this.#evictionsWithEvidence++;
    this.#size--;
    this.#forgotten(this.sourceOf(leastSlot));
    return leastSlot;
  }

  #groupOf(source: number): number {
    return (this.#hash.ofWord(source) & this.#groupMask) * SLOTS_PER_GROUP;
  }
}
