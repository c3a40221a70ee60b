/** Paths into a scenario, such as `defenses.0.count`: what sweeps vary. */
import { nearest } from '@wormwood/base';
import { stringify } from 'yaml';
import { type Diagnostic, diagnose, type Problem } from '@wormwood/base';
import type { ScenarioDocument } from './scenario-data.ts';
import { scenarioShape } from './schema.ts';
import { ANY_INDEX, createReader, pathOf, type Shape } from '../shape/shape.ts';
import { readYaml } from '../shape/yaml-tree.ts';

/** The changed document, or the diagnostics that say why it cannot be changed so. */
export type ScenarioChange =
  | { readonly ok: true; readonly document: ScenarioDocument }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A value on a command line is short. */
const VALUE_BYTES_MAX = 10_000;

/**
 * Returns a copy of `document` with the value at `path` replaced. A text is read as YAML, so `262144`, `20min` and
 * `{contacts: 100}` are written as in the file. Only path and value are checked here; `checkScenarioDocument` checks whether
 * they fit the rest. Diagnostics name `path=value` in place of a file.
 */
export function setScenarioValue(document: ScenarioDocument, path: string, value: unknown): ScenarioChange {
  const text =
    typeof value === 'string' ? value : stringify(value, { aliasDuplicateObjects: false }).trimEnd();
  const refuse = (problems: readonly Problem[]): ScenarioChange => ({
    ok: false,
    diagnostics: diagnose(problems, `${path}=${text}`, text),
  });
  const segments = path.split('.');
  const found = shapeAt(document, segments);
  if (!found.ok) {
    const { message, help } = found;
    return refuse([{ code: 'unknown-path', span: [0, 0], path, message, help }]);
  }
  const { allowed } = found.shape;
  if (text.trim() === '') {
    const message = `${path} must be ${allowed}; no value is given.`;
    return refuse([{ code: 'missing-value', span: [0, 0], path, message, help: `Write ${path}=VALUE.` }]);
  }
  const reading = readYaml(text, VALUE_BYTES_MAX);
  if (!reading.ok) return refuse(reading.problems);
  const { reader, problems } = createReader(reading.tree);
  const { root } = reading.tree;
  const checked = found.shape.read(
    root,
    { path, keySpan: root.span, description: `${path} must be ${allowed}.` },
    reader,
  );
  if (problems.length > 0) return refuse(problems);
  return { ok: true, document: replaced(document, segments, found.shape.write(checked)) as ScenarioDocument };
}

/** Returns every path that a scenario of the same kinds as `document` may have, with `0` for each index of a list. */
export function scenarioPaths(document: ScenarioDocument): readonly string[] {
  return pathsBelow(scenarioShape, document, []);
}

/** Returns the paths below a shape, with the indexes of `segments`, so that a suggestion concerns the same item. */
function pathsBelow(shape: Shape<unknown>, value: unknown, segments: readonly string[]): readonly string[] {
  const [segment = '', ...rest] = segments;
  return Array.from(ofKind(shape, value).children).flatMap(([name, child]) => {
    if (name === ANY_INDEX && !(Array.isArray(value) && value.length > 0)) return [];
    const key = name === ANY_INDEX ? String(indexOf(segment) ?? 0) : name;
    const inner = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
    return [key].concat(pathsBelow(child, inner, rest).map((path) => pathOf(key, path)));
  });
}

type Found =
  | { readonly ok: true; readonly shape: Shape<unknown> }
  | { readonly ok: false; readonly message: string; readonly help: string };

function shapeAt(document: ScenarioDocument, segments: readonly string[]): Found {
  let shape: Shape<unknown> = scenarioShape;
  let value: unknown = document;
  for (const [depth, segment] of segments.entries()) {
    shape = ofKind(shape, value);
    const items = shape.children.get(ANY_INDEX);
    const index = items === undefined ? undefined : indexOf(segment);
    const child = index === undefined ? shape.children.get(segment) : items;
    if (child === undefined || segment === ANY_INDEX) return unknownPath(document, segments);
    const length = Array.isArray(value) ? value.length : 0;
    if (index !== undefined && index >= length)
      return missingItem(segments.slice(0, depth).join('.'), index, length);
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[segment];
    shape = child;
  }
  return { ok: true, shape };
}

/** Returns the shape of the kind that the document has at this place. */
function ofKind(shape: Shape<unknown>, value: unknown): Shape<unknown> {
  const kind = (value as { readonly kind?: unknown } | undefined)?.kind;
  if (typeof kind !== 'string' || shape.kinds === undefined || !Object.hasOwn(shape.kinds, kind))
    return shape;
  return shape.kinds[kind] ?? shape;
}

function indexOf(segment: string): number | undefined {
  return /^(?:0|[1-9][0-9]{0,8})$/.test(segment) ? Number(segment) : undefined;
}

function unknownPath(document: ScenarioDocument, segments: readonly string[]): Found {
  const path = segments.join('.');
  const paths = pathsBelow(scenarioShape, document, segments);
  const last = segments.at(-1);
  // A path may lack its beginning but still end in a key that exists.
  const meant =
    nearest(path.slice(0, 100), paths) ?? paths.find((candidate) => candidate.split('.').at(-1) === last);
  const leaves = paths.filter((candidate) => !paths.some((other) => other.startsWith(`${candidate}.`)));
  return {
    ok: false,
    message: `A scenario has nothing at ${path}.`,
    help: meant === undefined ? `The paths are ${leaves.join(', ')}.` : `Did you mean ${meant}?`,
  };
}

function missingItem(list: string, index: number, length: number): Found {
  const has =
    length === 0 ? 'is empty' : `has ${length === 1 ? 'one item, number 0' : `the items 0 to ${length - 1}`}`;
  return {
    ok: false,
    message: `\`${list}\` of this scenario ${has}; there is no item ${index}.`,
    help: `Add an item to \`${list}\` in the scenario file first.`,
  };
}

function replaced(container: unknown, [segment, ...rest]: readonly string[], value: unknown): unknown {
  if (segment === undefined) return value;
  if (Array.isArray(container)) {
    return container.map((item: unknown, index) =>
      String(index) === segment ? replaced(item, rest, value) : item,
    );
  }
  const record =
    typeof container === 'object' && container !== null ? (container as Record<string, unknown>) : {};
  return { ...record, [segment]: replaced(record[segment], rest, value) };
}
