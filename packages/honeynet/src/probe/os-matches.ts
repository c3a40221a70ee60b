/**
 * Compares what was measured with fingerprints, as nmap does (https://nmap.org/book/osdetect-guess.html): only what both have
 * counts, each attribute by itself and by its points, which stand at the head of nmap's database.
 */
import { type FingerprintIndex, fingerprintsOf } from '../personality/fingerprint.ts';
import type { Observed } from './os-tests.ts';

/** An attribute that was measured otherwise than a fingerprint has it. */
export interface Difference {
  /** Such as `SEQ.SP`. */
  readonly test: string;
  readonly wanted: string;
  readonly measured: string;
}

/** A fingerprint and how much of it was measured. */
export interface OsMatch {
  readonly name: string;
  /** Points of what agrees over those of all that was compared: 0 to 1. */
  readonly accuracy: number;
}

const BOUND = /^([<>])([0-9A-F]+)$/;
const RANGE = /^([0-9A-F]+)-([0-9A-F]+)$/;

/** Returns whether a value is what an expression of the database allows. */
export function allows(expression: string, value: string): boolean {
  if (expression === value) return true;
  const isNumber = value !== '' && /^[0-9A-F]+$/.test(value);
  return expression.split('|').some((each) => each === value || (isNumber && covers(each, value)));
}

function covers(alternative: string, value: string): boolean {
  const number = Number.parseInt(value, 16);
  const bound = BOUND.exec(alternative);
  if (bound !== null) {
    const limit = Number.parseInt(bound[2]!, 16);
    return bound[1] === '>' ? number > limit : number < limit;
  }
  const range = RANGE.exec(alternative);
  return (
    range !== null && number >= Number.parseInt(range[1]!, 16) && number <= Number.parseInt(range[2]!, 16)
  );
}

/** Returns where they differ. */
export function differences(wanted: Observed, measured: Observed): readonly Difference[] {
  return [...wanted].flatMap(([test, attributes]) =>
    [...attributes].flatMap(([attribute, expression]): readonly Difference[] => {
      const value = measured.get(test)?.get(attribute);
      if (value === undefined || allows(expression, value)) return [];
      return [{ test: `${test}.${attribute}`, wanted: expression, measured: value }];
    }),
  );
}

/** Below this share nmap names nothing. */
const ACCURACY_MIN = 0.85;
/** Of attributes whose points a database does not give. */
const POINTS_USUAL = 20;

type Points = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Returns the names that fit best, at most `most`, the best first and equals in the order of the databases: each once, by
 * the one of its fingerprints that fits best.
 */
export function osMatches(
  measured: Observed,
  databases: readonly FingerprintIndex[],
  most: number,
): readonly OsMatch[] {
  const matches = databases.flatMap((index) => {
    const points = pointsOf(index.text);
    return [...index.places.keys()].flatMap((name): readonly OsMatch[] => {
      const shares = fingerprintsOf(index, name).map(({ tests }) => accuracyOf(tests, measured, points));
      const accuracy = Math.max(0, ...shares);
      return accuracy < ACCURACY_MIN ? [] : [{ name, accuracy }];
    });
  });
  return matches.toSorted((a, b) => b.accuracy - a.accuracy).slice(0, most);
}

function accuracyOf(wanted: Observed, measured: Observed, points: Points): number {
  let [agreed, compared] = [0, 0];
  for (const [test, attributes] of wanted) {
    const values = measured.get(test);
    if (values === undefined) continue;
    const worth = points.get(test);
    for (const [attribute, expression] of attributes) {
      const value = values.get(attribute);
      if (value === undefined) continue;
      const each = worth?.get(attribute) ?? POINTS_USUAL;
      compared += each;
      if (allows(expression, value)) agreed += each;
    }
  }
  return compared === 0 ? 0 : agreed / compared;
}

const POINTS_BEGINNING = 'MatchPoints\n';

function pointsOf(text: string): Points {
  const at = text.startsWith(POINTS_BEGINNING) ? 0 : text.indexOf(`\n${POINTS_BEGINNING}`) + 1;
  const points = new Map<string, ReadonlyMap<string, number>>();
  if (at === 0 && !text.startsWith(POINTS_BEGINNING)) return points;
  const end = text.indexOf('\n\n', at);
  for (const [, test = '', body = ''] of text
    .slice(at, end < 0 ? undefined : end)
    .matchAll(/^([A-Z][A-Z0-9]*)\((.*)\)\r?$/gm))
    points.set(
      test,
      new Map(Array.from(body.matchAll(/(\w+)=(\d+)/g), ([, name = '', worth]) => [name, Number(worth)])),
    );
  return points;
}
