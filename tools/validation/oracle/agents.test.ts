/** The agents against closed forms, the exact laws of small outbreaks, and the mean field of docs/models.md. */
import { describe, expect, it } from 'vitest';
import { simulate } from './agents.mjs';
import { random } from './random.mjs';
import { aloneCases, combinedCases, singleHostCases, wormCases } from './two-hosts.mjs';

const RUNS = 800;

const worm = { scanRatePerSecond: 0.8, strategy: { kind: 'uniform' } };
const small = {
  addressSpaceSize: 128,
  firstAddress: 0,
  population: { vulnerable: 16, infected: 2 },
  worm,
  honeypots: [] as object[],
  countermeasures: [],
  durationSeconds: 30,
  sampleSeconds: 10,
};

describe('two hosts', () => {
  it.each([...aloneCases, ...combinedCases, ...wormCases, ...singleHostCases])('%s', (_, outbreak, exact) => {
    let second = 0;
    for (let seed = 0; seed < RUNS; seed++) second += simulate(outbreak, seed).everInfected - 1;
    // Four standard errors of a share.
    expect(Math.abs(second / RUNS - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / RUNS));
  });
});

/** Expects the mean of a figure over runs within four standard errors of an exact value. */
function expectMean(figures: readonly number[], exact: number): void {
  const mean = figures.reduce((sum, x) => sum + x, 0) / figures.length;
  const variance = figures.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (figures.length - 1);
  expect(Math.abs(mean - exact)).toBeLessThan(4 * Math.sqrt(variance / figures.length));
}

describe('sixteen hosts', () => {
  it('grow as the chain of pure births does', () => {
    // Forward equations of the number of infected hosts, by small steps of Euler's midpoint rule.
    const { vulnerable, infected } = small.population;
    const pairwise = worm.scanRatePerSecond / small.addressSpaceSize;
    const rate = Array.from({ length: vulnerable + 1 }, (_, i) => pairwise * i * (vulnerable - i));
    const flow = (p: readonly number[]): number[] =>
      p.map((x, i) => (i === 0 ? 0 : rate[i - 1]! * p[i - 1]!) - rate[i]! * x);
    const step = 0.01;
    let p = rate.map((_, i) => Number(i === infected));
    const wanted: number[] = [];
    for (let k = 1; k <= 3000; k++) {
      const middle = flow(p).map((d, i) => p[i]! + (step / 2) * d);
      p = flow(middle).map((d, i) => p[i]! + step * d);
      if (k % 1000 === 0) wanted.push(p.reduce((sum, x, i) => sum + i * x, 0));
    }
    const runs = Array.from({ length: RUNS }, (_, seed) => simulate(small, seed));
    for (const [k, exact] of wanted.entries()) {
      expectMean(
        runs.map((run) => run.infected[k + 1]!),
        exact,
      );
    }
  });

  it('end as the absorbing chain of infections and immunizations does', () => {
    // Who is next is an infection with probability S/(S + hp), whatever the times (docs/models.md#final-size-law).
    const effective = 10 * 0.8;
    const known = new Map<string, number>();
    const expectedMore = (susceptible: number, infected: number): number => {
      if (infected === 0 || susceptible === 0) return 0;
      const key = `${susceptible} ${infected}`;
      const value =
        known.get(key) ??
        (susceptible / (susceptible + effective)) * (1 + expectedMore(susceptible - 1, infected + 1)) +
          (effective / (susceptible + effective)) * expectedMore(susceptible, infected - 1);
      known.set(key, value);
      return value;
    };
    const start = { kind: 'time', timeSeconds: 0 };
    const honeypots = [{ kind: 'honeypots', count: 10, start, delaySeconds: 0, success: 0.8 }];
    const outbreak = { ...small, honeypots, durationSeconds: 2000, sampleSeconds: 2000 };
    expectMean(
      Array.from({ length: RUNS }, (_, seed) => simulate(outbreak, seed).everInfected),
      2 + expectedMore(14, 2),
    );
  });
});

describe('the generator of the agents', () => {
  it('draws uniform numbers that differ from seed to seed', () => {
    const means = Array.from({ length: 64 }, (_, seed) => {
      const draw = random(seed);
      return Array.from({ length: 1000 }, draw).reduce((sum, x) => sum + x, 0) / 1000;
    });
    // 64,000 numbers of variance 1/12; four standard errors.
    const mean = means.reduce((sum, x) => sum + x, 0) / means.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * 64_000));
    expect(new Set(means).size).toBe(64);
  });
});
