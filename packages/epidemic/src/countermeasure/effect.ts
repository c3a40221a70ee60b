/**
 * What a countermeasure does to an outbreak: rates and factors that depend on time and on counts of hosts. Each file beside
 * this one turns the parameters of one countermeasure into an `Effect`; a model of counts, mean field or event by event,
 * needs nothing else of it. Effects combine: rates add, fractions multiply (combine.ts).
 *
 * Source: docs/models.md#two-factor-model and the sections after it; the papers stand at each countermeasure.
 */

/** The outbreak as a countermeasure sees it. Hosts, but for `probes`. */
export interface Counts {
  readonly vulnerable: number;
  readonly susceptible: number;
  /** All infected hosts, blocked ones included. */
  readonly infected: number;
  /** Infected at some time, those infected at the start included. */
  readonly everInfected: number;
  /** Probes that infected hosts have sent since the countermeasure began to act. */
  readonly probes: number;
}

/** Rates a second for each host, fractions of probes; a missing member changes nothing. */
export interface Effect {
  /** Susceptible hosts become immunized. */
  readonly patchRate?: Quantity;
  /** Infected hosts, blocked ones too, become immunized. */
  readonly disinfectRate?: Quantity;
  /** Infected hosts become immunized by where their own probes go; at the full scan rate, unfiltered. */
  readonly contactRate?: Quantity;
  /** Infected hosts become blocked; of their probes `blockedPassing` still arrive. */
  readonly blockRate?: Quantity;
  readonly blockedPassing?: number;
  /** Fraction of all probes that arrive, at hosts, honeypots and telescopes alike. */
  readonly passing?: Quantity;
  /** Fraction of susceptible hosts that can be reached. */
  readonly exposed?: Quantity;
  /** What is left of the scan rate; probes that are never sent cost no bandwidth and meet no telescope. */
  readonly scanFactor?: Quantity;
  /** Probes a second that all infected hosts together can send at most. */
  readonly probesPerSecondMax?: number;
  /** A counter-worm: hosts that it holds at its start, probes each sends, whether it enters infected hosts too. */
  readonly counterWorm?: CounterWormEffect;
}

export interface CounterWormEffect {
  readonly hosts: number;
  readonly scanRatePerSecond: number;
  readonly entersInfected: boolean;
}

/** A number that may change with the time since the start of the countermeasure and with the counts. */
export interface Quantity {
  at(secondsSinceStart: number, counts: Counts): number;
  /**
   * Returns a number that `at` stays below or at from `fromSeconds` to `toSeconds` while the counts of hosts stay as they
   * are and `probes` does not fall: what an engine that draws events thins from.
   */
  bound(fromSeconds: number, toSeconds: number, counts: Counts): number;
}

/** A quantity that never changes. */
export function constant(value: number): Quantity {
  return { at: () => value, bound: () => value };
}

/** A quantity that depends on counts alone, and does not rise with `probes`: its own bound between events. */
export function ofCounts(value: (counts: Counts) => number): Quantity {
  return { at: (_seconds, counts) => value(counts), bound: (_from, _to, counts) => value(counts) };
}

/** A quantity that depends on time alone and never falls: its value at the end of an interval bounds it. */
export function risingInTime(value: (secondsSinceStart: number) => number): Quantity {
  return { at: (seconds) => value(seconds), bound: (_from, to) => value(to) };
}
