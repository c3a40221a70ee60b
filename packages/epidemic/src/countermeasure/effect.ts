/**
 * What a countermeasure does to an outbreak. Each file beside this one turns the parameters of one countermeasure into an
 * `Effect`. Some act on probes, on all alike; others act on hosts, each of which has its own traits and clocks
 * (dynamics/host-measures.ts), and have no effect here beyond having started. Effects combine: rates and exponents add,
 * fractions of probes multiply, the lowest cap holds (combine.ts).
 *
 * Source: docs/models.md#defenses-together; the papers stand at each countermeasure.
 */

/** The outbreak as a countermeasure sees it. Hosts. */
export interface Counts {
  readonly vulnerable: number;
  /** Infected at some time, those infected at the start included. */
  readonly everInfected: number;
}

/** A missing member changes nothing. */
export interface Effect {
  /** Each susceptible host becomes immunized at this rate a second. */
  readonly patchRate?: Quantity;
  /** The same for each susceptible host that probes reach. */
  readonly reachedPatchRate?: number;
  /** Each infected host, whatever else holds it, becomes immunized at this rate a second. */
  readonly disinfectRate?: number;
  /** The same for each infected host that is past its latency. */
  readonly disinfectScanningRate?: number;
  /** Fraction of probes that arrive, at hosts, honeypots and telescopes alike. */
  readonly passing?: number;
  /** η: all hosts scan at (1 − I/N)^η of their rate. */
  readonly congestionExponent?: number;
  /** Probes a second that all infected hosts together can send at most. */
  readonly probesPerSecondMax?: number;
  /** A counter-worm: hosts that it holds at its start, probes each sends, whether it enters infected hosts too. */
  readonly counterWorm?: CounterWormEffect;
  /** Honeypots that the worm learns to avoid. */
  readonly avoided?: AvoidedEffect;
}

export interface CounterWormEffect {
  readonly hosts: number;
  readonly scanRatePerSecond: number;
  readonly entersInfected: boolean;
}

export interface AvoidedEffect {
  /** Addresses unknown to the worm at the start. */
  readonly count: number;
  /** Probabilities that a contact gives the address away, and that it immunizes. */
  readonly learning: number;
  readonly coverage: number;
}

/** A number that may change with the time since the start of the countermeasure and with the counts. */
export interface Quantity {
  at(secondsSinceStart: number, counts: Counts): number;
  /**
   * Returns a number that `at` stays below or at until `toSeconds` while the counts stay as they are: what an engine that
   * draws events thins from.
   */
  bound(toSeconds: number, counts: Counts): number;
  /** Whether it depends on the counts. */
  readonly isOfCounts: boolean;
}

/** A quantity that never changes. */
export function constant(value: number): Quantity {
  return { at: () => value, bound: () => value, isOfCounts: false };
}

/** A quantity that depends on counts alone: its own bound between events. */
export function ofCounts(value: (counts: Counts) => number): Quantity {
  return { at: (_seconds, counts) => value(counts), bound: (_to, counts) => value(counts), isOfCounts: true };
}

/** A quantity that depends on time alone and never falls: its value at the end of an interval bounds it. */
export function risingInTime(value: (secondsSinceStart: number) => number): Quantity {
  return { at: (seconds) => value(seconds), bound: (to) => value(to), isOfCounts: false };
}
