/**
 * The one control loop of adaptive steps. A step is tried; its estimated error sets the length of the next one; a step whose
 * error is at most the tolerance is taken. The last step ends exactly at the end, which a step may bring nearer: something
 * may start within it.
 */
import { assert } from '@wormwood/base';

/** A step of time; written anew for each. */
export interface TimeStep {
  beginSeconds: number;
  lengthSeconds: number;
  endSeconds: number;
}

/** A method of integration and what becomes of its steps. */
export interface Stepper<Step extends TimeStep> {
  /** Tries a step; returns the estimated error in units of the tolerance. No number counts as too much. */
  attempt(timeSeconds: number, lengthSeconds: number): number;
  /** Returns by what the length of a step of this error is to be multiplied. */
  lengthFactor(error: number): number;
  /** Returns the earliest end that a step within the tolerance has brought about; Infinity for none. */
  endBy(step: Step): number;
  /** Moves to the end of the step. */
  accept(step: Step): void;
}

export interface StepRange {
  /** Time runs from here: late in a long outbreak steps may be shorter than the spacing of numbers there. */
  readonly originSeconds: number;
  readonly beginSeconds: number;
  readonly endSeconds: number;
  readonly firstLengthSeconds: number;
  readonly stepsMax: number;
}

/** A step that would leave less than a ten-thousandth to the next one takes it along. */
const STRETCH = 1.0001;
/** Seconds. Nothing happens in less, and its reciprocal is still a number. */
const LENGTH_MIN = 1e-100;

/** Takes steps to the end, writing each into `step`; returns the end in seconds. */
export function takeSteps<Step extends TimeStep>(
  stepper: Stepper<Step>,
  step: Step,
  range: StepRange,
): number {
  const { originSeconds: origin, stepsMax } = range;
  let end = range.endSeconds;
  let now = range.beginSeconds - origin;
  let length = range.firstLengthSeconds;
  for (let steps = 0; now < end - origin; steps++) {
    assert(steps < stepsMax, `the mean field needs more than ${stepsMax} steps near ${origin + now} s`);
    const left = end - origin - now;
    const isLast = length * STRETCH >= left;
    const taken = Math.max(isLast ? left : length, LENGTH_MIN);
    const error = stepper.attempt(origin + now, taken);
    length = taken * stepper.lengthFactor(error);
    if (!(error <= 1)) continue;
    step.beginSeconds = origin + now;
    step.lengthSeconds = taken;
    step.endSeconds = isLast ? end : origin + now + taken;
    const earlier = stepper.endBy(step);
    if (earlier < end) {
      end = Math.max(earlier, origin + now);
      if (end < step.endSeconds) continue;
    }
    stepper.accept(step);
    if (isLast) break;
    now += taken;
  }
  return end;
}
