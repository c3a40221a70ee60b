/**
 * What a series says of β and N. The prior is flat in log β and in log N, up to the size of the address space: the scale of an
 * outbreak is unknown. Early growth says nothing of N, and the posterior then reaches as far as the prior does.
 */
import { exp, log } from '@wormwood/base';
import { type GrowthStep, increaseMoments, stepLogLikelihood } from './growth.ts';
import { type Posterior, type PosteriorPoint, posteriorOn } from './plane.ts';

/** Returns the posterior given the steps of a series whose last count is `last`, with N at most `hostsMax`. */
export function posteriorOf(steps: readonly GrowthStep[], last: number, hostsMax: number): Posterior {
  return posteriorOn({
    first: rangeOfRate(steps),
    // Of log(N − C + 1), where C is the last count.
    second: [0, log(Math.max(2, hostsMax - last + 1))],
    at: (logRate, logBeyond) => {
      const ratePerSecond = exp(logRate);
      const beyond = exp(logBeyond);
      const vulnerable = last + beyond - 1;
      const logLikelihood = likelihoodOf(steps, ratePerSecond, vulnerable);
      return { ratePerSecond, vulnerable, logLikelihood, prior: beyond / Math.max(1, vulnerable) };
    },
    residualsAt: (point) => residualsAt(steps, point),
  });
}

/** Returns the posterior where a host is known to scan at the rate s: N = βΩ/s then, with Ω addresses. */
export function posteriorWithScanRate(
  steps: readonly GrowthStep[],
  last: number,
  {
    addressSpaceSize,
    scanRatePerSecond,
  }: { readonly addressSpaceSize: number; readonly scanRatePerSecond: number },
): Posterior {
  return posteriorOn({
    first: rangeOfRate(steps),
    second: [0, 0],
    at: (logRate) => {
      const ratePerSecond = exp(logRate);
      const vulnerable = (ratePerSecond * addressSpaceSize) / scanRatePerSecond;
      const isPossible = vulnerable >= last && vulnerable <= addressSpaceSize;
      const logLikelihood = isPossible ? likelihoodOf(steps, ratePerSecond, vulnerable) : -Infinity;
      return { ratePerSecond, vulnerable, logLikelihood, prior: 1 };
    },
    residualsAt: (point) => residualsAt(steps, point),
  });
}

/** Thirty times to each side of a first guess. */
function rangeOfRate(steps: readonly GrowthStep[]): readonly [number, number] {
  const growth = log(firstGuess(steps));
  return [growth - log(30), growth + log(30)];
}

function likelihoodOf(steps: readonly GrowthStep[], ratePerSecond: number, vulnerable: number): number {
  let sum = 0;
  for (const step of steps) {
    sum += stepLogLikelihood(step, ratePerSecond, vulnerable);
    if (sum === -Infinity) break;
  }
  return sum;
}

/** The growth of the steepest step in its logarithm, per second. */
function firstGuess(steps: readonly GrowthStep[]): number {
  const rates = steps.map(({ from, to, seconds }) => log((to + 1) / (from + 1)) / seconds);
  return Math.max(1e-12, ...rates);
}

function residualsAt(
  steps: readonly GrowthStep[],
  { ratePerSecond, vulnerable }: Pick<PosteriorPoint, 'ratePerSecond' | 'vulnerable'>,
): readonly number[] {
  return steps.map((step) => {
    const { mean, variance } = increaseMoments(step, ratePerSecond, vulnerable);
    return (step.to - step.from - mean) / Math.sqrt(Math.max(variance, 1 / 12));
  });
}
