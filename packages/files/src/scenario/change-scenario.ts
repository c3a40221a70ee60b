/** A checked scenario with some values replaced, checked again: what `--set PATH=VALUE` on a command line asks for. */
import type { Diagnostic } from '@wormwood/base';
import { type ScenarioDocument, scenarioDocument } from './scenario-data.ts';
import { checkScenarioDocument, defaultSampleSeconds, type ScenarioCheck } from './scenario-file.ts';
import { setScenarioValue } from './scenario-path.ts';
import type { Scenario } from './schema.ts';

/** One value of a scenario that is replaced. */
export interface ScenarioValueChange {
  readonly path: string;
  /** As it would stand in the file. */
  readonly value: string;
  /** Stands in diagnostics in place of a file: `--set duration=10min`. */
  readonly source: string;
}

/**
 * Returns the scenario with the changes made in their order, or all problems: of a path or a value, and of values that do not
 * fit together, which are reported with the change that touches them. A spacing of samples that followed from the duration
 * follows it.
 */
export function changeScenario(
  scenario: Scenario,
  changes: readonly ScenarioValueChange[],
  fileName: string,
): ScenarioCheck {
  const problems: Diagnostic[] = [];
  let document = withoutDefaultSample(scenario);
  for (const { path, value, source } of changes) {
    const change = setScenarioValue(document, path, value);
    if (change.ok) document = change.document;
    else for (const problem of change.diagnostics) problems.push({ ...problem, file: source });
  }
  if (problems.length > 0) return { ok: false, diagnostics: problems };
  const check = checkScenarioDocument(document, fileName);
  return { ...check, diagnostics: check.diagnostics.map((diagnostic) => attributed(diagnostic, changes)) };
}

function withoutDefaultSample(scenario: Scenario): ScenarioDocument {
  const { sample, ...rest } = scenarioDocument(scenario);
  const isDefault = scenario.sampleSeconds === defaultSampleSeconds(scenario.durationSeconds);
  return isDefault ? rest : { ...rest, sample };
}

/** The text that was checked has no author: a problem is reported at the last change of its path, else at the last change. */
function attributed(diagnostic: Diagnostic, changes: readonly ScenarioValueChange[]): Diagnostic {
  const { path } = diagnostic;
  const touches = (change: ScenarioValueChange): boolean =>
    `${path}.`.startsWith(`${change.path}.`) || `${change.path}.`.startsWith(`${path}.`);
  const change = changes.findLast(touches) ?? changes.at(-1);
  if (change === undefined) return diagnostic;
  const where = touches(change) ? '' : `${path}: `;
  const message = `${where}${diagnostic.message}`;
  return { ...diagnostic, file: change.source, line: 1, column: 1, length: 0, message };
}
