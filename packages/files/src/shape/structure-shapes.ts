/** Shapes made of other shapes: mappings, lists, mappings of several kinds, a scalar or a mapping. */
import { nearest } from '@wormwood/base';
import { quoted } from '@wormwood/base';
import type { YamlEntry, YamlNode } from './yaml-tree.ts';
import {
  ANY_INDEX,
  type Draft,
  type JsonSchema,
  nameOf,
  pathOf,
  type Place,
  type Reader,
  reportWrongType,
  type Shape,
} from './shape.ts';

/** One key of a mapping. */
export interface Field<T> {
  /** The key in the file. */
  readonly key: string;
  readonly shape: Shape<T>;
  /** The meaning as a sentence, shown in help and in the JSON Schema. */
  readonly description: string;
  /** The default; absent for a key that is required or that `computed` describes. */
  readonly fallback?: T;
  /** Whether a value equal to the default is omitted when written, for keys that few files need. @default false */
  readonly isRare?: boolean;
  /** A sentence about a default that depends on other values. Without the key, the value is missing from the reading. */
  readonly computed?: string;
  /** In the words of the file. */
  readonly examples?: readonly unknown[];
}

export interface MappingSpec<T, Constants extends Partial<T>> {
  /** To follow "must be": `a mapping with the keys scanRate and strategy`. */
  readonly allowed: string;
  readonly fields: { readonly [Key in Exclude<keyof T, keyof Constants>]-?: Field<T[Key]> };
  /** Parts of the value that the file does not state. */
  readonly constants: Constants;
}

type AnyField = Field<unknown>;

/** Returns the shape of a mapping with these fields and no other keys. */
export function mapping<T extends object, Constants extends Partial<T>>(
  spec: MappingSpec<T, Constants>,
): Shape<T> {
  const fields = Object.entries(spec.fields) as [property: string, field: AnyField][];
  return {
    allowed: spec.allowed,
    children: new Map(fields.map(([, { key, shape }]) => [key, shape])),
    jsonSchema: mappingJsonSchema(fields.map(([, field]) => field)),
    write: (value) => {
      const values = value as Readonly<Record<string, unknown>>;
      const written = fields.filter(([property, { isRare, fallback }]) => {
        return isRare !== true || values[property] !== fallback;
      });
      return Object.fromEntries(
        written.map(([property, { key, shape }]) => [key, shape.write(values[property])]),
      );
    },
    read: (node, place, reader) => {
      if (node.kind !== 'mapping') return reportWrongType(node, spec.allowed, place, reader);
      const found = findFields(node.entries, fields, { place, reader });
      const properties = fields.map(([property, field]) => {
        const entry = found.get(field.key);
        return [property, entry === undefined ? field.fallback : readEntry(entry, field, place, reader)];
      });
      return { ...spec.constants, ...Object.fromEntries(properties) } as Draft<T>;
    },
  };
}

interface Within {
  readonly place: Place;
  readonly reader: Reader;
}

/** Reports unknown, repeated and missing keys, and returns the entry of each known one. */
function findFields(
  entries: readonly YamlEntry[],
  fields: readonly (readonly [property: string, field: AnyField])[],
  { place, reader }: Within,
): ReadonlyMap<string, YamlEntry> {
  const keys = fields.map(([, { key }]) => key);
  const found = new Map<string, YamlEntry>();
  // A misspelled key is not a missing one: one mistake, one diagnostic.
  const misspelt = new Set<string>();
  for (const entry of entries) {
    if (entry.key === undefined || !keys.includes(entry.key)) {
      const meant = reportUnknownKey(entry, keys, { place, reader });
      if (meant !== undefined) misspelt.add(meant);
    } else if (found.has(entry.key)) {
      reportRepeatedKey(entry, { place, reader });
    } else {
      found.set(entry.key, entry);
    }
  }
  for (const [, field] of fields) {
    if (isRequired(field) && !found.has(field.key) && !misspelt.has(field.key))
      reportMissing(field, { place, reader });
  }
  return found;
}

function readEntry(entry: YamlEntry, field: AnyField, parent: Place, reader: Reader): unknown {
  const path = pathOf(parent.path, field.key);
  const node = reader.follow(entry.value);
  const description = `\`${field.key}\`: ${field.description}`;
  reader.mark(path, node.span);
  if (node.kind !== 'nothing')
    return field.shape.read(node, { path, keySpan: entry.keySpan, description }, reader);
  return reportNothing(node, field.shape, { place: { path, keySpan: entry.keySpan, description }, reader });
}

function isRequired(field: AnyField): boolean {
  return field.fallback === undefined && field.computed === undefined;
}

function reportUnknownKey(
  entry: YamlEntry,
  keys: readonly string[],
  { place, reader }: Within,
): string | undefined {
  const { key, keySpan } = entry;
  const where = place.path === '' ? '' : ` in \`${place.path}\``;
  const meant = key === undefined ? undefined : nearest(key.slice(0, 60), keys);
  const question = meant === undefined ? '' : `Did you mean \`${meant}\`? `;
  reader.report({
    code: 'unknown-key',
    span: keySpan,
    path: place.path,
    message: key === undefined ? `A key${where} must be a word.` : `There is no key ${quoted(key)}${where}.`,
    help: `${question}The keys here are ${keys.join(', ')}.`,
  });
  return meant;
}

function reportRepeatedKey({ key, keySpan }: YamlEntry, { place, reader }: Within): void {
  reader.report({
    code: 'duplicate-key',
    span: keySpan,
    path: pathOf(place.path, key ?? ''),
    message: `The key ${quoted(key ?? '')} appears a second time.`,
    help: 'Keep one of them.',
  });
}

function reportMissing({ key, shape, description }: AnyField, { place, reader }: Within): void {
  reader.report({
    code: 'missing-key',
    span: place.keySpan,
    path: place.path,
    message: `${nameOf(place)} lacks the key \`${key}\`, which must be ${shape.allowed}.`,
    help: `\`${key}\`: ${description}`,
  });
}

function reportNothing(node: YamlNode, shape: Shape<unknown>, { place, reader }: Within): undefined {
  reader.report({
    code: 'missing-value',
    span: node.span,
    path: place.path,
    message: `${nameOf(place)} has no value; it must be ${shape.allowed}.`,
    help: place.description,
  });
}

function mappingJsonSchema(fields: readonly AnyField[]): JsonSchema {
  const properties = fields.map((field) => {
    const { key, shape, description, fallback, computed, examples } = field;
    const annotations = {
      description: computed === undefined ? description : `${description} ${computed}`,
      ...(fallback === undefined ? {} : { default: shape.write(fallback) }),
      ...(examples === undefined ? {} : { examples }),
    };
    return [key, { ...annotations, ...shape.jsonSchema }];
  });
  return {
    type: 'object',
    additionalProperties: false,
    required: fields.filter(isRequired).map(({ key }) => key),
    properties: Object.fromEntries(properties),
  };
}

/** Returns the shape of a list; `allowed` follows "must be". */
export function list<Item>(allowed: string, item: Shape<Item>): Shape<readonly Item[]> {
  return {
    allowed,
    children: new Map([[ANY_INDEX, item]]),
    jsonSchema: { type: 'array', items: item.jsonSchema },
    write: (value) => value.map((each) => item.write(each)),
    read: (node, place, reader) => {
      if (node.kind !== 'list') return reportWrongType(node, allowed, place, reader);
      const items = node.items.map((reference, index) => {
        const path = pathOf(place.path, index);
        const value = reader.follow(reference);
        reader.mark(path, value.span);
        const at: Place = { ...place, path, keySpan: value.span };
        return value.kind === 'nothing'
          ? reportNothing(value, item, { place: at, reader })
          : item.read(value, at, reader);
      });
      return items;
    },
  };
}

/**
 * Returns the shape of a mapping whose key `kind` determines its fields. Each alternative is a `mapping` with a field
 * `kind` of one word.
 */
export function kinds<T extends { readonly kind: string }>(
  allowed: string,
  alternatives: { readonly [Kind in T['kind']]: Shape<Extract<T, { kind: Kind }>> },
): Shape<T> {
  const shapes = alternatives as Readonly<Record<string, Shape<T>>>;
  const names = Object.keys(shapes);
  return {
    allowed,
    children: new Map(Object.values(shapes).flatMap(({ children }) => Array.from(children))),
    kinds: shapes,
    jsonSchema: { type: 'object', oneOf: Object.values(shapes).map(({ jsonSchema }) => jsonSchema) },
    write: (value) => shapes[value.kind]?.write(value),
    read: (node, place, reader) => {
      if (node.kind !== 'mapping') return reportWrongType(node, allowed, place, reader);
      const entry = node.entries.find(({ key }) => key === 'kind');
      const kind = entry === undefined ? undefined : reader.follow(entry.value);
      const name = kind?.kind === 'scalar' ? String(kind.value) : '';
      const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
      if (shape !== undefined) return shape.read(node, place, reader);
      const meant = reportKind(kind, names, { place, reader });
      // What else stands there is read as if the kind were right, so that all mistakes are reported at once.
      if (meant !== undefined && kind !== undefined)
        shapes[meant]!.read(node, place, {
          ...reader,
          follow: (reference) =>
            reference === entry?.value
              ? { kind: 'scalar', span: kind.span, value: meant }
              : reader.follow(reference),
        });
      return undefined;
    },
  };
}

/** Reports a kind that is none, and returns the one that is meant. */
function reportKind(
  kind: YamlNode | undefined,
  names: readonly string[],
  { place, reader }: Within,
): string | undefined {
  const written = kind?.kind === 'scalar' ? String(kind.value) : undefined;
  const meant = written === undefined ? undefined : nearest(written.slice(0, 60), names);
  const question = meant === undefined ? '' : `Did you mean \`${meant}\`? `;
  reader.report({
    code: kind === undefined ? 'missing-key' : 'unknown-kind',
    span: kind?.span ?? place.keySpan,
    path: kind === undefined ? place.path : pathOf(place.path, 'kind'),
    message:
      written === undefined
        ? `${nameOf(place)} needs a \`kind\` of one word.`
        : `${quoted(written)} is not a kind that this version knows.`,
    help: `${question}The kinds here are: ${names.join(', ')}.`,
  });
  return meant;
}

/** Returns the shape of a single value or a mapping; `isMapping` says which of the two a value was. */
export function scalarOrMapping<S, M>(
  allowed: string,
  alternatives: {
    readonly scalar: Shape<S>;
    readonly mapping: Shape<M>;
    isMapping(value: S | M): value is M;
  },
): Shape<S | M> {
  const { scalar, mapping: map } = alternatives;
  return {
    allowed,
    children: map.children,
    jsonSchema: { anyOf: [scalar.jsonSchema, map.jsonSchema] },
    write: (value) => (alternatives.isMapping(value) ? map.write(value) : scalar.write(value)),
    read: (node, place, reader) => {
      if (node.kind === 'mapping') return map.read(node, place, reader);
      if (node.kind === 'scalar') return scalar.read(node, place, reader);
      return reportWrongType(node, allowed, place, reader);
    },
  };
}
