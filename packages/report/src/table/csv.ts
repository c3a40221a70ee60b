/** Results as CSV (RFC 4180) for spreadsheets, with the units in the header. */
import { FRACTIONS } from '@wormwood/epidemic';
import { curveOf } from '../result/result-series.ts';
import type { NamedResult } from '../result/result.ts';
import type { Distribution, SimulationResult } from '../result/result.ts';
import {
  extinctProbabilityOf,
  type FigureName,
  figureOf,
  reachedProbabilityOf,
  spreadOf,
  timeToFraction,
  timeToSpread,
} from '../result/summary-figures.ts';

const COMPARTMENTS = ['susceptible', 'infected', 'immunized', 'everInfected'] as const;
const COLUMN_NAMES = {
  susceptible: 'susceptible_hosts',
  infected: 'infected_hosts',
  immunized: 'immunized_hosts',
  everInfected: 'ever_infected_hosts',
} as const;

/** Enough for a millionth of a host, which is below the accuracy of every engine. */
const DIGITS = 12;

/** A column with its name, which carries the unit. */
export type SeriesColumn = readonly [name: string, values: readonly number[]];

/**
 * Returns the curves as CSV, one row per sample time; an ensemble has the mean and the 5, 50 and 95 % quantiles of each. The last
 * column counts the hosts infected for the first time since the sample before; in the first row, those infected at the start.
 */
export function seriesCsv(result: SimulationResult): string {
  const columns = seriesColumns(result);
  const rows = result.series.time.map((_, i) =>
    columns.map(([, values]) => Number((values[i] ?? 0).toPrecision(DIGITS))),
  );
  return toCsv([columns.map(([name]) => name), ...rows]);
}

/** Returns the columns of `seriesCsv` unrounded, the sample times first. */
export function seriesColumns(result: SimulationResult): readonly [SeriesColumn, ...SeriesColumn[]] {
  const curves = COMPARTMENTS.map((name) => [name, curveOf(result, name)] as const);
  const columns = curves.flatMap(([name, { value, band }]): readonly SeriesColumn[] => {
    const column = COLUMN_NAMES[name];
    if (band === null) return [[column, value]];
    return [
      [`${column}_mean`, value],
      [`${column}_q05`, band.low],
      [`${column}_q50`, band.median],
      [`${column}_q95`, band.high],
    ];
  });
  const { value: ever } = curveOf(result, 'everInfected');
  const isEnsemble = result.runs > 1;
  const fresh = ever.map((count, sample) => count - (ever[sample - 1] ?? 0));
  return [
    ['time_s', result.series.time],
    ...columns,
    [isEnsemble ? 'new_infected_hosts_mean' : 'new_infected_hosts', fresh],
  ];
}

/** Figures of a summary with their units. */
export const SUMMARY_COLUMNS: Readonly<Record<FigureName, string>> = {
  peakInfected: 'peak_infected_hosts',
  peakTime: 'peak_time_s',
  everInfected: 'ever_infected_hosts',
  everInfectedFraction: 'ever_infected_fraction',
  neverInfected: 'never_infected_hosts',
  immunized: 'immunized_hosts',
  stillInfected: 'still_infected_hosts',
  extinctionTime: 'extinction_time_s',
  basicReproductionNumber: 'basic_reproduction_number',
  reproductionNumberAtStart: 'reproduction_number_at_start',
  doublingTime: 'doubling_time_s',
  probes: 'probes',
  honeypotContacts: 'honeypot_contacts',
};
/** Returns the column of the time to a fraction of N. */
export function timeColumn(fraction: string): string {
  return `time_to_${fraction}_ever_infected_s`;
}

const SPREAD = ['sd', 'se', 'q05', 'q25', 'q50', 'q75', 'q95'] as const;

/**
 * Returns the summaries of results as CSV, one row per result, with empty fields for missing figures. If one of them is an
 * ensemble, each figure has its mean and its distribution.
 */
export function summaryCsv(results: readonly NamedResult[]): string {
  const withSpread = results.some(({ result }) => result.runs > 1);
  const figures = Object.entries(SUMMARY_COLUMNS) as readonly (readonly [FigureName, string])[];
  const rows = results.map(({ name, result }) => [
    name,
    result.engine,
    result.runs,
    result.seed,
    ...figures.flatMap(([figure]) =>
      spreadCells(figureOf(result, figure), spreadOf(result, figure), withSpread),
    ),
    ...FRACTIONS.flatMap((fraction) =>
      spreadCells(timeToFraction(result, fraction), timeToSpread(result, fraction), withSpread),
    ),
    ...(withSpread ? FRACTIONS.map((fraction) => reachedProbabilityOf(result, fraction) ?? '') : []),
    ...(withSpread ? [extinctProbabilityOf(result) ?? ''] : []),
  ]);
  const names = [...figures.map(([, column]) => column), ...FRACTIONS.map(timeColumn)];
  const header = [
    'name',
    'engine',
    'runs',
    'seed',
    ...names.flatMap((column) =>
      withSpread ? ['mean', ...SPREAD].map((part) => `${column}_${part}`) : [column],
    ),
    ...(withSpread ? FRACTIONS.map((fraction) => `reached_${fraction}_probability`) : []),
    ...(withSpread ? ['extinct_probability'] : []),
  ];
  return toCsv([header, ...rows]);
}

function spreadCells(
  value: number | null,
  spread: Distribution | null,
  withSpread: boolean,
): readonly (string | number)[] {
  const cell = (number: number | null | undefined): string | number =>
    number === null || number === undefined ? '' : Number(number.toPrecision(DIGITS));
  return withSpread ? [cell(value), ...SPREAD.map((part) => cell(spread?.[part]))] : [cell(value)];
}

/** Returns rows as CSV text; fields with commas, quotes or line ends are quoted. */
export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
}

function field(value: string | number): string {
  // Spreadsheets evaluate text that begins like a formula, and names come from files.
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
