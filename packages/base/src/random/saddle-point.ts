/**
 * The logarithms of Poisson and binomial probabilities, computed without cancellation however large the counts.
 * Source: Loader, "Fast and accurate computation of binomial probabilities", 2000.
 */

import { log, log1p } from '../math/portable-math.ts';

const TWO_PI = 6.283185307179586;

/** log n! - log(sqrt(2 pi n) (n/e)^n) for n = 1..15; the entry of 0 is unused. */
const STIRLING_ERROR = Float64Array.of(
  0,
  0.08106146679532726,
  0.0413406959554093,
  0.02767792568499834,
  0.020790672103765093,
  0.016644691189821193,
  0.013876128823070748,
  0.01189670994589177,
  0.010411265261972096,
  0.009255462182712733,
  0.00833056343336287,
  0.007573675487951841,
  0.00694284010720953,
  0.006408994188004207,
  0.0059513701127588475,
  0.005554733551962801,
);

/** The log of the probability that a Poisson count of `mean` > 0 equals `count`. */
export function logPoissonProbability(count: number, mean: number): number {
  if (count === 0) return -mean;
  return -stirlingError(count) - deviance(count, mean) - 0.5 * log(TWO_PI * count);
}

/** The log of the probability of `count` successes in `trials`, each of `probability` strictly between 0 and 1. */
export function logBinomialProbability(
  count: number,
  { trials, probability }: { readonly trials: number; readonly probability: number },
): number {
  if (count === 0) return trials * log1p(-probability);
  if (count === trials) return trials * log(probability);
  const failures = trials - count;
  return (
    stirlingError(trials) -
    stirlingError(count) -
    stirlingError(failures) -
    deviance(count, trials * probability) -
    deviance(failures, trials * (1 - probability)) -
    0.5 * log(TWO_PI * count * (failures / trials))
  );
}

/** What Stirling's formula lacks of log n!, for an integer n >= 1. */
function stirlingError(n: number): number {
  if (n < STIRLING_ERROR.length) return STIRLING_ERROR[n] ?? 0;
  const n2 = n * n;
  // The series of log gamma; the first term left out is below 2e-17 at n = 16.
  return (
    (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188 - 691 / 360360 / n2) / n2) / n2) / n2) / n2) / n
  );
}

/** x log(x / mean) + mean - x, the deviance of a count x > 0 from its mean > 0; never negative. */
function deviance(x: number, mean: number): number {
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * log(x / mean) - difference;
  // Loader, section 2.2: x and mean are close and the closed form would cancel.
  const v = difference / (x + mean);
  const v2 = v * v;
  let power = 2 * x * v;
  let sum = difference * v;
  for (let j = 1; ; j++) {
    power *= v2;
    const next = sum + power / (2 * j + 1);
    if (next === sum) return sum;
    sum = next;
  }
}
