/**
 * One step of RODAS (see `rodas-coefficients.ts`) for honeypots with any number of distinct delays; the equations and the
 * elimination are those of `step-kernel.ts`, with a sum over the delays in place of its one C.
 */
import type { StepFunction, StepWorkspace } from './step-workspace.ts';
import {
  A21,
  A31,
  A32,
  A41,
  A42,
  A43,
  A51,
  A52,
  A53,
  A54,
  C21,
  C31,
  C32,
  C41,
  C42,
  C43,
  C51,
  C52,
  C53,
  C54,
  C61,
  C62,
  C63,
  C64,
  C65,
  D21,
  D22,
  D23,
  D24,
  D25,
  D31,
  D32,
  D33,
  D34,
  D35,
  GAMMA,
} from './rodas-coefficients.ts';

/** Row i holds what stage i + 1 takes of the stages before it. */
const ARGUMENTS: readonly Float64Array[] = [
  Float64Array.of(),
  Float64Array.of(A21),
  Float64Array.of(A31, A32),
  Float64Array.of(A41, A42, A43),
  Float64Array.of(A51, A52, A53, A54),
  Float64Array.of(A51, A52, A53, A54, 1),
];
const COUPLINGS: readonly Float64Array[] = [
  Float64Array.of(),
  Float64Array.of(C21),
  Float64Array.of(C31, C32),
  Float64Array.of(C41, C42, C43),
  Float64Array.of(C51, C52, C53, C54),
  Float64Array.of(C61, C62, C63, C64, C65),
];
const RESULT = Float64Array.of(A51, A52, A53, A54, 1, 1);
const SECOND = Float64Array.of(D21, D22, D23, D24, D25);
const THIRD = Float64Array.of(D31, D32, D33, D34, D35);

/** Writes the state after a step of `h` seconds and the dense output; returns the estimated error in tolerances. */
export const stepManyDelays: StepFunction = (work: StepWorkspace, h: number): number => {
  const { state, next, rates, stages } = work;
  const dimension = state.length;
  const b = rates[0]!;
  let leaving = rates[1]!;
  let active = state[1]!;
  const d = 1 / (h * GAMMA);
  let eliminated = 0;
  for (let j = 2; j < dimension; j++) {
    const gamma = rates[2 * j - 2]!;
    leaving += gamma;
    active += state[j]!;
    eliminated += gamma / (d + rates[2 * j - 1]!);
  }
  const bS = b * state[0]!;
  const e = 1 + (b * active) / d;
  const inverse = 1 / (e * (d + leaving) - bS * (1 + eliminated));

  for (let stage = 0; stage < 6; stage++) {
    const own = stage * dimension;
    combine(next, state, stages, ARGUMENTS[stage]!);
    const s = next[0]!;
    const i = next[1]!;
    let infecting = i;
    let waiting = 0;
    for (let j = 2; j < dimension; j++) {
      const c = next[j]!;
      const kappa = rates[2 * j - 1]!;
      infecting += c;
      const right = coupling(stages, stage, j, dimension) / h + rates[2 * j - 2]! * i - kappa * c;
      const eliminatedC = right / (d + kappa);
      stages[own + j] = eliminatedC;
      waiting += eliminatedC;
    }
    const coupledS = coupling(stages, stage, 0, dimension);
    const rightS = coupledS / h - b * s * infecting;
    const sum = (coupledS + coupling(stages, stage, 1, dimension)) / h - leaving * i;
    const stageI = (e * sum + bS * waiting - rightS) * inverse;
    stages[own] = (sum - (d + leaving) * stageI) / d;
    stages[own + 1] = stageI;
    for (let j = 2; j < dimension; j++) {
      stages[own + j]! += (rates[2 * j - 2]! * stageI) / (d + rates[2 * j - 1]!);
    }
  }
  combine(next, state, stages, RESULT);
  writeDense(work);
  return errorNorm(work);
};

/** out = state + Σ weights_k U_k. */
function combine(out: Float64Array, state: Float64Array, stages: Float64Array, weights: Float64Array): void {
  const dimension = state.length;
  for (let j = 0; j < dimension; j++) {
    let sum = state[j]!;
    for (let k = 0; k < weights.length; k++) sum += weights[k]! * stages[k * dimension + j]!;
    out[j] = sum;
  }
}

/** Σ c_ik U_k of one component. */
function coupling(stages: Float64Array, stage: number, component: number, dimension: number): number {
  const weights = COUPLINGS[stage]!;
  let sum = 0;
  for (let k = 0; k < stage; k++) sum += weights[k]! * stages[k * dimension + component]!;
  return sum;
}

function writeDense({ state, next, stages, dense }: StepWorkspace): void {
  const dimension = state.length;
  let second = 0;
  let third = 0;
  for (let k = 0; k < 5; k++) {
    second += SECOND[k]! * stages[k * dimension]!;
    third += THIRD[k]! * stages[k * dimension]!;
  }
  dense[0] = state[0]!;
  dense[1] = next[0]! - state[0]! + second;
  dense[2] = third - second;
  dense[3] = -third;
  let before = 0;
  let after = 0;
  second = 0;
  third = 0;
  for (let j = 1; j < dimension; j++) {
    before += state[j]!;
    after += next[j]!;
    for (let k = 0; k < 5; k++) {
      second += SECOND[k]! * stages[k * dimension + j]!;
      third += THIRD[k]! * stages[k * dimension + j]!;
    }
  }
  dense[4] = before;
  dense[5] = after - before + second;
  dense[6] = third - second;
  dense[7] = -third;
}

/** The last stage is the error; what counts is S, all infected, each C as a part of them, and the immunized. */
function errorNorm(work: StepWorkspace): number {
  const { next, stages, vulnerable, reciprocalTolerance, smallestScale: smallest } = work;
  const dimension = next.length;
  const last = 5 * dimension;
  let active = next[1]!;
  let activeError = stages[last + 1]!;
  let partError = 0;
  for (let j = 2; j < dimension; j++) {
    active += next[j]!;
    activeError += stages[last + j]!;
    partError = Math.max(partError, Math.abs(stages[last + j]!));
  }
  const s = next[0]!;
  const errorS = stages[last]!;
  return (
    Math.max(
      Math.abs(errorS) / Math.max(smallest, s),
      Math.max(Math.abs(activeError), partError) / Math.max(smallest, active),
      Math.abs(errorS + activeError) / Math.max(smallest, vulnerable - s - active),
    ) * reciprocalTolerance
  );
}
