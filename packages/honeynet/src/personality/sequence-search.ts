/** Finds the generator of sequence numbers of which nmap measures what a fingerprint says as SP, GCD and ISR. */
import { rangesOf } from './expression.ts';
import type { TestResults } from './fingerprint.ts';
import type { SequenceTraits } from './personality.ts';
import { DEVIATION_MAX, patternOf } from './step-patterns.ts';
import {
  firstState,
  greatestCommonDivisor,
  nextNumber,
  type Steps,
  USUAL_SECONDS,
} from './stepped-numbers.ts';

/** Growth as irregular as this does not depend on the time between two numbers. */
const IRREGULAR = 1 / 16;
/** So few multiples in a tenth of a second would show that time passes unevenly. */
const FEW_MULTIPLES = 64;
const WORD = 2 ** 32;

/** SP, GCD and ISR of six numbers. */
interface SequenceMeasure {
  readonly predictability: number;
  readonly divisor: number;
  readonly rate: number;
}

/** Returns what nmap measures of numbers that came at `seconds`: both of one length, three at least. */
function measureSequence(numbers: readonly number[], seconds: readonly number[]): SequenceMeasure {
  const growth = numbers.slice(1).map((value, i) => {
    const up = (value - numbers[i]! + WORD) % WORD;
    return Math.min(up, WORD - up);
  });
  const divisor = growth.reduce(greatestCommonDivisor, 0);
  if (divisor === 0) return { predictability: 0, divisor: 0, rate: 0 };
  const rates = growth.map((value, i) => value / (seconds[i + 1]! - seconds[i]!));
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const unit = divisor > 9 ? divisor : 1;
  const squares = rates.reduce((sum, rate) => sum + ((rate - mean) / unit) ** 2, 0);
  return {
    predictability: inEighths(Math.sqrt(squares / (rates.length - 1))),
    divisor,
    rate: inEighths(mean),
  };
}

/** The binary logarithm in eighths, 0 for 1 and less. */
function inEighths(value: number): number {
  return value <= 1 ? 0 : Math.round(8 * Math.log2(value));
}

/** When probes come: as they should, late, and irregularly on a busy machine. */
const RHYTHMS: readonly (readonly number[])[] = [
  [0, 0.1, 0.2, 0.3, 0.4, 0.5],
  [0, 0.1003, 0.2005, 0.3009, 0.401, 0.5015],
  [0, 0.104, 0.206, 0.313, 0.417, 0.522],
  [0, 0.1001, 0.2011, 0.3012, 0.4013, 0.5015],
];
/** How much later than sent a probe is seen, in each place. */
const DELAYS = [0.0001, 0.00005, 0.0002, 0.00012, 0.00006, 0.0001];
/** Numbers before a scan, no multiple of the five of a pattern, and what lies between them. */
const WARM_UP = 7;
const WARM_UP_SECONDS = 0.103;

/** Returns the generator that comes nearest to what a fingerprint says of sequence numbers; `isMet` where it is as that says. */
export function sequenceOf(seq: TestResults | undefined): {
  readonly traits: SequenceTraits;
  readonly isMet: boolean;
} {
  const wanted = { sp: wantedOf(seq, 'SP'), gcd: wantedOf(seq, 'GCD'), isr: wantedOf(seq, 'ISR') };
  if (wanted.gcd !== null && isConstant(wanted)) return { traits: { kind: 'constant' }, isMet: true };
  let best: Steps | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const candidate of candidatesFor(wanted)) {
    const score = scoreOf(candidate, wanted);
    if (score > bestScore) [best, bestScore] = [candidate, score];
    if (bestScore >= GOOD_MARGIN) break;
  }
  return {
    traits: { kind: 'stepped', ...(best ?? irregularSteps(2 ** (USUAL_RATE / 8), USUAL_DEVIATION)) },
    isMet: bestScore >= 0,
  };
}

/** Returns steps of 1 that grow by patterns. */
export function irregularSteps(ratePerSecond: number, deviation: number): Steps {
  const pattern = patternOf(ratePerSecond * USUAL_SECONDS, deviation);
  return { step: 1, ratePerSecond, pattern, deviation };
}

/** Ranges of which one shall hold a value, taken apart once: they are asked for again and again. Null: any value will do. */
type Ranges = readonly { readonly from: number; readonly to: number }[] | null;

interface Wanted {
  readonly sp: Ranges;
  readonly gcd: Ranges;
  readonly isr: Ranges;
}

function wantedOf(seq: TestResults | undefined, attribute: string): Ranges {
  const expression = seq?.get(attribute);
  return expression === undefined ? null : rangesOf(expression);
}

function allowsNumber(ranges: Ranges, value: number): boolean {
  return ranges === null || ranges.some(({ from, to }) => value >= from && value <= to);
}

/** All numbers between two hosts are the same. */
function isConstant({ sp, gcd, isr }: Wanted): boolean {
  return allowsNumber(gcd, 0) && allowsNumber(sp, 0) && allowsNumber(isr, 0);
}

/** A margin with which nothing is missed. */
const GOOD_MARGIN = 4;
/** ISR of uniformly random numbers: 2^30 in a tenth of a second. */
const USUAL_RATE = 0x10a;
/** SP of such numbers is as much below it. */
const USUAL_DISTANCE = 4;
const USUAL_DEVIATION = 2 ** (-USUAL_DISTANCE / 8);

function* candidatesFor({ sp, gcd, isr }: Wanted): Iterable<Steps> {
  for (const step of gcd === null ? [1] : stepsOf(gcd, isr)) {
    if (step === 0) continue;
    for (const rate of [...wholeRatesOf(isr, step), ...targetsOf(isr, USUAL_RATE)])
      for (const predictability of targetsOf(sp, rate - USUAL_DISTANCE))
        yield* stepsFor(step, 2 ** (rate / 8), predictability);
  }
}

/** Steps that are tried of each range: its least, and in wide ones those that make few multiples of it. */
function stepsOf(gcd: NonNullable<Ranges>, isr: Ranges): readonly number[] {
  const growth = targetsOf(isr, USUAL_RATE).map((rate) => 2 ** (rate / 8) * USUAL_SECONDS);
  const steps = gcd.flatMap(({ from, to }) => {
    if (to < WIDE * Math.max(1, from)) return [from];
    const few = growth.flatMap((each) => [Math.floor(each / 1.2), Math.floor(each)]);
    return [from].concat(few.filter((step) => step > from && step <= to));
  });
  // The fewer multiples there are, the less it matters when exactly a number is asked for.
  return steps.toSorted((a, b) => b - a);
}

const WIDE = 8;
/** Numbers of 32 bits grow by 2^31 between two probes at most: 2^34.4 a second. */
const EIGHTHS_MAX = 276;
const SHARES = [0.5, 0.25, 0.75, 0, 1];

function targetsOf(ranges: Ranges, usual: number): readonly number[] {
  if (ranges === null) return [usual];
  return ranges.flatMap(({ from, to }) =>
    SHARES.map((share) => Math.min(EIGHTHS_MAX, from + share * (to - from))),
  );
}

/** Fifths of a multiple from one probe to the next, of which each is a rate of its own. */
const FIFTHS_MAX = 40;

/** Returns the rates by which numbers grow by a few whole multiples of the step from six probes to the next six. */
function wholeRatesOf(isr: Ranges, step: number): readonly number[] {
  const middle = isr?.[0];
  if (middle === undefined) return [];
  const centre = (middle.from + middle.to) / 2;
  return Array.from({ length: FIFTHS_MAX }, (_, i) => 8 * Math.log2(((i + 1) * step) / (5 * USUAL_SECONDS)))
    .filter((rate) => allowsNumber(isr, Math.round(rate)))
    .toSorted((a, b) => Math.abs(a - centre) - Math.abs(b - centre))
    .slice(0, SHARES.length);
}

/** By patterns, as time passes, or in both ways. */
function* stepsFor(step: number, ratePerSecond: number, predictability: number): Iterable<Steps> {
  const unit = step > 9 ? step : 1;
  const deviation = predictability <= 0 ? 0 : (2 ** (predictability / 8) * unit) / ratePerSecond;
  if (deviation > SPARSE_MAX * DEVIATION_MAX) return;
  const mean = (ratePerSecond * USUAL_SECONDS) / step;
  if (deviation >= IRREGULAR || mean < FEW_MULTIPLES) {
    const pattern = patternOf(mean, Math.min(deviation, DEVIATION_MAX));
    if (pattern !== null) yield { step, ratePerSecond, pattern, deviation };
  }
  if (deviation < IRREGULAR) yield { step, ratePerSecond, pattern: null, deviation };
}

/** Growth a little less even than can be is made as uneven as can be. */
const SPARSE_MAX = 1.3;

/** How many eighths all measures lie within their ranges, in the worst rhythm; negative: in how many they do not. */
function scoreOf(steps: Steps, { sp, gcd, isr }: Wanted): number {
  let worst = Number.POSITIVE_INFINITY;
  let missed = 0;
  RHYTHMS.forEach((rhythm, r) => {
    // Where in the pattern, and between two multiples, a scan begins is not known.
    const before = r * WARM_UP;
    const state = firstState(123_456_789, -(before + 3) * WARM_UP_SECONDS);
    for (let i = before; i > 0; i--) nextNumber(state, steps, -(i + 2) * WARM_UP_SECONDS);
    const numbers = rhythm.map((seconds, i) => nextNumber(state, steps, seconds + DELAYS[i]!));
    const measured = measureSequence(numbers, rhythm);
    const isMet =
      allowsNumber(gcd, measured.divisor) &&
      allowsNumber(sp, measured.predictability) &&
      allowsNumber(isr, measured.rate);
    if (!isMet) missed++;
    worst = Math.min(worst, marginOf(sp, measured.predictability), marginOf(isr, measured.rate));
  });
  return missed > 0 ? -missed : worst;
}

function marginOf(ranges: Ranges, value: number): number {
  const margins = (ranges ?? []).map(({ from, to }) =>
    Math.min(from === 0 ? Number.POSITIVE_INFINITY : value - from, to - value),
  );
  return margins.length === 0 ? 100 : Math.max(...margins);
}
