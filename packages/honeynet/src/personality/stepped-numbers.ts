/**
 * Numbers that grow by steps, as the initial sequence numbers of a system do: how fast, how evenly and in which multiples is what
 * nmap measures of them as ISR, SP and GCD (https://nmap.org/book/osdetect-methods.html#osdetect-seq).
 */

export interface Steps {
  readonly step: number;
  readonly ratePerSecond: number;
  /**
   * Multiples of the step by which the numbers grow in one tenth of a second after the other, again and again: whichever five in
   * a row somebody sees have the same mean and the same variance. Null: they grow as time passes, now more and now less.
   */
  readonly pattern: readonly number[] | null;
  /** Standard deviation of the growth over its mean. */
  readonly deviation: number;
}

/** Where such numbers stand between two hosts. */
export interface StepState {
  /** 32 bits. */
  value: number;
  /** What was not given out yet, or too much was, because it is not a multiple of the step. */
  carry: number;
  lastSeconds: number;
  /** Place in the pattern. */
  place: number;
  lastMultiple: number;
}

/** What nmap leaves between two of its probes. */
export const USUAL_SECONDS = 0.1;
const IDLE_SECONDS_MAX = 1000;
/** Longer than between two probes of a scan, even where one of them is not answered. */
const PAUSE_SECONDS = 0.25;

/** Five deviations with the mean 0 and the sample variance 1, in an order without a slope. */
export const EVEN_DEVIATIONS: readonly number[] = [0.6, -1.2, 1.2, -0.6, 0].map(
  (value) => value / Math.sqrt(0.9),
);

/** Returns the next number. */
export function nextNumber(state: StepState, steps: Steps, nowSeconds: number): number {
  const passed = Math.min(IDLE_SECONDS_MAX, Math.max(0, nowSeconds - state.lastSeconds));
  state.lastSeconds = nowSeconds;
  const multiple =
    steps.pattern === null
      ? multipleByTime(state, steps, passed)
      : multipleByPattern(state, steps, steps.pattern, passed);
  // A remainder of numbers that are no small integers is a call; of whole numbers this is the same.
  state.value = (state.value + ((multiple * steps.step) >>> 0)) >>> 0;
  return state.value;
}

/** Of each five multiples in a row one has no common divisor with the one before, so that the step is what all have in common. */
function multipleByTime(state: StepState, { step, ratePerSecond, deviation }: Steps, passed: number): number {
  const place = state.place++ % EVEN_DEVIATIONS.length;
  const factor = 1 + deviation * EVEN_DEVIATIONS[place]!;
  state.carry += ratePerSecond * passed * factor;
  let multiple = Math.max(1, Math.round(state.carry / step));
  if (place === 0) while (multiple > 1 && greatestCommonDivisor(multiple, state.lastMultiple) > 1) multiple++;
  state.lastMultiple = multiple;
  // What is left over after a pause would show as one irregular step among the next few.
  state.carry = passed > PAUSE_SECONDS ? 0 : Math.max(-2 * step, state.carry - multiple * step);
  return multiple;
}

function multipleByPattern(
  state: StepState,
  { step, ratePerSecond }: Steps,
  pattern: readonly number[],
  passed: number,
): number {
  const isPause = passed > PAUSE_SECONDS;
  let multiple = isPause ? Math.floor((ratePerSecond * passed) / step) : 0;
  for (let left = isPause ? 1 : Math.max(1, Math.round(passed / USUAL_SECONDS)); left > 0; left--)
    multiple += pattern[state.place++ % pattern.length]!;
  return multiple;
}

/** Returns where numbers begin. */
export function firstState(value: number, nowSeconds: number): StepState {
  return { value, carry: 0, lastSeconds: nowSeconds, place: 0, lastMultiple: 1 };
}

/** Lets a state that is used no longer begin as `firstState` does, and returns it. */
export function beginAnew(state: StepState, value: number, nowSeconds: number): StepState {
  state.value = value;
  state.carry = 0;
  state.lastSeconds = nowSeconds;
  state.place = 0;
  state.lastMultiple = 1;
  return state;
}

/** Euclid's; of anything and 0 it is the other. */
export function greatestCommonDivisor(a: number, b: number): number {
  let [larger, smaller] = [a, b];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
