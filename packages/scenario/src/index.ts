/** Where the halves meet: the files people write, the results that runs leave, and their figures and reports. */

// Diagnostics of any file.
export { type Diagnostic, renderDiagnostic, type RenderOptions } from '@wormwood/base';

// The scenario file.
export {
  checkScenario,
  checkScenarioDocument,
  type CheckOptions,
  type ScenarioCheck,
  scenarioDocument,
  scenarioText,
} from './scenario-file.ts';
export { type AddressSpace, type Scenario, scenarioJsonSchema } from './schema.ts';
export { type ScenarioChange, scenarioPaths, setScenarioValue } from './scenario-path.ts';
export type { JsonSchema } from './shape/shape.ts';

// Results.
export type {
  Distribution,
  EnsembleSeries,
  EnsembleSummary,
  ScenarioDocument,
  SeriesBand,
  SimulationResult,
  SingleSeries,
  SingleSummary,
} from './result.ts';
export { readResult } from './read-result.ts';
export { type ResultContext, toEnsembleResult, toSingleResult } from './to-result.ts';

// Figures: charts as data, and their renderers.
export type { Axis, Line, LineChart, Moment, TimeUnitName } from './figure/chart.ts';
export {
  agreementChart,
  type ChartOptions,
  comparisonChart,
  differenceChart,
  type EnginePair,
  fileNameOf,
  type NamedResult,
  trajectoryChart,
} from './figure/charts.ts';
export { addressMap } from './figure/address-map.ts';
export { type Picture, pictureSvg } from './figure/picture.ts';
export { toSvg, type SvgOptions } from './figure/svg.ts';
export { toTerminal, type TerminalOptions } from './figure/terminal.ts';

export { designMap } from './design-map.ts';

// The report and its parts.
export { seriesColumns, type SeriesColumn, seriesCsv, summaryCsv, toCsv } from './report/csv.ts';
export { type Fact, threeFacts } from './report/facts.ts';
export { chartCsv } from './report/figure-data.ts';
export { type Highlight, renderReport, type Report, type ReportSection } from './report/html.ts';
export {
  type ComparisonOptions,
  comparisonReport,
  type Experiment,
  experimentReport,
  type ExperimentSeries,
  outbreakReport,
} from './report/outbreak-report.ts';
export { figureOf, type FigureName, spreadOf, timeToFraction } from './report/summary-figures.ts';
export { comparisonTable, engineTable, type ReportTable, summaryTable } from './report/tables.ts';
export { milestoneTable } from './report/milestones.ts';
export { verdict } from './report/verdict.ts';

// What an owner writes for responses.
export * from './files.ts';
