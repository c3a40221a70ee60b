/**
 * What lies at an address: a bitmap by leading address bits that lets only a few per cent of random addresses pass, a
 * second one by a hash for those, and behind them an exact table by open addressing, which is larger than the caches.
 */
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { PlacedPopulation } from '../../placement/place-population.ts';
import { FILTER_BITS_LOG2, vectorKernel } from './draw-vectors.ts';

const NOTHING = -1;
/** Knuth's multiplicative hashing: 2^32 over the golden ratio. */
const GOLDEN = 0x9e3779b1;

/** Then at most one in eight of those that reach nothing passes. */
const SECOND_BITS_PER_ENTRY = 8;
/** In a small space a run is short, and a small filter of its own costs less than to clear the large one. */
const SMALL_SPACE_BITS = 20;

export interface LookUp {
  readonly spaceSize: number;
  /** Bits that an offset in the space takes: at least one. */
  readonly spaceBits: number;
  /** Whether the filter is that of the vector kernel: the size of the space is a large power of two. */
  readonly isForVectors: boolean;
  /** One bit for each run of 2^filterShift offsets that holds at least one host or honeypot. */
  readonly filter: Uint32Array;
  readonly filterShift: number;
  /** One bit for each value of the leading 32 − `secondShift` bits of a hash that an offset has. */
  readonly secondFilter: Uint32Array;
  readonly secondShift: number;
  /** Offset of each entry in the address space, or −1 as a signed word where the slot is free. */
  readonly offset: Uint32Array;
  /** Host number; or N + the number of the honeypot group. −1: a free slot. */
  readonly found: Int32Array;
  readonly mask: number;
}

/** Returns the tables for the hosts and honeypots of an outbreak in a space of at most 2^32 addresses. */
export function buildLookUp(outbreak: Outbreak, placed: PlacedPopulation): LookUp {
  const { firstAddress, addressSpaceSize, population } = outbreak;
  const count =
    placed.hostAddress.length + placed.honeypotAddress.reduce((sum, group) => sum + group.length, 0);
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)));
  const spaceBits = Math.max(1, Math.ceil(Math.log2(addressSpaceSize)));
  const isForVectors = spaceBits > SMALL_SPACE_BITS && addressSpaceSize === 2 ** spaceBits;
  const filterShift = Math.max(0, spaceBits - FILTER_BITS_LOG2);
  const secondBits = Math.max(5, Math.min(32, Math.ceil(Math.log2(count * SECOND_BITS_PER_ENTRY + 1))));
  const lookUp: LookUp = {
    spaceSize: addressSpaceSize,
    spaceBits,
    isForVectors,
    filter: isForVectors
      ? vectorKernel().filter.fill(0)
      : new Uint32Array(2 ** Math.max(0, Math.min(spaceBits, FILTER_BITS_LOG2) - 5)),
    filterShift,
    secondFilter: new Uint32Array(2 ** (secondBits - 5)),
    secondShift: 32 - secondBits,
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

function insert(lookUp: LookUp, at: number, what: number): void {
  const { filter, filterShift, secondFilter, secondShift, offset, found, mask } = lookUp;
  const run = at >>> filterShift;
  filter[run >>> 5]! |= 1 << (run & 31);
  const hash = Math.imul(at, GOLDEN) >>> secondShift;
  secondFilter[hash >>> 5]! |= 1 << (hash & 31);
  let slot = (Math.imul(at, GOLDEN) >>> 7) & mask;
  while (found[slot] !== NOTHING) slot = (slot + 1) & mask;
  offset[slot] = at;
  found[slot] = what;
}

/**
 * Keeps, of `count` offsets (`word` without its last `shift` bits) that passed the first filter, those that reach
 * something: their place and what they reach. Returns how many; `place` and `found` may be the lists that are read.
 */
export function keepFound(
  lookUp: LookUp,
  from: {
    readonly place: Int32Array;
    readonly word: Int32Array;
    readonly count: number;
    readonly shift: number;
  },
  to: { readonly place: Int32Array; readonly found: Int32Array },
): number {
  const { secondFilter, secondShift } = lookUp;
  const { place, word, count, shift } = from;
  const { place: keptPlace, found: keptFound } = to;
  let passed = 0;
  for (let i = 0; i < count; i++) {
    const at = word[i]! >>> shift;
    const hash = Math.imul(at, GOLDEN) >>> secondShift;
    keptPlace[passed] = place[i]!;
    keptFound[passed] = at;
    passed += (secondFilter[hash >>> 5]! >>> (hash & 31)) & 1;
  }
  let kept = 0;
  for (let i = 0; i < passed; i++) {
    const what = find(lookUp, keptFound[i]! >>> 0);
    if (what < 0) continue;
    keptPlace[kept] = keptPlace[i]!;
    keptFound[kept++] = what;
  }
  return kept;
}

/** Returns the host, or N + the honeypot group, at an offset of the space; −1 where nothing is. */
function find({ offset, found, mask }: LookUp, at: number): number {
  let slot = (Math.imul(at, GOLDEN) >>> 7) & mask;
  for (;;) {
    const what = found[slot]!;
    if (what === NOTHING || offset[slot] === at) return what;
    slot = (slot + 1) & mask;
  }
}
