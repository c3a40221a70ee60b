/**
 * The exact 95 % interval of a Poisson mean, given one count (Garwood, "Fiducial limits for the Poisson distribution",
 * Biometrika 28, 1936): each limit is the mean under which the count, or a more extreme one, has probability 2.5 %.
 */
import { assert, exp, log } from '@wormwood/base';

const TAIL = 0.025;
/** The 97.5 % quantile of the standard normal distribution. */
const NORMAL_QUANTILE = 1.959963984540054;
/** From here on the cube-root approximation of Wilson and Hilferty (1931) is exact to 1e-7. */
const APPROXIMATE_FROM = 3000;
const HALF_LOG_TWO_PI = 0.9189385332046728;

/** Lower and upper limit of the mean, such that at least 95 % of all counts give limits that enclose it. */
export function poissonInterval(count: number): PoissonInterval {
  assert(Number.isInteger(count) && count >= 0, 'a count is a whole number');
  const known = SMALL_INTERVALS[count];
  if (known !== undefined) return known;
  const interval = {
    low: count === 0 ? 0 : meanWithTail(count, TAIL, -NORMAL_QUANTILE),
    high: meanWithTail(count + 1, 1 - TAIL, NORMAL_QUANTILE),
  };
  if (count < KEPT_BELOW) SMALL_INTERVALS[count] = interval;
  return interval;
}

export interface PoissonInterval {
  readonly low: number;
  readonly high: number;
}

/** Intervals of small counts, once they were asked for. */
const SMALL_INTERVALS: PoissonInterval[] = [];
const KEPT_BELOW = 256;

/** The mean under which counts of at least `count` have the probability `tail`. */
function meanWithTail(count: number, tail: number, quantile: number): number {
  const guess = wilsonHilferty(count, quantile);
  if (count >= APPROXIMATE_FROM) return guess;
  let low = 0;
  let high = 2 * guess + 10;
  // Bisection down to neighbouring doubles; the tail grows with the mean.
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    if (poissonTail(count, middle) < tail) low = middle;
    else high = middle;
  }
}

function wilsonHilferty(shape: number, quantile: number): number {
  const root = 1 - 1 / (9 * shape) + quantile / (3 * Math.sqrt(shape));
  return root > 0 ? shape * root * root * root : 0;
}

/** The probability of at least `count` events, for a count of 1 or more. */
export function poissonTail(count: number, mean: number): number {
  if (mean <= 0) return 0;
  // From whichever side of the count the terms shrink from the first one on.
  if (mean < count) return sumUpwards(count, mean);
  return 1 - sumDownwards(count - 1, mean);
}

function sumUpwards(first: number, mean: number): number {
  let term = poissonProbability(first, mean);
  let sum = term;
  for (let k = first + 1; term > sum * 1e-17; k++) {
    term *= mean / k;
    sum += term;
  }
  return sum;
}

function sumDownwards(first: number, mean: number): number {
  let term = poissonProbability(first, mean);
  let sum = term;
  for (let k = first; k > 0 && term > sum * 1e-17; k--) {
    term *= k / mean;
    sum += term;
  }
  return sum;
}

/** The probability of exactly `count` events. */
export function poissonProbability(count: number, mean: number): number {
  if (count === 0) return exp(-mean);
  return exp(count * log(mean) - mean - logFactorial(count));
}

const SMALL_FACTORIALS = 20;

function logFactorial(n: number): number {
  if (n <= SMALL_FACTORIALS) {
    let product = 1;
    for (let k = 2; k <= n; k++) product *= k;
    return log(product);
  }
  // Stirling's series; the first term left out is below 1e-12 from here on.
  const square = n * n;
  return (n + 0.5) * log(n) - n + HALF_LOG_TWO_PI + (1 / 12 - (1 / 360 - 1 / (1260 * square)) / square) / n;
}
