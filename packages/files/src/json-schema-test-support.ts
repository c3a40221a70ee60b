/**
 * A validator of JSON Schema 2020-12 for the tests, for the keywords that our schemas use, written from the specification and
 * not from the checker. An unknown keyword throws, so that nothing passes by accident.
 */
import type { JsonSchema } from './shape/shape.ts';

type Keyword = (operand: never, value: unknown, schema: JsonSchema) => boolean;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
};

const ANNOTATIONS = new Set(['$schema', 'title', 'description', 'default', 'examples']);

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  type: (name: string, value) => {
    const isType = TYPES[name];
    if (isType === undefined) throw new Error(`unknown type ${name}`);
    return isType(value);
  },
  // All constants of ours are scalars.
  const: (constant: unknown, value) => value === constant,
  anyOf: (schemas: readonly JsonSchema[], value) => schemas.some((schema) => satisfies(value, schema)),
  oneOf: (schemas: readonly JsonSchema[], value) =>
    schemas.filter((schema) => satisfies(value, schema)).length === 1,
  minimum: (limit: number, value) => typeof value !== 'number' || value >= limit,
  maximum: (limit: number, value) => typeof value !== 'number' || value <= limit,
  minLength: (limit: number, value) => typeof value !== 'string' || Array.from(value).length >= limit,
  maxLength: (limit: number, value) => typeof value !== 'string' || Array.from(value).length <= limit,
  pattern: (source: string, value) => typeof value !== 'string' || new RegExp(source, 'u').test(value),
  items: (schema: JsonSchema, value) =>
    !Array.isArray(value) || value.every((item) => satisfies(item, schema)),
  required: (keys: readonly string[], value) =>
    !isObject(value) || keys.every((key) => Object.hasOwn(value, key)),
  properties: (schemas: Readonly<Record<string, JsonSchema>>, value) =>
    !isObject(value) ||
    Object.entries(schemas).every(
      ([key, schema]) => !Object.hasOwn(value, key) || satisfies(value[key], schema),
    ),
  additionalProperties: (isAllowed: boolean, value, schema) =>
    isAllowed ||
    !isObject(value) ||
    Object.keys(value).every((key) => Object.hasOwn(schema['properties'] as object, key)),
};

/** Whether `value` satisfies `schema`. */
export function satisfies(value: unknown, schema: JsonSchema): boolean {
  return Object.entries(schema).every(([name, operand]) => {
    if (ANNOTATIONS.has(name)) return true;
    const keyword = KEYWORDS[name];
    if (keyword === undefined) throw new Error(`unknown keyword ${name}`);
    return keyword(operand as never, value, schema);
  });
}
