/** The figures that describe one run in a line each: the `summary` object of `sim run --json`. */
import type { Outbreak } from '../outbreak/outbreak.ts';
import { contactRatePerSecond, reproductionNumber } from '../dynamics/rates.ts';
import type { Honeypots } from '../outbreak/honeypots.ts';

export interface Summary {
  /** Largest number of hosts infected at the same time, and when, in seconds. */
  readonly peakInfected: number;
  readonly peakTime: number;
  /** Hosts infected at some time, the first infected included; and as a fraction of N. */
  readonly everInfected: number;
  readonly everInfectedFraction: number;
  readonly neverInfected: number;
  /** Hosts immunized by the end, and hosts still infected at the end. */
  readonly immunized: number;
  readonly stillInfected: number;
  /**
   * When no host was infected any more, in seconds; null when that did not happen. In the mean field fewer than one, or fewer
   * than half of one where one was infected at the start.
   */
  readonly extinctionTime: number | null;
  /**
   * R0: susceptible hosts that one infected host infects before it is immunized, all others susceptible and every
   * defense at work; null without a defense.
   */
  readonly basicReproductionNumber: number | null;
  /**
   * The same when the first honeypots start, with the susceptible hosts left then and the honeypots at work then:
   * S(T)/h · (1 + γδ); null when none started.
   */
  readonly reproductionNumberAtStart: number | null;
  /**
   * Doubling time of the early outbreak before any defense, in seconds: ln 2 · Ω / (s N) under uniform scanning at one rate.
   * Where the mean field has no equations, this and the reproduction numbers are null.
   */
  readonly doublingTime: number | null;
  /**
   * When that fraction of N had ever been infected, in seconds; null when it never had. In the mean field, which only
   * approaches N, 1 means all but less than one host.
   */
  readonly timeTo: TimeToFraction;
  /** Probes sent; where an engine does not draw the misses, their expectation given the run: s · ∫ infected dt. */
  readonly probes: number;
  /** Probes that reached a honeypot while it answered. */
  readonly honeypotContacts: number;
}

export interface TimeToFraction {
  readonly '0.5': number | null;
  readonly '0.9': number | null;
  readonly '0.99': number | null;
  readonly '1': number | null;
}

/** What an engine saw in one run; `summarize` adds what follows from the outbreak alone. */
export interface RunFacts {
  readonly peakInfected: number;
  readonly peakTime: number;
  readonly everInfected: number;
  readonly immunized: number;
  readonly stillInfected: number;
  readonly extinctionTime: number | null;
  readonly timeTo: TimeToFraction;
  readonly probes: number;
  readonly honeypotContacts: number;
  /**
   * Susceptible hosts at the moment when the first honeypots began to immunize, and which had begun by then; null when
   * none did.
   */
  readonly firstStart: {
    readonly susceptible: number;
    readonly honeypots: readonly Honeypots[];
  } | null;
}

/** Returns the summary of a run of `outbreak` in which an engine saw `facts`. */
export function summarize(outbreak: Outbreak, facts: RunFacts): Summary {
  const { vulnerable } = outbreak.population;
  const rate = contactRatePerSecond(outbreak);
  const { firstStart, ...seen } = facts;
  return {
    peakInfected: seen.peakInfected,
    peakTime: seen.peakTime,
    everInfected: seen.everInfected,
    everInfectedFraction: seen.everInfected / vulnerable,
    neverInfected: vulnerable - seen.everInfected,
    immunized: seen.immunized,
    stillInfected: seen.stillInfected,
    extinctionTime: seen.extinctionTime,
    basicReproductionNumber: reproductionNumber(outbreak, outbreak.honeypots, vulnerable),
    reproductionNumberAtStart:
      firstStart && reproductionNumber(outbreak, firstStart.honeypots, firstStart.susceptible),
    doublingTime: rate > 0 ? Math.LN2 / rate : null,
    timeTo: seen.timeTo,
    probes: seen.probes,
    honeypotContacts: seen.honeypotContacts,
  };
}
