/** The edges of what an outbreak may be, and what randomness must and must not do. */
import { randomStreams } from '@wormwood/base';
import { expect } from 'vitest';
import type { Engine } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { type Check, expectMeans, type Figures, runOnce, streams } from './measure.ts';
import { honeypots, mixedOutbreak, population, smallContactRate, smallOutbreak } from './outbreaks.ts';

export function declareEdges(engine: Engine, check: Check): void {
  check('all hosts infected from the start', () => {
    const outbreak: Outbreak = { ...smallOutbreak, ...population(2000, 2000) };
    const { summary, trajectory } = runOnce(engine, outbreak);
    expect(trajectory.susceptible.every((x) => x === 0)).toBe(true);
    expect(trajectory.infected.every((x) => x === 2000)).toBe(true);
    expect(summary).toMatchObject({ peakInfected: 2000, peakTime: 0, everInfected: 2000, immunized: 0 });
    expect(summary.timeTo).toEqual({ '0.5': 0, '0.9': 0, '0.99': 0, '1': 0 });
    // Honeypots then thin the hosts exponentially at γ = β h/N.
    const dying: Outbreak = { ...outbreak, honeypots: [honeypots({ count: 1000 })], durationSeconds: 40 };
    const alive = (t: number): number => 2000 * Math.exp(-(smallContactRate / 2) * t);
    const pick: Figures = (r) => [r.trajectory.infected[2]!, r.trajectory.infected[4]!];
    expectMeans(engine, dying, 400, pick, [
      { name: 'infected at 20 s', value: alive(20), bias: 1e-3 },
      { name: 'infected at 40 s', value: alive(40), bias: 1e-3 },
    ]);
  });

  check('a single host', () => {
    const outbreak: Outbreak = {
      ...smallOutbreak,
      ...population(1, 1),
      worm: { scanRatePerSecond: 10, strategy: { kind: 'uniform' } },
      honeypots: [honeypots({ count: 2 ** 13 })],
      durationSeconds: 100,
    };
    const { summary } = runOnce(engine, outbreak);
    expect(summary).toMatchObject({ peakInfected: 1, peakTime: 0, everInfected: 1, neverInfected: 0 });
    expect(summary.immunized + summary.stillInfected).toBeCloseTo(1, 12);
    expect(summary.extinctionTime).not.toBeNull();
  });

  check('a duration shorter than one sample', () => {
    const outbreak: Outbreak = { ...mixedOutbreak, durationSeconds: 1e-6 };
    const { summary, trajectory } = runOnce(engine, outbreak);
    expect([...trajectory.time]).toEqual([0, 1e-6]);
    expect(trajectory.infected[1]!).toBeCloseTo(100, 3);
    expect(summary.everInfected).toBeCloseTo(100, 3);
    expect(summary.extinctionTime).toBeNull();
  });

  check('a duration off the grid ends with itself', () => {
    const outbreak: Outbreak = { ...smallOutbreak, durationSeconds: 25 };
    const { trajectory } = runOnce(engine, outbreak);
    expect([...trajectory.time]).toEqual([0, 10, 20, 25]);
    expect(trajectory.infected[3]!).toBeGreaterThan(trajectory.infected[2]!);
  });

  check('honeypots prepare from the contact that they waited for', () => {
    // The first contact comes at once compared with the preparation: the start is `prepareSeconds` after time 0.
    const early = honeypots({ count: 8000, start: { kind: 'contacts', contacts: 1, prepareSeconds: 20 } });
    const { trajectory } = runOnce(engine, { ...smallOutbreak, honeypots: [early], sampleSeconds: 1 });
    const immunized = trajectory.immunized.findIndex((x) => x > 0);
    expect(trajectory.time[immunized]!).toBeGreaterThan(20);
    expect(trajectory.time[immunized]!).toBeLessThanOrEqual(22);
  });

  check('a run that is asked to stop remains a lawful run', () => {
    const reported: number[] = [];
    const control = { shouldStop: (): boolean => true, progress: (t: number): number => reported.push(t) };
    const outbreak: Outbreak = { ...mixedOutbreak, durationSeconds: 10_000 };
    const { partial, trajectory } = engine.run(outbreak, { streams, replicate: 0 }, control);
    const end = trajectory.time.at(-1)!;
    if (partial) expect(end).toBeLessThan(10_000);
    else expect(end).toBe(10_000);
    trajectory.time.forEach((t, k) => {
      if (k > 0) expect(t).toBeGreaterThan(trajectory.time[k - 1]!);
      const sum = trajectory.susceptible[k]! + trajectory.infected[k]! + trajectory.immunized[k]!;
      expect(sum).toBeCloseTo(2000, 6);
    });
    expect(reported.every((t) => t >= 0 && t <= 10_000)).toBe(true);
  });
}

export function declareReproducibility(engine: Engine, check: Check): void {
  check('the same seed and replicate give the same bytes', () => {
    const first = runOnce(engine, mixedOutbreak, 3);
    runOnce(engine, smallOutbreak, 4);
    const second = runOnce(engine, mixedOutbreak, 3);
    expect(second).toEqual(first);
    const elsewhere = engine.run(mixedOutbreak, { streams: randomStreams(streams.seed), replicate: 3 });
    expect(elsewhere).toEqual(first);
  });

  check('replicates and seeds differ', () => {
    const first = runOnce(engine, mixedOutbreak, 0).trajectory.infected;
    expect(runOnce(engine, mixedOutbreak, 1).trajectory.infected).not.toEqual(first);
    const reseeded = engine.run(mixedOutbreak, { streams: randomStreams('2'), replicate: 0 });
    expect(reseeded.trajectory.infected).not.toEqual(first);
  });

  check('replicates are independent', () => {
    // The correlation of n independent pairs has standard deviation 1/√n: 3.5 of them.
    const figures = Array.from(
      { length: 600 },
      (_, k) => runOnce(engine, smallOutbreak, k).trajectory.infected[3]!,
    );
    const mean = figures.reduce((sum, x) => sum + x, 0) / figures.length;
    let product = 0;
    let square = 0;
    for (let k = 1; k < figures.length; k++) {
      product += (figures[k]! - mean) * (figures[k - 1]! - mean);
      square += (figures[k]! - mean) ** 2;
    }
    expect(Math.abs(product / square)).toBeLessThan(3.5 / Math.sqrt(figures.length));
  });
}
