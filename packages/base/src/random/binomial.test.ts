import { describe, expect, test } from 'vitest';
import { binomial } from './binomial.ts';
import {
  distributionByRatio,
  expectCounts,
  expectDistribution,
  expectMoments,
  normalCumulative,
  sampleOf,
  walkEvenly,
} from './goodness-of-fit-test-support.ts';
import { randomStreams } from './random-streams.ts';

const SAMPLE = 150_000;
const streams = randomStreams('5');

const exactBinomial = (trials: number, probability: number) => {
  const mode = Math.min(trials, Math.floor((trials + 1) * probability));
  const reach = Math.ceil(12 * Math.sqrt(trials * probability * (1 - probability)) + 30);
  const odds = probability / (1 - probability);
  return distributionByRatio({
    first: Math.max(0, mode - reach),
    last: Math.min(trials, mode + reach),
    mode,
    ratio: (k) => (odds * (trials - k)) / (k + 1),
  });
};

const momentsOf = (trials: number, probability: number) => {
  const variance = trials * probability * (1 - probability);
  const kurtosis = 3 + (1 - 6 * probability * (1 - probability)) / variance;
  return { mean: trials * probability, variance, kurtosis };
};

// Few and many trials, both sides of the change of method at 10 expected successes, and probabilities above a half.
test.each([
  [1, 0.3],
  [1, 0.01],
  [2, 0.9],
  [10, 0.3],
  [20, 0.4999],
  [20, 0.5],
  [21, 0.5],
  [25, 0.41],
  [100, 0.5],
  [1000, 0.009999],
  [1000, 0.010001],
  [1000, 0.3],
  [360_000, 1e-5],
  [360_000, 0.1],
  [1_000_000, 0.9],
  [2 ** 32, 1e-9],
  [2 ** 32, 1e-5],
])('of %d trials at %d has the exact probabilities', (trials, probability) => {
  const stream = streams.stream(`binomial/${trials}/${probability}`);
  const sample = sampleOf(SAMPLE, () => binomial(stream, trials, probability));
  expectCounts(sample, exactBinomial(trials, probability));
  expectMoments(sample, momentsOf(trials, probability));
});

// As for Poisson counts: over an even walk the statistic must stay far below its mean.
test.each([
  [20, 0.5],
  [25, 0.41],
  [40, 0.3],
  [1000, 0.0101],
  [360_000, 0.001],
])('of %d trials at %d accepts each count in proportion to its probability', (trials, probability) => {
  const stream = streams.stream('binomial/even');
  const walk = walkEvenly(stream, 1_000_000);
  const counts: number[] = [];
  while (!walk.hasEnded()) counts.push(binomial(stream, trials, probability));
  expectCounts(Float64Array.from(counts), exactBinomial(trials, probability), { statisticPerBinMax: 0.015 });
});

// Here steps and skewness (10^-5 and less) are below what 100,000 draws can show against the normal.
test.each([
  [2 ** 53, 0.5],
  [2 ** 53, 1e-5],
  [2 ** 53 - 1, 0.75],
  [2 ** 40, 0.01],
])('of %d trials at %d is normal to within its skewness', (trials, probability) => {
  const stream = streams.stream(`binomial/large/${trials}/${probability}`);
  const { mean, variance } = momentsOf(trials, probability);
  const sample = sampleOf(100_000, () => binomial(stream, trials, probability));
  expectDistribution(
    sample.map((count) => (count - mean) / Math.sqrt(variance)),
    normalCumulative,
  );
});

test('of 2^53 trials favours neither odd nor even counts', () => {
  const stream = streams.stream('binomial/parity');
  expectCounts(
    sampleOf(100_000, () => binomial(stream, 2 ** 53, 0.5) % 2),
    { offset: 0, probabilities: Float64Array.of(0.5, 0.5) },
  );
});

test('of 2^53 trials at a vanishing probability is Poisson', () => {
  const mean = 4;
  const stream = streams.stream('binomial/poisson');
  const poisson = distributionByRatio({ first: 0, last: 60, mode: mean, ratio: (k) => mean / (k + 1) });
  expectCounts(
    sampleOf(SAMPLE, () => binomial(stream, 2 ** 53, mean / 2 ** 53)),
    poisson,
  );
});

describe('at the edges', () => {
  test('certain and impossible outcomes draw nothing', () => {
    const stream = streams.stream('edge');
    const before = [...stream.state];
    expect(binomial(stream, 0, 0.3)).toBe(0);
    expect(binomial(stream, 2 ** 53, 0)).toBe(0);
    expect(binomial(stream, 2 ** 53, 1)).toBe(2 ** 53);
    expect(binomial(stream, 17, 1)).toBe(17);
    expect([...stream.state]).toEqual(before);
  });

  test('the largest uniform ends the walk through the probabilities', () => {
    const stream = streams.stream('constant');
    stream.nextUint32 = () => 0xffffffff;
    expect(binomial(stream, 3, 0.5)).toBe(3);
    expect(binomial(stream, 2 ** 53, 1e-16)).toBeLessThan(60);
  });

  test.each([
    [-1, 0.5],
    [1.5, 0.5],
    [2 ** 53 + 2, 0.5],
    [Number.NaN, 0.5],
    [10, -0.1],
    [10, 1.1],
    [10, Number.NaN],
  ])('asserts against %d trials at %d', (trials, probability) => {
    expect(() => binomial(streams.stream('edge'), trials, probability)).toThrow(/trials|probability/);
  });
});
