/**
 * What a study varies, as `--vary PATH=VALUES` writes it: a list `1s,10s,1min`, a range in steps `10min..60min/10min`, a range
 * in factors `4096..1048576*2`, or the ends of a range alone, `1..4_000_000`, between which a sample or a plan chooses.
 */
import { type Parsed, parseDuration, parseRate } from '@wormwood/base';

/** What the numbers of a range measure; a range is written in one of these and its values are again. */
export type Quantity = 'number' | 'percentage' | 'duration' | 'rate';

/** The values between two ends. */
export interface Range {
  readonly quantity: Quantity;
  /** In the units of `quantity`: as written, in percent, seconds, events per second. */
  readonly from: number;
  readonly to: number;
}

/** What takes several values at one path of a scenario. */
export type Variation =
  | { readonly path: string; readonly kind: 'list'; readonly values: readonly string[] }
  | ({ readonly path: string; readonly kind: 'range'; readonly scale: 'linear' | 'logarithmic' } & Range);

/** A range without a step: what samples and plans choose from. */
export type SearchVariable = Extract<Variation, { kind: 'range' }>;

/** The most values of one variation: more is a slip of the step. */
const VALUES_MAX = 1_000_000;

const NUMBER = '[-+]?[0-9](?:_?[0-9])*(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?';
const UNIT = '(?:ms|s|min|h|d)';
const COMPOUND = `(?:${NUMBER}\\s*${UNIT})+`;
const RATE = `${NUMBER}\\s*/\\s*${UNIT}\\b`;
const QUANTITY = `(?:[0-9]+\\s*\\^\\s*[0-9]+|${COMPOUND}|${RATE}|${NUMBER}\\s*%?)`;
const RANGE = new RegExp(`^\\s*(${QUANTITY})\\s*\\.\\.\\s*(${QUANTITY})\\s*(?:([/*])\\s*(.*?))?\\s*$`);

/**
 * Returns what `text`, `PATH=VALUES`, varies, or the reason why it cannot be read. A range with a step or a factor becomes the
 * list of its values; one with a bare `*` keeps its ends and is sampled evenly in the logarithm.
 */
export function parseVariation(text: string): Parsed<Variation> {
  const equals = text.indexOf('=');
  const path = equals < 0 ? text.trim() : text.slice(0, equals).trim();
  const values = equals < 0 ? '' : text.slice(equals + 1).trim();
  if (path === '' || values === '') {
    return refused(`A variation is PATH=VALUES, such as defenses.0.count=4096..262144*2, not "${text}".`);
  }
  const match = RANGE.exec(values);
  if (match !== null) return rangeOf(path, match);
  if (/^[^{["']*\.\./.test(values)) {
    return refused(
      `"${values}" is not a range: write A..B/STEP, A..B*FACTOR or A..B, with numbers, percentages, durations or rates.`,
    );
  }
  const list = splitList(values);
  const empty = list.findIndex((value) => value === '');
  return empty < 0
    ? { ok: true, value: { path, kind: 'list', values: list } }
    : refused(`Value ${empty + 1} of ${path} is empty; separate values by single commas.`);
}

function rangeOf(path: string, match: RegExpExecArray): Parsed<Variation> {
  const [, first = '', last = '', sign, step = ''] = match;
  const from = quantityOf(first);
  const to = quantityOf(last);
  if (from === undefined || to === undefined)
    return refused(`"${from === undefined ? first : last}" is not a quantity.`);
  // A bare zero fits any quantity.
  const quantity = from.value === 0 && from.quantity === 'number' ? to.quantity : from.quantity;
  if (to.quantity !== quantity) {
    return refused(
      `Both ends of a range are the same kind of quantity; ${first} is a ${from.quantity}, ${last} a ${to.quantity}.`,
    );
  }
  if (!(from.value < to.value)) return refused(`A range runs upwards; ${first} is not below ${last}.`);
  const range: Range = { quantity, from: from.value, to: to.value };
  if (sign === '*' && from.value <= 0) return refused(`A range in factors begins above 0, not at ${first}.`);
  if (sign === undefined) return { ok: true, value: { path, kind: 'range', scale: 'linear', ...range } };
  if (sign === '*' && step === '')
    return { ok: true, value: { path, kind: 'range', scale: 'logarithmic', ...range } };
  return sign === '/' ? steps(path, range, step) : factors(path, range, step);
}

function steps(path: string, range: Range, text: string): Parsed<Variation> {
  const step = quantityOf(text);
  if (step === undefined || step.quantity !== range.quantity || step.value <= 0) {
    const example = formatQuantity(range.quantity, (range.to - range.from) / 10);
    return refused(`The step of a range is a positive ${range.quantity}, such as ${example}, not "${text}".`);
  }
  const count = Math.floor((range.to - range.from) / step.value + 1e-9) + 1;
  return listOf(path, range.quantity, count, (index) => range.from + index * step.value);
}

function factors(path: string, range: Range, text: string): Parsed<Variation> {
  const factor = Number(text);
  if (!(factor > 1) || !Number.isFinite(factor))
    return refused(`The factor of a range is a number above 1, such as 2, not "${text}".`);
  const count = Math.floor(Math.log(range.to / range.from) / Math.log(factor) + 1e-9) + 1;
  return listOf(path, range.quantity, count, (index) => range.from * factor ** index);
}

function listOf(
  path: string,
  quantity: Quantity,
  count: number,
  at: (index: number) => number,
): Parsed<Variation> {
  if (count > VALUES_MAX)
    return refused(`The range of ${path} has ${count} values; at most ${VALUES_MAX} are possible.`);
  const values = Array.from({ length: count }, (_, index) => formatQuantity(quantity, tidied(at(index))));
  return { ok: true, value: { path, kind: 'list', values } };
}

/** Without the last digits of repeated arithmetic: 0.1 · 3 is 0.3. */
function tidied(value: number): number {
  return Number(value.toPrecision(12));
}

/** Returns the value as a scenario file writes it. */
export function formatQuantity(quantity: Quantity, value: number): string {
  switch (quantity) {
    case 'percentage':
      return `${value}%`;
    case 'duration':
      return `${value}s`;
    case 'rate':
      return `${value}/s`;
    default:
      return String(value);
  }
}

interface Read {
  readonly quantity: Quantity;
  readonly value: number;
}

function quantityOf(text: string): Read | undefined {
  const trimmed = text.trim();
  const power = /^([0-9]+)\s*\^\s*([0-9]+)$/.exec(trimmed);
  if (power !== null) return { quantity: 'number', value: Number(power[1]) ** Number(power[2]) };
  const plain = trimmed.replaceAll('_', '');
  if (/^[^%/a-zA-Z]*%$/.test(plain)) return finite('percentage', Number(plain.slice(0, -1)));
  const number = plain === '' ? NaN : Number(plain);
  if (!Number.isNaN(number)) return finite('number', number);
  const rate = parseRate(trimmed);
  if (rate.ok) return finite('rate', rate.value);
  const duration = parseDuration(trimmed);
  return duration.ok ? finite('duration', duration.value) : undefined;
}

function finite(quantity: Quantity, value: number): Read | undefined {
  return Number.isFinite(value) ? { quantity, value } : undefined;
}

/** Returns the parts of a list; a comma inside braces, brackets or quotes belongs to its value. */
function splitList(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === ',' && depth <= 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

function refused(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
