import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { runEnsemble, type Ensemble, type EnsembleRequest } from './ensemble.ts';
import { stochastic } from '../engine/stochastic/direct.ts';
import { describeColumn, quantileScratch } from './quantile-kernel.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { type ChunkRequest, type RunChunk, runChunk } from './run-chunk.ts';

const outbreak: Outbreak = {
  addressSpaceSize: 2 ** 16,
  firstAddress: 0,
  population: { vulnerable: 2000, infected: 3 },
  worm: { scanRatePerSecond: 4, strategy: { kind: 'uniform' } },
  honeypots: [
    {
      kind: 'honeypots',
      count: 1500,
      start: { kind: 'time', timeSeconds: 20 },
      delaySeconds: 1,
      success: 1,
      placement: 'scattered',
    },
  ],
  durationSeconds: 300,
  sampleSeconds: 10,
};
const request: EnsembleRequest = { outbreak, engine: 'stochastic', seed: '7', runs: 60 };

const atOnce = (chunk: ChunkRequest): Promise<RunChunk> => Promise.resolve(runChunk(chunk));

/** Executes chunks so that they end in a shuffled order. */
function shuffled(seed: string): (chunk: ChunkRequest) => Promise<RunChunk> {
  const stream = randomStreams(seed).stream('order');
  return async (chunk) => {
    const turns = stream.nextBelow(20);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    // What crosses to a worker and back is plain data.
    return structuredClone(runChunk(structuredClone(chunk)));
  };
}

describe('ensemble', () => {
  it('has the same bytes for any number of workers, size of chunk and order of completion', async () => {
    const alone = JSON.stringify(await runEnsemble(request, atOnce, { workers: 1 }));
    for (let workers = 1; workers <= 5; workers++) {
      const together = await runEnsemble(request, shuffled(String(workers)), { workers });
      expect(JSON.stringify(together)).toBe(alone);
    }
  });

  it('describes the runs that the engine gives one by one', async () => {
    const { summary, series, runs, partial } = await runEnsemble(request, atOnce, { workers: 2 });
    const streams = randomStreams(request.seed);
    const single = Array.from({ length: 60 }, (_, replicate) =>
      stochastic.run(outbreak, { streams, replicate }),
    );
    expect([runs, partial]).toEqual([60, false]);
    const ever = single.map((run) => run.summary.everInfected);
    const mean = ever.reduce((a, b) => a + b, 0) / 60;
    expect(summary.everInfected.mean).toBe(mean);
    expect(summary.everInfected.sd).toBeCloseTo(
      Math.sqrt(ever.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 59),
      9,
    );
    expect(summary.everInfected.se).toBeCloseTo(summary.everInfected.sd! / Math.sqrt(60), 9);
    const sorted = ever.toSorted((a, b) => a - b);
    // Ranks 59 p: 29.5 and 56.05.
    expect(summary.everInfected.q50).toBe((sorted[29]! + sorted[30]!) / 2);
    expect(summary.everInfected.q95).toBeCloseTo(sorted[56]! + 0.05 * (sorted[57]! - sorted[56]!), 9);
    const extinct = single.filter((run) => run.summary.extinctionTime !== null).length;
    expect(summary.extinctProbability).toBe(extinct / 60);
    const reached = single.flatMap((run) => run.summary.timeTo['0.5'] ?? []);
    expect(reached.length).toBeGreaterThan(0);
    expect(reached.length).toBeLessThan(60);
    expect(summary.timeTo['0.5'].mean).toBeCloseTo(reached.reduce((a, b) => a + b, 0) / reached.length, 9);
    expect(summary.timeTo['0.5'].se).toBeCloseTo(summary.timeTo['0.5'].sd! / Math.sqrt(reached.length), 9);
    expect(summary.timeToProbability).toMatchObject({ '0.5': reached.length / 60, '1': 0 });
    // Quantiles over all runs: those that never got there come last.
    const ranked = single.map((run) => run.summary.timeTo['0.5'] ?? Infinity).toSorted((a, b) => a - b);
    const median = (ranked[29]! + ranked[30]!) / 2;
    expect(summary.timeTo['0.5'].q50).toBe(median === Infinity ? null : median);
    expect(summary.timeTo['0.5'].q05).toBeCloseTo(ranked[2]! + 0.95 * (ranked[3]! - ranked[2]!), 9);
    if (ranked[57] === Infinity) expect(summary.timeTo['0.5'].q95).toBeNull();
    expect(summary.timeTo['1']).toEqual({
      mean: null,
      sd: null,
      se: null,
      q05: null,
      q25: null,
      q50: null,
      q75: null,
      q95: null,
    });
    expect(series.time).toEqual(Array.from(single[0]!.trajectory.time));
    for (const key of ['susceptible', 'infected', 'immunized'] as const) {
      const column = single.map((run) => run.trajectory[key][5]!).toSorted((a, b) => a - b);
      expect(series[key].mean[5]).toBeCloseTo(column.reduce((a, b) => a + b, 0) / 60, 9);
      expect(series[key].q50[5]).toBe((column[29]! + column[30]!) / 2);
    }
  });

  it('has the ever infected apart where patching takes susceptible hosts', async () => {
    const patched: Outbreak = {
      ...outbreak,
      countermeasures: [
        {
          kind: 'patching',
          start: { kind: 'time', timeSeconds: 0 },
          curve: { kind: 'constant', ratePerSecond: 0.01 },
          coverage: 1,
        },
      ],
    };
    const { series, summary } = await runEnsemble(
      { ...request, outbreak: patched, engine: 'hosts', runs: 20 },
      shuffled('3'),
      { workers: 3 },
    );
    expect(series.everInfected?.mean.at(-1)).toBe(summary.everInfected.mean);
    expect(series.everInfected?.q50.at(-1)).toBe(summary.everInfected.q50);
    expect(series.everInfected?.mean.at(-1)).toBeLessThan(2000 - series.susceptible.mean.at(-1)!);
    expect((await runEnsemble(request, atOnce, { workers: 1 })).series.everInfected).toBeUndefined();
  });

  it('gives each figure of the mean field no spread', async () => {
    const { summary, series } = await runEnsemble({ ...request, engine: 'ode', runs: 3 }, atOnce, {
      workers: 2,
    });
    expect(summary.everInfected.sd).toBeCloseTo(0, 9);
    expect(series.infected.q05).toEqual(series.infected.q95);
  });

  it('keeps every k-th sample and the last when all would be too many', () => {
    const { time, susceptible } = runChunk({ ...request, first: 4, count: 2, stride: 7 });
    expect(Array.from(time)).toEqual([0, 70, 140, 210, 280, 300]);
    const whole = runChunk({ ...request, first: 4, count: 2 });
    expect(Array.from(susceptible.subarray(6))).toEqual(
      [0, 7, 14, 21, 28, 30].map((sample) => whole.susceptible[31 + sample]),
    );
  });

  it('thins the samples of an ensemble that would not fit', async () => {
    const strides = new Set<number | undefined>();
    const refuse = (chunk: ChunkRequest): Promise<RunChunk> => {
      strides.add(chunk.stride);
      return Promise.resolve({ ...runChunk({ ...chunk, count: 0 }), count: 0 });
    };
    // 31 samples each: 62 million, four times too many.
    await runEnsemble({ ...request, runs: 2_000_000 }, refuse, { workers: 1 });
    expect([...strides]).toEqual([4]);
  });

  it('makes what was completed before the signal an ensemble of its own', async () => {
    const signal = { aborted: false };
    const stopped: Ensemble = await runEnsemble(request, atOnce, {
      workers: 3,
      signal,
      onProgress: ({ completed, runs }) => {
        expect(runs).toBe(60);
        if (completed >= 20) signal.aborted = true;
      },
    });
    expect(stopped.partial).toBe(true);
    expect(stopped.runs).toBeGreaterThanOrEqual(20);
    expect(stopped.runs).toBeLessThan(60);
    const same = await runEnsemble({ ...request, runs: stopped.runs }, atOnce, { workers: 1 });
    expect(JSON.stringify(stopped.series)).toBe(JSON.stringify(same.series));
  });

  it('takes chunks that were stopped, even before their first run', async () => {
    let looks = 0;
    const control = { shouldStop: () => ++looks > 10, progress: () => {} };
    const stopping = (chunk: ChunkRequest): Promise<RunChunk> => Promise.resolve(runChunk(chunk, control));
    const some = await runEnsemble(request, stopping, { workers: 2 });
    expect([some.runs, some.partial]).toEqual([10, true]);
    const none = await runEnsemble(request, stopping, { workers: 2 });
    expect([none.runs, none.partial, none.series.time.length]).toEqual([0, true, 0]);
    expect(none.summary.everInfected.mean).toBeNull();
  });

  it('rejects with the reason of a chunk that fails', async () => {
    const failing = (): Promise<RunChunk> => Promise.reject(new Error('the worker is gone'));
    await expect(runEnsemble(request, failing, { workers: 2 })).rejects.toThrow('the worker is gone');
  });
});

describe('describeColumn', () => {
  it('gives the quantiles that sorting gives', () => {
    const stream = randomStreams('3').stream('columns');
    const columns: readonly ((i: number) => number)[] = [
      () => stream.nextBelow(5),
      () => stream.nextBelow(1_000_000),
      () => stream.nextDouble() * 1e-300,
      (i) => (i === 0 ? 1e18 : stream.nextBelow(100)),
      () => 42,
      () => (stream.nextDouble() - 0.5) * Number.MAX_VALUE * 1.9,
      () => -stream.nextDouble(),
    ];
    const out = new Float64Array(6);
    for (const draw of columns) {
      for (const length of [1, 2, 3, 20, 21, 400]) {
        const column = Float64Array.from({ length: length + 2 }, (_, i) => draw(i - 2));
        const values = Array.from(column.subarray(2)).toSorted((a, b) => a - b);
        describeColumn(column, 2, length, quantileScratch(length), out);
        for (const [row, p] of [0.05, 0.25, 0.5, 0.75, 0.95].entries()) {
          const position = (length - 1) * p;
          const low = values[Math.floor(position)]!;
          const high = values[Math.ceil(position)]!;
          expect(out[1 + row]).toBe(low + (position - Math.floor(position)) * (high - low));
        }
      }
    }
  });
});
