/** A worm as plain data: a rate and a strategy. */
import type { DelayLaw } from './delay-law.ts';
import type { ScanStrategy } from './scan-strategy.ts';

/** A scanning worm is a rate and a strategy; it carries nothing. */
export interface Worm {
  /** s: probes a second sent by each infected host (a Poisson process in the stochastic engines), on average over hosts. */
  readonly scanRatePerSecond: number;
  readonly strategy: ScanStrategy;
  /** How the scan rates of hosts differ. @default all alike */
  readonly scanRates?: ScanRates;
  /** Mean time from the infection of a host to its first probe. @default 0 */
  readonly latentSeconds?: number;
  /** How that time spreads about its mean. @default exponential */
  readonly latentLaw?: DelayLaw;
  /** When all scan rates change: from each time on they are the factor times what is given above. @default never */
  readonly rateChanges?: readonly RateChange[];
  /** Hosts that scan fall asleep and wake. @default none does */
  readonly dormancy?: Dormancy;
}

/** Times rise from change to change. */
export interface RateChange {
  readonly timeSeconds: number;
  readonly factor: number;
}

/** A host that sleeps is infected and sends nothing; clocks that run for it go on, and probes reach it. */
export interface Dormancy {
  /** Of a host past its latency that is awake. */
  readonly sleepRatePerSecond: number;
  readonly wakeRatePerSecond: number;
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
