/**
 * What lies at an address: a bitmap by leading address bits that fits a core's second cache and lets only a few per cent
 * of random addresses pass, and behind it an exact table by open addressing.
 */
import type { Outbreak } from '../outbreak.ts';
import type { PlacedPopulation } from '../population.ts';

/** 2^24 bits are 2 MiB. */
const FILTER_BITS_LOG2 = 24;
const NOTHING = -1;
/** Knuth's multiplicative hashing: 2^32 over the golden ratio. */
const GOLDEN = 0x9e3779b1;

export interface LookUp {
  /** One bit for each run of 2^filterShift offsets that holds at least one host or honeypot. */
  readonly filter: Uint32Array;
  readonly filterShift: number;
  /** Offset of each entry in the address space, or −1 as a signed word where the slot is free. */
  readonly offset: Uint32Array;
  /** Host number; or N + the number of the honeypot group. −1: a free slot. */
  readonly found: Int32Array;
  readonly mask: number;
}

/** Returns how many bits an offset in the space takes: at least one. */
export function spaceBitsOf(addressSpaceSize: number): number {
  return Math.max(1, Math.ceil(Math.log2(addressSpaceSize)));
}

/** Returns the tables for the hosts and honeypots of an outbreak in a space of at most 2^32 addresses. */
export function buildLookUp(outbreak: Outbreak, placed: PlacedPopulation): LookUp {
  const { firstAddress, addressSpaceSize, population } = outbreak;
  const count =
    placed.hostAddress.length + placed.honeypotAddress.reduce((sum, group) => sum + group.length, 0);
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)));
  const spaceBits = spaceBitsOf(addressSpaceSize);
  const filterShift = Math.max(0, spaceBits - FILTER_BITS_LOG2);
  const lookUp: LookUp = {
    filter: new Uint32Array(2 ** Math.max(0, Math.min(spaceBits, FILTER_BITS_LOG2) - 5)),
    filterShift,
    offset: new Uint32Array(slots),
    found: new Int32Array(slots).fill(NOTHING),
    mask: slots - 1,
  };
  placed.hostAddress.forEach((address, host) => insert(lookUp, address - firstAddress, host));
  placed.honeypotAddress.forEach((addresses, group) => {
    for (const address of addresses) insert(lookUp, address - firstAddress, population.vulnerable + group);
  });
  return lookUp;
}

function insert({ filter, filterShift, offset, found, mask }: LookUp, at: number, what: number): void {
  const run = at >>> filterShift;
  filter[run >>> 5]! |= 1 << (run & 31);
  let slot = (Math.imul(at, GOLDEN) >>> 7) & mask;
  while (found[slot] !== NOTHING) slot = (slot + 1) & mask;
  offset[slot] = at;
  found[slot] = what;
}

/** Returns the host, or N + the honeypot group, at an offset of the space; −1 where nothing is. */
export function find({ offset, found, mask }: LookUp, at: number): number {
  let slot = (Math.imul(at, GOLDEN) >>> 7) & mask;
  for (;;) {
    const what = found[slot]!;
    if (what === NOTHING || offset[slot] === at) return what;
    slot = (slot + 1) & mask;
  }
}
