/**
 * Computes the cells of a sweep that are still missing. The queue that is passed in decides where: here, in threads, or on
 * other machines. The results stand in the order of the cells, whatever order they are done in.
 */
import type { Cell } from '../cell/cell.ts';
import type { CellResult } from '../cell/evaluate-cell.ts';

/** What happened to a cell: its result, or why there is none. */
export type CellOutcome =
  | { readonly id: string; readonly ok: true; readonly result: CellResult }
  | { readonly id: string; readonly ok: false; readonly reason: string };

/** Computes cells somewhere. */
export interface CellQueue {
  /**
   * Computes the cells in any order and reports each once as it is done. Resolves when all are reported, or when `signal` was
   * aborted and what is under way has ended; rejects only if the queue itself fails.
   */
  compute(
    cells: readonly Cell[],
    report: (outcome: CellOutcome) => void,
    signal: { readonly aborted: boolean },
  ): Promise<void>;
}

/** Results that exist already, by the names of their cells. */
export interface CellStore {
  get(id: string): CellResult | undefined;
  /** Keeps a result for good before it returns. */
  put(result: CellResult): void;
}

/** How far a sweep came. */
export interface CellsDone {
  /** A result for each cell, in the order of the cells; undefined where the cell failed or was not reached. */
  readonly results: readonly (CellResult | undefined)[];
  /** Cells that failed, with the reason. */
  readonly failures: readonly { readonly id: string; readonly reason: string }[];
  /** How many results were there already. */
  readonly reused: number;
}

export interface CellsProgress {
  readonly done: number;
  readonly cells: number;
  readonly failed: number;
}

/** Returns the results of all cells: those that `store` has, and those that `queue` computes and `store` then keeps. */
export async function runCells(
  cells: readonly Cell[],
  {
    queue,
    store,
    signal,
    onProgress,
  }: {
    readonly queue: CellQueue;
    readonly store: CellStore;
    readonly signal: { readonly aborted: boolean };
    readonly onProgress?: (progress: CellsProgress) => void;
  },
): Promise<CellsDone> {
  const missing = new Map<string, Cell>();
  for (const cell of cells) if (store.get(cell.id) === undefined) missing.set(cell.id, cell);
  const toDo = missing.size;
  const distinct = new Set(cells.map(({ id }) => id)).size;
  const failures: { readonly id: string; readonly reason: string }[] = [];
  let done = distinct - toDo;
  const show = (): void => onProgress?.({ done, cells: distinct, failed: failures.length });
  show();
  const report = (outcome: CellOutcome): void => {
    // A cell may come twice, from a worker that was taken for dead.
    if (!missing.delete(outcome.id)) return;
    if (outcome.ok) {
      store.put(outcome.result);
      done++;
    } else failures.push({ id: outcome.id, reason: outcome.reason });
    show();
  };
  if (toDo > 0) await queue.compute([...missing.values()], report, signal);
  return { results: cells.map(({ id }) => store.get(id)), failures, reused: distinct - toDo };
}
