/**
 * Binomial counts, exact for up to 2^53 trials. When it is fast: always; the cost of a draw is bounded, about one
 * uniform and n p steps where fewer than 10 successes (or failures) are expected and about 2.4 uniforms elsewhere.
 */

import { assert } from '../assert.ts';
import { exp, log, log1p } from '../math/portable-math.ts';
import type { RandomStream } from './random-stream.ts';
import { logBinomialProbability } from './saddle-point.ts';

const TRIALS_MAX = 2 ** 53;
/** Transformed rejection is valid from 10 expected successes on. */
const INVERSION_MEAN_MAX = 10;

/** A draw of the number of successes in `trials` (an integer in 0..2^53), each of `probability` in 0..1. */
export function binomial(stream: RandomStream, trials: number, probability: number): number {
  assert(
    trials >= 0 && trials <= TRIALS_MAX && Math.floor(trials) === trials,
    'trials is an integer in 0..2^53',
  );
  assert(probability >= 0 && probability <= 1, 'a probability lies in 0..1');
  if (probability > 0.5) return trials - atMostHalf(stream, trials, 1 - probability);
  return atMostHalf(stream, trials, probability);
}

function atMostHalf(stream: RandomStream, trials: number, probability: number): number {
  if (trials === 0 || probability === 0) return 0;
  return trials * probability < INVERSION_MEAN_MAX
    ? binomialByInversion(stream, trials, probability)
    : binomialByRejection(stream, trials, probability);
}

/** Walks the cumulative probabilities; they are exact to 2^-52 or so, the resolution of the uniform. */
function binomialByInversion(stream: RandomStream, trials: number, probability: number): number {
  const uniform = stream.nextDouble();
  const odds = probability / (1 - probability);
  let count = 0;
  let mass = exp(trials * log1p(-probability));
  let cumulative = mass;
  while (uniform >= cumulative && count < trials) {
    mass *= odds * ((trials - count) / (count + 1));
    count++;
    const next = cumulative + mass;
    // The sum may stop just short of the largest uniforms; what is left of the tail is below 2^-52.
    if (next === cumulative && count > trials * probability) return count;
    cumulative = next;
  }
  return count;
}

/**
 * Algorithm BTRS: Hörmann, "The generation of binomial random variates", J. Stat. Computation and Simulation
 * 46(1-2), 1993; with the probabilities in Loader's form.
 */
function binomialByRejection(stream: RandomStream, trials: number, probability: number): number {
  const deviation = Math.sqrt(trials * probability * (1 - probability));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * probability;
  const center = trials * probability + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const logModeMass = logBinomialProbability(Math.floor((trials + 1) * probability), { trials, probability });
  for (;;) {
    const u = stream.nextDouble() - 0.5;
    const v = 1 - stream.nextDouble();
    const distance = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / distance + b) * u + center);
    if (distance >= 0.07 && v <= squeeze) return count;
    if (count < 0 || count > trials) continue;
    const height = (v * alpha) / (a / (distance * distance) + b);
    if (log(height) <= logBinomialProbability(count, { trials, probability }) - logModeMass) return count;
  }
}
