/**
 * The outbreak: what every engine is asked to run, as one plain object.
 *
 * Start here. `Outbreak` is data only: it survives `structuredClone`, so a worker or a browser page receives it as it
 * is. Nothing here knows of files, units in text, or packets; `scenario` turns a YAML file into an `Outbreak`.
 */

import type { Countermeasure } from './defense/measure.ts';
import type { ScanStrategy } from './scan/strategy.ts';

/** A worm, the hosts that it can infect, and what is done against it. */
export interface Outbreak {
  /** Ω: the number of addresses that the worm scans; 2^32 for IPv4. An integer of at most 2^53. */
  readonly addressSpaceSize: number;
  /** The lowest address of the space; addresses run from here to `firstAddress + addressSpaceSize - 1`. */
  readonly firstAddress: number;
  readonly population: Population;
  readonly worm: Worm;
  readonly honeypots: readonly Honeypots[];
  /** What else acts on the outbreak: rates rather than addresses. @default [] */
  readonly countermeasures?: readonly Countermeasure[];
  /** How long the outbreak is followed, in seconds from its start. */
  readonly durationSeconds: number;
  /** Spacing of the reported series, in seconds. */
  readonly sampleSeconds: number;
}

/** The hosts that the worm can infect. */
export interface Population {
  /** N: vulnerable hosts, the first infected included. */
  readonly vulnerable: number;
  /** I0: hosts infected at time 0. */
  readonly infected: number;
  /** Where the vulnerable hosts lie. @default uniform */
  readonly placement?: HostPlacement;
  /** Reboots a second of each infected host: it loses the worm and is susceptible again. @default 0 */
  readonly rebootRatePerSecond?: number;
  /**
   * Departures a second of each vulnerable host, of which one that is new and susceptible takes the address at once.
   * @default 0
   */
  readonly churnRatePerSecond?: number;
}

/** Where the vulnerable hosts lie: each on an address of its own, no honeypot among them. */
export type HostPlacement = UniformPlacement | ClusteredPlacement | RangedPlacement;

/** Anywhere in the space, all arrangements equally likely. */
export interface UniformPlacement {
  readonly kind: 'uniform';
}

/**
 * In some networks only. The networks of the first level are drawn from the space, those of each later level from the
 * networks of the one before; each host lies in any network of the last level with the same chance.
 */
export interface ClusteredPlacement {
  readonly kind: 'clustered';
  /** From large networks to small: addresses in each, a divisor of those of the level before, and how many are populated. */
  readonly levels: readonly { readonly networkSize: number; readonly networks: number }[];
}

/** In given ranges of addresses, which do not overlap: as many hosts in each as its share of all weights, rounded. */
export interface RangedPlacement {
  readonly kind: 'ranges';
  readonly ranges: readonly PopulatedRange[];
}

export interface AddressRange {
  /** The lowest address, of the outbreak's space. */
  readonly first: number;
  readonly size: number;
}

export interface PopulatedRange extends AddressRange {
  /** @default its size */
  readonly weight?: number;
}

/** A scanning worm is a rate and a strategy; it carries nothing. */
export interface Worm {
  /** s: probes a second sent by each infected host (a Poisson process in the stochastic engines), on average over hosts. */
  readonly scanRatePerSecond: number;
  readonly strategy: ScanStrategy;
  /** How the scan rates of hosts differ. @default all alike */
  readonly scanRates?: ScanRates;
  /** Mean of the exponential time from the infection of a host to its first probe. @default 0 */
  readonly latentSeconds?: number;
}

/** Scan rates by host, drawn for each independently: a few classes, or log-normal about the worm's mean. */
export type ScanRates =
  | {
      readonly kind: 'classes';
      /** Fractions add up to 1, and the mean of the rates is the worm's scan rate. */
      readonly classes: readonly { readonly fraction: number; readonly scanRatePerSecond: number }[];
    }
  /** `sigma`: standard deviation of the natural logarithm. */
  | { readonly kind: 'log-normal'; readonly sigma: number };

/**
 * Virtual honeypots on otherwise unused addresses: an infected host that probes one is immunized `delaySeconds` later
 * on average (Provos 2004). While it waits it stays infected and goes on scanning.
 */
export interface Honeypots {
  readonly kind: 'honeypots';
  /** h: honeypot addresses. */
  readonly count: number;
  readonly start: HoneypotStart;
  /** δ: mean of the exponential time from the first effective contact to immunization; 0 immunizes at once. */
  readonly delaySeconds: number;
  /** Probability that one contact leads to immunization; a contact that fails leaves the host as it was. */
  readonly success: number;
  /**
   * Where the honeypots lie: spread at random over the unused addresses, in one run of consecutive addresses, or spread
   * over those /16 networks that hold vulnerable hosts. Uniform scanning makes no difference between them.
   */
  readonly placement: 'scattered' | 'block' | 'populated';
}

/**
 * When contacts begin to immunize: at a time, or `prepareSeconds` after the honeypots, which then listen from time 0,
 * have counted `contacts` probes of the worm.
 */
export type HoneypotStart =
  | { readonly kind: 'time'; readonly timeSeconds: number }
  | { readonly kind: 'contacts'; readonly contacts: number; readonly prepareSeconds: number };
