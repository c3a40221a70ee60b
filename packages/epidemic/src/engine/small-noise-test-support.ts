/**
 * The mean and the spread of a stochastic outbreak for large N, from the system-size expansion (van Kampen, "Stochastic
 * processes in physics and chemistry", chapter X; Kurtz 1970): the mean field, the covariance of the fluctuations around
 * it, and the shift of the mean that the fluctuations cause. What is left out is of relative order 1/I0². For tests.
 *
 * Written for small outbreaks that are not stiff: a fixed step of the classical Runge–Kutta method of fourth order.
 */
import { assert } from '@wormwood/base';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { effectiveContactRatePerSecond, pairwiseRatePerSecond } from '../dynamics/rates.ts';
import { sampleTimes } from './trajectory.ts';

/** One value a sample: hosts. `shift` is the mean of the stochastic outbreak less the mean field. */
export interface SmallNoiseSeries {
  readonly meanField: Float64Array;
  readonly shift: Float64Array;
  readonly standardDeviation: Float64Array;
}

export interface SmallNoise {
  readonly time: Float64Array;
  readonly susceptible: SmallNoiseSeries;
  readonly infected: SmallNoiseSeries;
}

/** State: S, I (not contacted), C of each honeypot group; then the shift of each; then the covariance, row by row. */
interface Expansion {
  readonly pairwiseRate: number;
  readonly delaySeconds: readonly number[];
  readonly startSeconds: readonly number[];
  readonly contactRate: readonly number[];
  readonly dimension: number;
}

/** Returns mean field, shift and standard deviation at the samples of an outbreak whose honeypots start at given times. */
export function smallNoise(outbreak: Outbreak): SmallNoise {
  const expansion = expansionOf(outbreak);
  const time = sampleTimes(outbreak);
  const susceptible = emptySeries(time.length);
  const infected = emptySeries(time.length);
  const d = expansion.dimension;
  const state = new Float64Array(2 * d + d * d);
  state[0] = outbreak.population.vulnerable - outbreak.population.infected;
  state[1] = outbreak.population.infected;
  const activeWeights = Array.from({ length: d }, (_, i) => (i === 0 ? 0 : 1));
  const susceptibleWeights = Array.from({ length: d }, (_, i) => (i === 0 ? 1 : 0));
  for (let k = 0; k < time.length; k++) {
    if (k > 0) advance(expansion, state, time[k - 1]!, time[k]!, outbreak);
    record(susceptible, k, state, susceptibleWeights);
    record(infected, k, state, activeWeights);
  }
  return { time, susceptible, infected };
}

function expansionOf(outbreak: Outbreak): Expansion {
  const startSeconds = outbreak.honeypots.map(({ start }) => {
    assert(start.kind === 'time', 'the expansion knows honeypots that start at a given time only');
    return start.timeSeconds;
  });
  return {
    pairwiseRate: pairwiseRatePerSecond(outbreak),
    delaySeconds: outbreak.honeypots.map((group) => group.delaySeconds),
    startSeconds,
    contactRate: outbreak.honeypots.map((group) => effectiveContactRatePerSecond(outbreak, group)),
    dimension: 2 + outbreak.honeypots.length,
  };
}

function emptySeries(length: number): SmallNoiseSeries {
  return {
    meanField: new Float64Array(length),
    shift: new Float64Array(length),
    standardDeviation: new Float64Array(length),
  };
}

function record(series: SmallNoiseSeries, k: number, state: Float64Array, weights: readonly number[]): void {
  const d = weights.length;
  let meanField = 0;
  let shift = 0;
  let variance = 0;
  for (let i = 0; i < d; i++) {
    meanField += weights[i]! * state[i]!;
    shift += weights[i]! * state[d + i]!;
    for (let j = 0; j < d; j++) variance += weights[i]! * weights[j]! * state[2 * d + i * d + j]!;
  }
  series.meanField[k] = meanField;
  series.shift[k] = shift;
  series.standardDeviation[k] = Math.sqrt(Math.max(0, variance));
}

/** Integrates from one sample to the next, stopping at each start of honeypots on the way. */
function advance(
  expansion: Expansion,
  state: Float64Array,
  from: number,
  to: number,
  outbreak: Outbreak,
): void {
  const starts = expansion.startSeconds.filter((start) => start > from && start < to).sort((a, b) => a - b);
  let fastest = expansion.pairwiseRate * outbreak.population.vulnerable;
  for (const [group, rate] of expansion.contactRate.entries()) {
    const delay = expansion.delaySeconds[group]!;
    fastest = Math.max(fastest, rate, delay > 0 ? 1 / delay : 0);
  }
  let begin = from;
  for (const end of [...starts, to]) {
    const steps = Math.ceil((end - begin) * fastest * 20);
    for (let k = 0; k < steps; k++) rungeKuttaStep(expansion, state, begin, (end - begin) / steps);
    begin = end;
  }
}

function rungeKuttaStep(expansion: Expansion, state: Float64Array, segmentStart: number, step: number): void {
  const slope = (at: Float64Array): Float64Array => derivative(expansion, at, segmentStart);
  const moved = (k: Float64Array, factor: number): Float64Array => state.map((x, i) => x + factor * k[i]!);
  const k1 = slope(state);
  const k2 = slope(moved(k1, step / 2));
  const k3 = slope(moved(k2, step / 2));
  const k4 = slope(moved(k3, step));
  for (let i = 0; i < state.length; i++) {
    state[i]! += (step / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!);
  }
}

function derivative(expansion: Expansion, state: Float64Array, segmentStart: number): Float64Array {
  const { pairwiseRate, delaySeconds, startSeconds, contactRate, dimension: d } = expansion;
  const out = new Float64Array(state.length);
  const jacobian = new Float64Array(d * d);
  const covariance = state.subarray(2 * d);
  /** Adds a transition at `rate` that takes one host from `source` to `target` (−1: immunized). */
  const transition = (rate: number, source: number, target: number): void => {
    for (const [row, change] of [[source, -1] as const, [target, 1] as const]) {
      if (row < 0) continue;
      out[row]! += change * rate;
      out[2 * d + row * d + row]! += rate;
    }
    if (target < 0) return;
    out[2 * d + source * d + target]! -= rate;
    out[2 * d + target * d + source]! -= rate;
  };
  const linear = (coefficient: number, source: number, target: number): void => {
    transition(coefficient * state[source]!, source, target);
    jacobian[source * d + source]! -= coefficient;
    if (target >= 0) jacobian[target * d + source]! += coefficient;
  };
  let active = 0;
  let crossCovariance = 0;
  for (let j = 1; j < d; j++) {
    active += state[j]!;
    crossCovariance += covariance[j]!;
    jacobian[j] = -pairwiseRate * state[0]!;
    jacobian[d + j]! += pairwiseRate * state[0]!;
  }
  jacobian[0] = -pairwiseRate * active;
  jacobian[d] = pairwiseRate * active;
  transition(pairwiseRate * state[0]! * active, 0, 1);
  for (let group = 0; group < contactRate.length; group++) {
    const delay = delaySeconds[group]!;
    if (startSeconds[group]! <= segmentStart) linear(contactRate[group]!, 1, delay > 0 ? 2 + group : -1);
    if (delay > 0) linear(1 / delay, 2 + group, -1);
  }
  addLinearParts(out, jacobian, state, d);
  out[d]! -= pairwiseRate * crossCovariance;
  out[d + 1]! += pairwiseRate * crossCovariance;
  return out;
}

/** Adds J·shift, and J·covariance and its transpose. */
function addLinearParts(out: Float64Array, jacobian: Float64Array, state: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < d; k++) {
      out[d + i]! += jacobian[i * d + k]! * state[d + k]!;
      for (let j = 0; j < d; j++) {
        const product = jacobian[i * d + k]! * state[2 * d + k * d + j]!;
        out[2 * d + i * d + j]! += product;
        out[2 * d + j * d + i]! += product;
      }
    }
  }
}
