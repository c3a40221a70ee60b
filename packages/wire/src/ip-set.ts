/**
 * Immutable sets of addresses of either version. Those of IPv4 are an `AddressSet`; those of IPv6 are sorted ranges of bigints,
 * which no number can hold.
 */

import { AddressSet, type Cidr, cidrSize } from '@wormwood/base';
import { type IpPrefix, isIpv6Prefix } from './ip-prefix.ts';
import type { IpAddress, Ipv6Prefix } from './ipv6-address.ts';

const ADDRESS_BITS = 128;
/** Whoever has one address of such a network has all of them (RFC 4291 2.5.4). */
const NETWORK_SHIFT = 64n;

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** A set of IPv6 addresses. `n` below is the number of ranges. */
export class Ipv6Set {
  static readonly empty: Ipv6Set = new Ipv6Set([]);

  /** Between any two of which an address is left out. */
  readonly #ranges: readonly Range[];

  private constructor(ranges: readonly Range[]) {
    this.#ranges = ranges;
  }

  /** The union of blocks, which may overlap. */
  static of(prefixes: Iterable<Ipv6Prefix>): Ipv6Set {
    return Ipv6Set.#merged(Array.from(prefixes, rangeOf));
  }

  static #merged(ranges: readonly Range[]): Ipv6Set {
    const merged: Range[] = [];
    for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : Number(a.first > b.first)))) {
      const previous = merged.at(-1);
      if (previous === undefined || range.first > previous.last + 1n) merged.push(range);
      else if (range.last > previous.last) merged[merged.length - 1] = { ...previous, last: range.last };
    }
    return new Ipv6Set(merged);
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  /** The number of addresses: exact up to 2^53. */
  get size(): number {
    return this.#ranges.reduce((sum, { first, last }) => sum + Number(last - first + 1n), 0);
  }

  /** The number of networks of 64 bits that have addresses in the set: exact up to 2^53. */
  get networks(): number {
    const ranges = this.#ranges.map(({ first, last }) => ({
      first: first >> NETWORK_SHIFT,
      last: last >> NETWORK_SHIFT,
    }));
    return Ipv6Set.#merged(ranges).size;
  }

  /** Whether the address is in the set; O(log n). */
  contains(address: bigint): boolean {
    const range = this.#rangeFrom(address);
    return range !== undefined && address <= range.last;
  }

  /** Whether every address of the block is in the set. */
  covers(prefix: Ipv6Prefix): boolean {
    const { first, last } = rangeOf(prefix);
    const range = this.#rangeFrom(first);
    return range !== undefined && last <= range.last;
  }

  /** Whether some address of the block is in the set. */
  meets(prefix: Ipv6Prefix): boolean {
    const { first, last } = rangeOf(prefix);
    const range = this.#rangeFrom(last);
    return range !== undefined && range.last >= first;
  }

  /** The addresses in this set, the other, or both. */
  union(other: Ipv6Set): Ipv6Set {
    return Ipv6Set.#merged([...this.#ranges, ...other.#ranges]);
  }

  /** The fewest blocks that make up the set, in ascending order. */
  prefixes(): readonly Ipv6Prefix[] {
    const found: Ipv6Prefix[] = [];
    for (const { first, last } of this.#ranges) {
      for (let address = first; address <= last;) {
        let bits = 0;
        while (bits < ADDRESS_BITS && isBlockInside(address, bits + 1, last)) bits++;
        found.push({ first: address, length: ADDRESS_BITS - bits });
        address += 1n << BigInt(bits);
      }
    }
    return found;
  }

  /** The last range that begins at or before the address. */
  #rangeFrom(address: bigint): Range | undefined {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ranges[middle]!.first <= address) low = middle + 1;
      else high = middle;
    }
    return this.#ranges[low - 1];
  }
}

/** A set of addresses of both versions. */
export class IpSet {
  static readonly empty: IpSet = new IpSet(AddressSet.empty, Ipv6Set.empty);

  readonly ipv4: AddressSet;
  readonly ipv6: Ipv6Set;

  constructor(ipv4: AddressSet, ipv6: Ipv6Set) {
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
  }

  /** The union of blocks, which may overlap. */
  static of(prefixes: Iterable<IpPrefix>): IpSet {
    const ipv4: Cidr[] = [];
    const ipv6: Ipv6Prefix[] = [];
    for (const prefix of prefixes) {
      if (isIpv6Prefix(prefix)) ipv6.push(prefix);
      else ipv4.push(prefix);
    }
    return new IpSet(AddressSet.fromCidrs(ipv4), Ipv6Set.of(ipv6));
  }

  get isEmpty(): boolean {
    return this.ipv4.size === 0 && this.ipv6.isEmpty;
  }

  contains(address: IpAddress): boolean {
    return typeof address === 'number' ? this.ipv4.contains(address) : this.ipv6.contains(address);
  }

  /** Whether every address of the block is in the set. */
  covers(prefix: IpPrefix): boolean {
    return isIpv6Prefix(prefix) ? this.ipv6.covers(prefix) : this.ipv4.covers(rangeOfCidr(prefix));
  }

  /** Whether some address of the block is in the set. */
  meets(prefix: IpPrefix): boolean {
    return isIpv6Prefix(prefix) ? this.ipv6.meets(prefix) : this.ipv4.meets(rangeOfCidr(prefix));
  }

  /** The addresses in this set, the other, or both. */
  union(other: IpSet): IpSet {
    return new IpSet(this.ipv4.union(other.ipv4), this.ipv6.union(other.ipv6));
  }

  /** The fewest blocks that make up the set: those of IPv4 first. */
  prefixes(): readonly IpPrefix[] {
    return [...this.ipv4.toCidrs(), ...this.ipv6.prefixes()];
  }
}

function rangeOfCidr({ address, prefixLength }: Cidr): { readonly first: number; readonly last: number } {
  return { first: address, last: address + cidrSize(prefixLength) - 1 };
}

function rangeOf({ first, length }: Ipv6Prefix): Range {
  return { first, last: first + (1n << BigInt(ADDRESS_BITS - length)) - 1n };
}

function isBlockInside(address: bigint, bits: number, last: bigint): boolean {
  const size = 1n << BigInt(bits);
  return address % size === 0n && address + size - 1n <= last;
}
