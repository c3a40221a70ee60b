/** The scenario file: an outbreak and what is done against it. */

export { changeScenario, type ScenarioValueChange } from './change-scenario.ts';
export { type PresetLine, PRESETS } from './preset-list.ts';
export { scenarioDocument, type ScenarioDocument, scenarioText } from './scenario-data.ts';
export {
  checkScenario,
  checkScenarioDocument,
  type CheckOptions,
  type ScenarioCheck,
} from './scenario-file.ts';
export { type ScenarioChange, scenarioPaths, setScenarioValue } from './scenario-path.ts';
export { toOutbreak } from './to-outbreak.ts';
export { type AddressSpace, type Scenario, scenarioJsonSchema } from './schema.ts';
