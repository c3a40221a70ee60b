/** The runs of a result one by one: `runs.csv` and `runs.parquet`, one row a run, from which any statistic can be made. */
import { FRACTIONS, type RunChunk, type Summary, SUMMARY_FIGURES } from '@wormwood/epidemic';
import { SUMMARY_COLUMNS, timeColumn, toCsv } from './csv.ts';

/** The figures of some runs in the order of `SUMMARY_FIGURES` and `FRACTIONS`, a row a run, NaN where a run has none. */
export type RunFigures = Pick<RunChunk, 'first' | 'count' | 'figures'>;

export interface RunsTable {
  /** Of all runs. */
  readonly seed: string;
  /** With the seed the name of a run: the same pair gives the same run in any ensemble. */
  readonly replicate: Int32Array;
  /** Columns with their names, which carry the units. */
  readonly columns: readonly (readonly [name: string, values: Float64Array])[];
}

/** Returns the figures of a single run. */
export function figuresOfRun(summary: Summary): RunFigures {
  const values = [
    ...SUMMARY_FIGURES.map((figure) => summary[figure]),
    ...FRACTIONS.map((fraction) => summary.timeTo[fraction]),
  ];
  return { first: 0, count: 1, figures: Float64Array.from(values, (value) => value ?? Number.NaN) };
}

/** Returns the runs of all parts in the order of their replicates. */
export function runsTable(parts: readonly RunFigures[], seed: string): RunsTable {
  const ordered = parts.toSorted((a, b) => a.first - b.first);
  const runs = ordered.reduce((sum, { count }) => sum + count, 0);
  const names = [...SUMMARY_FIGURES.map((figure) => SUMMARY_COLUMNS[figure]), ...FRACTIONS.map(timeColumn)];
  const replicate = new Int32Array(runs);
  const columns = names.map((name) => [name, new Float64Array(runs)] as const);
  let run = 0;
  for (const { first, count, figures } of ordered) {
    for (let row = 0; row < count; row++, run++) {
      replicate[run] = first + row;
      for (const [index, [, values]] of columns.entries()) values[run] = figures[row * names.length + index]!;
    }
  }
  return { seed, replicate, columns };
}

/** Returns the runs as CSV, with empty fields for what a run did not come to. */
export function runsCsv({ seed, replicate, columns }: RunsTable): string {
  const rows = Array.from(replicate, (number, run) => [
    seed,
    number,
    ...columns.map(([, values]) => (Number.isNaN(values[run]!) ? '' : values[run]!)),
  ]);
  return toCsv([['seed', 'replicate', ...columns.map(([name]) => name)], ...rows]);
}
