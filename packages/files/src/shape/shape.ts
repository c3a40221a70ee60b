/**
 * Shapes: what a place in a file may hold. Each shape reads a checked value from a YAML node and reports every problem with
 * its place, writes a value back in the words of the file, and has an equivalent JSON Schema. One description serves the
 * checker, `--json`, editors and the paths of a sweep, so they cannot disagree.
 *
 * Start here, then `scalar-shapes.ts` (numbers with units, words) and `structure-shapes.ts` (mappings, lists).
 */
import { type Parsed, type Problem, quoted, type Span } from '@wormwood/base';
import type { NodeReference, YamlNode, YamlTree } from './yaml-tree.ts';

/** A JSON Schema of draft 2020-12 as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Shape<T> {
  /** What is allowed, to follow "must be": `a duration such as 20min`. */
  readonly allowed: string;
  /**
   * Returns what could be read. Every problem is reported to `reader`, and the part that it concerns is missing from the
   * value. Without problems the value is a whole `T`.
   */
  read(node: YamlNode, place: Place, reader: Reader): Draft<T> | undefined;
  /** Returns the value in the words of the file, from which `read` makes the same value. */
  write(value: T): unknown;
  readonly jsonSchema: JsonSchema;
  /** The shapes below by key, `ANY_INDEX` for the items of a list. */
  readonly children: ReadonlyMap<string, Shape<unknown>>;
  /** For mappings with a `kind`: the shape of each kind; `children` holds the keys of all kinds. */
  readonly kinds?: Readonly<Record<string, Shape<unknown>>>;
}

export const ANY_INDEX = '*';

/** A value of which any part may be missing. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? readonly (Draft<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> | undefined }
    : T;

/** The place where a shape reads. */
export interface Place {
  /** `defenses.0.count`; empty for the root. */
  readonly path: string;
  /** The key that leads here; for the root, its beginning. Missing parts are reported here. */
  readonly keySpan: Span;
  /** The meaning of the value, shown as help; may be empty. */
  readonly description: string;
}

/** State that the shapes share during one reading. */
export interface Reader {
  /** The node behind a reference. */
  follow(reference: NodeReference): YamlNode;
  report(problem: Problem): void;
  /** Records where the value at `path` stands. */
  mark(path: string, span: Span): void;
  /** Returns the text of a file that the current file names, or the reason why it cannot be read. */
  readFile(path: string): Parsed<string>;
}

/** Reads a file that the current file names. */
export type ReadNamedFile = (path: string) => Parsed<string>;

const noFiles: ReadNamedFile = (path) => ({
  ok: false,
  reason: `The file ${quoted(path)} cannot be read here: files are read beside a scenario that is a file itself.`,
});

/** Returns a reader, and the problems and places that it collects. */
export function createReader(tree: YamlTree, readFile: ReadNamedFile = noFiles): Reading {
  const problems: Problem[] = [];
  const spans = new Map<string, Span>();
  const reader: Reader = {
    follow: tree.follow,
    report: (problem) => problems.push(problem),
    mark: (path, span) => spans.set(path, span),
    readFile,
  };
  return { reader, problems, spans };
}

export interface Reading {
  readonly reader: Reader;
  readonly problems: readonly Problem[];
  /** Places of the values that the file writes, by path. */
  readonly spans: ReadonlyMap<string, Span>;
}

export function pathOf(parent: string, key: string | number): string {
  return parent === '' ? String(key) : `${parent}.${key}`;
}

/** Reports that `node` has the wrong type. */
export function reportWrongType(node: YamlNode, allowed: string, place: Place, reader: Reader): undefined {
  reader.report({
    code: 'wrong-type',
    span: node.span,
    path: place.path,
    message: `${nameOf(place)} must be ${allowed}, not ${kindOf(node)}.`,
    help: place.description,
  });
}

/** Returns the place as the subject of a sentence. */
export function nameOf(place: Place): string {
  return place.path === '' ? 'The file' : `\`${place.path}\``;
}

function kindOf(node: YamlNode): string {
  if (node.kind === 'scalar') return typeof node.value === 'string' ? 'text' : `${node.value}`;
  return node.kind === 'nothing' ? 'nothing' : `a ${node.kind}`;
}

/** Returns where the value at a path stands in the text. */
export type SpanAt = (path: string) => Span;
