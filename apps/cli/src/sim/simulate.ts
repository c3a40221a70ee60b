/** Runs an outbreak on the workers, shows the progress, and returns the result. */
import { formatCount, formatDuration } from '@wormwood/base';
import {
  type ChunkRequest,
  type EngineName,
  type InfectionLog,
  type Outbreak,
  type RunChunk,
  runEnsemble,
} from '@wormwood/epidemic';
import type { Scenario } from '@wormwood/files/scenario';
import {
  figuresOfRun,
  type RunFigures,
  type RunsTable,
  runsTable,
  type SimulationResult,
  toEnsembleResult,
  toSingleResult,
} from '@wormwood/report';
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

export interface Simulation {
  readonly result: SimulationResult;
  /** The runs one by one. */
  readonly runs: RunsTable;
  readonly infections?: InfectionLog;
}

export async function simulateSingle(
  pool: WorkerPool,
  { engine, outbreak, scenario, seed }: SimulationTask,
  { terminal, keepInfections }: SingleOptions,
): Promise<Simulation> {
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
  const runs = runsTable([figuresOfRun(run.summary)], seed);
  return { result, runs, ...(run.infections && { infections: run.infections }) };
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
): Promise<Simulation> {
  const before = pool.simulatedSeconds();
  const wholeSeconds = runs * outbreak.durationSeconds;
  let completed = 0;
  const figures: RunFigures[] = [];
  const runChunk = async (request: ChunkRequest): Promise<RunChunk> => {
    const chunk = await pool.runChunk(request);
    figures.push({ first: chunk.first, count: chunk.count, figures: chunk.figures });
    return chunk;
  };
  const onProgress = (told: { readonly completed: number }): void => {
    completed = told.completed;
  };
  const ensemble = await watched(terminal.progress(engine), {
    work: runEnsemble({ outbreak, engine, seed, runs }, runChunk, { workers, onProgress, signal }),
    show: (progress) => {
      const fraction = (pool.simulatedSeconds() - before) / wholeSeconds;
      const note = `${formatCount(completed)} of ${formatCount(runs)} runs`;
      progress.update(Math.min(1, Math.max(completed / runs, fraction)), note);
    },
  });
  const result = toEnsembleResult(ensemble, { scenario, seed, version: VERSION });
  return { result, runs: runsTable(figures, seed) };
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
