/**
 * The posterior of β and N on a grid. A model says how likely a point of a plane is; where the likelihood lies is found on coarse
 * grids, and weighed on a fine one.
 */
import { exp, type RandomStream } from '@wormwood/base';

/** A point of the grid: β, N, and its share of the posterior. */
export interface PosteriorPoint {
  readonly ratePerSecond: number;
  readonly vulnerable: number;
  /** β of what comes after the series, where it is another. */
  readonly onwardPerSecond?: number;
  readonly weight: number;
}

export interface Posterior {
  /** Weights sum to 1. */
  readonly points: readonly PosteriorPoint[];
  /** The most likely point. */
  readonly best: PosteriorPoint;
  /** Pearson's dispersion at the most likely point: about 1 where the series scatters as the model does. */
  readonly dispersion: number;
  /** By how much the likelihood is tempered: 1, or the dispersion where chance does not explain it. */
  readonly tempering: number;
  /** Standardized residuals of the steps at the most likely point. */
  readonly residuals: readonly number[];
}

/** An interval: 95 % of the posterior, and its median. */
export interface Estimate {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** Of an estimate of N whose interval spans more than this factor, a series fixes only its product with the scan rate. */
const SEPARABLE_FACTOR = 4;

/** Whether a series fixes N by itself, and not only its product with the scan rate. */
export function isSeparable({ low, high }: Estimate): boolean {
  return high / low < SEPARABLE_FACTOR;
}

type Range = readonly [low: number, high: number];

/** What a point of the plane stands for. */
export interface Weighed {
  readonly ratePerSecond: number;
  readonly vulnerable: number;
  readonly logLikelihood: number;
  /** Density of the prior on the plane. */
  readonly prior: number;
}

/** A likelihood over two coordinates. */
export interface PlaneModel {
  readonly first: Range;
  readonly second: Range;
  at(first: number, second: number): Weighed;
  residualsAt(point: Pick<PosteriorPoint, 'ratePerSecond' | 'vulnerable'>): readonly number[];
}

interface Places {
  readonly first: number;
  readonly second: number;
}

interface GridPoint extends Weighed {
  readonly firstAt: number;
  readonly secondAt: number;
}

type Box = Pick<PlaneModel, 'first' | 'second'>;

const COARSE: Places = { first: 25, second: 41 };
const FINE: Places = { first: 49, second: 81 };
/** Grid points this far below the best in log likelihood have no weight that matters. */
const DEPTH = 14;
const ROUNDS = 5;

/** Returns the posterior of a model. */
export function posteriorOn(model: PlaneModel): Posterior {
  let box: Box = model;
  let tempering = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const grid = evaluated(model, box, COARSE);
    const best = bestOf(grid);
    tempering = temperingOf(model.residualsAt(best));
    box = around(grid, best, box, DEPTH * tempering);
  }
  const grid = evaluated(model, box, FINE);
  const best = bestOf(grid);
  const residuals = model.residualsAt(best);
  const raw = grid.map((point) => exp((point.logLikelihood - best.logLikelihood) / tempering) * point.prior);
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return {
    points: grid.map(({ ratePerSecond, vulnerable }, index) => ({
      ratePerSecond,
      vulnerable,
      weight: (raw[index] ?? 0) / total,
    })),
    best: { ratePerSecond: best.ratePerSecond, vulnerable: best.vulnerable, weight: 0 },
    dispersion: pearson(residuals),
    tempering,
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

function evaluated(model: PlaneModel, box: Box, places: Places): readonly GridPoint[] {
  const grid: GridPoint[] = [];
  // A coordinate without width has one place.
  const seconds = box.second[0] === box.second[1] ? 1 : places.second;
  for (let firstAt = 0; firstAt < places.first; firstAt++) {
    const first = placeIn(box.first, firstAt, places.first);
    for (let secondAt = 0; secondAt < seconds; secondAt++) {
      const second = placeIn(box.second, secondAt, places.second);
      grid.push({ ...model.at(first, second), firstAt, secondAt });
    }
  }
  return grid;
}

function placeIn([low, high]: Range, index: number, places: number): number {
  return low + ((high - low) * index) / (places - 1);
}

function bestOf(grid: readonly GridPoint[]): GridPoint {
  return grid.reduce((best, point) => (point.logLikelihood > best.logLikelihood ? point : best));
}

/** The part of the box in which the likelihood matters, one place wider. */
function around(grid: readonly GridPoint[], best: GridPoint, box: Box, depth: number): Box {
  const near = grid.filter(({ logLikelihood }) => logLikelihood > best.logLikelihood - depth);
  const part = (of: (point: GridPoint) => number, range: Range, places: number): Range => {
    const at = near.map(of);
    return [
      placeIn(range, Math.max(0, Math.min(...at) - 1), places),
      placeIn(range, Math.min(places - 1, Math.max(...at) + 1), places),
    ];
  };
  return {
    first: part(({ firstAt }) => firstAt, box.first, COARSE.first),
    second: part(({ secondAt }) => secondAt, box.second, COARSE.second),
  };
}

/** The 99 % quantile of the standard normal distribution. */
const NORMAL_QUANTILE = 2.326_347_874;

/**
 * The data choose whether they scatter more than the model: only where Pearson's χ² lies above its 99 % quantile. Tempering by
 * any excess would widen the intervals of every short series, half of which exceed 1 by chance.
 */
function temperingOf(residuals: readonly number[]): number {
  const dispersion = pearson(residuals);
  const part = 2 / (9 * freedomOf(residuals));
  // Wilson and Hilferty (1931): the cube root of χ² over its degrees of freedom is nearly normal.
  const usual = (1 - part + NORMAL_QUANTILE * Math.sqrt(part)) ** 3;
  return dispersion > usual ? dispersion : 1;
}

/** Pearson's χ² over its degrees of freedom; two parameters are fitted. */
function pearson(residuals: readonly number[]): number {
  return residuals.reduce((sum, residual) => sum + residual * residual, 0) / freedomOf(residuals);
}

function freedomOf(residuals: readonly number[]): number {
  return Math.max(1, residuals.length - 2);
}
