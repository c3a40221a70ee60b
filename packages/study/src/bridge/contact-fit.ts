/**
 * What contacts say of an outbreak outside. A host scans uniformly at the rate s and reaches one of the h honeypots at σ = s h/Ω;
 * β = s N/Ω. First contacts give the growth β, contacts after the first give s, and both together N = βΩ/s: unlike
 * a series of counts alone, contacts leave N open only while hardly any source has come back.
 */
import { exp, log } from '@wormwood/base';
import { type Estimate, estimateOf, isSeparable, type Posterior, posteriorOn } from '../fit/plane.ts';
import type { ContactSeries } from './contact-log.ts';
import { filterContacts, type OutbreakRates, repeatsLogLikelihood } from './unseen-hosts.ts';

/** A honeynet and the space that the worm scans. */
export interface Honeynet {
  /** h: honeypot addresses inside the space. */
  readonly honeypots: number;
  /** Ω. */
  readonly addressSpaceSize: number;
}

export interface ContactFit {
  /** N. */
  readonly vulnerable: Estimate;
  /** β. */
  readonly contactRatePerSecond: Estimate;
  /** s. */
  readonly scanRatePerSecond: Estimate;
  readonly doublingSeconds: Estimate;
  /** Infected at some time until the end of the series, most of them unseen. */
  readonly everInfected: Estimate;
  /** C without the background. */
  readonly seen: number;
  readonly isSeparable: boolean;
  readonly posterior: Posterior;
}

export type ContactFitOutcome =
  | { readonly ok: true; readonly fit: ContactFit }
  | { readonly ok: false; readonly reason: string };

const INTERVALS_MIN = 4;
/** As far to each side of a first guess as any worm may be. */
const REACH = log(30);

/** Fits N and s to a series of contacts; `growthPerSecond` is a first guess of β, from the alarm. */
export function fitContacts(
  series: ContactSeries,
  { honeypots, addressSpaceSize }: Honeynet,
  growthPerSecond: number,
): ContactFitOutcome {
  const counted = series.fresh.filter((count) => count > 0).length;
  if (counted < INTERVALS_MIN) {
    const reason = `Only ${counted} intervals have a new source; a forecast needs ${INTERVALS_MIN}.`;
    return { ok: false, reason };
  }
  const share = honeypots / addressSpaceSize;
  const ratesOf = (ratePerSecond: number, vulnerable: number): OutbreakRates => ({
    ratePerSecond,
    vulnerable,
    contactsPerSecond: ((ratePerSecond * addressSpaceSize) / vulnerable) * share,
  });
  const seen = Math.max(1, filterContacts(series, ratesOf(growthPerSecond, addressSpaceSize)).seen);
  // Between N = C and N = Ω; by the contacts after the first where there are enough of them.
  const [lowest, highest] = [growthPerSecond, (growthPerSecond * addressSpaceSize) / seen];
  const measured = series.repeats > 0 ? series.repeats / (series.watchedSeconds * share) : undefined;
  const spread = REACH / Math.sqrt(1 + series.repeats / series.repeatsDispersion / 10);
  const posterior = posteriorOn({
    first: [log(growthPerSecond) - REACH, log(growthPerSecond) + REACH],
    second:
      measured === undefined
        ? [log(lowest), log(highest) + REACH]
        : [log(measured) - 2 * spread, log(measured) + 2 * spread],
    at: (logRate, logScanRate) => {
      const ratePerSecond = exp(logRate);
      const vulnerable = (ratePerSecond * addressSpaceSize) / exp(logScanRate);
      const isPossible = vulnerable >= seen && vulnerable <= addressSpaceSize;
      const rates = ratesOf(ratePerSecond, vulnerable);
      const logLikelihood = isPossible
        ? filterContacts(series, rates).logLikelihood + repeatsLogLikelihood(series, rates.contactsPerSecond)
        : -Infinity;
      return { ratePerSecond, vulnerable, logLikelihood, prior: 1 };
    },
    residualsAt: ({ ratePerSecond, vulnerable }) =>
      filterContacts(series, ratesOf(ratePerSecond, vulnerable)).residuals,
  });
  const vulnerable = estimateOf(posterior, (point) => point.vulnerable);
  return {
    ok: true,
    fit: {
      vulnerable,
      contactRatePerSecond: estimateOf(posterior, (point) => point.ratePerSecond),
      scanRatePerSecond: estimateOf(
        posterior,
        (point) => (point.ratePerSecond * addressSpaceSize) / point.vulnerable,
      ),
      doublingSeconds: estimateOf(posterior, (point) => Math.LN2 / point.ratePerSecond),
      everInfected: everInfectedOf(series, posterior, ratesOf),
      seen,
      isSeparable: isSeparable(vulnerable),
      posterior,
    },
  };
}

/** Points of little weight are left out. */
const WEIGHT_MIN = 1e-6;
/** Standard normal quantiles at the midpoints of five equal shares, which stand for the spread of one point. */
const MIDPOINTS = [-1.2816, -0.5244, 0, 0.5244, 1.2816];

function everInfectedOf(
  series: ContactSeries,
  posterior: Posterior,
  ratesOf: (ratePerSecond: number, vulnerable: number) => OutbreakRates,
): Estimate {
  const values = posterior.points.flatMap(({ ratePerSecond, vulnerable, weight }) => {
    if (weight < WEIGHT_MIN) return [];
    const { unseen, unseenVariance, seen } = filterContacts(series, ratesOf(ratePerSecond, vulnerable));
    return MIDPOINTS.map((z) => ({
      hosts: seen + Math.min(vulnerable - seen, Math.max(0, unseen + z * Math.sqrt(unseenVariance))),
      weight: weight / MIDPOINTS.length,
    }));
  });
  values.sort((a, b) => a.hosts - b.hosts);
  const total = values.reduce((sum, { weight }) => sum + weight, 0);
  const quantile = (share: number): number => {
    let reached = 0;
    for (const { hosts, weight } of values) {
      reached += weight;
      if (reached >= share * total) return hosts;
    }
    return NaN;
  };
  return { low: quantile(0.025), median: quantile(0.5), high: quantile(0.975) };
}
