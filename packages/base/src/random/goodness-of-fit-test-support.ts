/**
 * Tests of fit for the samplers. Seeds are fixed, so a verdict never changes from run to run; the thresholds are
 * those which a correct sampler exceeds once in a million seeds.
 */

import { expect } from 'vitest';
import type { RandomStream } from './random-stream.ts';

/** The standard normal quantile of 1 - 10^-6. */
const ONE_IN_A_MILLION = 4.7534;
/** Kolmogorov: P(sqrt(n) D > d) -> 2 e^(-2 d^2), which is 10^-6 at this d. */
const KOLMOGOROV_LIMIT = 2.6933;
const EXPECTED_PER_BIN_MIN = 20;
const GOLDEN_RATIO = 0.6180339887498949;

/**
 * Makes `stream` walk evenly over the unit square instead of drawing: pair i of its doubles is ((i + 1/2) / pairs,
 * i times the golden ratio modulo 1). A rejection sampler that takes one such pair per attempt then accepts each
 * outcome in proportion to the area of its region, with an error far below that of random pairs.
 */
export function walkEvenly(stream: RandomStream, pairs: number): { hasEnded(): boolean } {
  let drawn = 0;
  stream.nextDouble = () => {
    const pair = Math.floor(drawn / 2) % pairs;
    return drawn++ % 2 === 0 ? (pair + 0.5) / pairs : (pair * GOLDEN_RATIO) % 1;
  };
  return { hasEnded: () => drawn >= 2 * pairs };
}

export interface MomentCase {
  readonly mean: number;
  readonly variance: number;
  /** The fourth central moment over the squared variance: 3 for the normal distribution. */
  readonly kurtosis: number;
}

/** Holds the sample's mean and variance to within 4.75 standard errors of the distribution's. */
export function expectMoments(sample: Float64Array, { mean, variance, kurtosis }: MomentCase): void {
  const n = sample.length;
  // About the known mean: sums of squares of 10^15 would lose the variance.
  const centered = sample.map((x) => x - mean);
  const sampleMean = centered.reduce((sum, x) => sum + x, 0) / n;
  const sampleVariance = centered.reduce((sum, x) => sum + x * x, 0) / n;
  expect(Math.abs(sampleMean) / Math.sqrt(variance / n)).toBeLessThan(ONE_IN_A_MILLION);
  const varianceError = variance * Math.sqrt((kurtosis - 1) / n);
  expect(Math.abs(sampleVariance - variance) / varianceError).toBeLessThan(ONE_IN_A_MILLION);
}

/** Holds the greatest distance between the sample's and the exact distribution function to Kolmogorov's limit. */
export function expectDistribution(sample: Float64Array, cumulative: (x: number) => number): void {
  const sorted = sample.toSorted();
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((x, i) => {
    const exact = cumulative(x);
    distance = Math.max(distance, (i + 1) / n - exact, exact - i / n);
  });
  expect(distance * Math.sqrt(n)).toBeLessThan(KOLMOGOROV_LIMIT);
}

/** Probabilities of consecutive counts, the first of which is `offset`. */
export interface CountDistribution {
  readonly offset: number;
  readonly probabilities: Float64Array;
}

/**
 * The distribution whose neighbouring probabilities have the ratio p(k + 1) / p(k) = `ratio(k)`, over `first..last`,
 * outside which lies nothing that matters. Built outward from `mode` and scaled to sum to 1: no logarithm, gamma
 * function or exponential that a sampler might share.
 */
export function distributionByRatio(options: {
  readonly first: number;
  readonly last: number;
  readonly mode: number;
  readonly ratio: (k: number) => number;
}): CountDistribution {
  const { first, last, mode, ratio } = options;
  const probabilities = new Float64Array(last - first + 1);
  probabilities[mode - first] = 1;
  for (let k = mode; k < last; k++) probabilities[k + 1 - first] = probabilities[k - first]! * ratio(k);
  for (let k = mode; k > first; k--) probabilities[k - 1 - first] = probabilities[k - first]! / ratio(k - 1);
  const total = probabilities.reduce((sum, p) => sum + p, 0);
  return { offset: first, probabilities: probabilities.map((p) => p / total) };
}

/**
 * Pearson's test, after joining neighbouring counts until each bin expects at least 20 of the sample. The statistic
 * of a random sample must stay below its one-in-a-million quantile; that of an even walk below the given figure.
 */
export function expectCounts(
  sample: Float64Array,
  exact: CountDistribution,
  { statisticPerBinMax }: { readonly statisticPerBinMax?: number } = {},
): void {
  const { offset, probabilities } = exact;
  const observed = new Float64Array(probabilities.length);
  let strays = 0;
  for (const count of sample) {
    if (count >= offset && count < offset + probabilities.length) observed[count - offset]! += 1;
    else strays++;
  }
  // Beyond the tabulated range lies less than 1e-15 of the probability.
  expect(strays).toBe(0);
  const bins = joinBins(observed, probabilities, EXPECTED_PER_BIN_MIN / sample.length);
  const statistic = bins.reduce((sum, bin) => {
    const expected = bin.probability * sample.length;
    return sum + (bin.observed - expected) ** 2 / expected;
  }, 0);
  expect(bins.length).toBeGreaterThan(1);
  const limit =
    statisticPerBinMax === undefined ? chiSquareLimit(bins.length - 1) : bins.length * statisticPerBinMax;
  expect(statistic).toBeLessThan(limit);
}

interface Bin {
  observed: number;
  probability: number;
}

function joinBins(observed: Float64Array, probabilities: Float64Array, probabilityMin: number): Bin[] {
  const bins: Bin[] = [];
  let current: Bin = { observed: 0, probability: 0 };
  probabilities.forEach((probability, i) => {
    current.observed += observed[i]!;
    current.probability += probability;
    if (current.probability >= probabilityMin) {
      bins.push(current);
      current = { observed: 0, probability: 0 };
    }
  });
  const last = bins.at(-1);
  if (last !== undefined) {
    last.observed += current.observed;
    last.probability += current.probability;
  }
  return bins;
}

/** Wilson and Hilferty 1931: the cube root of chi-square over its degrees of freedom is nearly normal. */
function chiSquareLimit(degreesOfFreedom: number): number {
  const spread = 2 / (9 * degreesOfFreedom);
  return degreesOfFreedom * (1 - spread + ONE_IN_A_MILLION * Math.sqrt(spread)) ** 3;
}

/** The standard normal distribution function, by the series of Marsaglia 2004; to 1e-14 for |x| < 7. */
export function normalCumulative(x: number): number {
  if (x < -7) return 0;
  if (x > 7) return 1;
  let term = x;
  let sum = x;
  for (let i = 3; Math.abs(term) > 1e-17; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/** `size` draws of `draw`. */
export function sampleOf(size: number, draw: () => number): Float64Array {
  const sample = new Float64Array(size);
  for (let i = 0; i < size; i++) sample[i] = draw();
  return sample;
}
