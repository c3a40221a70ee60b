/** Fractions of a whole: 0..1 inside, a decimal or a percentage in text. */

import { assert } from '../assert.ts';
import { formatSignificant, NUMBER_PATTERN, numberOf, refusalOfQuantity } from './number-text.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

const NAMES = { noun: 'A fraction', form: 'a percentage such as 5% or a number from 0 to 1 such as 0.05' };
const FRACTION = new RegExp(`^(${NUMBER_PATTERN})\\s*(%?)$`);

/** The number in 0..1 that `input` writes as `5%` or `0.05`, or why there is none. */
export function parseFraction(input: string | number): Parsed<number> {
  const refusal = refusalOfQuantity(input, NAMES);
  if (refusal !== undefined) return refused(refusal);
  const text = String(input).trim();
  const match = FRACTION.exec(text);
  if (match === null) return refused(`A fraction is ${NAMES.form}, not "${text}".`);
  const number = numberOf(match[1] ?? '');
  const isPercentage = match[2] === '%';
  const fraction = isPercentage ? number / 100 : number;
  if (fraction <= 1) return parsed(fraction);
  const question = !isPercentage && number <= 100 ? ` Did you mean ${match[1]}%?` : '';
  return refused(`A fraction is at most 1, that is 100%; "${text}" is more.${question}`);
}

/** A fraction as a percentage in four digits: `5%`, `0.38%`, `12.35%`. */
export function formatPercent(fraction: number): string {
  assert(Number.isFinite(fraction), `a fraction is finite, not ${fraction}`);
  return `${formatSignificant(fraction * 100)}%`;
}
