/**
 * Who is one source in IPv6. Whoever has an address of a network of 64 bits has all of them, and its hosts change theirs daily
 * (RFC 8981, before that RFC 4941): the network is the source. But a network in which dark addresses lie is a link of many
 * hosts beside the sensor, as is that of link-local addresses: there each address is one.
 *
 * The tables of the evidence know sources as words of 32 bits. Here each source that has a slot in them has its word, and the
 * addresses under which it was seen.
 */
import { assert } from '@wormwood/base';
import { formatIpPrefix, formatIpv6, type IpSet, type Ipv6Prefix, isIpv6LinkLocal } from '@wormwood/wire';

/** Addresses of a source that are kept, the first ones. */
const SEEN_MAX = 8;
const NETWORK_BITS = 64;
const HOST_BITS = 64n;
const HOST_MASK = (1n << HOST_BITS) - 1n;
/** A word is the index of a source and, above it, how often the index was given away: nobody is taken for its predecessor. */
const INDEX_BITS = 24;
const INDEX_MASK = (1 << INDEX_BITS) - 1;

const PROVEN = 1;
const REPORTED = 2;

/** Addresses seen of a source. */
export interface SeenAddresses {
  readonly addresses: readonly bigint[];
  /** There were others. */
  readonly hasMore: boolean;
}

export interface Ipv6SourcesOptions {
  /** Sources that have a word at a time. */
  readonly capacity: number;
  /** The networks of these are links of many hosts. */
  readonly dark: IpSet;
}

export class Ipv6Sources {
  readonly #dark: IpSet;
  /** Words by the source: its address, or the first of its network. */
  readonly #words: Map<bigint, number> = new Map();
  readonly #keys: (bigint | undefined)[] = [];
  readonly #uses: Uint8Array;
  readonly #free: number[] = [];
  /** The lower halves of the addresses seen, what is known of each, and how many there are; one more where some had no room. */
  readonly #seen: BigUint64Array;
  readonly #flags: Uint8Array;
  readonly #counts: Uint8Array;
  readonly #bytes: number;

  constructor({ capacity, dark }: Ipv6SourcesOptions) {
    // A newcomer has its word before another source is evicted for it.
    const places = capacity + 1;
    assert(places <= INDEX_MASK + 1, 'words have room for 2^24 sources');
    this.#dark = dark;
    this.#uses = new Uint8Array(places);
    this.#seen = new BigUint64Array(places * SEEN_MAX);
    this.#flags = new Uint8Array(places * SEEN_MAX);
    this.#counts = new Uint8Array(places);
    this.#bytes = places * (2 + SEEN_MAX * 9);
  }

  /** Octets of the tables; names take as much again as sources come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The source of an address: that address, or the first of its network. */
  keyOf(address: bigint): bigint {
    return this.#isNeighbour(address) ? address : (address >> HOST_BITS) << HOST_BITS;
  }

  /** The word of the source of an address; −1 where it has none. */
  find(address: bigint): number {
    return this.#words.get(this.keyOf(address)) ?? -1;
  }

  /** The same for a source that is to have a slot. */
  wordOf(address: bigint): number {
    const key = this.keyOf(address);
    const known = this.#words.get(key);
    if (known !== undefined) return known;
    const index = this.#free.pop() ?? this.#words.size;
    this.#keys[index] = key;
    this.#counts[index] = 0;
    const word = (this.#uses[index] ?? 0) * (INDEX_MASK + 1) + index;
    this.#words.set(key, word);
    return word;
  }

  /** The source has lost its slot. */
  forget(word: number): void {
    const index = word & INDEX_MASK;
    const key = this.#keys[index];
    if (key === undefined || this.#words.get(key) !== word) return;
    this.#words.delete(key);
    this.#keys[index] = undefined;
    this.#uses[index] = (this.#uses[index] ?? 0) + 1;
    this.#free.push(index);
  }

  /** The source of a word: its address, or the first of its network; undefined for a word that stands for nobody any more. */
  sourceOf(word: number): bigint | undefined {
    const index = word & INDEX_MASK;
    const key = this.#keys[index];
    return key !== undefined && this.#words.get(key) === word ? key : undefined;
  }

  /** The block of the source: its network, or an address alone. */
  blockOf(word: number): Ipv6Prefix | null {
    const key = this.sourceOf(word);
    if (key === undefined) return null;
    return { first: key, length: this.#isNeighbour(key) ? 2 * NETWORK_BITS : NETWORK_BITS };
  }

  /** The source as it is written: `2001:db8:5::/64`, or an address. */
  nameOf(word: number): string {
    const block = this.blockOf(word);
    if (block === null) return 'A source that is forgotten';
    return block.length === NETWORK_BITS ? formatIpPrefix(block) : formatIpv6(block.first);
  }

  /** Whether the source is a network. */
  isNetwork(word: number): boolean {
    return this.blockOf(word)?.length === NETWORK_BITS;
  }

  /** Notes that the source was seen under an address; `isProven` where a handshake proves that it has it. */
  see(word: number, address: bigint, isProven: boolean): void {
    const at = this.#placeOf(word, address) ?? this.#claimPlace(word, address, isProven);
    if (at !== null && isProven) this.#flags[at]! |= PROVEN;
  }

  /** Whether a verdict has named this address of the source. */
  isReported(word: number, address: bigint): boolean {
    const at = this.#placeOf(word, address);
    return at !== null && (this.#flags[at]! & REPORTED) !== 0;
  }

  /** A new verdict names one address of the source, or none. */
  report(word: number, named: bigint | null): void {
    const first = (word & INDEX_MASK) * SEEN_MAX;
    for (let at = first; at < first + SEEN_MAX; at++) this.#flags[at]! &= ~REPORTED;
    if (named !== null) this.reportAlso(word, named);
  }

  /** The verdict that stands names this address as well. */
  reportAlso(word: number, named: bigint): void {
    const at = this.#placeOf(word, named);
    if (at !== null) this.#flags[at]! |= REPORTED;
  }

  /** The addresses seen of the source, or those that handshakes prove. */
  seenOf(word: number, which: 'all' | 'proven'): SeenAddresses {
    const index = word & INDEX_MASK;
    const key = this.sourceOf(word) ?? 0n;
    const network = (key >> HOST_BITS) << HOST_BITS;
    const count = this.#counts[index] ?? 0;
    const addresses: bigint[] = [];
    for (let i = 0; i < Math.min(count, SEEN_MAX); i++) {
      const at = index * SEEN_MAX + i;
      if (which === 'all' || (this.#flags[at]! & PROVEN) !== 0) addresses.push(network | this.#seen[at]!);
    }
    return { addresses, hasMore: count > SEEN_MAX };
  }

  #isNeighbour(address: bigint): boolean {
    const first = (address >> HOST_BITS) << HOST_BITS;
    return isIpv6LinkLocal(address) || this.#dark.meets({ first, length: NETWORK_BITS });
  }

  #placeOf(word: number, address: bigint): number | null {
    const index = word & INDEX_MASK;
    const host = address & HOST_MASK;
    const kept = Math.min(this.#counts[index] ?? 0, SEEN_MAX);
    for (let i = 0; i < kept; i++) if (this.#seen[index * SEEN_MAX + i] === host) return index * SEEN_MAX + i;
    return null;
  }

  /** Room for another address; a proven one takes that of one that is not. */
  #claimPlace(word: number, address: bigint, isProven: boolean): number | null {
    const index = word & INDEX_MASK;
    const count = this.#counts[index] ?? 0;
    let at = index * SEEN_MAX + count;
    if (count >= SEEN_MAX) {
      this.#counts[index] = SEEN_MAX + 1;
      if (!isProven) return null;
      const end = (index + 1) * SEEN_MAX;
      at = end - SEEN_MAX;
      while (at < end && (this.#flags[at]! & PROVEN) !== 0) at++;
      if (at === end) return null;
    } else this.#counts[index] = count + 1;
    this.#seen[at] = address & HOST_MASK;
    this.#flags[at] = 0;
    return at;
  }
}
