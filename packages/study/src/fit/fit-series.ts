/** Calibrates an outbreak without a defense to a series of counts. */
import { log } from '@wormwood/base';
import { correctedInfected, observationProbability, type Outbreak, plainObstacles } from '@wormwood/epidemic';
import type { GrowthStep } from './growth.ts';
import { type Estimate, estimateOf, isSeparable, type Posterior, type PosteriorPoint } from './plane.ts';
import { posteriorOf, posteriorWithScanRate } from './posterior.ts';
import type { CountSeries } from './series.ts';

/** What a series says of an outbreak. */
export interface Fit {
  /** N. */
  readonly vulnerable: Estimate;
  /** β = sN/Ω per second. */
  readonly contactRatePerSecond: Estimate;
  /** s, given the size of the space. */
  readonly scanRatePerSecond: Estimate;
  readonly doublingSeconds: Estimate;
  /** Share of N infected at the end of the series. */
  readonly shareReached: Estimate;
  /** When one host was infected, by the mean course; seconds from the first row, mostly below 0. */
  readonly startSeconds: Estimate;
  /** False where the series fixes only the product of N and s. */
  readonly isSeparable: boolean;
  readonly posterior: Posterior;
  /** Hosts infected by the end of each step, as fitted from; corrected for a telescope's delay. */
  readonly counts: CountSeries;
}

export type FitOutcome =
  | { readonly ok: true; readonly fit: Fit }
  | { readonly ok: false; readonly reason: string };

const STEPS_MIN = 3;

/** What is known beside the series. */
export interface FitKnowledge {
  /** Addresses that a telescope monitors; needed for `sources`, which are corrected with the outbreak's scan rate. */
  readonly telescopeSize?: number | undefined;
  /** s, where it was measured or read from the worm: N follows from it, N = βΩ/s. @default unknown */
  readonly scanRatePerSecond?: number | undefined;
}

/**
 * Fits N and β to the series, with Ω and the strategy of the outbreak. Refuses, with the reason, what the likelihood does not
 * describe.
 */
export function fitSeries(
  outbreak: Outbreak,
  series: CountSeries,
  { telescopeSize, scanRatePerSecond }: FitKnowledge = {},
): FitOutcome {
  const obstacles = plainObstacles('fit', { ...outbreak, honeypots: [], countermeasures: [] });
  if (obstacles.length > 0) {
    const reason =
      'A fit describes hosts that scan uniformly at one rate, without latency, reboots or churn; this scenario has more.';
    return { ok: false, reason };
  }
  const counted = correctedSeries(outbreak, series, telescopeSize);
  if (!counted.ok) return counted;
  const { timeSeconds, cumulative } = counted.series;
  const steps: GrowthStep[] = [];
  for (let row = 1; row < timeSeconds.length; row++) {
    const from = cumulative[row - 1] ?? 0;
    if (from < 1) continue;
    steps.push({
      seconds: (timeSeconds[row] ?? 0) - (timeSeconds[row - 1] ?? 0),
      from,
      to: cumulative[row] ?? 0,
    });
  }
  const last = cumulative.at(-1) ?? 0;
  if (steps.length < STEPS_MIN)
    return {
      ok: false,
      reason: `The series has ${steps.length} intervals that begin with an infected host; a fit needs ${STEPS_MIN}.`,
    };
  if (steps.every(({ from, to }) => to <= from))
    return { ok: false, reason: 'The counts of the series do not grow, so there is nothing to fit.' };
  if (last >= outbreak.addressSpaceSize)
    return {
      ok: false,
      reason: `The series counts ${last} hosts in a space of ${outbreak.addressSpaceSize}; enlarge \`space\`.`,
    };
  const { addressSpaceSize } = outbreak;
  const posterior =
    scanRatePerSecond === undefined
      ? posteriorOf(steps, last, addressSpaceSize)
      : posteriorWithScanRate(steps, last, { addressSpaceSize, scanRatePerSecond });
  if (!(posterior.points[0] && Number.isFinite(posterior.points[0].weight))) {
    const reason =
      'No number of hosts in this space makes the series with that scan rate; check --scan-rate and `space`.';
    return { ok: false, reason };
  }
  const vulnerable = estimateOf(posterior, (point) => point.vulnerable);
  return {
    ok: true,
    fit: {
      vulnerable,
      contactRatePerSecond: estimateOf(posterior, (point) => point.ratePerSecond),
      scanRatePerSecond: estimateOf(
        posterior,
        (point) => (point.ratePerSecond * outbreak.addressSpaceSize) / point.vulnerable,
      ),
      doublingSeconds: estimateOf(posterior, (point) => Math.LN2 / point.ratePerSecond),
      shareReached: estimateOf(posterior, (point) => last / point.vulnerable),
      startSeconds: estimateOf(posterior, (point) => startOf(point, counted.series)),
      isSeparable: isSeparable(vulnerable),
      posterior,
      counts: counted.series,
    },
  };
}

/** The logistic curve through the first count, followed back to one host. */
function startOf(
  { ratePerSecond, vulnerable }: PosteriorPoint,
  { timeSeconds, cumulative }: CountSeries,
): number {
  const row = cumulative.findIndex((count) => count >= 1);
  const hosts = cumulative[row] ?? 1;
  const odds = (hosts * Math.max(1, vulnerable - 1)) / Math.max(1, vulnerable - hosts);
  return (timeSeconds[row] ?? 0) - log(odds) / ratePerSecond;
}

type Corrected =
  | { readonly ok: true; readonly series: CountSeries }
  | { readonly ok: false; readonly reason: string };

/** Sources that a telescope saw become infected hosts (docs/models.md#bias-correction). */
function correctedSeries(
  outbreak: Outbreak,
  series: CountSeries,
  telescopeSize: number | undefined,
): Corrected {
  if (series.kind === 'everInfected') return { ok: true, series };
  if (telescopeSize === undefined) {
    return {
      ok: false,
      reason:
        'The series counts sources that a telescope saw; say how many addresses it has with --telescope.',
    };
  }
  const { timeSeconds, cumulative } = series;
  const interval = (timeSeconds[1] ?? 0) - (timeSeconds[0] ?? 0);
  const isEven = timeSeconds.every(
    (time, row) => Math.abs(time - row * interval) <= 1e-6 * Math.max(1, time),
  );
  if (!isEven)
    return { ok: false, reason: 'Sources are corrected interval by interval; give rows at even intervals.' };
  const probes = outbreak.worm.scanRatePerSecond * interval;
  const q = observationProbability({ fraction: telescopeSize / outbreak.addressSpaceSize }, probes);
  const estimates = correctedInfected(cumulative, q);
  let highest = 0;
  const infected = Array.from(estimates, (hosts) => (highest = Math.max(highest, Math.round(hosts))));
  return {
    ok: true,
    series: {
      timeSeconds: timeSeconds.slice(0, infected.length),
      cumulative: infected,
      kind: 'everInfected',
    },
  };
}
