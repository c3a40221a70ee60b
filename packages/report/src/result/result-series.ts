/** A result as curves, for one run and for an ensemble alike. */
import type { Honeypots } from '@wormwood/epidemic';
import type { SeriesBand, SimulationResult } from './result.ts';

export type Compartment = 'susceptible' | 'infected' | 'immunized' | 'everInfected';

/** One curve over the sample times, in seconds; with a band if it stands for many runs. */
export interface Curve {
  readonly time: readonly number[];
  readonly value: readonly number[];
  readonly band: {
    readonly low: readonly number[];
    readonly median: readonly number[];
    readonly high: readonly number[];
  } | null;
}

/** Returns the curve of a compartment: the run itself, or the mean of the runs with the band of 5 to 95 %. */
export function curveOf(result: SimulationResult, compartment: Compartment): Curve {
  const { time } = result.series;
  if (compartment !== 'everInfected') return { time, ...withBand(result.series[compartment]) };
  if (result.series.everInfected !== undefined) return { time, ...withBand(result.series.everInfected) };
  // Ever infected = N − susceptible, which turns the band upside down.
  const total = result.scenario.population.vulnerable;
  const { value, band } = withBand(result.series.susceptible);
  const mirrored = (values: readonly number[]): readonly number[] => values.map((count) => total - count);
  return {
    time,
    value: mirrored(value),
    band: band && { low: mirrored(band.high), median: mirrored(band.median), high: mirrored(band.low) },
  };
}

/** Returns the value of a curve at a time by linear interpolation, constant beyond both ends. */
export function valueAt({ time, value }: Pick<Curve, 'time' | 'value'>, seconds: number): number {
  let low = 0;
  let high = time.length - 1;
  if (high < 0) return 0;
  if (seconds <= time[0]!) return value[0] ?? 0;
  if (seconds >= time[high]!) return value[high] ?? 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (time[middle]! <= seconds) low = middle;
    else high = middle;
  }
  const share = (seconds - time[low]!) / (time[high]! - time[low]!);
  return value[low]! + (value[high]! - value[low]!) * share;
}

/** Returns the first sample time at which a host (in the mean of an ensemble) is immunized; null when none ever is. */
export function firstImmunizedSeconds(result: SimulationResult): number | null {
  const { time, value } = curveOf(result, 'immunized');
  const index = value.findIndex((count) => count >= 1);
  return index < 0 ? null : (time[index] ?? null);
}

function withBand(series: readonly number[] | SeriesBand): Omit<Curve, 'time'> {
  return {
    value: center(series),
    band: isBand(series) ? { low: series.q05, median: series.q50, high: series.q95 } : null,
  };
}

function center(series: readonly number[] | SeriesBand): readonly number[] {
  return isBand(series) ? series.mean : series;
}

function isBand(series: readonly number[] | SeriesBand): series is SeriesBand {
  return !Array.isArray(series);
}

/** Returns the groups of honeypots in the scenario of a result. */
export function honeypotsOf({ scenario }: SimulationResult): readonly Honeypots[] {
  return scenario.defenses.filter((defense) => defense.kind === 'honeypots');
}

/** Returns the start of honeypots in seconds; null if their own contacts trigger it. */
export function startSecondsOf({ start }: Honeypots): number | null {
  return start.kind === 'time' ? start.timeSeconds : null;
}

/** A curve has settled when it stays within this fraction of its range. */
const SETTLED_SHARE = 0.01;
/** Room after the curves have settled. */
const SETTLED_ROOM = 1.25;

/** Returns where a picture of the result may end, in seconds: a round time some way after its curves have settled. */
export function settledSeconds(result: SimulationResult): number {
  const { time } = result.series;
  const end = time.at(-1) ?? 0;
  let settled = 0;
  for (const compartment of ['susceptible', 'infected'] as const) {
    settled = Math.max(settled, time[settledIndex(curveOf(result, compartment).value)] ?? 0);
  }
  return settled === 0 ? end : Math.min(end, roundTime(settled * SETTLED_ROOM));
}

function settledIndex(values: readonly number[]): number {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const value of values) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const last = values.at(-1) ?? 0;
  let index = values.length - 1;
  while (index > 0 && Math.abs(values[index - 1]! - last) <= (highest - lowest) * SETTLED_SHARE) index--;
  return Math.max(0, index);
}

/** Rounds a time up to a multiple of the largest unit of which it has at least ten. */
function roundTime(seconds: number): number {
  const step = [86_400, 3600, 600, 60, 10, 1].find((candidate) => seconds >= 10 * candidate) ?? 1;
  return Math.ceil(seconds / step) * step;
}
