/** Rates: events per second inside, a number per unit of time in text. */

import { assert } from '../assert.ts';
import { findTimeUnit, nearestTimeUnit } from './duration.ts';
import { formatSignificant, NUMBER_PATTERN, numberOf, refusalOfQuantity } from './number-text.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

const NAMES = {
  noun: 'A rate',
  form: 'a number per unit of time (ms, s, min, h, d), such as 50/s or 10/min',
};
const RATE = new RegExp(`^(${NUMBER_PATTERN})\\s*(?:/\\s*([A-Za-z]*))?$`);

/** The events per second of a rate such as `50/s`, `10/min` or `3/h`, or why there are none; 0 needs no unit. */
export function parseRate(input: string | number): Parsed<number> {
  const refusal = refusalOfQuantity(input, NAMES);
  if (refusal !== undefined) return refused(refusal);
  const text = String(input).trim();
  const match = RATE.exec(text);
  if (match === null) return refused(`A rate is ${NAMES.form}, not "${text}".`);
  const number = match[1] ?? '';
  const spelling = match[2] ?? '';
  if (spelling === '') {
    if (numberOf(number) === 0 && match[2] === undefined) return parsed(0);
    return refused(
      `"${text}" lacks a unit of time; write ${number}/s, ${number}/min, ${number}/h or ${number}/d.`,
    );
  }
  const unit = findTimeUnit(spelling);
  if (unit === undefined) {
    const meant = nearestTimeUnit(spelling);
    const question = meant === undefined ? '' : ` Did you mean ${number}/${meant}?`;
    return refused(
      `"${spelling}" in "${text}" is not a unit of time; the units are ms, s, min, h and d.${question}`,
    );
  }
  const perSecond = (numberOf(number) * unit.denominator) / unit.numerator;
  return Number.isFinite(perSecond)
    ? parsed(perSecond)
    : refused(`A rate is finite; "${text}" is too large.`);
}

/** A rate for people in four digits, in the shortest unit of which at least one event is expected: `10/min`. */
export function formatRate(perSecond: number): string {
  assert(Number.isFinite(perSecond) && perSecond >= 0, `a rate is finite and not negative, not ${perSecond}`);
  for (const [unit, seconds] of [
    ['s', 1],
    ['min', 60],
    ['h', 3600],
  ] as const) {
    // Judged after rounding, so that what prints as 1 counts as 1.
    if (perSecond === 0 || Number((perSecond * seconds).toPrecision(4)) >= 1) {
      return `${formatSignificant(perSecond * seconds)}/${unit}`;
    }
  }
  return `${formatSignificant(perSecond * 86_400)}/d`;
}
