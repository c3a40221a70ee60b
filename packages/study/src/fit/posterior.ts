/**
 * What a series says of β and N: the posterior on a grid. The prior is flat in log β and in log N, up to the size of the
 * address space: the scale of an outbreak is unknown. Early growth says nothing of N, and the grid then reaches as far as the
 * prior does.
 */
import { exp, log, type RandomStream } from '@wormwood/base';
import { type GrowthStep, increaseMoments, stepLogLikelihood } from './growth.ts';

/** A point of the grid: β, N, and its share of the posterior. */
export interface PosteriorPoint {
  readonly ratePerSecond: number;
  readonly vulnerable: number;
  readonly weight: number;
}

export interface Posterior {
  /** Weights sum to 1. */
  readonly points: readonly PosteriorPoint[];
  /** The most likely point. */
  readonly best: PosteriorPoint;
  /**
   * Pearson's dispersion at the most likely point: 1 where the series scatters as the model does. The likelihood is tempered by
   * it where it is above 1.
   */
  readonly dispersion: number;
  /** Standardized residuals of the steps at the most likely point. */
  readonly residuals: readonly number[];
}

/** An interval: 95 % of the posterior, and its median. */
export interface Estimate {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

interface Places {
  readonly rate: number;
  readonly hosts: number;
}

/** Where the likelihood lies is found on coarse grids, and weighed on a fine one. */
const COARSE: Places = { rate: 25, hosts: 41 };
const FINE: Places = { rate: 49, hosts: 81 };
/** Grid points this far below the best in log likelihood have no weight that matters. */
const DEPTH = 14;
const ROUNDS = 5;

interface Box {
  readonly rate: readonly [number, number];
  /** Of log(N − C + 1), where C is the last count. */
  readonly hosts: readonly [number, number];
}

/** Returns the posterior given the steps of a series whose last count is `last`, with N at most `hostsMax`. */
export function posteriorOf(steps: readonly GrowthStep[], last: number, hostsMax: number): Posterior {
  const growth = firstGuess(steps);
  let box: Box = {
    rate: [log(growth) - log(30), log(growth) + log(30)],
    hosts: [0, log(Math.max(2, hostsMax - last + 1))],
  };
  let dispersion = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const grid = evaluated(steps, last, box, { places: COARSE, dispersion: 1 });
    const best = bestOf(grid);
    dispersion = Math.max(1, pearson(residualsAt(steps, best)));
    box = around(grid, best, box, DEPTH * dispersion);
  }
  const grid = evaluated(steps, last, box, { places: FINE, dispersion });
  const best = bestOf(grid);
  const residuals = residualsAt(steps, best);
  const peak = best.logLikelihood;
  const raw = grid.map((point) => exp(point.logLikelihood - peak) * point.prior);
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const points = grid.map(({ ratePerSecond, vulnerable }, index) => ({
    ratePerSecond,
    vulnerable,
    weight: (raw[index] ?? 0) / total,
  }));
  return {
    points,
    best: { ratePerSecond: best.ratePerSecond, vulnerable: best.vulnerable, weight: 0 },
    dispersion: pearson(residuals),
    residuals,
  };
}

/** Returns the 95 % interval and the median of a quantity under the posterior. */
export function estimateOf(posterior: Posterior, quantity: (point: PosteriorPoint) => number): Estimate {
  const sorted = posterior.points
    .map((point) => ({ value: quantity(point), weight: point.weight }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => a.value - b.value);
  const quantile = (share: number): number => {
    let reached = 0;
    for (const { value, weight } of sorted) {
      reached += weight;
      if (reached >= share) return value;
    }
    return sorted.at(-1)?.value ?? NaN;
  };
  return { low: quantile(0.025), median: quantile(0.5), high: quantile(0.975) };
}

/** Returns `count` points drawn from the posterior. */
export function drawPoints(
  { points }: Posterior,
  count: number,
  random: RandomStream,
): readonly PosteriorPoint[] {
  const cumulative: number[] = [];
  let reached = 0;
  for (const { weight } of points) cumulative.push((reached += weight));
  return Array.from({ length: count }, () => {
    const share = random.nextDouble() * reached;
    let [low, high] = [0, points.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] ?? 0) < share) low = middle + 1;
      else high = middle;
    }
    return points[low] ?? points[0]!;
  });
}

interface GridPoint {
  readonly ratePerSecond: number;
  readonly vulnerable: number;
  readonly logLikelihood: number;
  /** Density of the prior, flat in log β and log N, on a grid even in log β and log(N − C + 1). */
  readonly prior: number;
  readonly rateAt: number;
  readonly hostsAt: number;
}

function evaluated(
  steps: readonly GrowthStep[],
  last: number,
  box: Box,
  { places, dispersion }: { readonly places: Places; readonly dispersion: number },
): readonly GridPoint[] {
  const grid: GridPoint[] = [];
  for (let rateAt = 0; rateAt < places.rate; rateAt++) {
    const ratePerSecond = exp(placeIn(box.rate, rateAt, places.rate));
    for (let hostsAt = 0; hostsAt < places.hosts; hostsAt++) {
      const beyond = exp(placeIn(box.hosts, hostsAt, places.hosts));
      const vulnerable = last + beyond - 1;
      let sum = 0;
      for (const step of steps) {
        sum += stepLogLikelihood(step, ratePerSecond, vulnerable);
        if (sum === -Infinity) break;
      }
      grid.push({
        ratePerSecond,
        vulnerable,
        logLikelihood: sum / dispersion,
        prior: beyond / Math.max(1, vulnerable),
        rateAt,
        hostsAt,
      });
    }
  }
  return grid;
}

function placeIn([low, high]: readonly [number, number], index: number, places: number): number {
  return low + ((high - low) * index) / (places - 1);
}

function bestOf(grid: readonly GridPoint[]): GridPoint {
  return grid.reduce((best, point) => (point.logLikelihood > best.logLikelihood ? point : best));
}

/** The part of the box in which the likelihood matters, one place wider. */
function around(grid: readonly GridPoint[], best: GridPoint, box: Box, depth: number): Box {
  const near = grid.filter(({ logLikelihood }) => logLikelihood > best.logLikelihood - depth);
  const bounds = (of: (point: GridPoint) => number, places: number): readonly [number, number] => {
    const [low, high] = [Math.min(...near.map(of)), Math.max(...near.map(of))];
    return [Math.max(0, low - 1), Math.min(places - 1, high + 1)];
  };
  const [rateLow, rateHigh] = bounds(({ rateAt }) => rateAt, COARSE.rate);
  const [hostsLow, hostsHigh] = bounds(({ hostsAt }) => hostsAt, COARSE.hosts);
  return {
    rate: [placeIn(box.rate, rateLow, COARSE.rate), placeIn(box.rate, rateHigh, COARSE.rate)],
    hosts: [placeIn(box.hosts, hostsLow, COARSE.hosts), placeIn(box.hosts, hostsHigh, COARSE.hosts)],
  };
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

/** Pearson's χ² over its degrees of freedom; two parameters are fitted. */
function pearson(residuals: readonly number[]): number {
  const freedom = Math.max(1, residuals.length - 2);
  return residuals.reduce((sum, residual) => sum + residual * residual, 0) / freedom;
}
