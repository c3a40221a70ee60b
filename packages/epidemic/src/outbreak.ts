/**
 * The outbreak: what every engine is asked to run, as one plain object.
 *
 * Start here. `Outbreak` is data only: it survives `structuredClone`, so a worker or a browser page receives it as it
 * is. Nothing here knows of files, units in text, or packets; `scenario` turns a YAML file into an `Outbreak`.
 */

import type { Measure } from './defense/measure.ts';

/** A worm, the hosts that it can infect, and what is done against it. */
export interface Outbreak {
  /** Ω: the number of addresses that the worm scans; 2^32 for IPv4. An integer of at most 2^53. */
  readonly addressSpaceSize: number;
  /** The lowest address of the space; addresses run from here to `firstAddress + addressSpaceSize - 1`. */
  readonly firstAddress: number;
  readonly population: Population;
  readonly worm: Worm;
  readonly defenses: readonly Defense[];
  /** What else acts on the outbreak: rates rather than addresses. @default [] */
  readonly measures?: readonly Measure[];
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
}

/** A scanning worm is a rate and a strategy; it carries nothing. */
export interface Worm {
  /** s: probes a second sent by each infected host (a Poisson process in the stochastic engines). */
  readonly scanRatePerSecond: number;
  readonly strategy: ScanStrategy;
}

/** How an infected host picks the next address to probe. */
export type ScanStrategy = UniformScan;

/** Every address of the space is equally likely, each probe independent of all others. */
export interface UniformScan {
  readonly kind: 'uniform';
}

/** What is done against the worm. */
export type Defense = HoneypotDefense;

/**
 * Virtual honeypots on otherwise unused addresses: an infected host that probes one is immunized `delaySeconds` later
 * on average (Provos 2004). While it waits it stays infected and goes on scanning.
 */
export interface HoneypotDefense {
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
