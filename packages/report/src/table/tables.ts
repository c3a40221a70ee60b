/** Results as tables of text: the same in the report and in the terminal. */
import { formatCount, formatDuration, formatPercent } from '@wormwood/base';
import type { NamedResult } from '../result/result.ts';
import type { EnginePair } from '../figure/charts.ts';
import type { SimulationResult } from '../result/result.ts';
import { type FigureName, figureOf, spreadOf } from '../result/summary-figures.ts';
import { percent } from '../words/wording.ts';

/** A table whose cells are formatted already. */
export interface ReportTable {
  readonly caption: string;
  /** The first column names the row. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const NONE = '–';

interface SummaryRow {
  readonly label: string;
  readonly figure: FigureName;
  readonly format: (value: number) => string;
}

const fourDigits = (value: number): string => String(Number(value.toPrecision(4)));

const SUMMARY_ROWS: readonly SummaryRow[] = [
  { label: 'Peak: hosts infected at one time', figure: 'peakInfected', format: formatCount },
  { label: 'Time of the peak', figure: 'peakTime', format: formatDuration },
  { label: 'Ever infected: hosts infected at some time', figure: 'everInfected', format: formatCount },
  { label: 'Ever infected, of all vulnerable hosts', figure: 'everInfectedFraction', format: formatPercent },
  { label: 'Never infected', figure: 'neverInfected', format: formatCount },
  { label: 'Immunized at the end', figure: 'immunized', format: formatCount },
  { label: 'Still infected at the end', figure: 'stillInfected', format: formatCount },
  { label: 'No host infected after', figure: 'extinctionTime', format: formatDuration },
  { label: 'Doubling time of the early outbreak', figure: 'doublingTime', format: formatDuration },
  { label: 'Basic reproduction number R0', figure: 'basicReproductionNumber', format: fourDigits },
  {
    label: 'Reproduction number when honeypots start',
    figure: 'reproductionNumberAtStart',
    format: fourDigits,
  },
  { label: 'Probes sent', figure: 'probes', format: formatCount },
  { label: 'Contacts with honeypots', figure: 'honeypotContacts', format: formatCount },
];

/** Returns the key figures of a result, active and ever infected apart; an ensemble has quantiles beside the mean. */
export function summaryTable(result: SimulationResult): ReportTable {
  const isEnsemble = result.runs > 1;
  return {
    caption: isEnsemble ? `Key figures over ${formatCount(result.runs)} runs` : 'Key figures',
    columns: isEnsemble ? ['', 'mean', '5%', '95%'] : ['', 'value'],
    rows: SUMMARY_ROWS.map(({ label, figure, format }) => {
      const mean = shown(figureOf(result, figure), format);
      const spread = spreadOf(result, figure);
      return isEnsemble
        ? [label, mean, shown(spread?.q05, format), shown(spread?.q95, format)]
        : [label, mean];
    }),
  };
}

/** Returns the figures that distinguish results, one row each; `names` heads the first column. */
export function comparisonTable(results: readonly NamedResult[], names: string): ReportTable {
  return {
    caption: 'Infected at one time and ever infected',
    columns: [names, 'peak', 'of all', 'at', 'ever infected', 'of all', 'infected at the end'],
    rows: results.map(({ name, result }) => [
      name,
      shown(figureOf(result, 'peakInfected'), formatCount),
      shown(fractionOf(result, 'peakInfected'), percent),
      shown(figureOf(result, 'peakTime'), formatDuration),
      shown(figureOf(result, 'everInfected'), formatCount),
      shown(fractionOf(result, 'everInfected'), percent),
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

function shown(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined || !Number.isFinite(value) ? NONE : format(value);
}
