/** Shapes of numbers with units. The parsers of `base` read them, and read the same number back from what is written. */
import { parseCount, parseDuration, type Parsed, parseFraction, parseRate } from '@wormwood/base';
import { scalar } from './scalar-shapes.ts';
import type { PlannedWords } from './scalar-shapes.ts';
import type { JsonSchema, Shape } from './shape.ts';

/** As in `base`: digits with `_` between them, a fraction, a power of ten. */
const NUMBER = String.raw`[0-9](?:_?[0-9])*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?`;
const POWER = String.raw`[0-9](?:_?[0-9])*\s*\^\s*[0-9]+`;
const DURATION_PARTS = ['d', 'h', 'min', 's', 'ms']
  .map((unit) => String.raw`(?:${NUMBER}\s*${unit}\s*)?`)
  .join('');
const COUNT_MAX = 2 ** 53;

const DURATION_TEXT: JsonSchema = { type: 'string', pattern: String.raw`^\s*(?=[0-9])${DURATION_PARTS}$` };
const RATE_TEXT: JsonSchema = {
  type: 'string',
  pattern: String.raw`^\s*${NUMBER}\s*/\s*(?:ms|s|min|h|d)\s*$`,
};
const FRACTION_TEXT: JsonSchema = { type: 'string', pattern: String.raw`^\s*${NUMBER}\s*%?\s*$` };
/** Zero needs no unit. */
const ZERO: readonly JsonSchema[] = [
  { const: 0 },
  { type: 'string', pattern: String.raw`^\s*0+(?:\.0+)?(?:[eE][+-]?[0-9]+)?\s*$` },
];

/** Whether zero is among the allowed values. */
export type Sign = 'positive' | 'notNegative';

/** Returns the shape of a duration in seconds. */
export function duration(sign: Sign): Shape<number> {
  return scalar({
    allowed: 'a duration such as 20min',
    code: 'invalid-duration',
    parse: parseDuration,
    write: writeDuration,
    refuse: (seconds) =>
      sign === 'positive' && seconds === 0 ? 'This duration must be longer than 0, such as 10s.' : undefined,
    jsonSchema: sign === 'positive' ? DURATION_TEXT : { anyOf: [DURATION_TEXT, ...ZERO] },
  });
}

/** A start at a time, such as `20min`, for files that also allow other ways to start. */
export const startTime: Shape<{ readonly kind: 'time'; readonly timeSeconds: number }> = (() => {
  const time = duration('notNegative');
  return {
    ...time,
    write: ({ timeSeconds }) => writeDuration(timeSeconds),
    read: (node, place, reader) => {
      const timeSeconds = time.read(node, place, reader);
      return timeSeconds === undefined ? undefined : { kind: 'time', timeSeconds };
    },
  };
})();

/** Returns the shape of a rate in events per second, above 0 unless `sign` says otherwise. */
export function rate(planned: PlannedWords, sign: Sign = 'positive'): Shape<number> {
  return scalar({
    allowed: 'a rate such as 50/s',
    code: 'invalid-rate',
    parse: parseRate,
    write: writeRate,
    refuse: (perSecond) =>
      sign === 'positive' && perSecond === 0 ? 'This rate must be higher than 0, such as 50/s.' : undefined,
    jsonSchema: RATE_TEXT,
    planned,
  });
}

/** Returns the shape of a whole number from `minimum` to `maximum`, without one to 2^53. */
export function count(minimum: number, maximum: number = COUNT_MAX): Shape<number> {
  return scalar({
    allowed: 'a whole number such as 360000 or 2^18',
    code: 'invalid-count',
    parse: parseCount,
    write: (value) => value,
    refuse: (value) => {
      if (value > maximum) return `This count must be at most ${maximum}; ${value} is more.`;
      return value < minimum ? `This count must be at least ${minimum}; ${value} is fewer.` : undefined;
    },
    jsonSchema: countJsonSchema(minimum, maximum),
  });
}

export function countJsonSchema(minimum: number, maximum: number = COUNT_MAX): JsonSchema {
  const written = { type: 'string', pattern: String.raw`^\s*(?:${NUMBER}|${POWER})\s*$` };
  return { anyOf: [{ type: 'integer', minimum, maximum }, written] };
}

/** Returns the shape of a fraction from 0 to 1. */
export function fraction(): Shape<number> {
  return scalar({
    allowed: 'a fraction such as 0.5 or 50%',
    code: 'invalid-fraction',
    parse: parseFraction,
    write: (value) => value,
    jsonSchema: { anyOf: [{ type: 'number', minimum: 0, maximum: 1 }, FRACTION_TEXT] },
  });
}

/** Returns the duration in the largest unit of which it is a whole number; `parseDuration` reads the same number. */
function writeDuration(seconds: number): string {
  const units = { d: 86_400, h: 3600, min: 60, s: 1, ms: 0.001 };
  for (const [unit, size] of Object.entries(units)) {
    const written = `${Math.round(seconds / size)}${unit}`;
    // A single day is usually written 24h.
    const isUsual = seconds >= size && written !== '1d';
    if (isUsual && isSame(parseDuration(written), seconds)) return written;
  }
  return `${seconds}s`;
}

/** Returns the rate in the shortest unit of which it is a whole number; `parseRate` reads the same number. */
function writeRate(perSecond: number): string {
  const units = { s: 1, min: 60, h: 3600, d: 86_400 };
  for (const [unit, size] of Object.entries(units)) {
    const written = `${Math.round(perSecond * size)}/${unit}`;
    if (isSame(parseRate(written), perSecond)) return written;
  }
  return `${perSecond}/s`;
}

function isSame(reading: Parsed<number>, value: number): boolean {
  return reading.ok && reading.value === value;
}
