/**
 * Wald's sequential probability ratio test: evidence is added up as the logarithm of a likelihood ratio, infected over
 * innocent, until it leaves the interval between two thresholds that follow from the promised error rates alone.
 *
 * Source: Wald, "Sequential tests of statistical hypotheses", Annals of Mathematical Statistics 16(2), 1945.
 */
import { assert, log } from '@wormwood/base';

/** How often a test may be wrong. */
export interface ErrorRates {
  /** Probability that a test of an innocent host ends with a verdict, in (0, 1/2). */
  readonly falsePositiveRate: number;
  /** Probability that a test of an infected host ends without one, in (0, 1/2). */
  readonly missRate: number;
}

/** Natural logarithms of likelihood ratios, `lower` < 0 < `upper`. */
export interface Thresholds {
  /** ln η1: at or above it the host counts as infected. */
  readonly upper: number;
  /** ln η0: at or below it the host counts as innocent. */
  readonly lower: number;
}

/** Expected numbers of steps of a test, when the host is innocent and when it is infected. */
export interface ExpectedSteps {
  readonly innocent: number;
  readonly infected: number;
}

/**
 * Wald's thresholds: η1 = (1 − missRate) / falsePositiveRate, η0 = missRate / (1 − falsePositiveRate). The true error
 * rates are at most falsePositiveRate / (1 − missRate) and missRate / (1 − falsePositiveRate), less where steps overshoot.
 */
export function waldThresholds({ falsePositiveRate, missRate }: ErrorRates): Thresholds {
  assertRates({ falsePositiveRate, missRate });
  return {
    upper: log((1 - missRate) / falsePositiveRate),
    lower: log(missRate / (1 - falsePositiveRate)),
  };
}

/**
 * Wald's bounds: with η1 = 1 / falsePositiveRate and η0 = missRate the error rates are at most the promised ones, whatever
 * the steps. A hundredth more evidence is the price.
 */
export function strictThresholds({ falsePositiveRate, missRate }: ErrorRates): Thresholds {
  assertRates({ falsePositiveRate, missRate });
  return { upper: -log(falsePositiveRate), lower: log(missRate) };
}

function assertRates({ falsePositiveRate, missRate }: ErrorRates): void {
  assert(falsePositiveRate > 0 && falsePositiveRate < 0.5, 'a false-positive rate lies between 0 and 1/2');
  assert(missRate > 0 && missRate < 0.5, 'a miss rate lies between 0 and 1/2');
}

/**
 * Wald's approximation of the expected number of steps: the mean of the logarithm at the end over its mean change per
 * step. No test with these error rates needs fewer on average (Wald, Wolfowitz 1948).
 */
export function waldExpectedSteps(
  { falsePositiveRate, missRate }: ErrorRates,
  driftPerStep: ExpectedSteps,
): ExpectedSteps {
  const { upper, lower } = waldThresholds({ falsePositiveRate, missRate });
  return {
    innocent: (falsePositiveRate * upper + (1 - falsePositiveRate) * lower) / driftPerStep.innocent,
    infected: ((1 - missRate) * upper + missRate * lower) / driftPerStep.infected,
  };
}

/**
 * The change of the log-likelihood ratio when a yes/no finding is present or absent, from its probability for either
 * kind of host.
 */
export interface FindingWeight {
  readonly present: number;
  readonly absent: number;
}

/** Weights of a finding that an infected host shows with one probability and an innocent one with a smaller one. */
export function findingWeight(probability: {
  readonly infected: number;
  readonly innocent: number;
}): FindingWeight {
  const { infected, innocent } = probability;
  assert(innocent > 0 && infected < 1 && innocent < infected, 'infected hosts show a finding more often');
  return { present: log(infected / innocent), absent: log((1 - infected) / (1 - innocent)) };
}
