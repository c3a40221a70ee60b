/**
 * How close hosts lie whose networks are drawn at random: the chance that a second host lies in the same block of
 * addresses as a first. It says how many others a host finds in its own network, on average over placements, and does
 * not need to know which networks are populated.
 *
 * Two hosts share a network of the last level with the chance 1/n. Otherwise their networks are two different ones of
 * those that the level before has room for, all pairs equally likely; and so on, level by level outwards.
 */
import { expm1, log1p } from '@wormwood/base';
import type { ClusteredPlacement } from '../outbreak/population.ts';

type Levels = ClusteredPlacement['levels'];

export interface RandomPlacement {
  readonly addressSpaceSize: number;
  /** None for hosts that lie anywhere. */
  readonly levels: Levels;
}

/** Returns the chance that two hosts lie in one block of `blockSize` addresses. */
export function pairShare({ addressSpaceSize, levels }: RandomPlacement, blockSize: number): number {
  if (blockSize >= addressSpaceSize) return 1;
  const last = levels.at(-1);
  if (last === undefined) return blockSize / addressSpaceSize;
  let share = 1 / last.networks;
  if (blockSize <= last.networkSize) return (share * blockSize) / last.networkSize;
  for (let index = levels.length - 1; index >= 0; index--) {
    const { networkSize } = levels[index]!;
    const outerSize = levels[index - 1]?.networkSize ?? addressSpaceSize;
    const room = (levels[index - 1]?.networks ?? 1) * Math.floor(outerSize / networkSize);
    const enclosed = Math.min(blockSize, outerSize) / networkSize;
    if (room > 1) share += (1 - share) * Math.max(0, (enclosed - 1) / (room - 1));
    if (blockSize <= outerSize) break;
  }
  return Math.min(1, share);
}

/** Returns how many blocks of `blockSize` addresses are expected to hold at least one of the hosts. */
export function populatedBlocks(
  { addressSpaceSize, levels }: RandomPlacement,
  blockSize: number,
  hosts: number,
): number {
  const last = levels.at(-1);
  if (last === undefined || last.networkSize >= blockSize) {
    return thrownInto(((last?.networks ?? 1) * (last?.networkSize ?? addressSpaceSize)) / blockSize, hosts);
  }
  let filled = thrownInto(last.networks, hosts);
  for (let index = levels.length - 1; index >= 0; index--) {
    const { networkSize } = levels[index]!;
    const outer = levels[index - 1] ?? { networkSize: addressSpaceSize, networks: 1 };
    const boxSize = Math.min(blockSize, outer.networkSize);
    const boxes = (outer.networks * outer.networkSize) / boxSize;
    filled = laidInto(boxes, filled, Math.floor(boxSize / networkSize));
    if (outer.networkSize >= blockSize) break;
  }
  return filled;
}

/** Boxes that hold at least one of so many balls, each of which may fall into any. */
function thrownInto(boxes: number, balls: number): number {
  return boxes > 1 ? -boxes * expm1(balls * log1p(-1 / boxes)) : 1;
}

/** The same when each box has `places` places, each for one ball. */
function laidInto(boxes: number, balls: number, places: number): number {
  let empty = 1;
  for (let place = 0; place < places; place++) {
    const left = boxes * places - place;
    empty *= left > balls ? 1 - balls / left : 0;
  }
  return boxes * (1 - empty);
}
