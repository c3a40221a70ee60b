/** What durations, rates, counts and fractions have in common as text: how a number looks, and what is none. */

/** Digits with optional `_` between them, an optional fraction and an optional power of ten. */
export const NUMBER_PATTERN = '[0-9](?:_?[0-9])*(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?';

/** The value of text that matches `NUMBER_PATTERN`; Infinity where it is too large for a double. */
export function numberOf(text: string): number {
  return Number(text.replaceAll('_', ''));
}

/** What is to be read, for the sentences of a refusal. */
export interface QuantityNames {
  /** With its article: `A duration`. */
  readonly noun: string;
  /** How one is written: `a number and a unit, such as 20min`. */
  readonly form: string;
}

/** Why `input` cannot be any non-negative quantity, or `undefined` if it may be one. */
export function refusalOfQuantity(input: string | number, { noun, form }: QuantityNames): string | undefined {
  const text = String(input).trim();
  if (text === '') return `${noun} is missing; write ${form}.`;
  if (/^[+-]?(nan|inf|infinity|∞)$/i.test(text)) return `${noun} is finite; write ${form}, not "${text}".`;
  if (/^[-−]/.test(text)) return `${noun} is not negative; write ${form}, not "${text}".`;
  return undefined;
}

/** `value` in at most four significant digits, without trailing zeros. */
export function formatSignificant(value: number): string {
  return String(Number(value.toPrecision(4)));
}
