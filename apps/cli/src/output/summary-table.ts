/** The summary of a result as a table: one column of figures for a single run, the distribution for an ensemble. */
import { formatCount, formatDuration, formatPercent } from '@wormwood/base';
import type { Distribution, EnsembleSummary, SimulationResult, SingleSummary } from '@wormwood/scenario';
import Table from 'cli-table3';

/** How the figure is written, and what it is called. Active and ever infected stay apart. */
interface Row {
  readonly label: string;
  readonly format: (value: number) => string;
  /** What stands where there is no value. */
  readonly absent: string;
  readonly single: (summary: SingleSummary) => number | null;
  readonly distribution: (summary: EnsembleSummary) => Distribution;
}

type Figure = Exclude<keyof SingleSummary, 'timeTo'>;

function row(label: string, figure: Figure, format: Row['format'], absent = '–'): Row {
  return {
    label,
    format,
    absent,
    single: (summary) => summary[figure],
    distribution: (summary) => summary[figure],
  };
}

const ROWS: readonly Row[] = [
  row('peak of active infections', 'peakInfected', formatCount),
  row('  reached at', 'peakTime', formatDuration),
  row('ever infected', 'everInfected', formatCount),
  row('  of the vulnerable hosts', 'everInfectedFraction', formatPercent),
  row('never infected', 'neverInfected', formatCount),
  row('immunized by the end', 'immunized', formatCount),
  row('still infected at the end', 'stillInfected', formatCount),
  row('no host infected any more at', 'extinctionTime', formatDuration, 'not within the duration'),
  {
    label: 'half of all ever infected at',
    format: formatDuration,
    absent: 'never',
    single: (summary) => summary.timeTo['0.5'],
    distribution: (summary) => summary.timeTo['0.5'],
  },
  row('reproduction number R0', 'basicReproductionNumber', formatRatio, 'unbounded: nothing immunizes'),
  row('  when the honeypots start', 'reproductionNumberAtStart', formatRatio, 'they never start'),
  row('doubling time at first', 'doublingTime', formatDuration),
  row('probes sent', 'probes', formatLarge),
  row('contacts with honeypots', 'honeypotContacts', formatLarge),
];

const COLUMNS = [
  ['mean', 'mean'],
  ['sd', 'sd'],
  ['5 %', 'q05'],
  ['25 %', 'q25'],
  ['median', 'q50'],
  ['75 %', 'q75'],
  ['95 %', 'q95'],
] as const;

export function summaryTable({ summary }: SimulationResult): string {
  return 'extinctProbability' in summary ? ensembleTable(summary) : singleTable(summary);
}

/** A table with the first column left, the others right, and no colours of its own. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((cells) => [...cells]));
  return table.toString();
}

function singleTable(summary: SingleSummary): string {
  const rows = ROWS.map(({ label, format, absent, single }) => {
    const value = single(summary);
    return [label, value === null ? absent : format(value)];
  });
  return plainTable(['', 'this run'], rows);
}

function ensembleTable(summary: EnsembleSummary): string {
  const rows = ROWS.map(({ label, format, distribution }) => {
    const figures = distribution(summary);
    const cells = COLUMNS.map(([, key]) => figures[key]);
    return [label].concat(cells.map((value) => (value === null ? '–' : format(value))));
  });
  rows.push([
    'runs that died out',
    formatPercent(summary.extinctProbability),
    ...COLUMNS.slice(1).map(() => ''),
  ]);
  return plainTable(['', ...COLUMNS.map(([title]) => title)], rows);
}

function formatRatio(value: number): string {
  return value < 100 ? value.toFixed(3) : formatCount(value);
}

/** Probes come in billions; four digits of them say enough. */
function formatLarge(value: number): string {
  return value < 1e9 ? formatCount(value) : `${(value / 1e9).toPrecision(4)} × 10⁹`;
}
