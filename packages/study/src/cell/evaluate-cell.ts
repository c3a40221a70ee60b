/** Computes a cell: its figures, and no series, because studies compare figures. */
import {
  type ChunkRequest,
  engineNamed,
  type EnsembleSummary,
  type Outbreak,
  runChunk,
  type RunControl,
  runEnsemble,
  type Summary,
} from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { checkScenarioDocument } from '@wormwood/files/scenario';
import type { Cell } from './cell.ts';

/** What a cell's computation returns: the figures of its run, or their distributions over its runs. */
export interface CellResult {
  readonly id: string;
  readonly seed: string;
  readonly runs: number;
  readonly summary: Summary | EnsembleSummary;
}

/** The cell was ended before all of its runs were completed. */
export class CellEnded extends Error {}

/**
 * Computes `cell` here, one run after the other; the same cell has the same result to the last bit wherever it is computed. A
 * scenario that is invalid, or that the engine cannot run, rejects with the reason; `CellEnded` when `control` ended it.
 */
export async function evaluateCell(cell: Cell, control: RunControl): Promise<CellResult> {
  const outbreak = outbreakOf(cell);
  const { id, seed, runs, engine } = cell;
  if (runs === 1) {
    const run = engineNamed(engine).run(outbreak, { streams: randomStreams(seed), replicate: 0 }, control);
    if (run.partial) throw new CellEnded();
    return { id, seed, runs, summary: run.summary };
  }
  const execute = (request: ChunkRequest): ReturnType<typeof runAt> => runAt(request, control);
  const ensemble = await runEnsemble({ outbreak, engine, seed, runs }, execute, { workers: 1 });
  if (ensemble.partial) throw new CellEnded();
  return { id, seed, runs, summary: ensemble.summary };
}

async function runAt(request: ChunkRequest, control: RunControl): Promise<ReturnType<typeof runChunk>> {
  return Promise.resolve(runChunk(request, control));
}

/** The outbreak of the cell with a single sample: the figures of a run do not depend on how its series is sampled. */
function outbreakOf({ scenario, engine, id }: Cell): Outbreak {
  const check = checkScenarioDocument(scenario, id);
  if (!check.ok) throw new Error(check.diagnostics.map(({ message }) => message).join(' '));
  const { outbreak } = check;
  const reasons = engineNamed(engine).unsupported(outbreak);
  if (reasons.length > 0) throw new Error(reasons.join(' '));
  return { ...outbreak, sampleSeconds: outbreak.durationSeconds };
}
