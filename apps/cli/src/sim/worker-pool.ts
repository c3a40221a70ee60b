/** The threads that run all simulation, so that the main thread stays free for signals and progress. */
import type { ChunkRequest, Run, RunChunk } from '@wormwood/epidemic';
import { Piscina } from 'piscina';
import { CommandFailure, errorCode, EXIT } from '../exit-code.ts';
import type { Cell, CellOutcome } from '@wormwood/study';
import type { CellsTask, ChunkTask, SingleTask, WorkerSetup } from './run-worker.ts';

export interface WorkerPool {
  runSingle(task: Omit<SingleTask, 'kind'>): Promise<Run>;
  runChunk(request: ChunkRequest): Promise<RunChunk>;
  /** Returns fewer outcomes than cells when the runs were to end. */
  runCells(cells: readonly Cell[]): Promise<readonly CellOutcome[]>;
  /** The time that all runs of the pool have simulated so far, in seconds. */
  simulatedSeconds(): number;
  close(): Promise<void>;
}

/** Threads run what is built, wherever this file is read from: beside `src` and `dist` alike. */
const WORKER = new URL('../../dist/sim/run-worker.js', import.meta.url);

/** Starts `workers` threads; once `stopFlag` is not 0 they end their runs and return what they have. */
export function openWorkerPool(workers: number, stopFlag: Int32Array): WorkerPool {
  const setup: WorkerSetup = {
    stopFlag,
    workersStarted: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    simulatedSeconds: new Float64Array(new SharedArrayBuffer(workers * Float64Array.BYTES_PER_ELEMENT)),
  };
  const pool = new Piscina<SingleTask | ChunkTask | CellsTask, unknown>({
    filename: WORKER.href,
    // Flags of the main thread, such as those that let tests resolve packages to their sources, are not for built code.
    execArgv: [],
    minThreads: workers,
    maxThreads: workers,
    workerData: setup,
  });
  const run = async (task: SingleTask | ChunkTask | CellsTask): Promise<unknown> => {
    try {
      return await pool.run(task);
    } catch (error) {
      throw errorCode(error) === 'ERR_WORKER_OUT_OF_MEMORY' ? outOfMemory(error) : error;
    }
  };
  return {
    runSingle: (task) => run({ kind: 'single', ...task }) as Promise<Run>,
    runChunk: (request) => run({ kind: 'chunk', request }) as Promise<RunChunk>,
    runCells: (cells) => run({ kind: 'cells', cells }) as Promise<readonly CellOutcome[]>,
    simulatedSeconds: () => setup.simulatedSeconds.reduce((sum, seconds) => sum + seconds, 0),
    close: () => pool.destroy(),
  };
}

function outOfMemory(cause: unknown): CommandFailure {
  const advice = 'use fewer --workers, a longer `sample` or a smaller outbreak';
  return new CommandFailure(EXIT.failed, `A worker ran out of memory; ${advice}.`, { cause });
}
