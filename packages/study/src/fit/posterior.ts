/**
 * What a series says of β and N. With u = 1/N the growth β C (1 − uC) is a family that goes on past u = 0, where growth gathers
 * speed. In the whole family the prior is Jeffreys': its intervals hold the truth as often as they say, to first order, whatever
 * the truth is (Welch, Peers 1963). What lies beyond the least u that the space allows, 1/Ω, means that no limit is seen: N is
 * Ω there, and what comes goes on with the growth of the last count. That is a confidence distribution (Schweder, Hjort 2016). A
 * prior that is flat in log N makes bands that hold too often for hosts in the middle of its range and too seldom elsewhere.
 */
import { exp, log } from '@wormwood/base';
import { type GrowthStep, increaseMoments, informationBetween, stepLogLikelihood } from './growth.ts';
import { type Posterior, type PosteriorPoint, posteriorOn } from './plane.ts';

/** The logarithm of the share of hosts that the last count leaves susceptible, 1 − uC, is at most this: growth far past u = 0. */
const LOG_LEFT_MAX = log(100);

/** Returns the posterior given the steps of a series whose last count is `last`, with N at most `hostsMax`. */
export function posteriorOf(steps: readonly GrowthStep[], last: number, hostsMax: number): Posterior {
  const information = informationBetween(steps[0]?.from ?? 1, last);
  const whole = posteriorOn({
    first: rangeOfRate(steps),
    // Of log(1 − uC): from half a host that is left on.
    second: [-log(2 * last + 1), LOG_LEFT_MAX],
    at: (logRate, logLeft) => {
      const [ratePerSecond, left] = [exp(logRate), exp(logLeft)];
      const crowding = (1 - left) / last;
      const logLikelihood = likelihoodOf(steps, ratePerSecond, crowding);
      return { ratePerSecond, vulnerable: 1 / crowding, logLikelihood, prior: information(crowding) * left };
    },
    residualsAt: (point) => residualsAt(steps, point),
  });
  const limited = (point: PosteriorPoint): PosteriorPoint => {
    const { ratePerSecond, vulnerable, weight } = point;
    if (vulnerable > 0 && vulnerable <= hostsMax) return point;
    const present = ratePerSecond * (1 - last / vulnerable);
    const onwardPerSecond = present / (1 - last / hostsMax);
    return { ratePerSecond, vulnerable: hostsMax, onwardPerSecond, weight };
  };
  return { ...whole, best: limited(whole.best), points: whole.points.map(limited) };
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
      const logLikelihood = isPossible ? likelihoodOf(steps, ratePerSecond, 1 / vulnerable) : -Infinity;
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

function likelihoodOf(steps: readonly GrowthStep[], ratePerSecond: number, crowding: number): number {
  let sum = 0;
  for (const step of steps) {
    sum += stepLogLikelihood(step, ratePerSecond, crowding);
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
    const moments = increaseMoments(step, ratePerSecond, 1 / vulnerable);
    if (moments === null) return Infinity;
    return (step.to - step.from - moments.mean) / Math.sqrt(Math.max(moments.variance, 1 / 12));
  });
}
