import { randomStreams } from '@wormwood/base';
import { hosts, type Outbreak } from '@wormwood/epidemic';
import { describe, expect, it } from 'vitest';
import { combinePValues, compareWithEnsemble } from './agreement.ts';
import { predict } from './prediction.ts';

const OUTBREAK: Outbreak = {
  addressSpaceSize: 2 ** 16,
  firstAddress: 0,
  population: { vulnerable: 500, infected: 10 },
  worm: { scanRatePerSecond: 1, strategy: { kind: 'uniform' } },
  honeypots: [
    {
      kind: 'honeypots',
      count: 1000,
      start: { kind: 'time', timeSeconds: 100 },
      delaySeconds: 10,
      success: 1,
      placement: 'scattered',
    },
  ],
  durationSeconds: 600,
  sampleSeconds: 20,
};

const faster: Outbreak = { ...OUTBREAK, worm: { ...OUTBREAK.worm, scanRatePerSecond: 1.4 } };

describe('compareWithEnsemble', async () => {
  const { trajectories: predicted } = await predict(OUTBREAK, '1', 199);
  const pValuesOf = (outbreak: Outbreak, runs: number): readonly number[] =>
    Array.from({ length: runs }, (_, replicate) => {
      const { trajectory } = hosts.run(outbreak, { streams: randomStreams('2'), replicate });
      return compareWithEnsemble(trajectory, predicted).pValue;
    });

  it('gives p-values that are uniform when the model is right', () => {
    const pValues = pValuesOf(OUTBREAK, 200);
    // Each below 0.1 with probability 0.1: 20 of 200 with a standard error of 4.2, here 4 of them; and half below 1/2.
    const below = (limit: number): number => pValues.filter((p) => p <= limit).length;
    expect(Math.abs(below(0.1) - 20)).toBeLessThan(17);
    expect(Math.abs(below(0.5) - 100)).toBeLessThan(4 * Math.sqrt(50));
    expect(combinePValues(pValues.slice(0, 20))).toBeGreaterThan(0.001);
  });

  it('finds out a worm that scans 1.4 times as fast, over 20 runs', () => {
    expect(combinePValues(pValuesOf(faster, 20))).toBeLessThan(0.001);
  });

  it('says when a curve is furthest off, and never a p-value of 0', () => {
    const { time, susceptible, infected, immunized } = predicted[0]!;
    const off = infected.map((value, sample) => (sample === 7 ? value + 1e6 : value));
    const agreement = compareWithEnsemble({ time, susceptible, immunized, infected: off }, predicted);
    expect(agreement.deviationSeconds).toBe(140);
    expect(agreement.pValue).toBe(1 / 200);
  });
});

describe('combinePValues', () => {
  it('leaves a single p-value as it is, and agrees with the tables of χ²', () => {
    expect(combinePValues([0.3])).toBeCloseTo(0.3, 12);
    // The 95 % point of χ² with 4 degrees of freedom is 9.487729 (any table): ln p = −9.487729 / 4 each.
    const p = Math.exp(-9.487729 / 4);
    expect(combinePValues([p, p])).toBeCloseTo(0.05, 6);
    expect(combinePValues([])).toBe(1);
  });
});
