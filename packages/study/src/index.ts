/** Studies: what is varied, the cells that this makes, and what is found among them. */

export { parseVariation, type SearchVariable, type Variation } from './vary/vary.ts';
export { pointsOf, sampleProblems, type SampleKind } from './vary/points.ts';

export type { Cell } from './cell/cell.ts';
export { CellEnded, type CellResult, evaluateCell } from './cell/evaluate-cell.ts';

export { planCells, type SweepCell, takesWholeNumbersOnly } from './sweep/plan-cells.ts';
export {
  type CellOutcome,
  type CellQueue,
  type CellsDone,
  type CellStore,
  runCells,
} from './sweep/run-cells.ts';

export { type Achieved } from './plan/achieved.ts';
export { figureText } from './plan/figure-text.ts';
export { cheapestOf, type Costs, findFrontier, type FrontierPoint } from './plan/frontier.ts';
export { type Goal, parseGoal } from './plan/goal.ts';
export { type MarginalValue, marginalValues } from './plan/marginal.ts';
export { findPlan, isCheaperWhenLarger, type PlanFound, PlanRefused, type PlanRequest } from './plan/plan.ts';

export { type Fit, fitSeries } from './fit/fit-series.ts';
export { type Forecast, forecastOf, forecastRuns } from './fit/forecast.ts';
export { type Estimate } from './fit/plane.ts';
export { readSeries } from './fit/series.ts';

export { type Honeynet } from './bridge/contact-fit.ts';
export {
  adviceWords,
  armTable,
  forecastChart,
  forecastDocument,
  leftOutDocument,
  presentTable,
  remarkWords,
  scoreWords,
} from './bridge/forecast-words.ts';
export {
  type ForecastOptions,
  keptForecast,
  type MadeForecast,
  makeForecast,
} from './bridge/make-forecast.ts';
export { PRICED, type Prices, type Proposal } from './bridge/measures.ts';
export {
  type AlarmedSeries,
  leftOutWords,
  OutbreakWatch,
  type Sighting,
  sightingOf,
} from './bridge/outbreak-watch.ts';
export { type ForecastScore, type KeptForecast, readKeptForecast, scoreOf } from './bridge/score.ts';
