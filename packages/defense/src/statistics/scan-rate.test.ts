import { type RandomStream, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { poissonInterval, poissonProbability, poissonTail } from './poisson-interval.ts';
import { estimateContactRate, extrapolated, secondsUntilSeen, seenProbability } from './scan-rate.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

describe('network telescope (Moore et al. 2004): when a sender is first seen', () => {
  it.each([
    [8, 0.05, 1.31],
    [8, 0.5, 17.7],
    [8, 0.95, 76.5],
    [14, 0.5, 18.9 * MINUTE],
    [15, 0.5, 37.9 * MINUTE],
    [14, 0.95, 1.36 * HOUR],
    [15, 0.95, 2.73 * HOUR],
    [16, 0.05, 5.6 * MINUTE],
    [16, 0.5, 75.7 * MINUTE],
    [16, 0.95, 5.45 * HOUR],
    [19, 0.5, 10.1 * HOUR],
    [24, 0.5, 13.5 * DAY],
    [19, 0.95, 43.6 * HOUR],
    [24, 0.95, 58.2 * DAY],
  ])('10 packets/s on a /%d: %d of all by the published time', (prefixLength, probability, published) => {
    const seconds = secondsUntilSeen({
      scanRatePerSecond: 10,
      monitoredFraction: 2 ** -prefixLength,
      probability,
    });
    // The table is printed in three digits: half a unit in the last of them, at most 0.5 %.
    expect(Math.abs(seconds / published - 1)).toBeLessThan(0.005);
  });

  it.each([
    [8, 0.19],
    [16, 49],
  ])('a host of 4,000 probes/s is seen on a /%d by %d s with 95 %', (prefixLength, published) => {
    const seconds = secondsUntilSeen({
      scanRatePerSecond: 4000,
      monitoredFraction: 2 ** -prefixLength,
      probability: 0.95,
    });
    expect(Math.abs(seconds / published - 1)).toBeLessThan(0.03);
  });

  it.each([
    [2 ** -12, 0.0837],
    [2 ** -8, 0.7537],
  ])('358 probes reach a share of %d with the published probability', (monitoredFraction, published) => {
    expect(Math.abs(seenProbability({ probes: 358, monitoredFraction }) - published)).toBeLessThan(1e-4);
  });
});

describe('interval of a Poisson mean', () => {
  // Garwood's table, as printed in tables of exact Poisson limits.
  it.each([
    [0, 0, 3.6889],
    [1, 0.0253, 5.5716],
    [5, 1.6235, 11.6683],
    [10, 4.7954, 18.3904],
    [100, 81.364, 121.627],
  ])('of the count %d runs from %d to %d', (count, low, high) => {
    const interval = poissonInterval(count);
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  it('changes over to the approximation within 1e-6', () => {
    for (const count of [2999, 3000]) {
      const { low, high } = poissonInterval(count);
      expect(Math.abs(poissonTail(count, low) - 0.025)).toBeLessThan(1e-6);
      expect(Math.abs(1 - poissonTail(count + 1, high) - 0.025)).toBeLessThan(1e-6);
    }
  });

  it('rests on probabilities that add up to one', () => {
    for (const mean of [0.3, 7, 40, 900]) {
      let sum = 0;
      for (let count = 0; count < mean + 40 * Math.sqrt(mean) + 40; count++)
        sum += poissonProbability(count, mean);
      expect(Math.abs(sum - 1)).toBeLessThan(1e-11);
    }
  });
});

describe('contact rate', () => {
  /** The sum of so many exponential gaps, from products of uniform numbers: no function of the code under test. */
  const spanOf = (stream: RandomStream, arrivals: number): number => {
    let seconds = 0;
    for (let gap = 0; gap < arrivals; gap++) seconds -= Math.log(1 - stream.nextDouble());
    return seconds;
  };

  it.each([2, 4, 14, 100])('lies within its interval 95 times in 100, after %d arrivals', (arrivals) => {
    const stream = randomStreams('1').stream('test/contact-rate', arrivals);
    const runs = 10_000;
    let enclosed = 0;
    let sum = 0;
    for (let run = 0; run < runs; run++) {
      const rate = estimateContactRate(arrivals, spanOf(stream, arrivals));
      if (rate.low <= 1 && rate.high >= 1) enclosed++;
      sum += rate.estimate;
    }
    // Exact, so that both sides are tested: four binomial standard errors.
    expect(Math.abs(enclosed / runs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs));
    // (k − 1)/T has mean 1 and variance 1/(k − 2); with k = 2 there is none.
    if (arrivals > 2) expect(Math.abs(sum / runs - 1)).toBeLessThan(4 / Math.sqrt((arrivals - 2) * runs));
  });

  it('is stretched over the whole space, unless no host sends so fast', () => {
    const rate = { estimate: 2, low: 1, high: 4 };
    expect(extrapolated(rate, 2 ** -16)).toEqual({ estimate: 131_072, low: 65_536, high: 262_144 });
    expect(extrapolated({ estimate: 1e6, low: 1e6, high: 1e6 }, 2 ** -16)).toBeNull();
  });
});
