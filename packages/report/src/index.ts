/** What runs of a scenario came to: the result as data, figures of it, tables, sentences, and reports. */

// Results.
export { readResult } from './result/read-result.ts';
export {
  type EnsembleSeries,
  type EnsembleSummary,
  type NamedResult,
  resultDocument,
  type ResultDocument,
  type SimulationResult,
  type SingleSeries,
  type SingleSummary,
} from './result/result.ts';
export { honeypotStartNumbers, outbreakNumbers } from './result/outbreak-numbers.ts';
export { settledSeconds } from './result/result-series.ts';
export { figureOf, type FigureName, spreadOf } from './result/summary-figures.ts';
export { type SweepResult, type SweepRow } from './result/sweep-result.ts';
export { toEnsembleResult, toSingleResult } from './result/to-result.ts';

// Figures: charts and pictures as data, and their renderers.
export { addressMap } from './figure/address-map.ts';
export type { Line, LineChart } from './figure/chart.ts';
export { axisTicks, chartLimits, tickText } from './figure/chart-limits.ts';
export { type EnginePair, fileNameOf, trajectoryChart } from './figure/charts.ts';
export { designMap } from './figure/design-map.ts';
export { FIELD_BANDS } from './figure/field-bands.ts';
export type { FieldChart } from './figure/field-chart.ts';
export { fitChart, residualChart } from './figure/fit-chart.ts';
export { sweepMap } from './figure/heat-map.ts';
export { heatTerminal } from './figure/heat-terminal.ts';
export { hilbertCell } from './figure/hilbert.ts';
export { outlookChart } from './figure/outlook-chart.ts';
export { lineColors, type Palette, paletteOf } from './figure/palette.ts';
export { type Picture, pictureSvg } from './figure/picture.ts';
export { sweepChart } from './figure/sweep-chart.ts';
export { toSvg } from './figure/svg.ts';
export { thinLine } from './figure/thin-line.ts';
export { toTerminal } from './figure/terminal.ts';

// Words and tables.
export { hostFigure, type KeyFigure, reproductionFigure } from './words/key-figures.ts';
export { verdict } from './words/verdict.ts';
export { computation, percent, ratio } from './words/wording.ts';
export { chartCsv } from './table/figure-data.ts';
export { seriesColumns, seriesCsv, summaryCsv, toCsv } from './table/csv.ts';
export { figuresOfRun, type RunFigures, runsCsv, type RunsTable, runsTable } from './table/runs-table.ts';
export { milestoneTable } from './table/milestones.ts';
export { type NamedRuns, pairedDifferences, pairedTable, readRuns } from './table/paired.ts';
export { sweepColumns, sweepCsv, sweepTable } from './table/sweep-table.ts';
export { comparisonTable, type ReportTable, summaryTables } from './table/tables.ts';

// Reports.
export { renderReport, type Report, type ReportSection } from './page/html.ts';
export { comparisonReport, experimentReport, outbreakReport } from './page/outbreak-report.ts';
export { sweepReport } from './page/sweep-report.ts';
