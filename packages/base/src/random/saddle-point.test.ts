import { describe, expect, test } from 'vitest';
import { distributionByRatio } from './goodness-of-fit-test-support.ts';
import { logBinomialProbability, logPoissonProbability } from './saddle-point.ts';

/**
 * Tolerances: both sides round a few terms of the size of the result (2^-52 each), and the oracle's sums of
 * logarithms of big integers add 2^-52 times the largest term.
 */
const ROUNDING = 2 ** -50;

describe('logPoissonProbability', () => {
  test.each([0.5, 1, 9.7, 10, 30, 1000])('of mean %d agrees with the sum of logarithms', (mean) => {
    let logFactorial = 0;
    for (let count = 0; count <= 3 * mean + 40; count++) {
      if (count > 0) logFactorial += Math.log(count);
      const exact = count * Math.log(mean) - mean - logFactorial;
      const largest = Math.max(mean, logFactorial, Math.abs(count * Math.log(mean)), 1);
      // Up to a thousand roundings enter the log-factorial itself.
      expect(Math.abs(logPoissonProbability(count, mean) - exact)).toBeLessThan(ROUNDING * largest * 8);
    }
  });

  test('at the mean of 10^15 is -log(sqrt(2 pi mean)), by Stirling', () => {
    const mean = 1e15;
    expect(logPoissonProbability(mean, mean)).toBeCloseTo(-0.5 * Math.log(2 * Math.PI * mean), 13);
  });

  test.each([1e3, 1e6, 1e12, 1e15])('keeps the ratio mean / (count + 1) of neighbours about %d', (mean) => {
    const deviation = Math.round(Math.sqrt(mean));
    for (const offset of [-5, -1, 0, 1, 3, 5]) {
      const count = mean + offset * deviation;
      const ratio = logPoissonProbability(count + 1, mean) - logPoissonProbability(count, mean);
      expect(ratio).toBeCloseTo(Math.log1p((mean - count - 1) / (count + 1)), 12);
    }
  });
});

describe('logBinomialProbability', () => {
  test.each([
    [1, 0.3],
    [2, 0.5],
    [15, 0.25],
    [16, 0.5],
    [20, 0.5],
    [40, 0.3],
    [300, 0.07],
  ])('of %d trials at %d agrees with exact binomial coefficients', (trials, probability) => {
    let coefficient = 1n;
    for (let count = 0; count <= trials; count++) {
      const exact =
        logOf(coefficient) + count * Math.log(probability) + (trials - count) * Math.log1p(-probability);
      const largest = Math.max(1, logOf(coefficient), trials * 3);
      const ours = logBinomialProbability(count, { trials, probability });
      expect(Math.abs(ours - exact)).toBeLessThan(ROUNDING * largest);
      coefficient = (coefficient * BigInt(trials - count)) / BigInt(count + 1);
    }
  });

  test('sums to 1 over a million trials', () => {
    const [trials, probability] = [1_000_000, 0.1];
    const { offset, probabilities } = distributionByRatio({
      first: 96_000,
      last: 104_000,
      mode: 100_000,
      ratio: (k) => ((trials - k) * probability) / ((k + 1) * (1 - probability)),
    });
    const errors = probabilities.map((exact, i) =>
      Math.abs(logBinomialProbability(offset + i, { trials, probability }) - Math.log(exact)),
    );
    expect(Math.max(...errors)).toBeLessThan(1e-10);
  });
});

/** The logarithm of a positive big integer, from its leading 53 bits. */
function logOf(value: bigint): number {
  const excess = Math.max(0, value.toString(2).length - 53);
  return Math.log(Number(value >> BigInt(excess))) + excess * Math.LN2;
}
