/** Computes cells in the threads of this machine, in batches that take long enough for their messages not to matter. */
import type { Cell, CellQueue } from '@wormwood/study';
import type { WorkerPool } from './worker-pool.ts';

/** A batch doubles until it takes this long. */
const BATCH_MS = 50;
/** Batches that are left for each worker, so that all end together. */
const BATCHES_LEFT_PER_WORKER = 4;

/** Returns a queue over `pool`, which has `workers` threads and ends its runs when it is stopped. */
export function localQueue(pool: WorkerPool, workers: number): CellQueue {
  return {
    compute: async (cells, report, signal) => {
      let next = 0;
      let isEnded = false;
      let batchSize = 1;
      const takeBatch = (): readonly Cell[] => {
        const share = Math.ceil((cells.length - next) / (BATCHES_LEFT_PER_WORKER * workers));
        const batch = cells.slice(next, next + Math.min(batchSize, share));
        next += batch.length;
        return batch;
      };
      const work = async (): Promise<void> => {
        while (next < cells.length && !isEnded && !signal.aborted) {
          const batch = takeBatch();
          const start = performance.now();
          const outcomes = await pool.runCells(batch);
          if (performance.now() - start < BATCH_MS) batchSize = Math.max(batchSize, batch.length * 2);
          for (const outcome of outcomes) report(outcome);
          if (outcomes.length < batch.length) isEnded = true;
        }
      };
      try {
        await Promise.all(Array.from({ length: workers }, work));
      } finally {
        isEnded = true;
      }
    },
  };
}
