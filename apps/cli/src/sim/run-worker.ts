/** The work of a worker thread: one run, or one chunk of an ensemble. The pool loads it as `dist/sim/run-worker.js`. */
import { randomStreams } from '@wormwood/base';
import {
  type ChunkRequest,
  engineNamed,
  type EngineName,
  type Outbreak,
  runChunk,
  type RunControl,
  transferables,
} from '@wormwood/epidemic';
import type { Cell, CellOutcome } from '@wormwood/study';
import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';

/** What every worker receives when it starts; all of it is shared memory. */
export interface WorkerSetup {
  /** Nonzero once the runs are to end. */
  readonly stopFlag: Int32Array;
  /** The number of workers that have taken a place in `simulatedSeconds`. */
  readonly workersStarted: Int32Array;
  /** The time that each worker has simulated, in seconds, summed over its runs. */
  readonly simulatedSeconds: Float64Array;
}

export interface SingleTask {
  readonly kind: 'single';
  readonly engine: EngineName;
  readonly outbreak: Outbreak;
  readonly seed: string;
  readonly keepInfections: boolean;
}

export interface ChunkTask {
  readonly kind: 'chunk';
  readonly request: ChunkRequest;
}

export interface CellsTask {
  readonly kind: 'cells';
  readonly cells: readonly Cell[];
}

const { stopFlag, workersStarted, simulatedSeconds } = workerData as WorkerSetup;
const place = Atomics.add(workersStarted, 0, 1);
/** Simulated time of all earlier runs, and of the current one. */
let endedSeconds = 0;
let reachedSeconds = 0;

/**
 * Returns a `Run`, a `RunChunk` that is transferred without a copy, or the outcomes of cells. The pool calls the default export.
 */
export default function runTask(task: SingleTask | ChunkTask | CellsTask): object {
  endedSeconds += reachedSeconds;
  reachedSeconds = 0;
  if (task.kind === 'chunk') {
    const chunk = runChunk(task.request, control);
    return move({ [transferableSymbol]: transferables(chunk), [valueSymbol]: chunk });
  }
  if (task.kind === 'cells') return runCells(task.cells);
  const { engine, outbreak, seed, keepInfections } = task;
  const randomness = { streams: randomStreams(seed), replicate: 0 };
  return engineNamed(engine).run(outbreak, randomness, { ...control, keepInfections });
}

/** Returns the outcomes of the cells that were completed before the runs were to end. */
async function runCells(cells: readonly Cell[]): Promise<readonly CellOutcome[]> {
  // Runs need none of it, and it takes a thread longer to load than most runs take.
  const { CellEnded, evaluateCell } = await import('@wormwood/study');
  const outcomes: CellOutcome[] = [];
  for (const cell of cells) {
    if (control.shouldStop()) break;
    try {
      outcomes.push({ id: cell.id, ok: true, result: await evaluateCell(cell, control) });
    } catch (error) {
      if (error instanceof CellEnded) break;
      outcomes.push({ id: cell.id, ok: false, reason: (error as Error).message });
    }
  }
  return outcomes;
}

const control: RunControl = {
  shouldStop: () => Atomics.load(stopFlag, 0) !== 0,
  progress: (seconds) => {
    // The next run of a chunk begins at 0 again.
    if (seconds < reachedSeconds) endedSeconds += reachedSeconds;
    reachedSeconds = seconds;
    simulatedSeconds[place] = endedSeconds + seconds;
  },
};
