/** A sweep as a table for people and as rows for programs. */
import { formatCount, formatDuration, formatRange } from '@wormwood/base';
import {
  type SweepResult,
  type SweepRow,
  figureIn,
  shortNames,
  spreadIn,
  valueText,
} from '../result/sweep-result.ts';
import type { FigureName } from '../result/summary-figures.ts';
import { percent } from '../words/wording.ts';
import { SUMMARY_COLUMNS, toCsv } from './csv.ts';
import type { ReportTable } from './tables.ts';

const NONE = '–';

/** Returns the key figures of the first `rowsMax` cells; cells of many runs have the interval from 5 to 95 %. */
export function sweepTable({ paths, cells, runs }: SweepResult, rowsMax: number): ReportTable {
  const shown = cells.slice(0, rowsMax);
  const more = cells.length - shown.length;
  const of = runs === 1 ? '' : ` over ${formatCount(runs)} runs each`;
  const rest = more === 0 ? '' : `, the first ${shown.length} of ${formatCount(cells.length)}`;
  return {
    caption: `Key figures of ${formatCount(cells.length)} cells${of}${rest}`,
    columns: [
      ...shortNames(paths),
      'ever infected',
      'of all',
      ...(runs === 1 ? [] : ['5 to 95%']),
      'peak',
      'at',
    ],
    rows: shown.map((row) => {
      const values = paths.map((path) => valueText(row.values[path]));
      const ever = [
        text(figureIn(row, 'everInfected'), formatCount),
        text(figureIn(row, 'everInfectedFraction'), percent),
      ];
      const spread = runs === 1 ? [] : [interval(row, 'everInfected')];
      const peak = [
        text(figureIn(row, 'peakInfected'), formatCount),
        text(figureIn(row, 'peakTime'), formatDuration),
      ];
      return values.concat(ever, spread, peak);
    }),
  };
}

function text(value: number | null, format: (value: number) => string): string {
  return value === null ? NONE : format(value);
}

function interval(row: SweepRow, figure: FigureName): string {
  const spread = spreadIn(row, figure);
  if (spread === null || spread.q05 === null || spread.q95 === null) return NONE;
  return formatRange([spread.q05, spread.q95], formatCount);
}

const FIGURES = Object.entries(SUMMARY_COLUMNS) as readonly (readonly [FigureName, string])[];

const SPREAD = ['se', 'sd', 'q05', 'q50', 'q95'] as const;

/** A column of a sweep: its name carries the unit; null where a cell has no such figure. */
export interface SweepColumn {
  readonly name: string;
  readonly values: readonly (string | number | null)[];
}

/**
 * Returns a sweep as columns: the name of the cell, the values of its paths, its runs, and its figures; for cells of many
 * runs the mean of each, its standard error, and its spread.
 */
export function sweepColumns({ paths, cells, runs }: SweepResult): readonly SweepColumn[] {
  const column = (name: string, of: (row: SweepRow) => string | number | null): SweepColumn => ({
    name,
    values: cells.map(of),
  });
  const columns = [
    column('id', ({ id }) => id),
    ...paths.map((path) => column(path, ({ values }) => plain(values[path]))),
    column('seed', ({ seed }) => seed),
    column('runs', (row) => row.runs),
  ];
  for (const [figure, name] of FIGURES) {
    columns.push(column(name, (row) => figureIn(row, figure)));
    if (runs === 1) continue;
    for (const part of SPREAD) {
      columns.push(column(`${name}_${part}`, (row) => spreadIn(row, figure)?.[part] ?? null));
    }
  }
  if (runs > 1) columns.push(column('extinct_probability', extinctIn));
  return columns;
}

/** Returns the sweep as CSV, one row a cell, empty fields for figures that a cell lacks. */
export function sweepCsv(sweep: SweepResult): string {
  const columns = sweepColumns(sweep);
  const rows = sweep.cells.map((_, index) => columns.map(({ values }) => values[index] ?? ''));
  return toCsv([columns.map(({ name }) => name), ...rows]);
}

function extinctIn({ summary }: SweepRow): number | null {
  return 'extinctProbability' in summary ? summary.extinctProbability : null;
}

function plain(value: unknown): string | number {
  return typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
}
