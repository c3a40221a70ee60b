/** Counts: non-negative integers up to 2^53. */

import { assert } from '../assert.ts';
import { NUMBER_PATTERN, numberOf, refusalOfQuantity } from './number-text.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

const COUNT_MAX = 2 ** 53;
const EXPONENT_MAX = 64;
const NAMES = { noun: 'A count', form: 'a whole number such as 360000, 360_000, 2^32 or 1e6' };
const PLAIN = new RegExp(`^${NUMBER_PATTERN}$`);
const POWER = /^([0-9](?:_?[0-9])*)\s*\^\s*([0-9]+)$/;
/** Letters that others use for thousands and more; known here to name the right spelling. */
const SUFFIXED = new RegExp(`^(${NUMBER_PATTERN})\\s*([kKmMgG])$`);
const SUFFIX_VALUES: ReadonlyMap<string, number> = new Map([
  ['k', 1e3],
  ['m', 1e6],
  ['g', 1e9],
]);

/** The integer in 0..2^53 that `input` writes as digits, with `_` between them, as `A^B` or as `1e6`; or why none. */
export function parseCount(input: string | number): Parsed<number> {
  const refusal = refusalOfQuantity(input, NAMES);
  if (refusal !== undefined) return refused(refusal);
  const text = String(input).trim();
  const power = POWER.exec(text);
  if (power !== null) return checkedCount(text, powerOf(power[1] ?? '', power[2] ?? ''));
  return PLAIN.test(text) ? checkedCount(text, numberOf(text)) : refused(reasonOfText(text));
}

function checkedCount(text: string, value: number): Parsed<number> {
  if (value > COUNT_MAX) return refused(`A count is at most 2^53 (${COUNT_MAX}); "${text}" is larger.`);
  if (Number.isInteger(value)) return parsed(value);
  return refused(
    `A count is whole; did you mean ${Math.floor(value)} or ${Math.ceil(value)}, not "${text}"?`,
  );
}

/** Exact, unlike `**` on doubles, whose last bits the language leaves open. */
function powerOf(base: string, exponent: string): number {
  if (Number(exponent) > EXPONENT_MAX || base.length > EXPONENT_MAX) return Infinity;
  return Number(BigInt(base.replaceAll('_', '')) ** BigInt(exponent));
}

function reasonOfText(text: string): string {
  const reason = `A count is ${NAMES.form}, not "${text}".`;
  const suffixed = SUFFIXED.exec(text);
  if (suffixed !== null) {
    const factor = SUFFIX_VALUES.get((suffixed[2] ?? '').toLowerCase()) ?? 1;
    return `${reason} Did you mean ${Math.round(numberOf(suffixed[1] ?? '') * factor)}?`;
  }
  const isGrouped = /^[0-9]{1,3}([,.' ][0-9]{3})+$/.test(text);
  return isGrouped ? `${reason} Did you mean ${text.replaceAll(/[,.' ]/g, '_')}?` : reason;
}

/** A number rounded to a whole one, with a comma between thousands: `262,144`. */
export function formatCount(count: number): string {
  assert(Number.isFinite(count), `a count is finite, not ${count}`);
  const digits = BigInt(Math.round(count)).toString();
  return digits.replace(/\B(?=(?:[0-9]{3})+$)/g, ',');
}
