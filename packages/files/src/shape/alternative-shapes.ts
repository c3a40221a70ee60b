/** The shape of one of several things: a word, or a mapping with one key that says which. */
import { enumerated, nearest, quoted } from '@wormwood/base';
import type { YamlNode } from './yaml-tree.ts';
import {
  type Draft,
  type JsonSchema,
  nameOf,
  pathOf,
  type Place,
  type Reader,
  reportWrongType,
  type Shape,
} from './shape.ts';

/** An alternative without parameters, or whose parameters all have defaults. */
export interface WordAlternative<T> {
  readonly word: string;
  /** As a sentence. */
  readonly description: string;
  readonly value: T;
}

/** An alternative that is written as the one key of a mapping. */
export interface KeyAlternative<T> {
  readonly key: string;
  readonly description: string;
  /** The shape of the value of the key. */
  readonly shape: Shape<T>;
  /** Whether a value is of this alternative. */
  readonly is: (value: T) => boolean;
}

/** Returns a key alternative that is recognized by the `kind` of its values. */
export function keyOfKind<T extends { readonly kind: string }, Kind extends T['kind']>(
  kind: Kind,
  alternative: {
    readonly key: string;
    readonly description: string;
    readonly shape: Shape<Extract<T, { kind: Kind }>>;
  },
): KeyAlternative<T> {
  const { shape, ...rest } = alternative;
  return { ...rest, shape, is: (value) => value.kind === kind };
}

/** Returns the shape of any of these; where a word stands for the same value, the word is written. */
export function oneOf<T>(
  noun: string,
  words: readonly WordAlternative<T>[],
  keys: readonly KeyAlternative<T>[],
): Shape<T> {
  const allowed = allowedForms(words, keys);
  const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  return {
    allowed,
    children: new Map(keys.map(({ key, shape }) => [key, shape as Shape<unknown>])),
    jsonSchema: { anyOf: [...words.map(wordSchema), ...keys.map(keySchema)] },
    write: (value) => {
      const known = words.find((each) => isSame(each.value, value));
      if (known !== undefined) return known.word;
      const alternative = keys.find((each) => each.is(value));
      return alternative === undefined ? undefined : { [alternative.key]: alternative.shape.write(value) };
    },
    read: (node, place, reader) => {
      if (node.kind === 'scalar') return readWord(node, { noun, allowed, words, keys, place, reader });
      if (node.kind !== 'mapping') return reportWrongType(node, allowed, place, reader);
      return readKey(node, { noun, allowed, words, keys, place, reader });
    },
  };
}

/** Such as "`uniform`, or a mapping with one of the keys local and lists". */
function allowedForms<T>(words: readonly WordAlternative<T>[], keys: readonly KeyAlternative<T>[]): string {
  const names = enumerated(keys.map(({ key }) => key));
  const mapping = `a mapping with ${keys.length > 1 ? 'one of the keys' : 'the key'} ${names}`;
  const forms = [...words.map(({ word }) => `\`${word}\``), ...(keys.length > 0 ? [mapping] : [])];
  return forms.length < 2 ? forms.join('') : `${forms.slice(0, -1).join(', ')} or ${forms.at(-1)}`;
}

interface Reading<T> {
  readonly noun: string;
  readonly allowed: string;
  readonly words: readonly WordAlternative<T>[];
  readonly keys: readonly KeyAlternative<T>[];
  readonly place: Place;
  readonly reader: Reader;
}

function readWord<T>(
  node: Extract<YamlNode, { kind: 'scalar' }>,
  { noun, allowed, words, keys, place, reader }: Reading<T>,
): Draft<T> | undefined {
  const found = words.find(({ word }) => word === node.value);
  if (found !== undefined) return found.value as Draft<T>;
  const written = String(node.value);
  const key = keys.find((each) => each.key === written);
  const meant = nearest(written.slice(0, 60), [
    ...words.map(({ word }) => word),
    ...keys.map((each) => each.key),
  ]);
  const question = meant === undefined || key !== undefined ? '' : ` Did you mean \`${meant}\`?`;
  const message =
    key === undefined
      ? `${quoted(written)} is not ${noun}.${question} It must be ${allowed}.`
      : `\`${written}\` needs parameters: write \`{${written}: …}\`, where … is ${key.shape.allowed}.`;
  reader.report({
    code: 'unknown-word',
    span: node.span,
    path: place.path,
    message,
    help: place.description,
  });
  return undefined;
}

function readKey<T>(
  node: Extract<YamlNode, { kind: 'mapping' }>,
  { noun, allowed, words, keys, place, reader }: Reading<T>,
): Draft<T> | undefined {
  const [entry, second] = node.entries;
  const problem = { path: place.path, help: place.description };
  if (entry === undefined || second !== undefined) {
    const span = second?.keySpan ?? node.span;
    const message = `${nameOf(place)} must be ${allowed}; this one has ${node.entries.length} keys.`;
    reader.report({ ...problem, code: 'one-key', span, message });
    return undefined;
  }
  const alternative = keys.find(({ key }) => key === entry.key);
  if (alternative === undefined) {
    const written = entry.key ?? '';
    const word = words.find((each) => each.word === written);
    const meant = nearest(
      written.slice(0, 60),
      keys.map(({ key }) => key),
    );
    const question = meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
    const message =
      word === undefined
        ? `${quoted(written)} is not ${noun}.${question} It must be ${allowed}.`
        : `\`${written}\` takes no parameters: write it alone, as a word.`;
    reader.report({ ...problem, code: 'unknown-key', span: entry.keySpan, message });
    return undefined;
  }
  const path = pathOf(place.path, alternative.key);
  const below = reader.follow(entry.value);
  reader.mark(path, below.span);
  const description = `\`${alternative.key}\`: ${alternative.description}`;
  return alternative.shape.read(below, { path, keySpan: entry.keySpan, description }, reader);
}

function wordSchema<T>({ word, description }: WordAlternative<T>): JsonSchema {
  return { const: word, description };
}

function keySchema<T>({ key, description, shape }: KeyAlternative<T>): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: [key],
    properties: { [key]: { description, ...shape.jsonSchema } },
  };
}

/** Returns the shape of a value that is written in another form. */
export function converted<From, To>(
  shape: Shape<From>,
  { to, from }: { readonly to: (value: From) => To; readonly from: (value: To) => From },
): Shape<To> {
  return {
    ...shape,
    write: (value) => shape.write(from(value)),
    read: (node, place, reader) => {
      const problems = { any: false };
      const watching: Reader = {
        ...reader,
        report: (problem) => {
          problems.any = true;
          reader.report(problem);
        },
      };
      const value = shape.read(node, place, watching);
      // A part with a problem is missing, so the rest is not converted.
      return value === undefined || problems.any ? undefined : (to(value as From) as Draft<To>);
    },
  };
}
