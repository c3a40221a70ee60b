/**
 * Local preference where hosts lie in given ranges: a cell for each range. Within a range hosts lie anywhere, so of a range
 * that spans many networks a host finds in its own what it finds in each; a network that several ranges reach into is
 * shared. As in local-reach.ts the mean field is ahead of single hosts where a network holds few.
 *
 * Honeypots as there: a dark block lies in networks without hosts; those spread over populated /16s lie around each host.
 */
import type { Outbreak } from '../outbreak/outbreak.ts';
import { overlap } from './overlap.ts';
import { freeAmong, type PopulatedNetwork, populatedNetworks } from './populated-networks.ts';
import type { Reach } from './cells.ts';
import { type AddressRange, type RangedPlacement, hostsByRange } from '../outbreak/population.ts';
import type { LocalPreferenceScan } from '../outbreak/scan-strategy.ts';

const SLASH16 = 2 ** 16;

export function ownRangeReach(
  outbreak: Outbreak,
  { levels }: LocalPreferenceScan,
  placement: RangedPlacement,
): Reach {
  const { addressSpaceSize, firstAddress, honeypots, population } = outbreak;
  const counts = hostsByRange(placement.ranges, population.vulnerable);
  const ranges = placement.ranges.filter((_, row) => counts[row]! > 0);
  const hosts = Float64Array.from(counts.filter((count) => count > 0));
  const space = { first: firstAddress, size: addressSpaceSize };
  const anywhere = 1 - levels.reduce((sum, { probability }) => sum + probability, 0);
  const onto = new Float64Array(ranges.length ** 2).fill(anywhere / addressSpaceSize);
  const met = honeypots.map(({ count }) => {
    return new Float64Array(ranges.length).fill((anywhere * count) / addressSpaceSize);
  });
  const networks = honeypots.some((group) => group.placement === 'populated')
    ? populatedNetworks(outbreak, placement)
    : [];
  const free = addressSpaceSize - population.vulnerable;
  for (const { networkSize: blockSize, probability } of levels) {
    const blocks = { blockSize, space };
    for (const [from, sender] of ranges.entries()) {
      let occupied = 0;
      for (const [to, target] of ranges.entries()) {
        const shared = sharedBlocks(sender, target, blocks);
        onto[to * ranges.length + from]! += probability * shared;
        occupied += hosts[to]! * shared;
      }
      const perHoneypot = {
        scattered: free > 0 ? (1 - occupied) / free : 0,
        block: blockSize >= addressSpaceSize ? 1 / addressSpaceSize : 0,
        populated: populatedAround(sender, occupied, { networks, blocks }),
      };
      for (const [index, { placement: where, count }] of honeypots.entries()) {
        met[index]![from]! += probability * count * perHoneypot[where];
      }
    }
  }
  return { hosts, onto, met };
}

/** A size of networks and the space that cuts them off. */
interface Blocks {
  readonly blockSize: number;
  readonly space: AddressRange;
}

function blockAt(number: number, { blockSize, space }: Blocks): AddressRange {
  const first = Math.max(space.first, number * blockSize);
  return { first, size: Math.min(space.first + space.size, (number + 1) * blockSize) - first };
}

/**
 * Chance that a probe from anywhere in `sender` into its own block arrives at a given host that lies anywhere in `target`:
 * the sum over blocks of both shares by the size of the block.
 */
function sharedBlocks(sender: AddressRange, target: AddressRange, blocks: Blocks): number {
  const { blockSize } = blocks;
  const first = Math.floor(Math.max(sender.first, target.first) / blockSize);
  const end = Math.min(sender.first + sender.size, target.first + target.size);
  const last = Math.floor((end - 1) / blockSize);
  const shared = (number: number): number => {
    const block = blockAt(number, blocks);
    if (block.size <= 0) return 0;
    return (overlap(block, sender) * overlap(block, target)) / block.size;
  };
  let sum = 0;
  if (end <= Math.max(sender.first, target.first)) {
    // Ranges apart from each other share the block between them, if any.
    const [lower, upper] = sender.first < target.first ? [sender, target] : [target, sender];
    const between = Math.floor((lower.first + lower.size - 1) / blockSize);
    if (between === Math.floor(upper.first / blockSize)) sum = shared(between);
  } else {
    sum = shared(first);
    if (last > first) sum += shared(last);
    if (last > first + 1) sum += (last - first - 1) * blockSize;
  }
  return sum / (sender.size * target.size);
}

/**
 * Of one honeypot spread over the populated networks, how much of it is met by a probe from `sender` into its own block: its
 * network is populated for certain, the others of the block by their chance. `occupied`: fraction of the block that hosts
 * take.
 */
function populatedAround(sender: AddressRange, occupied: number, { networks, blocks }: Surroundings): number {
  const all = freeAmong(networks);
  if (all === 0) return 0;
  if (blocks.blockSize <= SLASH16) return (1 - occupied) / all;
  /** Free addresses of populated networks by block. */
  const inBlock = new Map<number, number>();
  for (const { first, free, chance } of networks) {
    const number = Math.floor(first / blocks.blockSize);
    inBlock.set(number, (inBlock.get(number) ?? 0) + chance * free);
  }
  let met = 0;
  for (const network of networks) {
    const number = Math.floor(network.first / blocks.blockSize);
    const reached = inBlock.get(number)! + (1 - network.chance) * network.free;
    met += ((overlap(network, sender) / sender.size) * reached) / blockAt(number, blocks).size;
  }
  return met / all;
}

interface Surroundings {
  readonly networks: readonly PopulatedNetwork[];
  readonly blocks: Blocks;
}
