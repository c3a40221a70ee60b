/**
 * A Kalman filter for exponential growth under counting noise: from the number of sources seen in each interval it
 * estimates the level of the outbreak and its growth per interval, and how uncertain both are.
 *
 * Zou et al. regress each count on the one before, I_t = (1 + α) I_{t−1}, and take the noise of successive equations for
 * independent. It is not: the noise of a count stands in two of them, with opposite signs, which makes the variance of
 * α too large by 2/α (sixty-fold at 3 % per interval). Here the level is hidden and only the counts are noisy, so
 * that the interval of the growth can be believed. Level and growth are kept as u = ln I and κ = ln(1 + α), in which
 * the dynamics are linear; the Poisson likelihood of a count is expanded about its mode.
 *
 * Source: Zou, Gao, Gong, Towsley, "Monitoring and early warning for Internet worms", CCS 2003; Zou, Gong, Towsley, Gao,
 * "The monitoring and early detection of Internet worms", IEEE/ACM ToN 13(5), 2005.
 */
import { exp, log } from '../math/portable-math.ts';

/** What is counted beside the outbreak. */
export interface Background {
  /** Expected count per interval without a worm. */
  readonly mean: number;
  /** Variance of the counts over their mean, at least 1: Poisson counts have 1. */
  readonly dispersion: number;
}

/** Doubling within two thirds of an interval, or halving, is the prior standard deviation. */
const GROWTH_PRIOR_VARIANCE = 1;
/** The growth may wander by this share of itself while the level grows e-fold: saturation and defenses slow it. */
const GROWTH_WANDER = 0.1;
const NEWTON_STEPS_MAX = 50;
const NEWTON_TOLERANCE = 1e-10;

export class GrowthFilter {
  readonly #background: Background;
  #logLevel: number;
  #growth = 0;
  /** Variances of level and growth, and their covariance. */
  #levelVariance: number;
  #growthVariance = GROWTH_PRIOR_VARIANCE;
  #covariance = 0;

  /** Starts from the count of one interval, which exceeds the background. */
  constructor(firstCount: number, background: Background) {
    const excess = Math.max(firstCount - background.mean, 0.5);
    this.#background = background;
    this.#logLevel = log(excess);
    this.#levelVariance = (background.dispersion * Math.max(firstCount, 1)) / (excess * excess);
  }

  /** Expected count of the outbreak alone in the last interval. */
  get level(): number {
    return exp(this.#logLevel);
  }

  /** κ: the logarithm of the factor by which the level grows per interval. */
  get growth(): number {
    return this.#growth;
  }

  get growthStandardDeviation(): number {
    return Math.sqrt(this.#growthVariance);
  }

  /** Takes in the count of the next interval. */
  update(count: number): void {
    this.#predict();
    const { mode, variance } = this.#levelGiven(count);
    // What the count says about the level moves the growth along their covariance.
    const gain = this.#covariance / this.#levelVariance;
    this.#growth += gain * (mode - this.#logLevel);
    this.#growthVariance -= gain * gain * (this.#levelVariance - variance);
    this.#covariance = gain * variance;
    this.#levelVariance = variance;
    this.#logLevel = mode;
  }

  #predict(): void {
    this.#logLevel += this.#growth;
    this.#levelVariance += 2 * this.#covariance + this.#growthVariance + this.#chance();
    this.#covariance += this.#growthVariance;
    // Per interval, of which 1/κ make the level grow e-fold, variance κ²w²κ.
    this.#growthVariance += GROWTH_WANDER * GROWTH_WANDER * Math.min(Math.abs(this.#growth), 1) ** 3;
  }

  /** Variance of ln I from the chances of infection (Yule process), as if no more hosts were infected than are seen. */
  #chance(): number {
    return Math.max(1 - exp(-this.#growth), 0) / Math.max(this.level, 1);
  }

  /** Mode of the level's logarithm given the count, by Newton's method, and its variance there. */
  #levelGiven(count: number): { readonly mode: number; readonly variance: number } {
    const { mean, dispersion } = this.#background;
    const prior = 1 / this.#levelVariance;
    let mode = this.#logLevel;
    for (let step = 0; step < NEWTON_STEPS_MAX; step++) {
      const level = exp(mode);
      const slope = ((count / (level + mean) - 1) * level) / dispersion - (mode - this.#logLevel) * prior;
      const change = slope / (informationOf(level, this.#background) + prior);
      // A step of more than a factor e leaves the region in which the expansion means something.
      mode += Math.min(Math.max(change, -1), 1);
      if (Math.abs(change) < NEWTON_TOLERANCE) break;
    }
    return { mode, variance: 1 / (informationOf(exp(mode), this.#background) + prior) };
  }
}

/** Fisher information of one count about the level's logarithm. */
function informationOf(level: number, { mean, dispersion }: Background): number {
  return (level * level) / (dispersion * (level + mean));
}
