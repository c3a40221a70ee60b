import { describe, expect, test } from 'vitest';
import {
  distributionByRatio,
  expectCounts,
  expectDistribution,
  expectMoments,
  normalCumulative,
  sampleOf,
  walkEvenly,
} from './goodness-of-fit-test-support.ts';
import { poisson } from './poisson.ts';
import { randomStreams } from './random-streams.ts';

const SAMPLE = 150_000;
const streams = randomStreams('4');

const exactPoisson = (mean: number) => {
  const reach = Math.ceil(12 * Math.sqrt(mean) + 30);
  return distributionByRatio({
    first: Math.max(0, Math.floor(mean) - reach),
    last: Math.floor(mean) + reach,
    mode: Math.floor(mean),
    ratio: (k) => mean / (k + 1),
  });
};

// Both sides of the change of method at 10, the smallest means of each, and whole and broken ones.
const MEANS = [0.001, 0.3, 1, 5, 9.999, 10, 10.5, 13.7, 30, 100, 1234.5, 1e5];

test.each(MEANS)('of mean %d has the exact probabilities', (mean) => {
  const stream = streams.stream(`poisson/${mean}`);
  const sample = sampleOf(SAMPLE, () => poisson(stream, mean));
  expectCounts(sample, exactPoisson(mean));
  expectMoments(sample, { mean, variance: mean, kurtosis: 3 + 1 / mean });
});

// Over an even walk a bin's error is about a tenth of the random one, so Pearson's statistic must stay far below
// its mean of one per bin: a squeeze or an envelope that is wrong by a thousandth shows.
test.each([10, 10.5, 14, 30, 200])(
  'of mean %d accepts each count in proportion to its probability',
  (mean) => {
    const stream = streams.stream('poisson/even');
    const walk = walkEvenly(stream, 1_000_000);
    const counts: number[] = [];
    while (!walk.hasEnded()) counts.push(poisson(stream, mean));
    expectCounts(Float64Array.from(counts), exactPoisson(mean), { statisticPerBinMax: 0.015 });
  },
);

// From 10^10 on, steps and skewness (10^-5 and less) are below what 100,000 draws can show against the normal.
test.each([1e10, 1e12, 4e13 + 0.5, 1e15])('of mean %d is normal to within its skewness', (mean) => {
  const stream = streams.stream(`poisson/large/${mean}`);
  const sample = sampleOf(100_000, () => poisson(stream, mean));
  expectMoments(sample, { mean, variance: mean, kurtosis: 3 });
  expectDistribution(
    sample.map((count) => (count - mean) / Math.sqrt(mean)),
    normalCumulative,
  );
});

test('favours no last digit where a double holds no fraction', () => {
  const stream = streams.stream('poisson/digits');
  expectCounts(
    sampleOf(160_000, () => poisson(stream, 1e15) % 16),
    { offset: 0, probabilities: new Float64Array(16).fill(1 / 16) },
  );
});

describe('at the edges', () => {
  test('mean 0 draws nothing and gives 0', () => {
    const stream = streams.stream('edge');
    const before = [...stream.state];
    expect(poisson(stream, 0)).toBe(0);
    expect([...stream.state]).toEqual(before);
  });

  test('a mean of 1e-300 gives 0', () => {
    const stream = streams.stream('edge');
    expect(sampleOf(1000, () => poisson(stream, 1e-300)).every((count) => count === 0)).toBe(true);
  });

  test('the largest uniform ends the walk through the probabilities', () => {
    for (const mean of [1e-9, 0.1, 1, 3.3, 9.99]) {
      const count = poisson(constantStream(0xffffffff), mean);
      expect(count).toBeLessThan(60);
    }
  });

  test.each([-1, Number.NaN, Infinity, 1.1e15])('asserts against mean %d', (mean) => {
    expect(() => poisson(streams.stream('edge'), mean)).toThrow('mean');
  });
});

/** A stream whose every word is `word`. */
function constantStream(word: number) {
  const stream = streams.stream('constant');
  stream.nextUint32 = () => word;
  return stream;
}
