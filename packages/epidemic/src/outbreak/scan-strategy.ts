/**
 * How an infected host picks the addresses that it probes, as plain data. Each strategy is explained, with its source, in
 * the file of its name in `packages/epidemic/src/scan`.
 */
import type { AddressRange } from './population.ts';

/** How an infected host picks the addresses that it probes. */
export type ScanStrategy =
  | UniformScan
  | LocalPreferenceScan
  | RoutableScan
  | CoverageHoleScan
  | ListScan
  | SequentialScan
  | PermutationScan
  | ShortCycleScan
  | HitlistScan
  | TopologicalScan;

/** Every address of the space is equally likely. */
export interface UniformScan {
  readonly kind: 'uniform';
}

/** Some probes go to the network of the sender. */
export interface LocalPreferenceScan {
  readonly kind: 'local';
  /** Probabilities, that of `around` among them, add up to at most 1; what is left goes anywhere in the space. */
  readonly levels: readonly LocalLevel[];
  /** Some probes go to addresses close to the sender's own. @default none */
  readonly around?: AroundSender;
}

/** Each address up to so many above or below the sender's own is equally likely, its own too; none beyond the space. */
export interface AroundSender {
  /** k. */
  readonly addresses: number;
  readonly probability: number;
}

/** Networks of one size around a sender. */
export interface LocalLevel {
  /** Addresses of a network of this level: 2^24 for a /8. */
  readonly networkSize: number;
  readonly probability: number;
}

/** Only announced addresses are probed. */
export interface RoutableScan {
  readonly kind: 'routable';
  /** Announced addresses; no two ranges overlap. */
  readonly ranges: readonly AddressRange[];
}

/** A flawed generator never produces some of the addresses. */
export interface CoverageHoleScan {
  readonly kind: 'coverage-hole';
  /** Fraction of the addresses of the space that is ever probed. */
  readonly reached: number;
}

/** Probes go to lists of candidate addresses, as in IPv6. */
export interface ListScan {
  readonly kind: 'lists';
  /** Lists share no candidates. Probabilities add up to at most 1; what is left of the probes finds nothing. */
  readonly lists: readonly CandidateList[];
}

/** A run of candidate addresses and how often it is probed. */
export interface CandidateList extends AddressRange {
  /** q: of a probe. */
  readonly probability: number;
}

/** A host counts up from a start of its own, as Blaster did. */
export interface SequentialScan {
  readonly kind: 'sequential';
  /** Probability that a host begins near its own address; 0.4 for Blaster. */
  readonly nearProbability: number;
}

/** All hosts walk along one pseudo-random permutation of the addresses. */
export interface PermutationScan {
  readonly kind: 'permutation';
  /** Infected hosts that a host meets in a row before it stops; null: it never stops. */
  readonly giveUpAfter: number | null;
  readonly partitioned: boolean;
}

/** A flawed generator falls into cycles, as that of Slammer did. */
export interface ShortCycleScan {
  readonly kind: 'short-cycles';
  /** Length of each cycle as a fraction of the space; together at most 1. Addresses on no cycle are never probed. */
  readonly cycles: readonly number[];
}

/** A list of addresses comes first, then another strategy. */
export interface HitlistScan {
  readonly kind: 'hitlist';
  /** H: addresses on the list, none twice. */
  readonly size: number;
  /** Fraction of the entries that are vulnerable hosts, drawn from those not infected at the start; the others reach nothing. */
  readonly vulnerableFraction: number;
  /** What a host does after the list. */
  readonly then: Exclude<ScanStrategy, HitlistScan>;
}

/** A host probes the hosts that it knows; no address is searched for. */
export interface TopologicalScan {
  readonly kind: 'topological';
  /** For each vulnerable host in turn the hosts that it knows, by number; or a graph that each run draws anew. */
  readonly neighbors: readonly (readonly number[])[] | RandomGraph;
  /** Hosts that are immune from the start. @default none */
  readonly immune?: ImmuneHosts;
}

/** Graphs over all vulnerable hosts, in which who is known also knows, nobody knows itself, and no pair counts twice. */
export type RandomGraph =
  /** Erdős and Rényi: each pair with the same chance, so that a host knows `meanDegree` others in the mean. */
  | { readonly kind: 'erdos-renyi'; readonly meanDegree: number }
  /** Barabási and Albert: hosts join one after the other, each with `links` to others drawn by how many those know. */
  | { readonly kind: 'barabasi-albert'; readonly links: number }
  /** Watts and Strogatz: a ring in which each knows the `degree`/2 next on either side, then each link is drawn anew. */
  | { readonly kind: 'watts-strogatz'; readonly degree: number; readonly rewired: number }
  /** As many hosts of each number of others as are given; the rest of the hosts knows nobody. */
  | { readonly kind: 'degrees'; readonly degrees: readonly DegreeCount[] };

export interface DegreeCount {
  readonly degree: number;
  readonly hosts: number;
}

/** A fraction of the vulnerable hosts: those that know most others; one whom a host drawn at random knows; or any. */
export interface ImmuneHosts {
  readonly who: 'hubs' | 'neighbors' | 'anyone';
  readonly fraction: number;
}
