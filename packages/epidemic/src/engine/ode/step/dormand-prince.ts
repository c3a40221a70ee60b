/**
 * One step of the method of Dormand and Prince of order 5(4), for equations that are not stiff.
 *
 * Source: Dormand, Prince, "A family of embedded Runge-Kutta formulae", J. Comput. Appl. Math. 6, 1980.
 */

/** Writes y'(t) into `derivative`. */
export type RightHandSide = (timeSeconds: number, state: Float64Array, derivative: Float64Array) => void;

export interface Workspace {
  readonly state: Float64Array;
  readonly next: Float64Array;
  /** y' at the begin of the step, which the caller has computed, and at its end, which the step leaves. */
  readonly derivative: Float64Array;
  readonly nextDerivative: Float64Array;
  readonly stages: readonly Float64Array[];
}

const NODES = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1] as const;
const WEIGHTS: readonly (readonly number[])[] = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
];
const FIFTH = [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84] as const;
/** Fifth order minus fourth. */
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40] as const;

export function workspace(size: number): Workspace {
  const array = (): Float64Array => new Float64Array(size);
  const derivative = array();
  const nextDerivative = array();
  const stages = [derivative, array(), array(), array(), array(), array(), nextDerivative];
  return { state: array(), next: array(), derivative, nextDerivative, stages };
}

/**
 * Tries a step of length h and returns its estimated error: the largest over the components, in units of
 * tolerance · max(|y|, 1). At most 1 is to be accepted.
 */
export function tryStep(
  rightHandSide: RightHandSide,
  work: Workspace,
  step: { readonly timeSeconds: number; readonly h: number; readonly tolerance: number },
): number {
  const { state, next, stages, nextDerivative } = work;
  const { timeSeconds, h } = step;
  for (const [k, weights] of WEIGHTS.entries()) {
    for (let j = 0; j < state.length; j++) next[j] = state[j]! + h * weighted(stages, weights, j);
    rightHandSide(timeSeconds + NODES[k]! * h, next, stages[k + 1]!);
  }
  for (let j = 0; j < state.length; j++) next[j] = state[j]! + h * weighted(stages, FIFTH, j);
  rightHandSide(timeSeconds + h, next, nextDerivative);
  let worst = 0;
  for (let j = 0; j < state.length; j++) {
    const scale = step.tolerance * Math.max(Math.abs(state[j]!), Math.abs(next[j]!), 1);
    const error = Math.abs(h * weighted(stages, ERROR, j)) / scale;
    // Written so that an error that is not a number is the worst.
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

function weighted(stages: readonly Float64Array[], weights: readonly number[], at: number): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k]! * stages[k]![at]!;
  return sum;
}

/** Moves to the end of the step just tried. */
export function acceptStep({ state, next, derivative, nextDerivative }: Workspace): void {
  state.set(next);
  derivative.set(nextDerivative);
}
