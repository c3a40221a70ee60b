/**
 * What engines need of a scan strategy: an order of the addresses, its track, and how a host picks places on it. Every
 * strategy is one of three: it draws each probe anew from runs of places, it walks along the track, or it knows its
 * neighbours. A hitlist comes before any of them.
 *
 * `hosts` finds from this which probes reach something, without drawing the others; `probes` draws every one.
 */
import type { RandomStream } from '@wormwood/base';

/** The addresses in the order of a strategy: one-to-one from those it can reach to the places 0 … size − 1. */
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
 * With `probability` a probe goes to a run of places, each of them equally likely: to a fixed run, or to the block that the
 * sender itself lies in. Blocks are `size` places long and begin where (place + phase) is a multiple of `size`; those at
 * the ends of the track are cut off there.
 */
export type DrawnPart =
  | { readonly kind: 'run'; readonly probability: number; readonly first: number; readonly size: number }
  | { readonly kind: 'own'; readonly probability: number; readonly size: number; readonly phase: number };

/** Each host goes from place to place of the track. */
export interface WalkedScan {
  readonly kind: 'walked';
  readonly track: Track;
  /** Whether a host that it has infected before tells the walker that it is infected. */
  readonly noticesInfected: boolean;
  /** A host begins: `place` is its own (−1: none), `infector` the host whose walk led to it, −1 at the start. */
  begin(
    walks: Walks,
    step: { readonly host: number; readonly infector: number; readonly place: number },
    stream: RandomStream,
  ): void;
  /** A host's probe has infected another, whose walk begins next. */
  succeeded(walks: Walks, host: number): void;
  /** A host's probe has met an infected one. */
  metInfected(walks: Walks, host: number, stream: RandomStream): void;
  /** No probe is left of a host's range. */
  finishedRange(walks: Walks, host: number, stream: RandomStream): void;
}

/** Each probe goes to one of a host's neighbours, all equally likely; those of host i are `neighbor[first[i] … first[i+1]−1]`. */
export interface NeighborScan {
  readonly kind: 'neighbors';
  readonly first: Int32Array;
  readonly neighbor: Int32Array;
}

/** The walks of all hosts. */
export interface Walks {
  /** Place of the next probe. */
  readonly next: Float64Array;
  /** Probes left before the range is finished; Infinity without end, 0 for a host that has given up. */
  readonly remaining: Float64Array;
  /** The walk goes round and round this run of places. */
  readonly arcFirst: Float64Array;
  readonly arcSize: Float64Array;
  /** Infected hosts met since the last success. */
  readonly meetings: Int32Array;
}

export function walksOf(hosts: number): Walks {
  return {
    next: new Float64Array(hosts),
    remaining: new Float64Array(hosts),
    arcFirst: new Float64Array(hosts),
    arcSize: new Float64Array(hosts),
    meetings: new Int32Array(hosts),
  };
}

/** Lets a host walk from `place` on, round the whole track, without end. */
export function walkRound(walks: Walks, host: number, place: number, size: number): void {
  walks.next[host] = place;
  walks.arcFirst[host] = 0;
  walks.arcSize[host] = size;
  walks.remaining[host] = Infinity;
}

/** Addresses as they are, from the first of a space on. */
export function plainTrack(firstAddress: number, size: number): Track {
  return {
    size,
    placeOf: (address) =>
      address >= firstAddress && address < firstAddress + size ? address - firstAddress : -1,
    addressAt: (place) => firstAddress + place,
  };
}
