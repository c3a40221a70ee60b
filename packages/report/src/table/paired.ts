/**
 * Differences between results run by run. Runs with the same seed and replicate draw the same random numbers, whatever the
 * defenses are (common random numbers), so that much of the chance cancels in their difference, and its error is smaller than
 * that of the difference of two independent means.
 */
import { formatCount, formatDuration } from '@wormwood/base';
import type { FigureName } from '../result/summary-figures.ts';
import { SUMMARY_COLUMNS } from './csv.ts';
import type { ReportTable } from './tables.ts';

/** The runs of a result one by one, as `runs.csv` has them. */
export interface NamedRuns {
  readonly name: string;
  /** For each figure and each run, by `SEED REPLICATE`; a run that has no such figure is missing. */
  readonly figures: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** The difference of a figure between a result and the first one. */
export interface PairedDifference {
  readonly name: string;
  readonly figure: FigureName;
  /** Runs that both have, with this figure in both. */
  readonly pairs: number;
  readonly mean: number;
  /** Standard error of the mean difference. */
  readonly se: number;
  /** What the error would be if the runs were independent. */
  readonly independentSe: number;
}

const COMPARED: readonly FigureName[] = ['everInfected', 'peakInfected', 'peakTime', 'extinctionTime'];
/** Fewer pairs say nothing about their spread. */
const PAIRS_MIN = 2;

/** Reads `runs.csv`; null if the text is something else. */
export function readRuns(name: string, csv: string): NamedRuns | null {
  const [header = '', ...lines] = csv.trim().split(/\r?\n/);
  const columns = header.split(',');
  if (columns[0] !== 'seed' || columns[1] !== 'replicate') return null;
  const figures = new Map(columns.slice(2).map((column) => [column, new Map<string, number>()]));
  for (const line of lines) {
    const cells = line.split(',');
    if (cells.length !== columns.length) return null;
    for (const [index, cell] of cells.entries()) {
      const value = Number(cell);
      if (index >= 2 && cell !== '' && Number.isFinite(value))
        figures.get(columns[index] ?? '')?.set(`${cells[0]} ${cells[1]}`, value);
    }
  }
  return { name, figures };
}

/**
 * Returns the differences of each result to the first, in the figures of which at least two pairs of runs have a value. With n
 * pairs the mean difference has the standard error s/√n, where s is the standard deviation of the differences.
 */
export function pairedDifferences([first, ...others]: readonly NamedRuns[]): readonly PairedDifference[] {
  if (first === undefined) return [];
  return others.flatMap((other) =>
    COMPARED.flatMap((figure): readonly PairedDifference[] => {
      const [before, after] = [first, other].map(({ figures }) => figures.get(SUMMARY_COLUMNS[figure]));
      const keys = [...(before?.keys() ?? [])].filter((key) => after?.has(key) === true);
      if (keys.length < PAIRS_MIN) return [];
      const from = keys.map((key) => before?.get(key) ?? NaN);
      const to = keys.map((key) => after?.get(key) ?? NaN);
      const change = moments(to.map((value, index) => value - from[index]!));
      const independent = Math.sqrt((moments(from).variance + moments(to).variance) / keys.length);
      return [
        {
          name: other.name,
          figure,
          pairs: keys.length,
          mean: change.mean,
          se: Math.sqrt(change.variance / keys.length),
          independentSe: independent,
        },
      ];
    }),
  );
}

function moments(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
}

const LABELS: Readonly<Partial<Record<FigureName, string>>> = {
  everInfected: 'ever infected',
  peakInfected: 'peak',
  peakTime: 'time of the peak',
  extinctionTime: 'no host infected after',
};

/** Returns the differences as a table; `first` is the name of the result that the others are compared with. */
export function pairedTable(differences: readonly PairedDifference[], first: string): ReportTable {
  return {
    caption: `Differences from ${first}, run by run with the same random numbers`,
    columns: ['', 'figure', 'pairs', 'mean difference', 'standard error', 'if runs were independent'],
    rows: differences.map(({ name, figure, pairs, mean, se, independentSe }) => {
      const format = figure.endsWith('Time') ? formatDuration : formatCount;
      const signed = mean < 0 ? `−${format(-mean)}` : `+${format(mean)}`;
      return [name, LABELS[figure] ?? figure, formatCount(pairs), signed, format(se), format(independentSe)];
    }),
  };
}
