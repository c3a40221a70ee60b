/** Outbreaks and measures shared by the tests of the engines `stochastic` and `hosts`. */
import type { Engine, Run } from './engine.ts';
import { randomStreams } from '@wormwood/base';
import type { Outbreak } from '../outbreak/outbreak.ts';
import type { Honeypots } from '../outbreak/honeypots.ts';

export function honeypots(change: Partial<Honeypots> = {}): Honeypots {
  return {
    kind: 'honeypots',
    count: 262_144,
    start: { kind: 'time', timeSeconds: 1200 },
    delaySeconds: 1,
    success: 1,
    placement: 'scattered',
    ...change,
  };
}

/** The seed scenario (Provos 2004): 262,144 honeypots after 20 minutes. */
export const seedScenario: Outbreak = {
  addressSpaceSize: 2 ** 32,
  firstAddress: 0,
  population: { vulnerable: 360_000, infected: 150 },
  worm: { scanRatePerSecond: 50, strategy: { kind: 'uniform' } },
  honeypots: [honeypots()],
  durationSeconds: 86_400,
  sampleSeconds: 600,
};

/** β = 0.1/s: 1,000 hosts of 2^16 addresses, caught half by a late group and by one that listens. */
export const smallScenario: Outbreak = {
  addressSpaceSize: 2 ** 16,
  firstAddress: 0,
  population: { vulnerable: 1000, infected: 20 },
  worm: { scanRatePerSecond: 6.5536, strategy: { kind: 'uniform' } },
  honeypots: [
    honeypots({ count: 500, start: { kind: 'time', timeSeconds: 15 }, delaySeconds: 2, success: 0.8 }),
    honeypots({ count: 200, start: { kind: 'contacts', contacts: 30, prepareSeconds: 5 }, delaySeconds: 2 }),
  ],
  durationSeconds: 300,
  sampleSeconds: 1,
};

export function runsOf(engine: Engine, outbreak: Outbreak, runs: number, seed = '1'): readonly Run[] {
  const streams = randomStreams(seed);
  return Array.from({ length: runs }, (_, replicate) => engine.run(outbreak, { streams, replicate }));
}

export interface Moments {
  readonly mean: number;
  readonly standardDeviation: number;
  readonly standardError: number;
}

export function momentsOf(values: readonly number[]): Moments {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  return {
    mean,
    standardDeviation: Math.sqrt(variance),
    standardError: Math.sqrt(variance / values.length),
  };
}

/**
 * Returns the statistic of the two-sample test of Kolmogorov and Smirnov in units of its scale √((n + m)/(n m)); beyond
 * 1.95 with probability 0.001 where both come from one continuous distribution, less often where values tie.
 */
export function kolmogorovSmirnov(first: readonly number[], second: readonly number[]): number {
  const a = first.toSorted((x, y) => x - y);
  const b = second.toSorted((x, y) => x - y);
  let largest = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= value) i++;
    while (j < b.length && b[j]! <= value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest / Math.sqrt((a.length + b.length) / (a.length * b.length));
}
