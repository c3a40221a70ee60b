/**
 * The likelihood of a growing count. An outbreak without a defense is a pure birth process: with C hosts infected of N, the
 * next is infected at rate β C (1 − C/N) (docs/models.md#stochastic-process). Over an interval that begins with C hosts, the
 * number at its end has mean
 *
 *     m(τ) = N / (1 + A e^{−βτ}),  A = (N − C)/C,
 *
 * and, by the linear noise approximation (van Kampen), variance V = β g(τ)² ∫₀^τ du/g(u) with g = m (1 − m/N), which is
 *
 *     V = g(τ)² β/N · [2τ + A (1 − e^{−βτ})/β + (e^{βτ} − 1)/(Aβ)].
 *
 * While C is far below N this is the variance of Yule's process exactly. The increase is taken as negative binomial with this
 * mean and variance, which for Yule's process is its law; where the variance is below the mean, near N, as normal.
 */
import { exp, log } from '@wormwood/base';

/** What an interval of a series saw. */
export interface GrowthStep {
  readonly seconds: number;
  /** Hosts at the beginning and at the end. */
  readonly from: number;
  readonly to: number;
}

export interface Moments {
  /** Of the increase, in hosts. */
  readonly mean: number;
  readonly variance: number;
}

/** Returns mean and variance of the increase from `from` hosts, with `ratePerSecond` = β while all are susceptible. */
export function increaseMoments(
  { seconds, from }: GrowthStep,
  ratePerSecond: number,
  vulnerable: number,
): Moments {
  const exponent = ratePerSecond * seconds;
  const left = vulnerable - from;
  if (left <= 0) return { mean: 0, variance: 0 };
  const ratio = left / from;
  const decay = exp(-exponent);
  const end = vulnerable / (1 + ratio * decay);
  const share = end * (1 - end / vulnerable);
  // g² e^{βτ} stays finite where e^{βτ} alone does not.
  const grown = share * share * (exponent > 300 ? 0 : exp(exponent) - 1);
  const variance = (share * share * (2 * exponent + ratio * (1 - decay)) + grown / ratio) / vulnerable;
  return { mean: end - from, variance };
}

/** Returns the logarithm of the probability of the step, up to nothing that depends on β or N. */
export function stepLogLikelihood(step: GrowthStep, ratePerSecond: number, vulnerable: number): number {
  const increase = step.to - step.from;
  if (step.to > vulnerable) return -Infinity;
  const { mean, variance } = increaseMoments(step, ratePerSecond, vulnerable);
  if (mean <= 0) return increase === 0 ? 0 : -Infinity;
  return countLogLikelihood(increase, mean, variance);
}

/** Returns the logarithm of the probability of a count with this mean and variance, both above 0. */
export function countLogLikelihood(count: number, mean: number, variance: number): number {
  if (variance > mean * (1 + 1e-9)) return negativeBinomial(count, mean, variance);
  const spread = variance + ROUNDING_VARIANCE;
  const off = count - mean;
  return -0.5 * (log(2 * Math.PI * spread) + (off * off) / spread);
}

/** A whole number stands for an interval of one around it. */
const ROUNDING_VARIANCE = 1 / 12;

function negativeBinomial(count: number, mean: number, variance: number): number {
  const size = (mean * mean) / (variance - mean);
  return (
    logGamma(count + size) -
    logGamma(size) -
    logGamma(count + 1) +
    size * log(mean / variance) +
    count * log(1 - mean / variance)
  );
}

/** log Γ(x) for x > 0 by Stirling's series after a shift; relative error below 1e-12 (Abramowitz and Stegun, 6.1.41). */
export function logGamma(x: number): number {
  let shifted = x;
  let product = 1;
  while (shifted < 10) {
    product *= shifted;
    shifted++;
  }
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (shifted - 0.5) * log(shifted) - shifted + 0.5 * log(2 * Math.PI) + series - log(product);
}
