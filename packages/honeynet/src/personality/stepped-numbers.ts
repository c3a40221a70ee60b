/**
 * Numbers that grow by steps, as the initial sequence numbers of a system do: how fast, how evenly and in which multiples is what
 * nmap measures of them as ISR, SP and GCD (https://nmap.org/book/osdetect-methods.html#osdetect-seq).
 */
import { allowsNumber, rangesOf } from './expression.ts';
import type { TestResults } from './fingerprint.ts';
import type { SequenceTraits } from './personality.ts';

export interface Steps {
  readonly step: number;
  readonly ratePerSecond: number;
  /** Standard deviation of the growth over its mean. */
  readonly deviation: number;
}

/** Where such numbers stand between two hosts. */
export interface StepState {
  /** 32 bits. */
  value: number;
  /** What was not given out yet, or too much was, because it is no multiple of the step. */
  carry: number;
  lastSeconds: number;
  count: number;
  lastMultiple: number;
}

/** Growth as irregular as this does not depend on the time between two numbers. */
const IRREGULAR = 1 / 16;
/** What nmap leaves between two of its probes. */
const USUAL_SECONDS = 0.1;
/** Steps in a tenth of a second, below which some numbers are the same as the one before. */
const SPARSE = 0.7;
const IDLE_SECONDS_MAX = 1000;
const WORD = 2 ** 32;

/** Five deviations with the mean 0 and the sample variance 1, in an order without a slope. */
const EVEN = [0.6, -1.2, 1.2, -0.6, 0].map((value) => value / Math.sqrt(0.9));
/** Largest deviation at which all growth by `EVEN` is upwards. */
const EVEN_MAX = 0.75;
/** Of one large and four equal small ones: the variance of (x, y, y, y, y) with the mean 1 is (x - 1)² · 5/16. */
const UNEVEN_UNIT = Math.sqrt(5 / 16);
/** At which four of five do not grow. */
const DEVIATION_MAX: number = 4 * UNEVEN_UNIT;

/** Growth over its mean, of which each five in a row have the mean 1 and the deviation. */
function factorOf(count: number, deviation: number): number {
  const place = count % EVEN.length;
  if (deviation <= EVEN_MAX) return 1 + deviation * EVEN[place]!;
  const excess = deviation / UNEVEN_UNIT;
  return place === 2 ? 1 + excess : 1 - excess / 4;
}

/** Returns the next number. Two multiples in a row have no common divisor, so that the step is what all have in common. */
export function nextNumber(state: StepState, steps: Steps, nowSeconds: number): number {
  const { step, ratePerSecond, deviation } = steps;
  const elapsed =
    deviation >= IRREGULAR
      ? USUAL_SECONDS
      : Math.min(IDLE_SECONDS_MAX, Math.max(0, nowSeconds - state.lastSeconds));
  state.lastSeconds = nowSeconds;
  state.carry += ratePerSecond * elapsed * factorOf(state.count++, deviation);
  // A clock that ticks less often than it is asked gives the same again.
  const least = ratePerSecond * USUAL_SECONDS < SPARSE * step ? 0 : 1;
  let multiple = Math.max(least, Math.round(state.carry / step));
  while (multiple > 1 && greatestCommonDivisor(multiple, state.lastMultiple) > 1) multiple++;
  if (multiple > 0) state.lastMultiple = multiple;
  state.carry = Math.max(-2 * step, state.carry - multiple * step);
  state.value = (state.value + ((multiple * step) % WORD)) % WORD;
  return state.value;
}

/** Returns where numbers begin. */
export function firstState(value: number, nowSeconds: number): StepState {
  return { value, carry: 0, lastSeconds: nowSeconds, count: 0, lastMultiple: 1 };
}

/** Euclid's; of anything and 0 it is the other. */
function greatestCommonDivisor(a: number, b: number): number {
  let [larger, smaller] = [a, b];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

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

/** Returns the generator that comes nearest to what a fingerprint says of sequence numbers; `isMet` where it is as that says. */
export function sequenceOf(seq: TestResults | undefined): {
  readonly traits: SequenceTraits;
  readonly isMet: boolean;
} {
  const [sp, gcd, isr] = [seq?.get('SP'), seq?.get('GCD'), seq?.get('ISR')];
  const steps = gcd === undefined ? [1] : stepsOf(gcd, isr);
  let best: Steps | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  search: for (const step of steps) {
    if (step === 0) {
      if (allowsNumber(sp, 0) && allowsNumber(isr, 0)) return { traits: { kind: 'constant' }, isMet: true };
      continue;
    }
    for (const rate of targetsOf(isr, USUAL_RATE)) {
      for (const predictability of targetsOf(sp, rate - 4)) {
        const candidate = stepsFor(step, rate, predictability);
        const score = candidate === null ? Number.NEGATIVE_INFINITY : scoreOf(candidate, { sp, gcd, isr });
        if (score > bestScore) [best, bestScore] = [candidate, score];
        if (bestScore >= GOOD_MARGIN) break search;
      }
    }
  }
  if (best === null)
    return { traits: { kind: 'stepped', ...stepsFor(1, USUAL_RATE, USUAL_RATE - 4)! }, isMet: false };
  return { traits: { kind: 'stepped', ...best }, isMet: bestScore >= 0 };
}

/** A margin with which nothing is missed. */
const GOOD_MARGIN = 4;
/** ISR of uniformly random numbers: 2^30 in a tenth of a second. */
const USUAL_RATE = 0x10a;

/** Steps that are tried of each range: its least, and in wide ones those that make few multiples of it. */
function stepsOf(gcd: string, isr: string | undefined): readonly number[] {
  const growth = targetsOf(isr, USUAL_RATE).map((rate) => 2 ** (rate / 8) * USUAL_SECONDS);
  const steps = rangesOf(gcd).flatMap(({ from, to }) => {
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

function targetsOf(expression: string | undefined, usual: number): readonly number[] {
  if (expression === undefined) return [usual];
  return rangesOf(expression).flatMap(({ from, to }) =>
    [0.5, 0.25, 0.75, 0, 1].map((share) => Math.min(EIGHTHS_MAX, from + share * (to - from))),
  );
}

function stepsFor(step: number, rate: number, predictability: number): Steps | null {
  const ratePerSecond = 2 ** (rate / 8);
  const unit = step > 9 ? step : 1;
  const deviation = predictability <= 0 ? 0 : (2 ** (predictability / 8) * unit) / ratePerSecond;
  if (deviation > SPARSE_MAX * DEVIATION_MAX) return null;
  return { step, ratePerSecond, deviation: Math.min(deviation, DEVIATION_MAX) };
}

/** Growth a little less even than can be is made as uneven as can be. */
const SPARSE_MAX = 1.3;

interface Wanted {
  readonly sp: string | undefined;
  readonly gcd: string | undefined;
  readonly isr: string | undefined;
}

/** How many eighths all measures lie within their ranges, in the worst rhythm; negative: how many are not. */
function scoreOf(steps: Steps, { sp, gcd, isr }: Wanted): number {
  let worst = Number.POSITIVE_INFINITY;
  let missed = 0;
  RHYTHMS.forEach((rhythm, r) => {
    const state = firstState(123_456_789, -0.3);
    // Where in the pattern a scan begins is not known.
    for (let i = 0; i < r; i++) nextNumber(state, steps, -0.2);
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

function marginOf(expression: string | undefined, value: number): number {
  const margins = rangesOf(expression).map(({ from, to }) =>
    Math.min(from === 0 ? Number.POSITIVE_INFINITY : value - from, to - value),
  );
  return margins.length === 0 ? 100 : Math.max(...margins);
}
