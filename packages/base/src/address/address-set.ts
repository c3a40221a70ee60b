/**
 * Immutable sets of addresses, kept as sorted ranges. Addresses are integers in 0..2^53-1, so that abstract spaces
 * larger than IPv4's work too; only `fromCidrs` and `toCidrs` speak of IPv4. Arithmetic stays in doubles: a
 * bitwise operator would cut an address to 32 bits.
 */

import { assert } from '../assert.ts';
import { type Cidr, cidrSize } from './ipv4.ts';

const IPV4_LAST = 2 ** 32 - 1;

/** The addresses from `first` to `last`, both included. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

const WHOLE_IPV4: AddressRange = { first: 0, last: IPV4_LAST };

/** A set of addresses; all operations return new sets. `n` below is the number of ranges. */
export class AddressSet {
  static readonly empty: AddressSet = new AddressSet([]);

  readonly #firsts: Float64Array;
  readonly #lasts: Float64Array;
  /** How many addresses precede each range; one entry more, the size of the set, ends it. */
  readonly #ranks: Float64Array;

  /** From sorted ranges between any two of which an address is left out. */
  private constructor(ranges: readonly AddressRange[]) {
    this.#firsts = Float64Array.from(ranges, (range) => range.first);
    this.#lasts = Float64Array.from(ranges, (range) => range.last);
    this.#ranks = new Float64Array(ranges.length + 1);
    ranges.forEach(({ first, last }, i) => {
      this.#ranks[i + 1] = (this.#ranks[i] ?? 0) + (last - first + 1);
    });
  }

  /** The union of `ranges`, which may come in any order and overlap. */
  static fromRanges(ranges: Iterable<AddressRange>): AddressSet {
    const sorted = [...ranges].sort((a, b) => a.first - b.first);
    const merged: AddressRange[] = [];
    for (const range of sorted) {
      assertRange(range);
      const previous = merged.at(-1);
      if (previous !== undefined && range.first <= previous.last + 1) {
        merged[merged.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) };
      } else {
        merged.push(range);
      }
    }
    return new AddressSet(merged);
  }

  /** The union of IPv4 blocks. */
  static fromCidrs(cidrs: Iterable<Cidr>): AddressSet {
    return AddressSet.fromRanges(
      Array.from(cidrs, ({ address, prefixLength }) => ({
        first: address,
        last: address + cidrSize(prefixLength) - 1,
      })),
    );
  }

  /** The number of addresses. */
  get size(): number {
    return this.#ranks[this.rangeCount] ?? 0;
  }

  /** The number of maximal ranges. */
  get rangeCount(): number {
    return this.#firsts.length;
  }

  /** Whether `address` is in the set; O(log n). */
  contains(address: number): boolean {
    return this.#rangeOf(address) >= 0;
  }

  /** Whether every address of a range is in the set; O(log n). */
  covers({ first, last }: AddressRange): boolean {
    const range = this.#rangeOf(first);
    return range >= 0 && last <= this.#lasts[range]!;
  }

  /** Whether some address of a range is in the set; O(log n). */
  meets({ first, last }: AddressRange): boolean {
    const range = countNotAbove(this.#firsts, last) - 1;
    return range >= 0 && this.#lasts[range]! >= first;
  }

  /** The address that has `index` smaller ones in the set, for an index in 0..size-1; O(log n). */
  at(index: number): number {
    assert(Number.isInteger(index) && index >= 0 && index < this.size, `no address at index ${index}`);
    const range = countNotAbove(this.#ranks, index) - 1;
    return (this.#firsts[range] ?? 0) + (index - (this.#ranks[range] ?? 0));
  }

  /** How many addresses of the set are smaller than `address`, or -1 if it is not in the set; O(log n). */
  indexOf(address: number): number {
    const range = this.#rangeOf(address);
    return range < 0 ? -1 : (this.#ranks[range] ?? 0) + (address - (this.#firsts[range] ?? 0));
  }

  /** The addresses in this set, the other, or both. */
  union(other: AddressSet): AddressSet {
    return AddressSet.fromRanges([...this.ranges(), ...other.ranges()]);
  }

  /** The addresses in both sets. */
  intersection(other: AddressSet): AddressSet {
    const common: AddressRange[] = [];
    let i = 0;
    let j = 0;
    while (i < this.rangeCount && j < other.rangeCount) {
      const lastHere = this.#lasts[i] ?? 0;
      const lastThere = other.#lasts[j] ?? 0;
      const first = Math.max(this.#firsts[i] ?? 0, other.#firsts[j] ?? 0);
      const last = Math.min(lastHere, lastThere);
      if (first <= last) common.push({ first, last });
      if (lastHere <= lastThere) i++;
      if (lastThere <= lastHere) j++;
    }
    return new AddressSet(common);
  }

  /** The addresses of this set which are not in the other. */
  difference(other: AddressSet): AddressSet {
    const end = this.#lasts[this.rangeCount - 1];
    return end === undefined ? this : this.intersection(other.complement({ first: 0, last: end }));
  }

  /** The addresses of `within` which are not in this set. @default the IPv4 address space */
  complement(within: AddressRange = WHOLE_IPV4): AddressSet {
    assertRange(within);
    const gaps: AddressRange[] = [];
    let first = within.first;
    for (const range of this.ranges()) {
      if (range.last < first) continue;
      if (range.first > within.last) break;
      if (range.first > first) gaps.push({ first, last: range.first - 1 });
      first = range.last + 1;
    }
    if (first <= within.last) gaps.push({ first, last: within.last });
    return new AddressSet(gaps);
  }

  /** Yields the maximal ranges in ascending order. */
  *ranges(): IterableIterator<AddressRange> {
    for (let i = 0; i < this.rangeCount; i++) {
      yield { first: this.#firsts[i] ?? 0, last: this.#lasts[i] ?? 0 };
    }
  }

  /** The fewest IPv4 blocks that make up the set, in ascending order; no address may lie beyond IPv4. */
  toCidrs(): Cidr[] {
    assert((this.#lasts[this.rangeCount - 1] ?? 0) <= IPV4_LAST, 'blocks exist for IPv4 addresses only');
    const cidrs: Cidr[] = [];
    for (const { first, last } of this.ranges()) {
      let address = first;
      while (address <= last) {
        let prefixLength = 32;
        while (prefixLength > 0 && isBlockInside(address, prefixLength - 1, last)) prefixLength--;
        cidrs.push({ address, prefixLength });
        address += cidrSize(prefixLength);
      }
    }
    return cidrs;
  }

  /** The position of the range that contains `address`, or -1. */
  #rangeOf(address: number): number {
    const range = countNotAbove(this.#firsts, address) - 1;
    return range >= 0 && Number.isInteger(address) && address <= (this.#lasts[range] ?? 0) ? range : -1;
  }
}

/** The number of entries of the ascending `sorted` that are <= value. */
function countNotAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBlockInside(address: number, prefixLength: number, last: number): boolean {
  const size = cidrSize(prefixLength);
  return address % size === 0 && address + size - 1 <= last;
}

function assertRange({ first, last }: AddressRange): void {
  assert(
    Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= 0 && first <= last,
    `a range runs from a first to a last integer in 0..2^53-1, not ${first}..${last}`,
  );
}
