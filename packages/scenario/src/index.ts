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
