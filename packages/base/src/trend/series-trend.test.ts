import { binomial, exp, gamma, poisson, type RandomStream, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { GrowthFilter } from './growth-filter.ts';
import { SeriesTrend } from './series-trend.ts';

const streams = randomStreams('2003');

/** Code Red as in Zou et al. 2003: 360,000 hosts, 358 scans a minute, 2^20 monitored addresses; intervals of a minute. */
const VULNERABLE = 360_000;
const SCANS_PER_MINUTE = 358;
const SPACE = 2 ** 32;
const GROWTH_PER_MINUTE = (SCANS_PER_MINUTE * VULNERABLE) / SPACE;
/** Of a host within a minute. */
const SEEN = 1 - (1 - 2 ** -12) ** SCANS_PER_MINUTE;

interface Minute {
  readonly infected: number;
  readonly count: number;
}

/** A chain-binomial outbreak from 10 hosts, after three quiet hours, amid a Poisson background. */
function* outbreak(stream: RandomStream, backgroundMean: number): Generator<Minute> {
  let infected = 0;
  for (let minute = 0; ; minute++) {
    if (minute === 180) infected = 10;
    yield { infected, count: binomial(stream, infected, SEEN) + poisson(stream, backgroundMean) };
    for (let step = 0; step < 10; step++) {
      const probability = -Math.expm1((-SCANS_PER_MINUTE / 10 / SPACE) * infected);
      infected += binomial(stream, VULNERABLE - infected, probability);
    }
  }
}

/** Follows one outbreak until the alarm. */
function firstAlarm(run: number, backgroundMean: number) {
  const trend = new SeriesTrend({ isQuietBefore: false });
  for (const { infected, count } of outbreak(streams.stream('test/outbreak', run), backgroundMean)) {
    trend.close(count);
    if (trend.growth !== null) return { infected, growth: trend.growth };
    if (infected > VULNERABLE / 2) return { infected, growth: null };
  }
  return { infected: VULNERABLE, growth: null };
}

describe('growth filter', () => {
  it('agrees with the maximum-likelihood fit of the same counts', () => {
    for (let run = 0; run < 20; run++) {
      const stream = streams.stream('test/fit', run);
      const counts = Array.from({ length: 60 }, (_, t) => poisson(stream, 5 * exp(0.06 * t)));
      const filter = new GrowthFilter(counts[0] ?? 0, { mean: 0, dispersion: 1 });
      for (const count of counts.slice(1)) filter.update(count);
      const { growth, standardDeviation } = poissonRegression(counts);
      // The filter lets the growth wander, so that it is less certain than the fit and may differ from it by as much.
      expect(filter.growthStandardDeviation).toBeGreaterThan(standardDeviation);
      expect(filter.growthStandardDeviation).toBeLessThan(10 * standardDeviation);
      expect(Math.abs(filter.growth - growth)).toBeLessThan(2 * filter.growthStandardDeviation);
    }
  });

  it('converges on growth without noise', () => {
    const filter = new GrowthFilter(1e6, { mean: 0, dispersion: 1 });
    for (let t = 1; t < 40; t++) filter.update(1e6 * exp(0.2 * t));
    expect(filter.growth).toBeCloseTo(0.2, 4);
    expect(filter.level).toBeCloseTo(1e6 * exp(0.2 * 39), -4);
  });
});

describe('trend of an outbreak (Zou et al. 2003: found with 1 to 2 % infected)', () => {
  it.each([0, 5, 50])(
    'is found before one host in fifty is infected, amid %d other sources a minute',
    (mean) => {
      const runs = 60;
      let covered = 0;
      for (let run = 0; run < runs; run++) {
        const { infected, growth } = firstAlarm(run + 1000 * mean, mean);
        expect(growth).not.toBeNull();
        expect(infected / VULNERABLE).toBeLessThan(0.02);
        const { perInterval = 0, standardDeviation = 0 } = growth ?? {};
        const truth = GROWTH_PER_MINUTE * (1 - infected / VULNERABLE);
        if (Math.abs(perInterval - truth) <= 1.96 * standardDeviation) covered++;
      }
      // The 95 % interval of the growth, hence of the doubling time, holds what it says: three binomial standard errors.
      expect(covered / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs));
    },
  );
});

describe('growth measured over a whole outbreak', () => {
  it('is that of a time before saturation, and is known to have slowed afterwards', () => {
    const runs = 40;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const trend = new SeriesTrend({ isQuietBefore: false });
      let truth = 0;
      let minutesFull = 0;
      for (const { infected, count } of outbreak(streams.stream('test/whole', run), 5)) {
        const before = trend.growth;
        trend.close(count);
        if (trend.growth !== before) truth = GROWTH_PER_MINUTE * (1 - infected / VULNERABLE);
        if (infected > 0.99 * VULNERABLE) minutesFull++;
        if (minutesFull === 60) break;
      }
      expect(trend.growth).not.toBeNull();
      expect(trend.hasSlowed).toBe(true);
      const { perInterval = 0, standardDeviation = 0 } = trend.growth ?? {};
      if (Math.abs(perInterval - truth) <= 1.96 * standardDeviation) covered++;
    }
    // Three binomial standard errors below 95 %.
    expect(covered / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs));
  });
});

describe('no alarm', () => {
  const noises: readonly (readonly [string, (stream: RandomStream, t: number) => number])[] = [
    ['Poisson counts', (stream) => poisson(stream, 20)],
    ['rare events', (stream) => poisson(stream, 0.3)],
    ['counts that vary twice as much as their mean', (stream) => poisson(stream, 10 * gamma(stream, 2))],
    ['a level that jumps fourfold', (stream, t) => poisson(stream, t % 700 < 400 ? 20 : 80)],
    [
      'a level that rises by the same amount each time',
      (stream, t) => poisson(stream, 20 + 5 * Math.max(t - 400, 0)),
    ],
    ['the rhythm of the day', (stream, t) => poisson(stream, 50 + 40 * Math.sin((2 * Math.PI * t) / 144))],
  ];

  it.each(noises)('for %s', (name, draw) => {
    let alarmed = 0;
    for (let run = 0; run < 15; run++) {
      const stream = streams.stream(`test/noise/${name}`, run);
      const trend = new SeriesTrend({ isQuietBefore: run % 2 === 0 });
      for (let t = 0; t < 1440; t++) {
        trend.close(draw(stream, t));
        if (trend.growth !== null) alarmed++;
      }
    }
    expect(alarmed).toBe(0);
  });
});

/** Maximum likelihood of counts with mean exp(a + growth t), by Newton's method, with the standard deviation of growth. */
function poissonRegression(counts: readonly number[]): { growth: number; standardDeviation: number } {
  let level = Math.log(1 + (counts[0] ?? 0));
  let growth = 0.05;
  for (let step = 0; ; step++) {
    const sums = { slope0: 0, slope1: 0, i00: 0, i01: 0, i11: 0 };
    counts.forEach((count, t) => {
      const mean = Math.exp(level + growth * t);
      sums.slope0 += count - mean;
      sums.slope1 += (count - mean) * t;
      sums.i00 += mean;
      sums.i01 += mean * t;
      sums.i11 += mean * t * t;
    });
    const determinant = sums.i00 * sums.i11 - sums.i01 ** 2;
    if (step === 50) return { growth, standardDeviation: Math.sqrt(sums.i00 / determinant) };
    level += (sums.i11 * sums.slope0 - sums.i01 * sums.slope1) / determinant;
    growth += (sums.i00 * sums.slope1 - sums.i01 * sums.slope0) / determinant;
  }
}
