/** The /16 networks that hold vulnerable hosts of given ranges, each with its chance to hold any. */
import { exp, log1p } from '@wormwood/base';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { overlap } from './overlap.ts';
import { type AddressRange, type RangedPlacement, hostsByRange } from '../outbreak/population.ts';

const SLASH16 = 2 ** 16;

export interface PopulatedNetwork extends AddressRange {
  /** Probability that it holds a host. */
  readonly chance: number;
  /** Addresses without a host, as expected. */
  readonly free: number;
}

/** Returns how many /16 networks the ranges touch. */
export function networksTouched({ ranges }: RangedPlacement): number {
  return ranges.reduce((sum, range) => sum + Math.ceil(range.size / SLASH16) + 1, 0);
}

/** Returns the networks in rising order. */
export function populatedNetworks(
  { firstAddress, addressSpaceSize, population }: Outbreak,
  { ranges }: RangedPlacement,
): readonly PopulatedNetwork[] {
  const hosts = hostsByRange(ranges, population.vulnerable);
  const space = { first: firstAddress, size: addressSpaceSize };
  /** By number of the network: its hosts, and the logarithm of the chance that it has none. */
  const found = new Map<number, { hosts: number; emptiness: number }>();
  for (const [row, range] of ranges.entries()) {
    if (hosts[row] === 0) continue;
    const last = Math.floor((range.first + range.size - 1) / SLASH16);
    for (let number = Math.floor(range.first / SLASH16); number <= last; number++) {
      const inside = overlap(range, networkOf(number)) / range.size;
      const network = found.get(number) ?? { hosts: 0, emptiness: 0 };
      network.hosts += hosts[row]! * inside;
      network.emptiness += hosts[row]! * log1p(-inside);
      found.set(number, network);
    }
  }
  return [...found]
    .toSorted(([a], [b]) => a - b)
    .map(([number, network]) => {
      const size = overlap(space, networkOf(number));
      const first = Math.max(firstAddress, number * SLASH16);
      return { first, size, chance: 1 - exp(network.emptiness), free: Math.max(0, size - network.hosts) };
    });
}

function networkOf(number: number): AddressRange {
  return { first: number * SLASH16, size: SLASH16 };
}

/** Returns the free addresses of all populated networks, as expected: where honeypots among them may lie. */
export function freeAmong(networks: readonly PopulatedNetwork[]): number {
  return networks.reduce((sum, { chance, free }) => sum + chance * free, 0);
}

/** Returns how large a fraction of the free addresses of populated networks lies in `within`, as expected. */
export function populatedIn(
  outbreak: Outbreak,
  placement: RangedPlacement,
  within: readonly AddressRange[],
): number {
  const networks = populatedNetworks(outbreak, placement);
  const hosts = hostsByRange(placement.ranges, outbreak.population.vulnerable);
  let inside = 0;
  for (const network of networks) {
    for (const range of within) {
      const first = Math.max(network.first, range.first);
      const both = { first, size: overlap(network, range) };
      let free = both.size;
      for (const [row, populated] of placement.ranges.entries()) {
        if (hosts[row]! > 0) free -= (hosts[row]! * overlap(both, populated)) / populated.size;
      }
      inside += network.chance * Math.max(0, free);
    }
  }
  const all = freeAmong(networks);
  return all > 0 ? inside / all : 0;
}
