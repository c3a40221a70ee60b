/**
 * How many infected hosts the honeypots have not seen yet, from the first contacts interval by interval, for given rates: a
 * filter whose state is U, the number of infected hosts without a contact, with its variance.
 *
 * In an interval Δ each of the U hosts makes its first contact with probability q = 1 − e^{−σΔ}, σ = s h/Ω. Meanwhile
 * β A (1 − E/N) hosts a second are infected, where A = U + W scan, W of them seen, and E = U + C were ever infected, C of them
 * seen; the share φ of those is seen in the same interval. Counts of first contacts then have mean qU + φB and, since infections
 * come by chance too, more variance than a Poisson number. Without the variance of U this is the bias correction of Zou et al.:
 * I = C + (C' − C)/q.
 *
 * Source: the linear noise approximation with incomplete observation: Komorowski, Finkenstädt, Harper, Rand, BMC
 * Bioinformatics 10:343, 2009; the correction: Zou, Gao, Gong, Towsley, CCS 2003; docs/models.md#hosts-behind-contacts.
 */
import { exp, log } from '@wormwood/base';
import { countLogLikelihood } from '../fit/growth.ts';
import type { ContactSeries } from './contact-log.ts';

export interface OutbreakRates {
  /** β. */
  readonly ratePerSecond: number;
  /** N. */
  readonly vulnerable: number;
  /** σ: contacts of one infected host with the honeypots, a second. */
  readonly contactsPerSecond: number;
}

/** What is left after the last interval. */
export interface Filtered {
  readonly logLikelihood: number;
  /** U, its mean and variance. */
  readonly unseen: number;
  readonly unseenVariance: number;
  /** C without the background. */
  readonly seen: number;
  /** Standardized: what each count is off by. */
  readonly residuals: readonly number[];
}

/** No filter believes in fewer hosts than this. */
const UNSEEN_MIN = 0.01;

/**
 * A series begins with a contact, so its first interval has one whatever U is: the others are a Poisson number, of which the
 * prior 1/√U leaves a mean of half an event more.
 */
const FIRST_GIVEN = 0.5;

/** Runs the filter over a series. The first contacts of all say how many hosts there were, with nothing known before. */
export function filterContacts(series: ContactSeries, rates: OutbreakRates): Filtered {
  const { fresh, backgroundPerInterval: background } = series;
  const residuals: number[] = [];
  let [unseen, variance] = [NaN, NaN];
  let [seen, logLikelihood] = [0, 0];
  for (const [interval, count] of fresh.entries()) {
    const own = Math.max(0, count - background);
    const isFirst = Number.isNaN(unseen);
    if (isFirst && own < 1) continue;
    if (isFirst) {
      const share = flow(series, rates, { interval, unseen: 1, seen }).seen;
      unseen = (own - FIRST_GIVEN) / share;
      variance = (own - FIRST_GIVEN) / (share * share);
    }
    const next = step(series, rates, { interval, unseen, variance, seen });
    const mean = next.seen.mean + background;
    const spread = next.seen.variance + background;
    if (!isFirst) {
      logLikelihood += countLogLikelihood(count, mean, spread);
      residuals.push((count - mean) / Math.sqrt(spread));
    }
    const gain = isFirst ? 0 : next.covariance / spread;
    const kept = isFirst ? 1 : varianceKept(count, mean, spread);
    seen += own;
    unseen = next.left.mean + gain * (count - mean);
    variance = Math.max(kept * (next.left.variance - gain * next.covariance), UNSEEN_MIN);
    unseen = Math.min(Math.max(unseen, UNSEEN_MIN), Math.max(UNSEEN_MIN, rates.vulnerable - seen));
  }
  return { logLikelihood, unseen, unseenVariance: variance, seen, residuals };
}

/**
 * By which factor a count changes the variance that is left beside a normal law: a negative binomial count is a Poisson number of
 * a gamma mean of some shape, of which k leave the shape + k. A count below its mean leaves less, one above it more.
 */
function varianceKept(count: number, mean: number, variance: number): number {
  if (variance <= mean) return 1;
  const shape = (mean * mean) / (variance - mean);
  return (shape + count) / (shape + mean);
}

interface At {
  readonly interval: number;
  readonly unseen: number;
  readonly seen: number;
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Moments of the first contacts of an interval and of the hosts left unseen at its end. */
function step(
  series: ContactSeries,
  rates: OutbreakRates,
  at: At & { readonly variance: number },
): { readonly seen: Moments; readonly left: Moments; readonly covariance: number } {
  const { unseen, variance } = at;
  const here = flow(series, rates, at);
  const change = Math.max(1e-3 * unseen, 1e-6);
  const there = flow(series, rates, { ...at, unseen: unseen + change });
  const slope = (of: 'seen' | 'left'): number => (there[of] - here[of]) / change;
  const q = 1 - exp(-rates.contactsPerSecond * series.intervalSeconds);
  const early = q * unseen;
  const late = here.births > 0 ? Math.min(1, Math.max(0, (here.seen - early) / here.births)) : 0;
  const active = Math.max(1, unseen + (series.active[at.interval] ?? 0));
  // Births multiply: B(1 + B/A) as in Yule's process, of which B is what independent ones would have.
  const excess = (here.births * here.births) / active;
  const chance = q * (1 - q) * unseen;
  const shared = late * (1 - late) * excess - chance;
  return {
    seen: {
      mean: here.seen,
      variance: slope('seen') ** 2 * variance + chance + late * here.births + late * late * excess,
    },
    left: {
      mean: here.left,
      variance:
        slope('left') ** 2 * variance + chance + (1 - late) * here.births + (1 - late) * (1 - late) * excess,
    },
    covariance: slope('seen') * slope('left') * variance + shared,
  };
}

/**
 * The mean course of an interval: hosts infected in it, seen in it, and unseen at its end; one step of Runge and Kutta. It
 * knows of the sources seen before the interval alone: those within it are what it predicts.
 */
function flow(
  { intervalSeconds: seconds, active, responseSeconds }: ContactSeries,
  { ratePerSecond: rate, vulnerable, contactsPerSecond: sigma }: OutbreakRates,
  { interval, unseen, seen }: At,
): { readonly births: number; readonly seen: number; readonly left: number } {
  const isAtOnce = responseSeconds === 0;
  const removal = responseSeconds === undefined || isAtOnce ? 0 : 1 / responseSeconds;
  const [scanning, ever] = [unseen + (active[interval] ?? 0), unseen + seen];
  let [births1, left1, scans1] = [0, 0, 0];
  let [births, left] = [0, 0];
  for (const [share, weight] of STAGES) {
    const hosts = Math.max(0, unseen + share * seconds * left1);
    const scanners = Math.max(0, scanning + share * seconds * scans1);
    const all = ever + share * seconds * births1;
    births1 = rate * scanners * Math.max(0, 1 - all / vulnerable);
    left1 = births1 - sigma * hosts;
    scans1 = isAtOnce ? left1 : births1 - removal * (scanners - hosts);
    births += weight * births1;
    left += weight * left1;
  }
  const end = Math.max(0, unseen + seconds * left);
  return { births: seconds * births, left: end, seen: Math.max(1e-9, unseen + seconds * births - end) };
}

/** The classical method: how far into the step each stage looks, and what its slope weighs. */
const STAGES: readonly (readonly [share: number, weight: number])[] = [
  [0, 1 / 6],
  [0.5, 1 / 3],
  [0.5, 1 / 3],
  [1, 1 / 6],
];

/** Returns the log likelihood of the later contacts of sources seen, a Poisson number, up to what no rate changes. */
export function repeatsLogLikelihood(
  { repeats, watchedSeconds, repeatsDispersion }: ContactSeries,
  contactsPerSecond: number,
): number {
  if (watchedSeconds <= 0) return 0;
  const mean = contactsPerSecond * watchedSeconds;
  return (repeats * log(mean) - mean) / repeatsDispersion;
}
