/** Results as CSV (RFC 4180) for a spreadsheet: units stand in the header. */
import { curveOf } from '../figure/result-series.ts';
import type { SimulationResult } from '../result.ts';

const COMPARTMENTS = ['susceptible', 'infected', 'immunized', 'everInfected'] as const;
const COLUMN_NAMES = {
  susceptible: 'susceptible_hosts',
  infected: 'infected_hosts',
  immunized: 'immunized_hosts',
  everInfected: 'ever_infected_hosts',
} as const;

/** A millionth of a host is below what any engine promises. */
const DIGITS = 12;

/** A column with its name, which carries the unit. */
export type SeriesColumn = readonly [name: string, values: readonly number[]];

/** Returns the curves, a row a sample time; an ensemble has the mean and the 5 and 95 % quantiles of each. */
export function seriesCsv(result: SimulationResult): string {
  const [time, ...columns] = seriesColumns(result);
  const header = [time[0], ...columns.map(([name]) => name)];
  const rows = time[1].map((seconds, i) => [
    seconds,
    ...columns.map(([, values]) => Number((values[i] ?? 0).toPrecision(DIGITS))),
  ]);
  return toCsv([header, ...rows]);
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
      [`${column}_q95`, band.high],
    ];
  });
  return [['time_s', result.series.time], ...columns];
}

/** Returns rows as CSV text; fields with commas, quotes or line ends are quoted. */
export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
