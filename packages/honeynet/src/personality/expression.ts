/**
 * What a fingerprint says of one value: alternatives such as `I|RD`, hexadecimal ranges such as `3B-45`, and bounds such as
 * `>1000000` (https://nmap.org/book/osdetect-fingerprint-format.html).
 */

/** A word, or the whole numbers from `from` to `to`. */
export type Alternative = { readonly word: string } | { readonly from: number; readonly to: number };

const BOUND = /^([<>])([0-9A-F]+)$/;
const RANGE = /^([0-9A-F]+)-([0-9A-F]+)$/;
const NUMBER = /^[0-9A-F]+$/;
const LARGEST = 0xffff_ffff;

/** Returns the words of an expression, each as it stands there. */
export function wordsOf(expression: string): readonly string[] {
  return expression.split('|');
}

/** Returns what an expression allows where numbers are measured, in its order. */
export function alternativesOf(expression: string): readonly Alternative[] {
  return wordsOf(expression).map(alternativeOf);
}

function alternativeOf(text: string): Alternative {
  const bound = BOUND.exec(text);
  if (bound !== null) {
    const value = Number.parseInt(bound[2]!, 16);
    return bound[1] === '>' ? { from: value + 1, to: LARGEST } : { from: 0, to: Math.max(0, value - 1) };
  }
  const range = RANGE.exec(text);
  if (range !== null) {
    const ends = [Number.parseInt(range[1]!, 16), Number.parseInt(range[2]!, 16)] as const;
    return { from: Math.min(...ends), to: Math.max(...ends) };
  }
  if (!NUMBER.test(text)) return { word: text };
  const value = Number.parseInt(text, 16);
  return { from: value, to: value };
}

/** Returns the ranges of numbers that an expression allows; none where it is missing. */
export function rangesOf(expression: string | undefined): readonly { from: number; to: number }[] {
  if (expression === undefined) return [];
  return alternativesOf(expression).flatMap((each) => ('word' in each ? [] : [each]));
}

/** Returns whether an expression allows a number; one that is missing allows all. */
export function allowsNumber(expression: string | undefined, value: number): boolean {
  return (
    expression === undefined || rangesOf(expression).some(({ from, to }) => value >= from && value <= to)
  );
}

/** Returns whether an expression names a word; one that is missing allows all. */
export function allowsWord(expression: string | undefined, word: string): boolean {
  return expression === undefined || wordsOf(expression).includes(word);
}
