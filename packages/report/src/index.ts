/** What a run leaves: its result as data, figures of it, and reports. */

// Results.
export type {
  Distribution,
  EnsembleSeries,
  EnsembleSummary,
  NamedResult,
  ResultDocument,
  SeriesBand,
  SimulationResult,
  SingleSeries,
  SingleSummary,
} from './result/result.ts';
export { readResult } from './result/read-result.ts';
export { resultDocument } from './result/result.ts';
export { type ResultContext, toEnsembleResult, toSingleResult } from './result/to-result.ts';

// Figures: charts as data, and their renderers.
export type { Axis, Line, LineChart, Moment, TimeUnitName } from './figure/chart.ts';
export {
  agreementChart,
  type ChartOptions,
  comparisonChart,
  differenceChart,
  type EnginePair,
  fileNameOf,
  trajectoryChart,
} from './figure/charts.ts';
export { addressMap } from './figure/address-map.ts';
export { type Picture, pictureSvg } from './figure/picture.ts';
export { toSvg, type SvgOptions } from './figure/svg.ts';
export { toTerminal, type TerminalOptions } from './figure/terminal.ts';

export { designMap } from './figure/design-map.ts';

// The report and its parts.
export { seriesColumns, type SeriesColumn, seriesCsv, summaryCsv, toCsv } from './table/csv.ts';
export { type Fact, threeFacts } from './words/facts.ts';
export { chartCsv } from './table/figure-data.ts';
export { type Highlight, renderReport, type Report, type ReportSection } from './page/html.ts';
export {
  type ComparisonOptions,
  comparisonReport,
  type Experiment,
  experimentReport,
  type ExperimentSeries,
  outbreakReport,
} from './page/outbreak-report.ts';
export { figureOf, type FigureName, spreadOf, timeToFraction } from './result/summary-figures.ts';
export { comparisonTable, engineTable, type ReportTable, summaryTable } from './table/tables.ts';
export { milestoneTable } from './table/milestones.ts';
export { verdict } from './words/verdict.ts';
