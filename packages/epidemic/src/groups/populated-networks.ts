/** The /16 networks that hold vulnerable hosts of given ranges, each with its chance to hold any. */
import { exp, log1p } from '@wormwood/base';
import type { AddressRange, Outbreak, RangedPlacement } from '../outbreak.ts';
import { hostsByRange } from '../placed-clusters.ts';
import { overlap } from './overlap.ts';

const SLASH16 = 2 ** 16;

export interface PopulatedNetwork extends AddressRange {
  /** That it holds a host. */
  readonly chance: number;
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
  /** By number of the network: the logarithm of the chance that it holds none. */
  const emptiness = new Map<number, number>();
  for (const [row, range] of ranges.entries()) {
    if (hosts[row] === 0) continue;
    const last = Math.floor((range.first + range.size - 1) / SLASH16);
    for (let number = Math.floor(range.first / SLASH16); number <= last; number++) {
      const inside = overlap(range, { first: number * SLASH16, size: SLASH16 }) / range.size;
      emptiness.set(number, (emptiness.get(number) ?? 0) + hosts[row]! * log1p(-inside));
    }
  }
  return [...emptiness]
    .toSorted(([a], [b]) => a - b)
    .map(([number, logarithm]) => {
      const first = Math.max(firstAddress, number * SLASH16);
      const size = overlap(space, { first: number * SLASH16, size: SLASH16 });
      return { first, size, chance: 1 - exp(logarithm) };
    });
}

/** Returns how large a fraction of the addresses of populated networks lies in `within`, as expected. */
export function populatedIn(
  outbreak: Outbreak,
  placement: RangedPlacement,
  within: readonly AddressRange[],
): number {
  let inside = 0;
  let all = 0;
  for (const network of populatedNetworks(outbreak, placement)) {
    for (const range of within) inside += network.chance * overlap(network, range);
    all += network.chance * network.size;
  }
  return all > 0 ? inside / all : 0;
}
