/** Reading a result as curves, whether it holds one run or the bands of an ensemble. */
import { parseDuration } from '@wormwood/base';
import type { SeriesBand, SimulationResult } from '../result.ts';

export type Compartment = 'susceptible' | 'infected' | 'immunized' | 'everInfected';

/** One curve over the sample times; with a band when it stands for many runs. */
export interface Curve {
  readonly time: readonly number[];
  readonly value: readonly number[];
  readonly band: { readonly low: readonly number[]; readonly high: readonly number[] } | null;
}

/** Returns the name of the scenario behind a result. */
export function nameOf(result: SimulationResult): string {
  const name = result.scenario['name'];
  return typeof name === 'string' ? name : 'outbreak';
}

/** Returns N, the number of vulnerable hosts of a result. */
export function vulnerableOf(result: SimulationResult): number {
  const first = (series: readonly number[] | SeriesBand): number => center(series)[0] ?? 0;
  const { susceptible, infected, immunized } = result.series;
  return first(susceptible) + first(infected) + first(immunized);
}

/** Returns the curve of a compartment: the run itself, or the mean of the runs with the band of 5 to 95 %. */
export function curveOf(result: SimulationResult, compartment: Compartment): Curve {
  const { time } = result.series;
  if (compartment !== 'everInfected') return { time, ...withBand(result.series[compartment]) };
  // Ever infected = N − susceptible, which turns the band upside down.
  const total = vulnerableOf(result);
  const { value, band } = withBand(result.series.susceptible);
  const mirrored = (values: readonly number[]): readonly number[] => values.map((count) => total - count);
  return {
    time,
    value: mirrored(value),
    band: band && { low: mirrored(band.high), high: mirrored(band.low) },
  };
}

function withBand(series: readonly number[] | SeriesBand): Omit<Curve, 'time'> {
  return { value: center(series), band: isBand(series) ? { low: series.q05, high: series.q95 } : null };
}

function center(series: readonly number[] | SeriesBand): readonly number[] {
  return isBand(series) ? series.mean : series;
}

function isBand(series: readonly number[] | SeriesBand): series is SeriesBand {
  return !Array.isArray(series);
}

/** A honeypot defense as the scenario states it, as far as figures and sentences need it. */
export interface StatedHoneypots {
  readonly count: number;
  readonly delaySeconds: number;
  readonly success: number;
  /** Seconds; null when the honeypots start by their own contacts. */
  readonly startSeconds: number | null;
}

/** Returns the honeypot defenses of the scenario in a result. */
export function statedHoneypots(result: SimulationResult): readonly StatedHoneypots[] {
  const defenses = result.scenario['defenses'];
  if (!Array.isArray(defenses)) return [];
  return defenses
    .filter((defense: Readonly<Record<string, unknown>>) => defense['kind'] === 'honeypots')
    .map((defense: Readonly<Record<string, unknown>>) => ({
      count: Number(defense['count'] ?? 0),
      delaySeconds: seconds(defense['delay'] ?? 0) ?? 0,
      success: Number(defense['success'] ?? 1),
      startSeconds: seconds(defense['start'] ?? 0),
    }));
}

function seconds(value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const duration = parseDuration(value);
  return duration.ok ? duration.value : null;
}

/** Returns the time after which no compartment changes by more than 1 % of N, at least twice the peak's time. */
export function settledSeconds(result: SimulationResult): number {
  const tolerance = vulnerableOf(result) / 100;
  const { time } = result.series;
  const last = time.length - 1;
  let settled = 0;
  for (const compartment of ['susceptible', 'infected'] as const) {
    const { value } = curveOf(result, compartment);
    let index = last;
    while (index > 0 && Math.abs((value[index - 1] ?? 0) - (value[last] ?? 0)) <= tolerance) index--;
    settled = Math.max(settled, time[index] ?? 0);
  }
  const end = time[last] ?? 0;
  return Math.min(end, settled * 1.25);
}
