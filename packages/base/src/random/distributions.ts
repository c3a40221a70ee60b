/**
 * Continuous distributions drawn from a `RandomStream`. All go through portable mathematics, so that a seed gives
 * the same values in every engine. Counts are drawn in `poisson.ts` and `binomial.ts`.
 */

import { assert } from '../assert.ts';
import { exp, log } from '../math/portable-math.ts';
import type { RandomStream } from './random-stream.ts';
import { exponentialZiggurat, normalZiggurat } from './ziggurat.ts';

const TWO_TO_32 = 0x100000000;

/** A draw from the exponential distribution of mean 1; divide by a rate to get a waiting time. */
export function exponential(stream: RandomStream): number {
  const { k, w } = exponentialZiggurat;
  const a = stream.nextUint32();
  const j = (a >>> 11) * TWO_TO_32 + stream.nextUint32();
  const layer = a & 255;
  const x = j * (w[layer] ?? 0);
  return j < (k[layer] ?? 0) ? x : exponentialOutsideLayer(stream, layer, x);
}

/** The rest of an exponential draw whose point x of `layer` missed the rectangle below the density. */
export function exponentialOutsideLayer(stream: RandomStream, layer: number, x: number): number {
  // The exponential distribution forgets: its tail is itself, shifted.
  if (layer === 0) return exponentialZiggurat.tailStart + exponential(stream);
  return isUnder(exponentialZiggurat.f, layer, stream.nextDouble(), exp(-x)) ? x : exponential(stream);
}

/** A draw from the normal distribution of mean 0 and variance 1. */
export function normal(stream: RandomStream): number {
  const { k, w, f } = normalZiggurat;
  for (;;) {
    const a = stream.nextUint32();
    const j = (a >>> 11) * TWO_TO_32 + stream.nextUint32();
    const layer = a & 255;
    const x = j * (w[layer] ?? 0);
    const sign = (a & 256) === 0 ? 1 : -1;
    if (j < (k[layer] ?? 0)) return sign * x;
    if (layer === 0) return sign * normalTail(stream);
    if (isUnder(f, layer, stream.nextDouble(), exp(-0.5 * x * x))) return sign * x;
  }
}

/** Marsaglia 1964: the normal tail beyond r as an exponential of rate r, thinned by e^(-x^2/2). */
function normalTail(stream: RandomStream): number {
  for (;;) {
    const x = exponential(stream) / normalZiggurat.tailStart;
    if (2 * exponential(stream) > x * x) return normalZiggurat.tailStart + x;
  }
}

/** Whether the point at relative height `uniform` of the layer lies under the density. */
function isUnder(f: Float64Array, layer: number, uniform: number, density: number): boolean {
  const bottom = f[layer] ?? 0;
  const top = f[layer + 1] ?? 0;
  return bottom + uniform * (top - bottom) < density;
}

/**
 * A draw from the gamma distribution of `shape` > 0 and scale 1.
 * Source: Marsaglia, Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000.
 */
export function gamma(stream: RandomStream, shape: number): number {
  assert(shape > 0 && shape < Infinity, 'a gamma shape is positive and finite');
  // Section 6: gamma(a) = gamma(a + 1) * U^(1/a), with -log U drawn directly.
  if (shape < 1) return gamma(stream, shape + 1) * exp(-exponential(stream) / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(stream);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    const u = 1 - stream.nextDouble();
    const x2 = x * x;
    if (u < 1 - 0.0331 * x2 * x2 || log(u) < 0.5 * x2 + d * (1 - v + log(v))) return d * v;
  }
}
