/** A scenario as plain data, in the words of the scenario file. */
import { stringify } from 'yaml';
import { type Scenario, scenarioShape } from './schema.ts';

/** The scenario file as plain data (see the scenario schema). */
export type ScenarioDocument = Readonly<Record<string, unknown>>;

/** Returns the scenario in the words of the file, everything written out; checking it gives the same scenario. */
export function scenarioDocument(scenario: Scenario): ScenarioDocument {
  return scenarioShape.write(scenario) as ScenarioDocument;
}

/** Returns a scenario file with this content. */
export function scenarioText(document: ScenarioDocument): string {
  return stringify(document, { aliasDuplicateObjects: false });
}
