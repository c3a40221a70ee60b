/**
 * What comes after the end of a series: runs that begin with the hosts infected then, each with a β and an N of its own, drawn
 * from what the series says of them. The spread of the runs has both parts: what the series leaves open, and chance.
 */
import {
  type ChunkRequest,
  engineNamed,
  type EngineName,
  type Outbreak,
  type RunChunk,
} from '@wormwood/epidemic';
import type { RandomStreams } from '@wormwood/base';
import { drawPoints } from './plane.ts';
import type { Fit } from './fit-series.ts';

export interface ForecastRequest {
  /** With the defenses whose effect is asked for; their starts count from the end of the series. */
  readonly outbreak: Outbreak;
  readonly fit: Fit;
  readonly horizonSeconds: number;
  /** Runs, each with values of its own. */
  readonly draws: number;
  readonly streams: RandomStreams;
}

/** Bands of hosts ever infected and infected, over time from the end of the series. */
export interface Forecast {
  readonly timeSeconds: readonly number[];
  readonly everInfected: Band;
  readonly infected: Band;
}

/** Quantiles, one value a time. */
export interface Band {
  readonly q10: readonly number[];
  readonly q50: readonly number[];
  readonly q90: readonly number[];
}

/** Moments that a forecast is given for. */
const SAMPLES = 60;

/** Returns a run for each draw, to be computed anywhere; `forecastOf` puts their results together. */
export function forecastRuns({
  outbreak,
  fit,
  horizonSeconds,
  draws,
  streams,
}: ForecastRequest): readonly ChunkRequest[] {
  const infected = fit.counts.cumulative.at(-1) ?? 0;
  const points = drawPoints(fit.posterior, draws, streams.stream('forecast'));
  return points.map(({ ratePerSecond, vulnerable, onwardPerSecond = ratePerSecond }, index): ChunkRequest => {
    const hosts = Math.max(infected, Math.round(vulnerable));
    const one: Outbreak = {
      ...outbreak,
      population: { ...outbreak.population, vulnerable: hosts, infected },
      worm: {
        ...outbreak.worm,
        scanRatePerSecond: (onwardPerSecond * outbreak.addressSpaceSize) / vulnerable,
      },
      durationSeconds: horizonSeconds,
      sampleSeconds: horizonSeconds / SAMPLES,
    };
    return { outbreak: one, engine: engineFor(one), seed: streams.seed, first: index, count: 1 };
  });
}

/** Returns the engine of a forecast: counts suffice where the engine for them can run the defenses. */
export function engineFor(outbreak: Outbreak): EngineName {
  return engineNamed('stochastic').unsupported(outbreak).length === 0 ? 'stochastic' : 'hosts';
}

/** Returns the bands of the runs that `forecastRuns` asked for, in the same order. */
export function forecastOf(requests: readonly ChunkRequest[], chunks: readonly RunChunk[]): Forecast {
  const timeSeconds = Array.from(chunks[0]?.time ?? []);
  const ever = timeSeconds.map((_, row) =>
    chunks.map((chunk, run) => {
      const vulnerable = requests[run]?.outbreak.population.vulnerable ?? NaN;
      return chunk.everInfected?.[row] ?? vulnerable - (chunk.susceptible[row] ?? NaN);
    }),
  );
  const infected = timeSeconds.map((_, row) => chunks.map((chunk) => chunk.infected[row] ?? NaN));
  return { timeSeconds, everInfected: bandOf(ever), infected: bandOf(infected) };
}

/** Returns the quantiles of each column. */
export function bandOf(columns: readonly (readonly number[])[]): Band {
  const sorted = columns.map((column) => column.toSorted((a, b) => a - b));
  const at = (share: number): readonly number[] => sorted.map((column) => quantile(column, share));
  return { q10: at(0.1), q50: at(0.5), q90: at(0.9) };
}

/** Returns a quantile of sorted values by definition 7 of Hyndman and Fan (1996), linear between the ranks. */
export function quantile(sorted: readonly number[], share: number): number {
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(sorted.length - 1, below + 1)] ?? NaN;
  return low + (rank - below) * (high - low);
}
