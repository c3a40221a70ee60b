/**
 * Poisson counts, exact for every mean up to 10^15. When it is fast: always; the cost of a draw is bounded, about
 * one uniform and `mean` steps below 10 and about 2.4 uniforms above.
 */

import { assert } from '../assert.ts';
import { exp, log } from '../math/portable-math.ts';
import type { RandomStream } from './random-stream.ts';
import { logPoissonProbability } from './saddle-point.ts';

const MEAN_MAX = 1e15;
/** Transformed rejection is valid from a mean of 10 on. */
const INVERSION_MEAN_MAX = 10;

/** A draw from the Poisson distribution of `mean` in 0..10^15. */
export function poisson(stream: RandomStream, mean: number): number {
  assert(mean >= 0 && mean <= MEAN_MAX, 'a Poisson mean lies in 0..1e15');
  if (mean === 0) return 0;
  return mean < INVERSION_MEAN_MAX ? poissonByInversion(stream, mean) : poissonByRejection(stream, mean);
}

/** Walks the cumulative probabilities; they are exact to 2^-53, the resolution of the uniform. */
function poissonByInversion(stream: RandomStream, mean: number): number {
  const uniform = stream.nextDouble();
  let count = 0;
  let probability = exp(-mean);
  let cumulative = probability;
  while (uniform >= cumulative) {
    count++;
    probability *= mean / count;
    const next = cumulative + probability;
    // The sum may stop just short of the largest uniforms; what is left of the tail is below 2^-52.
    if (next === cumulative && count > mean) return count;
    cumulative = next;
  }
  return count;
}

/**
 * Algorithm PTRS: Hörmann, "The transformed rejection method for generating Poisson random variables",
 * Insurance: Mathematics and Economics 12(1), 1993.
 */
function poissonByRejection(stream: RandomStream, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = stream.nextDouble() - 0.5;
    const v = 1 - stream.nextDouble();
    const distance = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / distance + b) * u + mean + 0.43);
    if (distance >= 0.07 && v <= squeeze) return count;
    if (count < 0 || (distance < 0.013 && v > distance)) continue;
    const height = (v * inverseAlpha) / (a / (distance * distance) + b);
    if (log(height) <= logPoissonProbability(count, mean)) return count;
  }
}
