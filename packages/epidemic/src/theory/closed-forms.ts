/**
 * What can be said of an outbreak without simulating it: the simple epidemic, the final size and peak of the general
 * epidemic, the number of honeypots that suffices, and the randomness of small outbreaks. Start with `SimpleEpidemic`.
 *
 * β is the contact rate of the fraction form, sN/Ω per second (`contactRatePerSecond`); the pairwise rate is s/Ω.
 */
import { assert, exp, expm1, log, log1p } from '@wormwood/base';
import {
  type SimpleEpidemic,
  logisticInfectedSeconds,
  logisticTimeOfInfectedSeconds,
} from '../dynamics/logistic.ts';

// ---- the simple epidemic (SI): no host is immunized; its logistic is in dynamics/logistic.ts

/** Returns the time from 10 % to 90 % of N, 2 ln 9 / β, in seconds, whatever the start. */
export function riseTimeSeconds(contactRatePerSecond: number): number {
  return (2 * log(9)) / contactRatePerSecond;
}

/** Returns the largest rate of new infections, βN/4 a second, reached when half of the hosts are infected. */
export function peakInfectionRatePerSecond(
  epidemic: Pick<SimpleEpidemic, 'vulnerable' | 'contactRatePerSecond'>,
): number {
  return (epidemic.contactRatePerSecond * epidemic.vulnerable) / 4;
}

// ---- the general epidemic (SIR): infected hosts are immunized at a constant rate, R0 = β/γ

/** Fractions of N at the start and the reproduction number with all hosts susceptible. */
export interface GeneralEpidemic {
  readonly susceptibleFraction: number;
  readonly infectedFraction: number;
  readonly reproductionNumber: number;
}

/**
 * Returns the fraction of N ever infected from the start on (immunized hosts before it not counted): 1 − r0 − s∞, where
 * s∞ = s0 exp(−R0 (s0 + i0 − s∞)) is the smaller root. Without new infections it is i0; with i0 → 0 and R0 s0 > 1 it is the
 * size of the outbreak that a vanishing number of infected hosts starts.
 * Source: Kermack, McKendrick, "A contribution to the mathematical theory of epidemics", 1927.
 */
export function finalSizeFraction(epidemic: GeneralEpidemic): number {
  const { susceptibleFraction: s0, infectedFraction: i0, reproductionNumber: r0 } = epidemic;
  // x = s0 − s∞, the newly infected, is the only positive root of g(x) = x − s0 (1 − e^{−R0 (x + i0)}), where g is convex:
  // from the right of the root Newton's method falls towards it without overshooting.
  let x = s0;
  for (let k = 0; k < 100; k++) {
    const escaped = exp(-r0 * (x + i0));
    const value = x + s0 * expm1(-r0 * (x + i0));
    const slope = 1 - s0 * r0 * escaped;
    if (!(slope > 0)) return i0;
    const next = Math.max(0, x - value / slope);
    if (Math.abs(next - x) <= 1e-16 * (x + i0)) break;
    x = next;
  }
  return i0 + x;
}

/**
 * Returns the largest fraction of N infected at the same time: s0 + i0 − (1 + ln(R0 s0))/R0 when R0 s0 > 1, else i0
 * (docs/models.md#general-epidemic).
 */
export function peakInfectedFraction(epidemic: GeneralEpidemic): number {
  const { susceptibleFraction: s0, infectedFraction: i0, reproductionNumber: r0 } = epidemic;
  if (r0 * s0 <= 1) return i0;
  return s0 + i0 - (1 + log(r0 * s0)) / r0;
}

// ---- honeypots

/**
 * Returns the number of honeypots (not rounded) that keeps every infected host from infecting more than one other when
 * they are there from the start, N / (1 − βδ); null when the delay δ is 1/β or longer, where no number suffices
 * (docs/models.md#delay-wall).
 */
export function sufficientHoneypots(options: {
  readonly vulnerable: number;
  readonly contactRatePerSecond: number;
  readonly delaySeconds: number;
}): number | null {
  const lost = options.contactRatePerSecond * options.delaySeconds;
  return lost < 1 ? options.vulnerable / (1 - lost) : null;
}

/**
 * Returns the probability that no probe has reached one of h honeypots by `timeSeconds` of a simple epidemic:
 * exp(−(s h/Ω) ∫ I dt), with the logistic for I (docs/models.md#honeypot-contacts).
 */
export function noHoneypotContactProbability(
  epidemic: SimpleEpidemic,
  options: { readonly honeypots: number; readonly timeSeconds: number },
): number {
  const pairwiseRate = epidemic.contactRatePerSecond / epidemic.vulnerable;
  return exp(-pairwiseRate * options.honeypots * logisticInfectedSeconds(epidemic, options.timeSeconds));
}

/** Returns when the first probe has reached one of h honeypots with the given probability, in seconds. */
export function firstHoneypotContactSeconds(
  epidemic: SimpleEpidemic,
  options: { readonly honeypots: number; readonly probability: number },
): number {
  const pairwiseRate = epidemic.contactRatePerSecond / epidemic.vulnerable;
  return logisticTimeOfInfectedSeconds(
    epidemic,
    -log1p(-options.probability) / (pairwiseRate * options.honeypots),
  );
}

/** Returns the probes a second that h honeypots receive from `infected` hosts: s h I / Ω. */
export function honeypotLoadPerSecond(options: {
  readonly pairwiseRatePerSecond: number;
  readonly honeypots: number;
  readonly infected: number;
}): number {
  return options.pairwiseRatePerSecond * options.honeypots * options.infected;
}

// ---- randomness of small outbreaks

/**
 * Returns the probability that an outbreak from I0 infected hosts dies out while few hosts are infected: (1/R0)^I0 for
 * R0 > 1, else 1. Branching approximation, off by O(1/N); exact for contact times that are exponential
 * (docs/models.md#extinction).
 */
export function extinctionProbability(options: {
  readonly reproductionNumber: number;
  readonly infected: number;
}): number {
  if (options.reproductionNumber <= 1) return 1;
  return exp(-options.infected * log(options.reproductionNumber));
}

export interface MeanAndVariance {
  readonly mean: number;
  readonly variance: number;
}

/**
 * Returns mean (s) and variance (s²) of the time in which the stochastic simple epidemic grows from I0 to `target` infected
 * hosts, N when left out: exact, a sum of independent exponential stages of rate β i (N − i)/N (docs/models.md#growth-time).
 * Takes time proportional to the hosts infected.
 */
export function growthTime(epidemic: SimpleEpidemic, target: number = epidemic.vulnerable): MeanAndVariance {
  const { vulnerable, infected, contactRatePerSecond } = epidemic;
  assert(target <= vulnerable, 'no more hosts can be infected than are vulnerable');
  const pairwiseRate = contactRatePerSecond / vulnerable;
  let mean = 0;
  let variance = 0;
  for (let i = infected; i < target; i++) {
    const stage = 1 / (pairwiseRate * i * (vulnerable - i));
    mean += stage;
    variance += stage * stage;
  }
  return { mean, variance };
}

/**
 * Returns the coefficient of variation of the infected hosts early in the outbreak, √((1 − e^{−βt})/I0), which tends to
 * 1/√I0: a Yule process (docs/models.md#early-spread).
 */
export function earlyCoefficientOfVariation(options: {
  readonly infected: number;
  /** How many doublings or how long: βt, the expected growth as an exponent. @default Infinity */
  readonly growthExponent?: number;
}): number {
  const { infected, growthExponent = Infinity } = options;
  return Math.sqrt(-expm1(-growthExponent) / infected);
}

/**
 * Returns the standard deviation of the random shift in time of the whole curve, √ψ1(I0)/β seconds, where ψ1 is the
 * trigamma function (docs/models.md#start-time-jitter).
 */
export function startTimeJitterSeconds(options: {
  readonly infected: number;
  readonly contactRatePerSecond: number;
}): number {
  return Math.sqrt(trigamma(options.infected)) / options.contactRatePerSecond;
}

/**
 * Returns ψ1(x) = Σ_{k≥0} 1/(x + k)² for x > 0, to 1e-14 relative: recurrence up to 10, then the asymptotic series
 * (Abramowitz, Stegun, 6.4.6 and 6.4.12).
 */
export function trigamma(x: number): number {
  assert(x > 0, 'trigamma is wanted of positive numbers only');
  let sum = 0;
  let shifted = x;
  for (; shifted < 10; shifted++) sum += 1 / (shifted * shifted);
  const y = 1 / (shifted * shifted);
  const bernoulli = 1 / 6 - y * (1 / 30 - y * (1 / 42 - y * (1 / 30 - y * (5 / 66 - (y * 691) / 2730))));
  return sum + 1 / shifted + y / 2 + (y / shifted) * bernoulli;
}

/** How a worm with local preference picks its targets: fractions of its probes, 1 together. */
export interface LocalPreference {
  readonly own16: number;
  readonly own8: number;
  readonly anywhere: number;
}

/** The whole IPv4 space has 2^8 networks /8 and 2^16 networks /16. */
const SLASH8 = 2 ** 8;
const SLASH16 = 2 ** 16;

/**
 * Returns how many times as often a host of the populated networks is probed as under uniform scanning of IPv4, where
 * all that is vulnerable lies evenly in `slash8` networks /8 and, within them, `slash16` networks /16: the growth factor
 * of a worm with local preference, and of the contacts with honeypots spread over the same networks (models of Chen et
 * al. 2003 and of Zou et al. 2006, homogeneous groups).
 */
export function localPreferenceFactor(
  { own16, own8, anywhere }: LocalPreference,
  populated: { readonly slash8: number; readonly slash16: number },
): number {
  return anywhere + own8 * (SLASH8 / populated.slash8) + own16 * (SLASH16 / populated.slash16);
}
