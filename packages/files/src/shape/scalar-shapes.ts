/** Shapes of single values: a text or number that a function parses, a word from a list, plain text. */
import { nearest, type Parsed } from '@wormwood/base';
import { enumerated, quoted } from '@wormwood/base';
import type { YamlNode } from './yaml-tree.ts';
import {
  type Draft,
  type JsonSchema,
  nameOf,
  type Place,
  type Reader,
  reportWrongType,
  type Shape,
} from './shape.ts';

export interface ScalarSpec<T> {
  /** What is allowed, to follow "must be": `a duration such as 20min`. */
  readonly allowed: string;
  /** Code of the diagnostic when `parse` refuses. */
  readonly code: string;
  parse(input: string | number): Parsed<T>;
  /** Returns why a value that could be read is not allowed here, as a sentence; `undefined` if it is allowed. */
  readonly refuse?: (value: T) => string | undefined;
  write(value: T): string | number;
  readonly jsonSchema: JsonSchema;
  /** @default nothing */
  readonly planned?: PlannedWords;
}

/**
 * Words of the file format that this version cannot simulate yet. They appear alone or as the key of a mapping, and are
 * rejected with a diagnostic of their own.
 */
export interface PlannedWords {
  readonly words: readonly string[];
  /** What this version does instead, as a sentence. */
  readonly instead: string;
}

/** Longer than any valid number, unit or word. */
const SCALAR_LENGTH_MAX = 200;
/**
 * Text without control characters and U+FFFD, which a file cannot hold, and not only blanks. Spelled out because not every
 * validator of JSON Schema supports `\p{Cc}`.
 */
const CONTROLS = String.raw`\u0000-\u001f\u007f-\u009f\ufffd`;
const ONE_LINE = String.raw`^[^${CONTROLS}]*[^\s${CONTROLS}][^${CONTROLS}]*$`;
const oneLine = new RegExp(ONE_LINE, 'u');
const NO_CHILDREN: ReadonlyMap<string, Shape<unknown>> = new Map();

/** Returns the shape of a single value. */
export function scalar<T>(spec: ScalarSpec<T>): Shape<T> {
  const { allowed, jsonSchema } = spec;
  return {
    allowed,
    jsonSchema,
    children: NO_CHILDREN,
    write: (value) => spec.write(value),
    read: (node, place, reader) => readScalar(spec, node, place, reader) as Draft<T> | undefined,
  };
}

function readScalar<T>(spec: ScalarSpec<T>, node: YamlNode, place: Place, reader: Reader): T | undefined {
  const planned = spec.planned === undefined ? undefined : plannedWordIn(node, spec.planned);
  if (planned !== undefined && spec.planned !== undefined) {
    return reportPlanned(planned, spec.planned, { node, place, reader });
  }
  if (node.kind !== 'scalar' || typeof node.value === 'boolean') {
    return reportWrongType(node, spec.allowed, place, reader);
  }
  const problem = { span: node.span, path: place.path, help: place.description };
  if (typeof node.value === 'string' && node.value.length > SCALAR_LENGTH_MAX) {
    const message = `${nameOf(place)} must be ${spec.allowed}; ${quoted(node.value)} is too long for one.`;
    reader.report({ ...problem, code: spec.code, message });
    return undefined;
  }
  const reading = spec.parse(node.value);
  if (!reading.ok) {
    reader.report({ ...problem, code: spec.code, message: reading.reason });
    return undefined;
  }
  const refusal = spec.refuse?.(reading.value);
  if (refusal === undefined) return reading.value;
  reader.report({ ...problem, code: 'out-of-range', message: refusal });
  return undefined;
}

function plannedWordIn(node: YamlNode, planned: PlannedWords): string | undefined {
  if (node.kind === 'scalar') return planned.words.find((each) => each === node.value);
  return node.kind === 'mapping' ? planned.words.find((each) => node.entries[0]?.key === each) : undefined;
}

interface Found {
  readonly node: YamlNode;
  readonly place: Place;
  readonly reader: Reader;
}

function reportPlanned(written: string, planned: PlannedWords, { node, place, reader }: Found): undefined {
  reader.report({
    code: 'not-supported-yet',
    span: node.kind === 'mapping' ? (node.entries[0]?.keySpan ?? node.span) : node.span,
    path: place.path,
    message: `\`${written}\` cannot be simulated yet: ${planned.instead}.`,
    help: place.description,
  });
}

export interface WordSpec {
  /** What the words name, with its article: `a placement`. */
  readonly noun: string;
  /** Each word with its meaning. */
  readonly words: Readonly<Record<string, string>>;
  readonly planned?: PlannedWords;
}

/** Returns the shape of one word out of a list; `Word` is the union of the keys of `words`. */
export function word<Word extends string>(
  spec: WordSpec & { readonly words: Readonly<Record<Word, string>> },
): Shape<Word> {
  const words = Object.keys(spec.words) as Word[];
  const allowed =
    words.length === 1 ? `\`${words[0]}\`` : `one of ${enumerated(words.map((each) => `\`${each}\``))}`;
  const shape = scalar<string>({
    allowed,
    code: 'unknown-word',
    write: (value) => value,
    jsonSchema: { anyOf: words.map((each) => ({ const: each, description: spec.words[each] })) },
    ...(spec.planned === undefined ? {} : { planned: spec.planned }),
    parse: (input) => {
      const found = words.find((each) => each === input);
      if (found !== undefined) return { ok: true, value: found };
      const meant = nearest(String(input), words);
      const question = meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
      return {
        ok: false,
        reason: `${quoted(String(input))} is not ${spec.noun}.${question} It must be ${allowed}.`,
      };
    },
  });
  return shape as Shape<Word>;
}

/** Returns the shape of a text for people, of one line and at most `lengthMax` characters. */
export function text(spec: { readonly allowed: string; readonly lengthMax: number }): Shape<string> {
  const { allowed, lengthMax } = spec;
  return scalar<string>({
    allowed,
    code: 'invalid-text',
    write: (value) => value,
    jsonSchema: {
      type: 'string',
      minLength: 1,
      maxLength: lengthMax,
      pattern: ONE_LINE,
    },
    parse: (input) => {
      if (typeof input === 'number') {
        return { ok: false, reason: `A text that looks like a number needs quotation marks: "${input}".` };
      }
      if (oneLine.test(input) && Array.from(input).length <= lengthMax) return { ok: true, value: input };
      return { ok: false, reason: `${quoted(input)} is not ${allowed}.` };
    },
  });
}

/** `true` or `false`. */
export const flag: Shape<boolean> = {
  allowed: 'true or false',
  children: NO_CHILDREN,
  jsonSchema: { anyOf: [{ const: true }, { const: false }] },
  write: (value) => value,
  read: (node, place, reader) =>
    node.kind === 'scalar' && typeof node.value === 'boolean'
      ? node.value
      : reportWrongType(node, 'true or false', place, reader),
};
