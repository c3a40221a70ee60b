/**
 * What engines need of a scan strategy: an order of the addresses, its track, and how a host picks places on it.
 * Every strategy is of one of three kinds: it draws each probe anew from runs of places, walks along the track, or
 * probes known neighbors. A hitlist comes before any of them.
 *
 * `hosts` finds from this which probes reach something, without drawing the others; `probes` draws every one.
 */
import type { RandomStream } from '@wormwood/base';

/** The addresses in the order of a strategy: a one-to-one map from those it can reach to the places 0 … size − 1. */
export interface Track {
  readonly size: number;
  /** The place of an address; −1 if no probe ever reaches it. */
  placeOf(address: number): number;
  addressAt(place: number): number;
}

export type Scan = DrawnScan | WalkedScan | NeighborScan;

/** Each probe is drawn anew, whatever the host has probed before. */
export interface DrawnScan {
  readonly kind: 'drawn';
  readonly track: Track;
  readonly parts: readonly DrawnPart[];
}

/**
 * With `probability` a probe goes to a run of places, each of them equally likely: to a fixed run; to the block that the
 * sender itself lies in; or to the places up to `distance` from its own. Blocks are `size` places long and begin where
 * (place + phase) is a multiple of `size`. What lies beyond the ends of the track is cut off.
 */
export type DrawnPart =
  | { readonly kind: 'run'; readonly probability: number; readonly first: number; readonly size: number }
  | { readonly kind: 'own'; readonly probability: number; readonly size: number; readonly phase: number }
  | { readonly kind: 'around'; readonly probability: number; readonly distance: number };

/** Each host goes from place to place of the track. */
export interface WalkedScan {
  readonly kind: 'walked';
  readonly track: Track;
  /** Whether the walker recognizes a host that is infected already. */
  readonly noticesInfected: boolean;
  /** An infected host begins to scan. */
  begin(walks: Walks, infected: Readonly<NewWalker>, stream: RandomStream): void;
  /** A host's probe has infected another, whose walk begins next. */
  succeeded(walks: Walks, host: number): void;
  /** A host's probe has met an infected one. */
  metInfected(walks: Walks, host: number, stream: RandomStream): void;
  /** No probe is left of a host's range. */
  finishedRange(walks: Walks, host: number, stream: RandomStream): void;
}

/** Engines may fill the same one anew for each host. */
export interface NewWalker {
  host: number;
  /** −1 for a host infected at the start. */
  infector: number;
  /** The host's own place; −1 for none. */
  place: number;
  /** Whether the walk of the infector led to it, rather than a hitlist. */
  isByWalk: boolean;
}

/**
 * Each probe goes to one of a host's neighbors, all equally likely; those of host i are `neighbor[first[i] …
 * first[i+1]−1]`.
 */
export interface NeighborScan {
  readonly kind: 'neighbors';
  readonly first: Int32Array;
  readonly neighbor: Int32Array;
}

const NEXT = 0;
const REMAINING = 1;
const ARC_FIRST = 2;
const ARC_SIZE = 3;
const SINCE = 4;
const PROBES = 5;
/** Two words in place of a number. */
const WORDS = 6;
const TIME = 7;
const FIELDS = 8;
const TARGET = 2 * WORDS;
/** Twice the meetings, and 1 more while the host scans. */
const MEETINGS = 2 * WORDS + 1;

/** The walks of all hosts; each walk fits one cache line. */
export class Walks {
  readonly #of: Float64Array;
  readonly #words: Int32Array;

  constructor(hosts: number) {
    this.#of = new Float64Array(hosts * FIELDS);
    this.#words = new Int32Array(this.#of.buffer);
  }

  /** Room beside each walk for when its next probe comes. */
  get times(): { readonly numbers: Float64Array; readonly stride: number; readonly offset: number } {
    return { numbers: this.#of, stride: FIELDS, offset: TIME };
  }

  /** Place of the next probe. */
  next(host: number): number {
    return this.#of[host * FIELDS + NEXT]!;
  }

  setNext(host: number, place: number): void {
    this.#of[host * FIELDS + NEXT] = place;
  }

  /** Probes left before the range is finished; Infinity without end, 0 for a host that has given up. */
  remaining(host: number): number {
    return this.#of[host * FIELDS + REMAINING]!;
  }

  setRemaining(host: number, probes: number): void {
    this.#of[host * FIELDS + REMAINING] = probes;
  }

  /** The walk cycles through a run of places. */
  arcFirst(host: number): number {
    return this.#of[host * FIELDS + ARC_FIRST]!;
  }

  arcSize(host: number): number {
    return this.#of[host * FIELDS + ARC_SIZE]!;
  }

  setArc(host: number, first: number, size: number): void {
    this.#of[host * FIELDS + ARC_FIRST] = first;
    this.#of[host * FIELDS + ARC_SIZE] = size;
  }

  /** Infected hosts met since the last success. */
  meetings(host: number): number {
    return this.#words[2 * FIELDS * host + MEETINGS]! >> 1;
  }

  setMeetings(host: number, meetings: number): void {
    const at = 2 * FIELDS * host + MEETINGS;
    this.#words[at] = (meetings << 1) | (this.#words[at]! & 1);
  }

  /** Whether the host scans. For the engine that skips misses. */
  isScanning(host: number): boolean {
    return (this.#words[2 * FIELDS * host + MEETINGS]! & 1) === 1;
  }

  setScanning(host: number, isScanning: boolean): void {
    const at = 2 * FIELDS * host + MEETINGS;
    this.#words[at] = (this.#words[at]! & ~1) | (isScanning ? 1 : 0);
  }

  /** The stretch that a host is on: since when, its probes, and the target of its last one. For the engine that skips misses. */
  since(host: number): number {
    return this.#of[host * FIELDS + SINCE]!;
  }

  probes(host: number): number {
    return this.#of[host * FIELDS + PROBES]!;
  }

  target(host: number): number {
    return this.#words[2 * FIELDS * host + TARGET]!;
  }

  setStretch(host: number, since: number, probes: number, target: number): void {
    const at = host * FIELDS;
    this.#of[at + SINCE] = since;
    this.#of[at + PROBES] = probes;
    this.#words[2 * at + TARGET] = target;
  }

  /** Sends so many probes: the place moves on round the arc, and as many fewer remain. */
  goOn(host: number, probes: number): void {
    const at = host * FIELDS;
    const first = this.#of[at + ARC_FIRST]!;
    const size = this.#of[at + ARC_SIZE]!;
    const gone = this.#of[at + NEXT]! - first + probes;
    this.#of[at + NEXT] = first + (gone < size ? gone : gone % size);
    this.#of[at + REMAINING]! -= probes;
  }

  /** Lets a host walk from `place` on, cycling through a track of `size` places without end. */
  goRound(host: number, place: number, size: number): void {
    this.setNext(host, place);
    this.setArc(host, 0, size);
    this.setRemaining(host, Infinity);
  }
}

/** Addresses in their own order, from the first address of a space. */
export function plainTrack(firstAddress: number, size: number): Track {
  return {
    size,
    placeOf: (address) =>
      address >= firstAddress && address < firstAddress + size ? address - firstAddress : -1,
    addressAt: (place) => firstAddress + place,
  };
}
