/**
 * Hosts that do not lie anywhere: in networks drawn from the space, or in given ranges. Here the hosts come first; blocks of
 * honeypots then fall where nothing lies, then come those of the populated networks, and last the scattered ones.
 */
import { assert, type RandomStream } from '@wormwood/base';
import { drawDistinct, isSparse } from './distinct-kernel.ts';
import { drawDistinctIndexes } from './distinct-indexes.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import {
  type ClusteredPlacement,
  type PopulatedRange,
  type RangedPlacement,
  hostsByRange,
} from '../outbreak/population.ts';
import { lastAtMost } from '../scan/range-track.ts';

const NETWORK_SIZE = 2 ** 16;
/** So many draws of an address that is taken, for each that is free, are expected at the most. */
const CROWDED = 0.9;

export interface PlacedClusters {
  readonly hostAddress: Float64Array;
  readonly honeypotAddress: readonly Float64Array[];
}

/** Returns the reasons, one sentence each, why hosts cannot be placed so; empty when they can. */
export function clusterObstacles(outbreak: Outbreak): readonly string[] {
  const { placement, vulnerable } = outbreak.population;
  if (placement === undefined || placement.kind === 'uniform') return [];
  if (placement.kind === 'ranges') return rangeObstacles(placement, outbreak);
  const reasons: string[] = [];
  let outerSize = outbreak.addressSpaceSize;
  let outerNetworks = 1;
  for (const { networkSize, networks } of placement.levels) {
    const room = Math.floor(outerSize / networkSize) * outerNetworks;
    if (networks > room) {
      reasons.push(`There is room for ${room} networks of ${networkSize} addresses, not for ${networks}.`);
    }
    outerSize = networkSize;
    outerNetworks = networks;
  }
  const room = outerSize * outerNetworks;
  if (vulnerable > CROWDED * room) {
    reasons.push(`${vulnerable} hosts are too many for ${outerNetworks} networks of ${outerSize} addresses.`);
  }
  return reasons;
}

function rangeObstacles({ ranges }: RangedPlacement, outbreak: Outbreak): readonly string[] {
  const end = outbreak.firstAddress + outbreak.addressSpaceSize;
  const hosts = hostsByRange(ranges, outbreak.population.vulnerable);
  return ranges.flatMap(({ first, size }, row) => {
    if (first < outbreak.firstAddress || first + size > end) {
      return [`The range of ${size} addresses from ${first} on lies outside the address space.`];
    }
    const count = hosts[row]!;
    if (count <= size) return [];
    return [`The range of ${size} addresses from ${first} on has no room for ${count} hosts.`];
  });
}

/** Places hosts and honeypots of an outbreak whose placement is not uniform and has no obstacles. */
export function placeClusters(outbreak: Outbreak, stream: RandomStream): PlacedClusters {
  const { population, honeypots } = outbreak;
  const { placement, vulnerable } = population;
  assert(placement !== undefined && placement.kind !== 'uniform', 'hosts lie in networks or ranges');
  const hostAddress =
    placement.kind === 'clustered'
      ? drawClustered(placement, outbreak, stream)
      : drawRanged(placement.ranges, vulnerable, stream);
  shuffle(hostAddress, stream);
  const honeypotAddress: Float64Array[] = honeypots.map(({ count }) => new Float64Array(count));
  if (honeypots.length === 0) return { hostAddress, honeypotAddress };
  const taken = new Set<number>(hostAddress);
  const drawing = { taken, stream };
  for (const [group, { placement: where, count }] of honeypots.entries()) {
    if (where === 'block') honeypotAddress[group] = drawBlock(outbreak, count, drawing);
  }
  const networks = populatedNetworks(hostAddress, outbreak);
  const space = [{ first: outbreak.firstAddress, size: outbreak.addressSpaceSize }];
  for (const [group, { placement: where, count }] of honeypots.entries()) {
    if (where !== 'populated') continue;
    // Where the hosts share fewer networks than the honeypots need, the rest lies anywhere.
    const inside = Math.min(count, freeIn(networks, taken));
    fillFrom(honeypotAddress[group]!.subarray(0, inside), networks, drawing);
    fillFrom(honeypotAddress[group]!.subarray(inside), space, drawing);
  }
  for (const [group, { placement: where }] of honeypots.entries()) {
    if (where === 'scattered') fillFrom(honeypotAddress[group]!, space, drawing);
  }
  return { hostAddress, honeypotAddress };
}

interface Drawing {
  readonly taken: Set<number>;
  readonly stream: RandomStream;
}

interface Run {
  readonly first: number;
  readonly size: number;
}

function drawClustered(
  { levels }: ClusteredPlacement,
  outbreak: Outbreak,
  stream: RandomStream,
): Float64Array {
  let networks: Float64Array = Float64Array.of(outbreak.firstAddress);
  let size = outbreak.addressSpaceSize;
  for (const level of levels) {
    const inEach = Math.floor(size / level.networkSize);
    const drawn = drawDistinctIndexes(level.networks, inEach * networks.length, stream);
    const outer = networks;
    networks = Float64Array.from(
      drawn,
      (index) => outer[Math.floor(index / inEach)]! + (index % inEach) * level.networkSize,
    );
    size = level.networkSize;
  }
  const offsets = drawOffsets(outbreak.population.vulnerable, networks.length * size, stream);
  for (let host = 0; host < offsets.length; host++) {
    const offset = offsets[host]!;
    const network = Math.floor(offset / size);
    offsets[host] = networks[network]! + offset - network * size;
  }
  return offsets;
}

function drawOffsets(count: number, size: number, stream: RandomStream): Float64Array {
  if (isSparse(count, size)) return drawDistinct(stream, count, size);
  return Float64Array.from(drawDistinctIndexes(count, size, stream));
}

function drawRanged(ranges: readonly PopulatedRange[], hosts: number, stream: RandomStream): Float64Array {
  const count = hostsByRange(ranges, hosts);
  const addresses = new Float64Array(hosts);
  let row = 0;
  for (const [index, { first, size }] of ranges.entries()) {
    for (const offset of drawOffsets(count[index]!, size, stream)) addresses[row++] = first + offset;
  }
  return addresses;
}

function drawFree({ taken }: Drawing, draw: () => number): number {
  for (;;) {
    const address = draw();
    if (taken.has(address)) continue;
    taken.add(address);
    return address;
  }
}

/**
 * One run of addresses of which none is taken, every such run equally likely; where there is none, the free addresses from
 * a random one on.
 */
function drawBlock(outbreak: Outbreak, length: number, { taken, stream }: Drawing): Float64Array {
  if (length === 0) return new Float64Array(0);
  const end = outbreak.firstAddress + outbreak.addressSpaceSize;
  const rising = Float64Array.from([...taken, end]).toSorted();
  let starts = 0;
  let free = outbreak.firstAddress;
  for (const address of rising) {
    starts += Math.max(0, address - free - length + 1);
    free = address + 1;
  }
  if (starts === 0) return drawInterruptedBlock(outbreak, length, { taken, stream });
  let row = stream.nextBelow(starts);
  free = outbreak.firstAddress;
  for (const address of rising) {
    const here = Math.max(0, address - free - length + 1);
    if (row < here) break;
    row -= here;
    free = address + 1;
  }
  const block = Float64Array.from({ length }, (_, offset) => free + row + offset);
  for (const address of block) taken.add(address);
  return block;
}

function drawInterruptedBlock(outbreak: Outbreak, length: number, { taken, stream }: Drawing): Float64Array {
  const { firstAddress, addressSpaceSize } = outbreak;
  const addresses = new Float64Array(length);
  let offset = stream.nextBelow(addressSpaceSize);
  for (let row = 0; row < length; row++) {
    while (taken.has(firstAddress + offset)) offset = (offset + 1) % addressSpaceSize;
    addresses[row] = firstAddress + offset;
    taken.add(firstAddress + offset);
  }
  return addresses;
}

function freeIn(networks: readonly Run[], taken: ReadonlySet<number>): number {
  const numbers = new Set(networks.map(({ first }) => Math.floor(first / NETWORK_SIZE)));
  let free = networks.reduce((sum, { size }) => sum + size, 0);
  for (const address of taken) if (numbers.has(Math.floor(address / NETWORK_SIZE))) free--;
  return free;
}

function populatedNetworks(hostAddress: Float64Array, outbreak: Outbreak): readonly Run[] {
  const end = outbreak.firstAddress + outbreak.addressSpaceSize;
  const numbers = new Set<number>();
  for (const address of hostAddress) numbers.add(Math.floor(address / NETWORK_SIZE));
  return Array.from(numbers, (number) => {
    const first = Math.max(outbreak.firstAddress, number * NETWORK_SIZE);
    return { first, size: Math.min(end, (number + 1) * NETWORK_SIZE) - first };
  });
}

/** Fills `addresses` with free ones of the runs; runs of one size, but for those that the end of the space cuts off. */
function fillFrom(addresses: Float64Array, runs: readonly Run[], drawing: Drawing): void {
  const before = new Float64Array(runs.length);
  let size = 0;
  for (const [row, run] of runs.entries()) {
    before[row] = size;
    size += run.size;
  }
  for (let row = 0; row < addresses.length; row++) {
    addresses[row] = drawFree(drawing, () => {
      const at = drawing.stream.nextBelow(size);
      const run = lastAtMost(before, at);
      return runs[run]!.first + at - before[run]!;
    });
  }
}

/** Puts the hosts in random order, so that their numbers say nothing about their addresses. */
function shuffle(addresses: Float64Array, stream: RandomStream): void {
  for (let row = addresses.length - 1; row > 0; row--) {
    const other = stream.nextBelow(row + 1);
    const moved = addresses[row]!;
    addresses[row] = addresses[other]!;
    addresses[other] = moved;
  }
}
