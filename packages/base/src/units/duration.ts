/** Durations: seconds inside, a number with a unit in text. */

import { assert } from '../assert.ts';
import { nearest } from '../text/nearest.ts';
import { formatSignificant, NUMBER_PATTERN, numberOf, refusalOfQuantity } from './number-text.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

/** Seconds as a fraction, so that 1ms is the double nearest 0.001. */
interface TimeUnit {
  readonly numerator: number;
  readonly denominator: number;
}

const TIME_UNITS: ReadonlyMap<string, TimeUnit> = new Map([
  ['ms', { numerator: 1, denominator: 1000 }],
  ['s', { numerator: 1, denominator: 1 }],
  ['min', { numerator: 60, denominator: 1 }],
  ['h', { numerator: 3600, denominator: 1 }],
  ['d', { numerator: 86_400, denominator: 1 }],
]);

/** Spellings that are understood well enough to name the right one, yet refused: one spelling per unit. */
const MISSPELT_UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ms: 'msec msecs millis millisecond milliseconds',
    s: 'sec secs second seconds',
    min: 'm mins minute minutes',
    h: 'hr hrs hour hours',
    d: 'day days',
  }).flatMap(([unit, spellings]) => spellings.split(' ').map((spelling) => [spelling, unit] as const)),
);

const NAMES = {
  noun: 'A duration',
  form: 'a number and a unit (ms, s, min, h, d), such as 20min or 1h30min',
};
const PART = new RegExp(`\\s*(${NUMBER_PATTERN})\\s*([A-Za-z]*)\\s*`, 'y');

interface DurationPart {
  readonly number: string;
  readonly unit: string;
}

/**
 * The seconds of a duration such as `20min`, `1.5 h` or `1h30min`, or why there are none. A bare number is refused,
 * for its unit is unknown; 0 alone needs none.
 */
export function parseDuration(input: string | number): Parsed<number> {
  const refusal = refusalOfQuantity(input, NAMES);
  if (refusal !== undefined) return refused(refusal);
  const text = String(input).trim();
  const parts = splitParts(text);
  if (parts === undefined) return refused(`A duration is ${NAMES.form}, not "${text}".`);
  if (Number(text) === 0) return parsed(0);

  let seconds = 0;
  let previousUnitSeconds = Infinity;
  for (const part of parts) {
    const unit = findTimeUnit(part.unit);
    if (unit === undefined) return refused(reasonOfUnit(text, parts, part));
    const unitSeconds = unit.numerator / unit.denominator;
    if (unitSeconds >= previousUnitSeconds) {
      return refused(`Write the larger unit first and each unit once, as in 1h30min, not "${text}".`);
    }
    previousUnitSeconds = unitSeconds;
    seconds += (numberOf(part.number) * unit.numerator) / unit.denominator;
  }
  return Number.isFinite(seconds) ? parsed(seconds) : refused(`A duration is finite; "${text}" is too long.`);
}

/** The unit that `spelling` names exactly. */
export function findTimeUnit(spelling: string): TimeUnit | undefined {
  return TIME_UNITS.get(spelling);
}

/** The unit that `spelling` was probably meant to name. */
export function nearestTimeUnit(spelling: string): string | undefined {
  const lower = spelling.toLowerCase();
  return TIME_UNITS.has(lower) ? lower : (MISSPELT_UNITS.get(lower) ?? nearest(lower, TIME_UNITS.keys()));
}

function splitParts(text: string): readonly DurationPart[] | undefined {
  const parts: DurationPart[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (match === null) return undefined;
    parts.push({ number: match[1] ?? '', unit: match[2] ?? '' });
  }
  return parts;
}

function reasonOfUnit(text: string, parts: readonly DurationPart[], wrong: DurationPart): string {
  if (wrong.unit === '') {
    const { number } = wrong;
    return `"${text}" lacks a unit; write ${number}ms, ${number}s, ${number}min, ${number}h or ${number}d.`;
  }
  const suggestions = parts.map(({ number, unit }) => {
    const meant = nearestTimeUnit(unit);
    return meant === undefined ? undefined : `${number}${meant}`;
  });
  const question = suggestions.includes(undefined) ? '' : ` Did you mean ${suggestions.join('')}?`;
  return `"${wrong.unit}" in "${text}" is not a unit of time; the units are ms, s, min, h and d.${question}`;
}

/**
 * A duration for people: `250 ms`, `165.4 s`, `20 min`, `20 min 34 s`, `1 h 05 min`, `3 d 04 h`. Rounded to four
 * digits below a second, then to 0.1 s, from 10 min to 1 s, from 1 h to 1 min, and from 1 d to 1 h.
 */
export function formatDuration(seconds: number): string {
  assert(Number.isFinite(seconds) && seconds >= 0, `a duration is finite and not negative, not ${seconds}`);
  if (seconds === 0) return '0 s';
  if (Number((seconds * 1000).toPrecision(4)) < 1000) return `${formatSignificant(seconds * 1000)} ms`;
  const tenths = Math.round(seconds * 10);
  if (tenths < 6000 && tenths % 600 !== 0) return `${tenths / 10} s`;
  const wholeSeconds = Math.round(seconds);
  if (wholeSeconds < 3600) return formatPair(wholeSeconds, { size: 60, names: ['min', 's'] });
  const wholeMinutes = Math.round(seconds / 60);
  if (wholeMinutes < 24 * 60) return formatPair(wholeMinutes, { size: 60, names: ['h', 'min'] });
  return formatPair(Math.round(seconds / 3600), { size: 24, names: ['d', 'h'] });
}

interface UnitPair {
  /** How many of the smaller unit make one of the larger. */
  readonly size: number;
  readonly names: readonly [larger: string, smaller: string];
}

function formatPair(total: number, { size, names }: UnitPair): string {
  const rest = total % size;
  const larger = `${Math.floor(total / size)} ${names[0]}`;
  return rest === 0 ? larger : `${larger} ${String(rest).padStart(2, '0')} ${names[1]}`;
}
