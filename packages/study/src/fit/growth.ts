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
 * Both are written here in u = 1/N, which may be 0 (no limit) and below it (growth that gathers speed): there they are the same
 * functions, without a place where they break.
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

/**
 * Returns mean and variance of the increase from `from` hosts, with `ratePerSecond` = β while all are susceptible and
 * `crowding` = 1/N; null where the mean grows beyond all bounds within the step.
 */
export function increaseMoments(
  { seconds, from }: GrowthStep,
  ratePerSecond: number,
  crowding: number,
): Moments | null {
  const exponent = ratePerSecond * seconds;
  const left = 1 - crowding * from;
  if (left <= 0) return { mean: 0, variance: 0 };
  const decay = exp(-exponent);
  const taken = crowding * from + left * decay;
  if (taken <= 0) return null;
  const end = from / taken;
  const share = end * (1 - crowding * end);
  // g² e^{βτ} stays finite where e^{βτ} alone does not.
  const grown = share * share * (exponent > 300 ? 0 : exp(exponent) - 1);
  const spread = share * share * (2 * exponent * crowding + (left / from) * (1 - decay));
  return { mean: end - from, variance: spread + (grown * crowding * crowding * from) / left };
}

/** Returns the logarithm of the probability of the step, up to nothing that depends on β or 1/N. */
export function stepLogLikelihood(step: GrowthStep, ratePerSecond: number, crowding: number): number {
  const increase = step.to - step.from;
  if (step.to * crowding > 1) return -Infinity;
  const moments = increaseMoments(step, ratePerSecond, crowding);
  if (moments === null) return -Infinity;
  if (moments.mean <= 0) return increase === 0 ? 0 : -Infinity;
  return countLogLikelihood(increase, moments.mean, moments.variance);
}

/**
 * Returns Jeffreys' prior of log β and u, up to a factor, where every infection from the count C₀ to C₁ is seen: √det of the
 * information, the number of infections times the standard deviation over them of ∂ log(β C (1 − uC))/∂u = −C/(1 − uC).
 */
export function informationBetween(from: number, to: number): (crowding: number) => number {
  // The sum over C₀ … C₁ − 1 as an integral.
  const [low, high] = [from - 0.5, to - 0.5];
  return (u) => {
    // Near u = 0 the closed form loses its digits, and C/(1 − uC) is C to this.
    if (Math.abs(u) * high < 1e-3) return (high - low) ** 2 / Math.sqrt(12);
    const [lowLeft, highLeft] = [1 - u * low, 1 - u * high];
    const logRatio = log(lowLeft / highLeft);
    const mean = (logRatio / u - (high - low)) / u / (high - low);
    const inverse = (1 / highLeft - 1 / lowLeft) / u;
    const square = (inverse - (2 * logRatio) / u + (high - low)) / (u * u) / (high - low);
    return (high - low) * Math.sqrt(Math.max(0, square - mean * mean));
  };
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
