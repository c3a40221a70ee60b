/**
 * A cell: one scenario, an engine, a seed and a number of runs, named by what it contains. Equal contents have equal names
 * wherever they are computed, so whoever finds a cell's name among the results need not compute it again.
 */
import { hexadecimal, sha256, utf8 } from '@wormwood/base';
import type { EngineName } from '@wormwood/epidemic';
import type { ScenarioDocument } from '@wormwood/files/scenario';

export interface Cell {
  /** SHA-256 of the contents, the first 32 hexadecimal digits. */
  readonly id: string;
  /** The checked scenario in the words of its file, everything written out. */
  readonly scenario: ScenarioDocument;
  readonly engine: EngineName;
  /** A decimal integer below 2^64. */
  readonly seed: string;
  readonly runs: number;
  /** The version of the program; another version may compute other figures. */
  readonly version: string;
}

const ID_LENGTH = 32;
/** What has no effect on figures: how the scenario is called, and where its numbers come from. */
const SILENT_KEYS: ReadonlySet<string> = new Set(['name', 'sources', 'sample', 'milestones']);

/** Returns the cell with its name. */
export function cellOf(contents: Omit<Cell, 'id'>): Cell {
  const { scenario, engine, seed, runs, version } = contents;
  const effective = Object.fromEntries(Object.entries(scenario).filter(([key]) => !SILENT_KEYS.has(key)));
  const text = canonicalJson({ scenario: effective, engine, seed, runs, version });
  return { id: hexadecimal(sha256(utf8(text))).slice(0, ID_LENGTH), ...contents };
}

/** JSON with the keys of every object in order, so that equal data are equal texts. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
