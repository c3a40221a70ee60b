/** The networks that local preference prefers: how many hold vulnerable hosts, and how many hosts each has. */
import { expm1, log1p } from '@wormwood/base';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { hostsByRange, type RangedPlacement } from '../outbreak/population.ts';
import { populatedBlocks } from './pair-shares.ts';

export interface PreferredNetworks {
  /** Networks of the smallest preferred size that are expected to hold a vulnerable host. */
  readonly networks: number;
  readonly hostsPerNetwork: number;
}

/** Returns the networks of the smallest size that the worm prefers; null without local preference. */
export function preferredNetworks({
  addressSpaceSize,
  firstAddress,
  population,
  worm,
}: Outbreak): PreferredNetworks | null {
  const strategy = worm.strategy.kind === 'hitlist' ? worm.strategy.then : worm.strategy;
  if (strategy.kind !== 'local') return null;
  const sizes = strategy.levels
    .filter(({ probability }) => probability > 0)
    .map((level) => level.networkSize);
  const size = Math.min(addressSpaceSize, ...sizes);
  if (sizes.length === 0 || size >= addressSpaceSize) return null;
  const { placement, vulnerable } = population;
  const networks =
    placement?.kind === 'ranges'
      ? networksOfRanges(placement, { vulnerable, firstAddress, size })
      : populatedBlocks(
          { addressSpaceSize, levels: placement?.kind === 'clustered' ? placement.levels : [] },
          size,
          vulnerable,
        );
  return { networks, hostsPerNetwork: vulnerable / networks };
}

function networksOfRanges(
  { ranges }: RangedPlacement,
  network: { readonly vulnerable: number; readonly firstAddress: number; readonly size: number },
): number {
  const counts = hostsByRange(ranges, network.vulnerable);
  /** Networks that hold ranges smaller than themselves, each once. */
  const shared = new Set<number>();
  let whole = 0;
  for (const [row, range] of ranges.entries()) {
    const hosts = counts[row] ?? 0;
    if (hosts === 0) continue;
    const boxes = range.size / network.size;
    if (boxes > 1) whole += -boxes * expm1(hosts * log1p(-1 / boxes));
    else shared.add(Math.floor((range.first - network.firstAddress) / network.size));
  }
  return whole + shared.size;
}
