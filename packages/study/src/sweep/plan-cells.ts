/** From a scenario and what is varied to the cells of a sweep. */
import type { Diagnostic } from '@wormwood/base';
import { engineNamed, type EngineName } from '@wormwood/epidemic';
import { checkScenarioDocument, type ScenarioDocument, setScenarioValue } from '@wormwood/files/scenario';
import { type Cell, cellOf } from '../cell/cell.ts';
import type { Point } from '../vary/points.ts';

/** A cell with the values that make it differ from the others, in the words of the file. */
export interface SweepCell {
  readonly cell: Cell;
  readonly values: Readonly<Record<string, unknown>>;
}

export type CellPlan =
  | { readonly ok: true; readonly cells: readonly SweepCell[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface CellSettings {
  readonly engine: EngineName;
  readonly seed: string;
  readonly runs: number;
  readonly version: string;
}

/** Problems of this many cells are reported; the others are mostly the same. */
const PROBLEMS_MAX = 10;

/**
 * Returns a cell for each point, in the order of the points, or every problem of the first few points that have one: a value
 * that its path does not take, values that do not fit together, an engine that cannot run them. All cells have the same seed,
 * so that differences between cells are differences between scenarios (common random numbers).
 */
export function planCells(
  document: ScenarioDocument,
  points: readonly Point[],
  settings: CellSettings,
): CellPlan {
  const cells: SweepCell[] = [];
  const problems = new Map<string, Diagnostic>();
  for (const point of points) {
    const made = cellAt(document, point, settings);
    if (made.ok) cells.push(made.value);
    else for (const problem of made.diagnostics) problems.set(`${problem.file} ${problem.message}`, problem);
    if (problems.size >= PROBLEMS_MAX) break;
  }
  return problems.size > 0 ? { ok: false, diagnostics: [...problems.values()] } : { ok: true, cells };
}

/** Returns whether a path of the scenario takes whole numbers only. */
export function takesWholeNumbersOnly(document: ScenarioDocument, path: string): boolean {
  return !setScenarioValue(document, path, '1.5').ok && setScenarioValue(document, path, '2').ok;
}

type CellMade =
  | { readonly ok: true; readonly value: SweepCell }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

function cellAt(document: ScenarioDocument, point: Point, settings: CellSettings): CellMade {
  let changed = document;
  const values: Record<string, unknown> = {};
  const diagnostics: Diagnostic[] = [];
  for (const [path, value] of Object.entries(point)) {
    const change = setScenarioValue(changed, path, value);
    if (!change.ok) diagnostics.push(...change.diagnostics);
    else changed = change.document;
  }
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  for (const path of Object.keys(point)) values[path] = valueAt(changed, path.split('.'));
  const label = Object.entries(point)
    .map(([path, value]) => `${path}=${value}`)
    .join(' ');
  const check = checkScenarioDocument(changed, label);
  if (!check.ok)
    return { ok: false, diagnostics: check.diagnostics.filter(({ severity }) => severity === 'error') };
  const reasons = engineNamed(settings.engine).unsupported(check.outbreak);
  if (reasons.length > 0)
    return { ok: false, diagnostics: reasons.map((reason) => unsupported(label, reason, settings.engine)) };
  return { ok: true, value: { cell: cellOf({ scenario: changed, ...settings }), values } };
}

function unsupported(file: string, message: string, engine: EngineName): Diagnostic {
  const help = `Use an --engine other than ${engine}.`;
  return {
    severity: 'error',
    code: 'engine-unsupported',
    file,
    line: 1,
    column: 1,
    length: 0,
    path: '',
    message,
    help,
  };
}

function valueAt(container: unknown, [segment, ...rest]: readonly string[]): unknown {
  return segment === undefined
    ? container
    : valueAt((container as Readonly<Record<string, unknown>>)[segment], rest);
}
