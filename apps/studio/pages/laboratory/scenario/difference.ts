/** What differs between two scenarios, as the changes that `--set PATH=VALUE` makes of the one the other. */
import type { ScenarioDocument } from '@wormwood/files/scenario';

/** A value that is replaced, written as it would stand in the file. */
export interface Change {
  readonly path: string;
  readonly value: string;
}

type Value = unknown;
type Table = Readonly<Record<string, Value>>;

/** Returns the changes that turn `from` into `to`, in the order of the document. */
export function differences(from: ScenarioDocument, to: ScenarioDocument): readonly Change[] {
  return below(from, to, []);
}

function below(from: Value, to: Value, path: readonly string[]): readonly Change[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  const whole = [{ path: path.join('.'), value: written(to) }];
  if (Array.isArray(from) && Array.isArray(to)) {
    return from.length === to.length && from.length > 0
      ? from.flatMap((item: Value, index) => below(item, to[index], [...path, String(index)]))
      : whole;
  }
  if (!isTable(from) || !isTable(to)) return whole;
  const isSameKind = from['kind'] === to['kind'] && sameKeys(from, to);
  if (!isSameKind && path.length > 0) return whole;
  return Object.keys(to).flatMap((key) => below(from[key], to[key], [...path, key]));
}

function isTable(value: Value): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sameKeys(a: Table, b: Table): boolean {
  return Object.keys(a).toSorted().join(' ') === Object.keys(b).toSorted().join(' ');
}

/** Returns a value in one line of YAML. */
export function written(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (isTable(value)) {
    const entries = Object.entries(value).map(([key, inner]) => `${key}: ${written(inner)}`);
    return `{${entries.join(', ')}}`;
  }
  if (typeof value !== 'string') return String(value);
  // A text that YAML would take for something else is quoted.
  return /^[A-Za-z0-9][\w./%^-]*(?: [\w./%^-]+)*$/.test(value) && !/^[\d.eE+-]+$/.test(value)
    ? value
    : JSON.stringify(value);
}
