/** Results as tables of text: the same in the report and in the terminal. */
import { formatCount, formatDuration, formatRange } from '@wormwood/base';
import { FRACTIONS } from '@wormwood/epidemic';
import type { EnginePair } from '../figure/charts.ts';
import type { Distribution, NamedResult, SimulationResult } from '../result/result.ts';
import {
  extinctProbabilityOf,
  type FigureName,
  figureOf,
  reachedProbabilityOf,
  spreadOf,
  timeToFraction,
  timeToSpread,
} from '../result/summary-figures.ts';
import { computation, COUNTED_FRACTION, hostCount, largeCount, percent } from '../words/wording.ts';

/** A table whose cells are formatted already. */
export interface ReportTable {
  readonly caption: string;
  /** The first column names the row. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const NONE = '–';

type Fraction = (typeof FRACTIONS)[number];

interface SummaryRow {
  readonly label: string;
  readonly figure: FigureName;
  readonly format: (value: number) => string;
}

const fourDigits = (value: number): string => String(Number(value.toPrecision(4)));

/** Few hosts are counted in the row above. */
const shareText = (fraction: number): string =>
  fraction > 0 && fraction < COUNTED_FRACTION ? `below ${percent(COUNTED_FRACTION)}` : percent(fraction);

const HOST_ROWS: readonly SummaryRow[] = [
  { label: 'Peak: hosts infected at one time', figure: 'peakInfected', format: formatCount },
  { label: 'Time of the peak', figure: 'peakTime', format: formatDuration },
  { label: 'Ever infected: at some time', figure: 'everInfected', format: formatCount },
  { label: 'Ever infected, of all hosts', figure: 'everInfectedFraction', format: shareText },
  { label: 'Never infected', figure: 'neverInfected', format: formatCount },
  { label: 'Immunized at the end', figure: 'immunized', format: formatCount },
  { label: 'Still infected at the end', figure: 'stillInfected', format: formatCount },
];
const EXTINCTION_ROW: SummaryRow = {
  label: 'No host infected after',
  figure: 'extinctionTime',
  format: formatDuration,
};
const RATE_ROWS: readonly SummaryRow[] = [
  { label: 'Doubling time, early outbreak', figure: 'doublingTime', format: formatDuration },
  { label: 'Basic reproduction number R0', figure: 'basicReproductionNumber', format: fourDigits },
  { label: 'R when honeypots start', figure: 'reproductionNumberAtStart', format: fourDigits },
  { label: 'Probes sent', figure: 'probes', format: largeCount },
  { label: 'Contacts with honeypots', figure: 'honeypotContacts', format: largeCount },
];

/** A mean over runs may be a part of a host. */
const meanText = (value: number, format: SummaryRow['format']): string =>
  format === formatCount || (format === largeCount && value < 10) ? hostCount(value) : format(value);

/**
 * Returns the key figures of a result, active and ever infected apart, and the times at which it reached fractions of all hosts.
 * Of an ensemble these are two tables: figures that each run has, with mean, median and spread; and times that runs may end
 * without, with the share of the runs that reached them and quantiles over all runs. Of the fractions that no run reached only
 * the lowest has a row, which says so.
 */
export function summaryTables(result: SimulationResult): readonly ReportTable[] {
  return result.runs > 1 ? [figuresOfRuns(result), timesOfRuns(result)] : [figuresOfRun(result)];
}

function figuresOfRun(result: SimulationResult): ReportTable {
  const row = ({ label, figure, format }: SummaryRow): readonly string[] => [
    label,
    shown(figureOf(result, figure), format),
  ];
  const times = timeRows(
    (fraction) => timeToFraction(result, fraction) !== null,
    (share) => [`${share} ever infected`, 'not reached'],
    (share, fraction) => [
      `${share} ever infected after`,
      shown(timeToFraction(result, fraction), formatDuration),
    ],
  );
  return {
    caption: `Key figures, ${computation(result)}`,
    columns: ['', 'value'],
    rows: [...HOST_ROWS.map(row), ...times, row(EXTINCTION_ROW), ...RATE_ROWS.map(row)],
  };
}

/** A row for each fraction that was reached, and one for all those that were not: the lowest of them says it for the others. */
function timeRows<Row>(
  isReached: (fraction: Fraction) => boolean,
  missed: (share: string) => Row,
  row: (share: string, fraction: Fraction) => Row,
): readonly Row[] {
  const shareOf = (fraction: Fraction): string => percent(Number(fraction));
  const reached = FRACTIONS.filter(isReached).map((fraction) => row(shareOf(fraction), fraction));
  const lowest = FRACTIONS.find((fraction) => !isReached(fraction));
  return lowest === undefined ? reached : [...reached, missed(shareOf(lowest))];
}

const NINE_OF_TEN = 'nine of ten runs';

function figuresOfRuns(result: SimulationResult): ReportTable {
  return {
    caption: `Key figures, ${computation(result)}`,
    columns: ['', 'mean', 'median', NINE_OF_TEN],
    rows: [...HOST_ROWS, ...RATE_ROWS].map(({ label, figure, format }) => {
      const { mean = null, q05 = null, q50 = null, q95 = null } = spreadOf(result, figure) ?? {};
      const average = shown(mean, (value) => meanText(value, format));
      // What is the same in all runs is said once.
      if (q05 === q95 && mean === q50) return [label, average, '', ''];
      return [label, average, shown(q50, format), spreadText(q05, q95, (value) => shown(value, format))];
    }),
  };
}

function timesOfRuns(result: SimulationResult): ReportTable {
  const end = `> ${formatDuration(result.scenario.durationSeconds)}`;
  const time = (value: number | null | undefined): string =>
    value === null || value === undefined ? end : formatDuration(value);
  const missed = (label: string): readonly string[] => [label, 'none', '', ''];
  const row = (label: string, share: number | null, spread: Distribution | null): readonly string[] => [
    label,
    share === null ? NONE : percent(share),
    time(spread?.q50),
    spreadText(spread?.q05, spread?.q95, time),
  ];
  const [extinct, extinction] = ['No host infected any more', extinctProbabilityOf(result)] as const;
  return {
    caption: 'Times, over all runs; those that never got there count as later than the end',
    columns: ['', 'runs that did', 'median', NINE_OF_TEN],
    rows: [
      ...timeRows(
        (fraction) => reachedProbabilityOf(result, fraction) !== 0,
        (share) => missed(`${share} ever infected`),
        (share, fraction) =>
          row(
            `${share} ever infected`,
            reachedProbabilityOf(result, fraction),
            timeToSpread(result, fraction),
          ),
      ),
      extinction === 0 ? missed(extinct) : row(extinct, extinction, spreadOf(result, 'extinctionTime')),
    ],
  };
}

/** Returns the figures that distinguish results, one row each; `names` heads the first column. */
export function comparisonTable(results: readonly NamedResult[], names: string): ReportTable {
  const computations = new Set(results.map(({ result }) => computation(result)));
  const [only] = computations;
  const isMixed = computations.size > 1;
  return {
    caption: `Infected at one time and ever infected${isMixed || only === undefined ? '' : `, ${only}`}`,
    columns: [
      names,
      ...(isMixed ? ['engine'] : []),
      'peak',
      'of all',
      'at',
      'ever infected',
      'of all',
      'infected at the end',
    ],
    rows: results.map(({ name, result }) => [
      name,
      ...(isMixed ? [computation(result).replace('engine ', '')] : []),
      shown(figureOf(result, 'peakInfected'), formatCount),
      shown(fractionOf(result, 'peakInfected'), shareText),
      shown(figureOf(result, 'peakTime'), formatDuration),
      shown(figureOf(result, 'everInfected'), formatCount),
      shown(fractionOf(result, 'everInfected'), shareText),
      shown(figureOf(result, 'stillInfected'), formatCount),
    ]),
  };
}

/** Returns the peak and the ever infected by two engines, with the differences. */
export function engineTable(pairs: readonly EnginePair[], names: string): ReportTable {
  const [first] = pairs;
  const engines = [first?.meanField.engine ?? 'ode', first?.ensemble.engine ?? 'hosts'] as const;
  const compared = ({ meanField, ensemble }: EnginePair, figure: FigureName): readonly string[] => {
    const [mean, counted] = [figureOf(meanField, figure), figureOf(ensemble, figure)];
    // The difference of the rounded counts, so that the table adds up.
    const difference = mean === null || counted === null ? null : Math.round(counted) - Math.round(mean);
    return [shown(mean, formatCount), shown(counted, formatCount), shown(difference, signedCount)];
  };
  return {
    caption: `Peak and ever infected by ${engines[0]} and ${engines[1]}`,
    columns: [
      names,
      ...engines.map((engine) => `peak, ${engine}`),
      'difference',
      ...engines.map((engine) => `ever, ${engine}`),
      'difference',
      'ever, of all',
    ],
    rows: pairs.map((pair) => [
      pair.name,
      ...compared(pair, 'peakInfected'),
      ...compared(pair, 'everInfected'),
      shown(fractionOf(pair.ensemble, 'everInfected'), percent),
    ]),
  };
}

function fractionOf(result: SimulationResult, figure: FigureName): number | null {
  const value = figureOf(result, figure);
  return value === null ? null : value / result.scenario.population.vulnerable;
}

function signedCount(value: number): string {
  return value > 0 ? `+${formatCount(value)}` : formatCount(value).replace('-', '−');
}

/** A missing end is beyond all others, and formatted as such. */
function spreadText(
  low: number | null | undefined,
  high: number | null | undefined,
  format: (value: number | null) => string,
): string {
  return formatRange([low ?? NaN, high ?? NaN], (value) => format(Number.isNaN(value) ? null : value));
}

function shown(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined || !Number.isFinite(value) ? NONE : format(value);
}
