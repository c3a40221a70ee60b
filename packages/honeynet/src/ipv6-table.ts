/**
 * Who answers at an IPv6 address: the bindings by the length of their prefix, the longest first, and within a length by binary
 * search. A /64 costs what one host costs.
 */
import type { Ipv6Prefix } from '@wormwood/wire';

const ADDRESS_BITS = 128;
/** RFC 6164: a link of two addresses has no others. */
const EDGED_LENGTH_MAX = 126;

interface Group {
  readonly shift: bigint;
  /** The prefixes without the bits behind them, in order. */
  readonly prefixes: readonly bigint[];
  readonly indices: readonly number[];
}

/** Whether an address is the first of a prefix that covers others, which its routers have (RFC 4291 2.6.1). */
export function isRoutersAddress({ first, length }: Ipv6Prefix, address: bigint): boolean {
  return first === address && length <= EDGED_LENGTH_MAX;
}

export class Ipv6Table {
  readonly #groups: readonly Group[];

  constructor(prefixes: readonly Ipv6Prefix[]) {
    const lengths = [...new Set(prefixes.map(({ length }) => length))].toSorted((a, b) => b - a);
    this.#groups = lengths.map((length) => {
      const shift = BigInt(ADDRESS_BITS - length);
      const members = prefixes
        .map(({ first }, index) => ({ prefix: first >> shift, index }))
        .filter(({ index }) => prefixes[index]!.length === length)
        .toSorted((a, b) => (a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : 0));
      return {
        shift,
        prefixes: members.map(({ prefix }) => prefix),
        indices: members.map(({ index }) => index),
      };
    });
  }

  /** Returns the index of the longest prefix that covers the address, or -1. */
  find(address: bigint): number {
    for (const { shift, prefixes, indices } of this.#groups) {
      const wanted = address >> shift;
      let low = 0;
      let high = prefixes.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (prefixes[middle]! < wanted) low = middle + 1;
        else high = middle;
      }
      if (low < prefixes.length && prefixes[low] === wanted) return indices[low]!;
    }
    return -1;
  }
}
