/** The numbers behind a figure, as a short table and as CSV. */
import { formatCount } from '@wormwood/base';
import type { LineChart } from '../figure/chart.ts';
import { axisTicks, chartLimits, tickText } from '../figure/chart-limits.ts';
import { valueAt } from '../result/result-series.ts';
import { toCsv } from './csv.ts';
import type { ReportTable } from './tables.ts';

const TABLE_ROWS_MAX = 13;
const CSV_ROWS_MAX = 400;
/** More digits than a curve can show. */
const DIGITS = 7;

interface Column {
  readonly name: string;
  readonly isBand: boolean;
  readonly time: readonly number[];
  readonly value: readonly number[];
}

/** Returns the values of the lines at round places of the x axis. */
export function chartTable(chart: LineChart): ReportTable {
  const { xMin, xMax } = chartLimits(chart);
  const columns = columnsOf(chart).filter(({ isBand }) => !isBand);
  const cells = [
    tickText,
    ...columns.map((column) => (place: number) => {
      const value = valueInside(column, place);
      return value === null ? '–' : hostsText(value);
    }),
  ];
  const places = axisTicks(chart.x, { min: xMin, max: xMax, most: TABLE_ROWS_MAX });
  return {
    caption: chart.title,
    columns: [chart.x.label, ...columns.map(({ name }) => name)],
    rows: places.map((place) => cells.map((cell) => cell(place))),
  };
}

/** Returns the lines and the limits of their bands, a row for each of at most 400 places of the x axis. */
export function chartCsv(chart: LineChart): string {
  const columns = columnsOf(chart);
  const cells = [
    rounded,
    ...columns.map((column) => (place: number) => {
      const value = valueInside(column, place);
      return value === null ? '' : rounded(value);
    }),
  ];
  const longest = columns.reduce<readonly number[]>(
    (found, { time }) => (time.length > found.length ? time : found),
    [],
  );
  const stride = Math.ceil(longest.length / CSV_ROWS_MAX);
  const places = longest.filter((_, index) => index % stride === 0 || index === longest.length - 1);
  return toCsv([
    [chart.x.label, ...columns.map(({ name }) => `${name} (${chart.y.label})`)],
    ...places.map((place) => cells.map((cell) => cell(place))),
  ]);
}

/** Whole hosts, or tenths for small means. */
function hostsText(value: number): string {
  const tenths = Number(value.toFixed(1));
  return Math.abs(tenths) >= 10 ? formatCount(value) : String(tenths === 0 ? 0 : tenths);
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

function columnsOf({ lines }: LineChart): readonly Column[] {
  const subjects = lines.filter(({ role }) => role !== 'reference').map(({ name }) => name);
  let references = 0;
  return lines.flatMap(({ name, role, x, y, band }) => {
    // References share one name in the picture; here each is named after its subject.
    const subject = role === 'reference' ? subjects[references++] : undefined;
    const column = subject === undefined ? name : `${name}: ${subject}`;
    const time = Array.from(x);
    return [
      { name: column, isBand: false, time, value: Array.from(y) },
      ...(band === undefined
        ? []
        : [
            { name: `${column}, ${band.name}, low`, isBand: true, time, value: Array.from(band.low) },
            { name: `${column}, ${band.name}, high`, isBand: true, time, value: Array.from(band.high) },
          ]),
    ];
  });
}

/** Returns the value of a column at a place; null beyond the ends of its line. */
function valueInside(column: Column, place: number): number | null {
  const { time } = column;
  if (time.length === 0 || place < time[0]! || place > time.at(-1)! * (1 + 1e-12)) return null;
  const value = valueAt(column, place);
  return Number.isFinite(value) ? value : null;
}
