/** Runs an outbreak on the workers, shows the progress, and returns the result. */
import { formatCount, formatDuration } from '@wormwood/base';
import { type EngineName, type InfectionLog, type Outbreak, runEnsemble } from '@wormwood/epidemic';
import type { Scenario } from '@wormwood/files/scenario';
import { type SimulationResult, toEnsembleResult, toSingleResult } from '@wormwood/report';
import type { Progress } from '../output/progress.ts';
import type { Terminal } from '../output/terminal.ts';
import { VERSION } from '../version.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface SimulationTask {
  readonly engine: EngineName;
  readonly outbreak: Outbreak;
  readonly scenario: Scenario;
  readonly seed: string;
}

export interface SingleOptions {
  readonly terminal: Terminal;
  readonly keepInfections: boolean;
}

export interface SingleSimulation {
  readonly result: SimulationResult;
  readonly infections?: InfectionLog;
}

export async function simulateSingle(
  pool: WorkerPool,
  { engine, outbreak, scenario, seed }: SimulationTask,
  { terminal, keepInfections }: SingleOptions,
): Promise<SingleSimulation> {
  const { durationSeconds } = outbreak;
  const before = pool.simulatedSeconds();
  const run = await watched(terminal.progress(engine), {
    work: pool.runSingle({ engine, outbreak, seed, keepInfections }),
    show: (progress) => {
      const reached = Math.min(durationSeconds, pool.simulatedSeconds() - before);
      progress.update(reached / durationSeconds, `${formatDuration(reached)} simulated`);
    },
  });
  const result = toSingleResult(run, { scenario, seed, version: VERSION });
  return run.infections === undefined ? { result } : { result, infections: run.infections };
}

export interface EnsembleOptions {
  readonly terminal: Terminal;
  readonly runs: number;
  readonly workers: number;
  /** Ends the ensemble with the runs completed by then. */
  readonly signal: AbortSignal;
}

export async function simulateEnsemble(
  pool: WorkerPool,
  { engine, outbreak, scenario, seed }: SimulationTask,
  { terminal, runs, workers, signal }: EnsembleOptions,
): Promise<SimulationResult> {
  const before = pool.simulatedSeconds();
  const wholeSeconds = runs * outbreak.durationSeconds;
  let completed = 0;
  const onProgress = (told: { readonly completed: number }): void => {
    completed = told.completed;
  };
  const ensemble = await watched(terminal.progress(engine), {
    work: runEnsemble({ outbreak, engine, seed, runs }, (chunk) => pool.runChunk(chunk), {
      workers,
      onProgress,
      signal,
    }),
    show: (progress) => {
      const fraction = (pool.simulatedSeconds() - before) / wholeSeconds;
      const note = `${formatCount(completed)} of ${formatCount(runs)} runs`;
      progress.update(Math.min(1, Math.max(completed / runs, fraction)), note);
    },
  });
  return toEnsembleResult(ensemble, { scenario, seed, version: VERSION });
}

interface WatchedWork<Result> {
  readonly work: Promise<Result>;
  readonly show: (progress: Progress) => void;
}

const LOOK_SPACING_MS = 200;

/** Shows the progress until the work is done; returns its result. */
async function watched<Result>(progress: Progress, { work, show }: WatchedWork<Result>): Promise<Result> {
  const timer = setInterval(() => show(progress), LOOK_SPACING_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    progress.stop();
  }
}
