/**
 * Where the vulnerable hosts and the honeypots lie in the address space: all on different addresses, each arrangement
 * that the placements allow equally likely.
 *
 * Blocks of honeypots come first, since a dark block holds no vulnerable host; then the hosts, the honeypots of the
 * populated networks, and last the scattered ones. All but the blocks are drawn as offsets into the space that is left
 * when the blocks are cut out of it, so that no draw has to be thrown away because it fell into a block.
 */
import { assert, type RandomStream } from '@wormwood/base';
import { drawBelow, drawDistinct, isSparse } from './distinct-kernel.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { clusterObstacles, placeClusters } from './place-clusters.ts';
import type { Honeypots } from '../outbreak/honeypots.ts';
import { lastAtMost } from '../scan/range-track.ts';

/** Name of the stream to place from: engines that share it place a replicate's hosts on the same addresses. */
export const PLACEMENT_STREAM = 'placement';
/** The most addresses that are placed one by one: the tables then take about a gibibyte. */
export const PLACED_ADDRESSES_MAX: number = 2 ** 26;

const NETWORK_SIZE = 2 ** 16;
const TWO_TO_32 = 2 ** 32;

/** The addresses of an outbreak's hosts and honeypots. */
export interface PlacedPopulation {
  /** Address of each vulnerable host, by host index; the index says nothing about the address. */
  readonly hostAddress: Float64Array;
  /** For each group of honeypots of the outbreak, in its order, their addresses. */
  readonly honeypotAddress: readonly Float64Array[];
}

/** Returns the reasons, one sentence each, why the outbreak's hosts and honeypots cannot be placed; empty when they can. */
export function placementObstacles(outbreak: Outbreak): readonly string[] {
  const { addressSpaceSize, population, honeypots } = outbreak;
  const { vulnerable } = population;
  const honeypotCount = countHoneypots(honeypots);
  const all = `${vulnerable} vulnerable hosts and ${honeypotCount} honeypots`;
  const reasons: string[] = [...clusterObstacles(outbreak)];
  if (vulnerable + honeypotCount > addressSpaceSize) {
    reasons.push(`An address space of ${addressSpaceSize} addresses has no room for ${all}.`);
  }
  if (vulnerable + honeypotCount > PLACED_ADDRESSES_MAX) {
    reasons.push(
      `${all} are more than the ${PLACED_ADDRESSES_MAX} addresses that fit in memory one by one; ` +
        `the engines ode and stochastic count them instead.`,
    );
  }
  if (!isUniformlyPlaced(outbreak)) return reasons;
  const populated = countHoneypots(honeypots.filter(({ placement }) => placement === 'populated'));
  const networks = Math.min(vulnerable, networksOf(outbreak));
  if (populated > networks * NETWORK_SIZE - vulnerable) {
    reasons.push(
      `${vulnerable} vulnerable hosts lie in ${networks} networks of ${NETWORK_SIZE} addresses at most, ` +
        `which have no room for ${populated} honeypots beside them.`,
    );
  }
  return reasons;
}

/** Returns addresses for all hosts and honeypots of an outbreak without placement obstacles. */
export function placePopulation(outbreak: Outbreak, stream: RandomStream): PlacedPopulation {
  if (!isUniformlyPlaced(outbreak)) return placeClusters(outbreak, stream);
  const { honeypots } = outbreak;
  const blocks = drawBlocks(outbreak, stream);
  const { offset, rows } = drawRows(outbreak, blocks, stream);
  return {
    hostAddress: addressesOf(blocks, offset, { first: 0, end: outbreak.population.vulnerable }),
    honeypotAddress: honeypots.map((_, position) => {
      const drawn = rows.get(position);
      return drawn === undefined ? blockAddresses(blocks, position) : addressesOf(blocks, offset, drawn);
    }),
  };
}

/** Returns the `hostAddress` that `placePopulation` returns from the same stream, in less time. */
export function placeHosts(outbreak: Outbreak, stream: RandomStream): Float64Array {
  if (!isUniformlyPlaced(outbreak)) return placeClusters(outbreak, stream).hostAddress;
  const blocks = drawBlocks(outbreak, stream);
  const alone = { ...outbreak, honeypots: [] };
  const { offset } = drawRows(alone, blocks, stream);
  return addressesOf(blocks, offset, { first: 0, end: outbreak.population.vulnerable });
}

function isUniformlyPlaced({ population: { placement } }: Outbreak): boolean {
  return placement === undefined || placement.kind === 'uniform';
}

/** Offsets of the hosts, then of the honeypots outside blocks; which rows are whose, by position among their groups. */
interface DrawnRows {
  readonly offset: Float64Array;
  readonly rows: ReadonlyMap<number, Rows>;
}

function drawRows(outbreak: Outbreak, blocks: Blocks, stream: RandomStream): DrawnRows {
  const { population, honeypots } = outbreak;
  const total = population.vulnerable + countHoneypots(outsideBlocks(honeypots));
  const { rest } = blocks;
  // By position, not by object: one and the same group may be listed twice.
  const rows = new Map<number, Rows>();
  if (isSparse(total, rest.size) && honeypots.every(({ placement }) => placement !== 'populated')) {
    let first = population.vulnerable;
    for (const [position, { placement, count }] of honeypots.entries()) {
      if (placement !== 'scattered') continue;
      rows.set(position, { first, end: first + count });
      first += count;
    }
    return { offset: drawDistinct(stream, total, rest.size), rows };
  }
  const offsets = new DistinctOffsets(total);
  offsets.draw(stream, population.vulnerable, rest, 0);
  const pool = populatedPool(outbreak, blocks, offsets.offset);
  let pooled = population.vulnerable;
  for (const [position, { placement, count }] of honeypots.entries()) {
    if (placement !== 'populated') continue;
    // Where the hosts happen to share fewer networks than the honeypots need, the rest lies anywhere.
    const inside = Math.min(count, pool.size - pooled);
    const first = offsets.count;
    offsets.draw(stream, inside, pool, pooled);
    pooled += inside;
    offsets.draw(stream, count - inside, rest, offsets.count);
    rows.set(position, { first, end: offsets.count });
  }
  for (const [position, { placement, count }] of honeypots.entries()) {
    if (placement !== 'scattered') continue;
    const first = offsets.count;
    offsets.draw(stream, count, rest, first);
    rows.set(position, { first, end: offsets.count });
  }
  return { offset: offsets.offset, rows };
}

/** A range of rows of the offsets drawn, in the order of drawing. */
interface Rows {
  readonly first: number;
  readonly end: number;
}

interface Block {
  /** Position among the groups of honeypots. */
  readonly position: number;
  readonly address: number;
  readonly length: number;
  /** Offset, in the space without the blocks, of the first address behind this block. */
  readonly offsetBehind: number;
}

interface Blocks {
  readonly firstAddress: number;
  /** By rising address. */
  readonly blocks: readonly Block[];
  /** The space without the blocks. */
  readonly rest: Pool;
}

/** Where offsets may be drawn: the index runs from 0 to `size` − 1. */
interface Pool {
  readonly size: number;
  offsetAt(index: number): number;
}

function countHoneypots(groups: readonly Honeypots[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

function outsideBlocks(groups: readonly Honeypots[]): readonly Honeypots[] {
  return groups.filter(({ placement }) => placement !== 'block');
}

function networksOf({ firstAddress, addressSpaceSize }: Outbreak): number {
  const last = firstAddress + addressSpaceSize - 1;
  return Math.floor(last / NETWORK_SIZE) - Math.floor(firstAddress / NETWORK_SIZE) + 1;
}

/**
 * Shrinks each block to one slot among the addresses outside all blocks: a choice of distinct slots is an arrangement of
 * blocks that do not overlap, and each arrangement is one choice.
 */
function drawBlocks(outbreak: Outbreak, stream: RandomStream): Blocks {
  const groups = [...outbreak.honeypots.entries()].filter(([, { placement }]) => placement === 'block');
  const size = outbreak.addressSpaceSize - countHoneypots(groups.map(([, group]) => group));
  assert(size >= 0, 'the blocks fit in the address space');
  const slots = new DistinctOffsets(groups.length);
  slots.draw(stream, groups.length, contiguous(size + groups.length), 0);
  const order = groups
    .map(([position, { count }], row) => ({ position, count, slot: slots.offset[row] ?? 0 }))
    .sort((a, b) => a.slot - b.slot);
  const blocks: Block[] = [];
  let address = outbreak.firstAddress;
  let offset = 0;
  for (const [before, { position, count, slot }] of order.entries()) {
    const offsetBehind = slot - before;
    address += offsetBehind - offset;
    offset = offsetBehind;
    blocks.push({ position, address, length: count, offsetBehind });
    address += count;
  }
  return { firstAddress: outbreak.firstAddress, blocks, rest: contiguous(size) };
}

function contiguous(size: number): Pool {
  return { size, offsetAt: (index) => index };
}

/** The addresses outside blocks of all /16 networks that hold a host; empty when nobody asks for them. */
function populatedPool(outbreak: Outbreak, blocks: Blocks, offset: Float64Array): Pool {
  if (outbreak.honeypots.every(({ placement }) => placement !== 'populated')) return contiguous(0);
  const networks = new Set<number>();
  for (let host = 0; host < outbreak.population.vulnerable; host++) {
    networks.add(Math.floor(addressAt(blocks, offset[host] ?? 0) / NETWORK_SIZE));
  }
  const firstOffset = new Float64Array(networks.size);
  const indexBefore = new Float64Array(networks.size);
  let size = 0;
  let row = 0;
  for (const network of networks) {
    // With the blocks cut out, what is left of a network is still one run.
    const first = offsetOf(blocks, network * NETWORK_SIZE);
    indexBefore[row] = size;
    firstOffset[row++] = first;
    size += offsetOf(blocks, (network + 1) * NETWORK_SIZE) - first;
  }
  return {
    size,
    offsetAt: (index) => {
      const network = lastAtMost(indexBefore, index);
      return (firstOffset[network] ?? 0) + index - (indexBefore[network] ?? 0);
    },
  };
}

/** The number of addresses outside blocks, within the space, that lie below `address`. */
function offsetOf({ firstAddress, blocks, rest }: Blocks, address: number): number {
  let offset = address - firstAddress;
  for (const block of blocks) offset -= Math.min(block.length, Math.max(0, address - block.address));
  return Math.min(rest.size, Math.max(0, offset));
}

function addressAt({ firstAddress, blocks }: Blocks, offset: number): number {
  let address = firstAddress + offset;
  for (const block of blocks) if (offset >= block.offsetBehind) address += block.length;
  return address;
}

function addressesOf(blocks: Blocks, offset: Float64Array, { first, end }: Rows): Float64Array {
  const addresses = offset.slice(first, end);
  if (blocks.blocks.length === 0 && blocks.firstAddress === 0) return addresses;
  for (let row = 0; row < addresses.length; row++) addresses[row] = addressAt(blocks, addresses[row] ?? 0);
  return addresses;
}

function blockAddresses({ blocks }: Blocks, position: number): Float64Array {
  const block = blocks.find((candidate) => candidate.position === position);
  assert(block, 'each group of honeypots was placed');
  return Float64Array.from({ length: block.length }, (_, row) => block.address + row);
}

/** Draws offsets, each different from all before: rows in the order of drawing, and a hash table of the rows. */
class DistinctOffsets {
  readonly offset: Float64Array;
  count = 0;
  /** Row + 1 of the offset that hashes here or before; 0 is free. At most half full. */
  readonly #table: Int32Array;
  readonly #shift: number;

  constructor(capacity: number) {
    this.offset = new Float64Array(capacity);
    const bits = Math.max(4, 33 - Math.clz32(capacity));
    this.#table = new Int32Array(2 ** bits);
    this.#shift = 32 - bits;
  }

  /** Appends `count` rows uniform over the offsets of `pool` without those already drawn, `taken` of which lie in it. */
  draw(stream: RandomStream, count: number, pool: Pool, taken: number): void {
    assert(taken + count <= pool.size, 'a pool has room for what is drawn from it');
    // Up to half full, rejection needs two tries at most on average; fuller, the pool is no larger than twice the rows.
    if (2 * (taken + count) <= pool.size) this.#drawByRejection(stream, count, pool);
    else this.#drawByShuffle(stream, count, pool);
  }

  #drawByRejection(stream: RandomStream, count: number, pool: Pool): void {
    const end = this.count + count;
    while (this.count < end) {
      const indices = new Float64Array(end - this.count);
      drawBelow(stream, indices, pool.size);
      for (const index of indices) this.#add(pool.offsetAt(index));
    }
  }

  #drawByShuffle(stream: RandomStream, count: number, pool: Pool): void {
    const free = new Float64Array(pool.size);
    let size = 0;
    for (let index = 0; index < pool.size; index++) {
      const offset = pool.offsetAt(index);
      if (this.#table[this.#find(offset)] === 0) free[size++] = offset;
    }
    for (let left = count; left > 0; left--) {
      const index = stream.nextBelow(size);
      this.#add(free[index] ?? 0);
      free[index] = free[--size] ?? 0;
    }
  }

  /** Appends the offset unless a row holds it. */
  #add(offset: number): void {
    const slot = this.#find(offset);
    if (this.#table[slot] !== 0) return;
    this.offset[this.count++] = offset;
    this.#table[slot] = this.count;
  }

  /** The slot that holds `offset`, or the free slot where it belongs. */
  #find(offset: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    const high = Math.floor(offset / TWO_TO_32);
    let slot = Math.imul((offset | 0) ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> this.#shift;
    for (;;) {
      const row = table[slot] ?? 0;
      if (row === 0 || this.offset[row - 1] === offset) return slot;
      slot = (slot + 1) & mask;
    }
  }
}
