/**
 * Means of many runs against what is expected, by their standard error sd/√n. Three standard errors are passed by chance
 * once in 370 comparisons, so a deviation counts when four times as many fresh runs show it too.
 */
import { randomStreams } from '@wormwood/base';
import { expect } from 'vitest';
import type { Engine, Run } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';

/** Declares a test, or leaves it out where the engine's own tests say so. */
export type Check = (name: string, body: () => void) => void;

export const streams = randomStreams('20040809');

export function runOnce(engine: Engine, outbreak: Outbreak, replicate = 0): Run {
  expect(engine.unsupported(outbreak)).toEqual([]);
  return engine.run(outbreak, { streams, replicate });
}

interface Measured {
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  readonly runs: number;
}

export type Figures = (run: Run) => readonly number[];

/** Returns mean and standard deviation of the picked figures over `runs` runs, from replicate `first` on. */
export function measure(
  engine: Engine,
  outbreak: Outbreak,
  runs: number,
  pick: Figures,
  first = 0,
): Measured {
  const mean: number[] = [];
  const squares: number[] = [];
  for (let k = 0; k < runs; k++) {
    const figures = pick(engine.run(outbreak, { streams, replicate: first + k }));
    for (const [i, x] of figures.entries()) {
      const before = mean[i] ?? 0;
      mean[i] = before + (x - before) / (k + 1);
      squares[i] = (squares[i] ?? 0) + (x - before) * (x - mean[i]);
    }
  }
  return { mean, standardDeviation: squares.map((sum) => Math.sqrt(sum / Math.max(1, runs - 1))), runs };
}

interface Expected {
  readonly name: string;
  readonly value: number;
  /** Stated bound of |true mean − value|, besides the standard error; 0 where the value is exact. */
  readonly bias?: number;
}

/** Names the means that stand further from what is expected than three standard errors and the stated bias. */
function deviations(measured: Measured, expected: readonly Expected[]): readonly string[] {
  return expected.flatMap(({ name, value, bias = 0 }, i) => {
    const mean = measured.mean[i]!;
    const standardError = measured.standardDeviation[i]! / Math.sqrt(measured.runs);
    // Rounding of the sums: a figure without spread must still agree.
    const allowed = 3 * standardError + bias + 1e-9 * Math.max(1, Math.abs(value));
    if (Math.abs(mean - value) <= allowed) return [];
    return [`${name}: mean ${mean} of ${measured.runs} runs, expected ${value} ± ${allowed}`];
  });
}

/** Expects the means of `runs` runs; what deviates is measured again on four times as many fresh runs. */
export function expectMeans(
  engine: Engine,
  outbreak: Outbreak,
  runs: number,
  pick: Figures,
  expected: readonly Expected[],
): Measured {
  const measured = measure(engine, outbreak, runs, pick);
  expect(measured.mean.length).toBe(expected.length);
  const suspects = deviations(measured, expected).map((text) => text.split(':')[0]);
  if (suspects.length > 0) {
    const again = deviations(measure(engine, outbreak, 4 * runs, pick, runs), expected);
    expect(again.filter((text) => suspects.includes(text.split(':')[0]))).toEqual([]);
  }
  return measured;
}

/** Expects two engines' or outbreaks' means to differ by no more than three standard errors of the difference. */
export function expectSameMeans(engine: Engine, a: Outbreak, b: Outbreak, runs: number, pick: Figures): void {
  const measuredA = measure(engine, a, runs, pick);
  const measuredB = measure(engine, b, runs, pick, runs);
  for (const [i, mean] of measuredA.mean.entries()) {
    const spread = Math.hypot(measuredA.standardDeviation[i]!, measuredB.standardDeviation[i]!);
    // Four, not three: six figures are compared in each of several tests, without a second chance.
    const allowed = (4 * spread) / Math.sqrt(runs) + 1e-9 * Math.max(1, Math.abs(mean));
    expect(Math.abs(mean - measuredB.mean[i]!), `figure ${i}`).toBeLessThanOrEqual(allowed);
  }
}

export function seriesAt(run: Run, ...samples: readonly number[]): readonly number[] {
  return samples.flatMap((k) => [run.trajectory.susceptible[k]!, run.trajectory.infected[k]!]);
}

export function expectSameSeries(a: Run, b: Run, relativeError: number): void {
  for (const key of ['time', 'susceptible', 'infected', 'immunized'] as const) {
    expect(a.trajectory[key].length).toBe(b.trajectory[key].length);
    a.trajectory[key].forEach((x, k) => {
      const error = Math.abs(x - b.trajectory[key][k]!);
      expect(error, `${key}[${k}] = ${x}`).toBeLessThanOrEqual(relativeError * Math.max(1, Math.abs(x)));
    });
  }
}
