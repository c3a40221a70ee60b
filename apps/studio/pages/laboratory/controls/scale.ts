/** What a slider stands for: a number between two ends, placed evenly, by its logarithm or by its square root. */
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  parseCount,
  type Parsed,
  parseDuration,
  parseFraction,
  parseRate,
} from '@wormwood/base';

export type Quantity = 'count' | 'duration' | 'rate' | 'fraction' | 'number';

export interface Scale {
  readonly quantity: Quantity;
  readonly min: number;
  readonly max: number;
  /** `logarithmic` has a place for 0 at its left end where `min` is 0. */
  readonly spacing: 'even' | 'logarithmic' | 'square';
}

/** The places of a slider: 0 to this. */
export const PLACES = 1000;
/** Where a logarithmic scale that begins at 0 has 1. */
const FIRST_PLACE = 20;

/** Returns the value at a place, rounded as a person would write it. */
export function valueAtPlace(scale: Scale, place: number): number {
  if (place <= 0) return scale.min;
  if (place >= PLACES) return scale.max;
  return rounded(scale.quantity, exactAt(scale, place));
}

function exactAt({ min, max, spacing }: Scale, place: number): number {
  const share = place / PLACES;
  if (spacing === 'even') return min + share * (max - min);
  if (spacing === 'square') return min + share * share * (max - min);
  if (min > 0) return min * (max / min) ** share;
  return place < FIRST_PLACE ? 0 : max ** ((place - FIRST_PLACE) / (PLACES - FIRST_PLACE));
}

/** Returns the place of a value; the nearest end for one beyond them. */
export function placeOfValue({ min, max, spacing }: Scale, value: number): number {
  if (value <= min) return 0;
  if (value >= max) return PLACES;
  const share =
    spacing === 'even'
      ? (value - min) / (max - min)
      : spacing === 'square'
        ? Math.sqrt((value - min) / (max - min))
        : min > 0
          ? Math.log(value / min) / Math.log(max / min)
          : (FIRST_PLACE + (PLACES - FIRST_PLACE) * Math.max(0, Math.log(value) / Math.log(max))) / PLACES;
  return Math.round(share * PLACES);
}

const DIGITS = 3;
const DURATION_STEPS = [
  [60, 1],
  [600, 5],
  [3600, 30],
  [6 * 3600, 300],
  [2 * 86_400, 1800],
  [Infinity, 3600],
] as const;

function rounded(quantity: Quantity, value: number): number {
  if (quantity === 'duration') {
    if (value < 10) return Math.round(value * 10) / 10;
    const step = DURATION_STEPS.find(([below]) => value < below)?.[1] ?? 1;
    return Math.round(value / step) * step;
  }
  if (quantity === 'fraction') return Math.round(value * 100) / 100;
  const digits = Number(value.toPrecision(DIGITS));
  return quantity === 'count' ? Math.round(digits) : digits;
}

/** Returns the value for people, with its unit. */
export function valueText(quantity: Quantity, value: number): string {
  switch (quantity) {
    case 'count':
      return formatCount(value);
    case 'duration':
      return formatDuration(value);
    case 'rate':
      return formatRate(value);
    case 'fraction':
      return formatPercent(Number(value.toPrecision(6)));
    default:
      return String(value);
  }
}

/** Returns the value as the scenario file has it. */
export function fileText(quantity: Quantity, value: number): string {
  switch (quantity) {
    case 'duration':
      return durationText(value);
    case 'rate':
      return `${value}/s`;
    default:
      return String(value);
  }
}

/** Returns a duration in the largest unit that writes it whole: `20min`, `90s`. */
function durationText(seconds: number): string {
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const)
    if (seconds > 0 && Number.isInteger(seconds / size)) return `${seconds / size}${unit}`;
  return `${seconds}s`;
}

/** Returns the value that a person wrote, thousands with commas included, or why it is none. */
export function readValue(quantity: Quantity, text: string): Parsed<number> {
  const bare = text.trim();
  switch (quantity) {
    case 'count':
      return parseCount(/^\d{1,3}(,\d{3})+$/.test(bare) ? bare.replaceAll(',', '') : bare);
    case 'duration':
      return parseDuration(bare.replaceAll(/(\d)\s+([a-z])/g, '$1$2').replaceAll(/([a-z])\s+(\d)/g, '$1$2'));
    case 'rate':
      return parseRate(bare);
    case 'fraction':
      return parseFraction(bare.replace(/\s+%$/, '%'));
    default: {
      const value = Number(bare);
      const isNumber = bare !== '' && Number.isFinite(value);
      return isNumber ? { ok: true, value } : { ok: false, reason: 'A number is written such as 3 or 0.5.' };
    }
  }
}
