/**
 * Many runs of one outbreak, handed out in chunks to whoever asks next, and put together in the order of the replicates:
 * the result has the same bytes for any number of workers, any size of chunk and any order of completion. Where the
 * chunks are run (here, in threads, on other machines) is the caller's affair.
 */
import { assert } from '@wormwood/base';
import type { EngineName } from '../engine/engine.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { describeColumn, quantileScratch } from './quantile-kernel.ts';
import { type ChunkRequest, FRACTIONS, type RunChunk, SUMMARY_FIGURES } from './run-chunk.ts';
import type { Summary } from '../engine/summary.ts';
import { sampleTimes } from '../engine/trajectory.ts';

export interface EnsembleRequest {
  readonly outbreak: Outbreak;
  readonly engine: EngineName;
  /** A decimal integer below 2^64. */
  readonly seed: string;
  readonly runs: number;
}

export interface EnsembleOptions {
  /** Chunks that are under way at the same time. */
  readonly workers: number;
  /** Told after each chunk. */
  readonly onProgress?: (progress: { readonly completed: number; readonly runs: number }) => void;
  /** Once aborted, no chunk is handed out any more; the runs completed by then make the ensemble. */
  readonly signal?: { readonly aborted: boolean };
}

/**
 * Distribution of one figure over the runs that have it; null where none has, and for the standard deviation where one
 * has. Quantiles by definition 7 of Hyndman and Fan (1996), linear between the ranks.
 */
export interface Distribution {
  readonly mean: number | null;
  readonly sd: number | null;
  /** Monte-Carlo error of the mean: the standard deviation over the square root of the number of runs that have the figure. */
  readonly se: number | null;
  readonly q05: number | null;
  readonly q25: number | null;
  readonly q50: number | null;
  readonly q75: number | null;
  readonly q95: number | null;
}

/**
 * The figures of `Summary` as distributions over the runs. Times are censored: a run in which it did not happen ends without
 * it. The mean and the standard deviation of `timeTo` and `extinctionTime` are over the runs in which it happened; the
 * quantiles are over all runs, of which those in which it did not happen count as later than all others (Kaplan and Meier
 * 1958, with all runs censored at the end), so that a quantile that falls among them is null.
 */
export type EnsembleSummary = {
  readonly [Figure in Exclude<keyof Summary, 'timeTo'>]: Distribution;
} & {
  readonly timeTo: Readonly<Record<keyof Summary['timeTo'], Distribution>>;
  /** Fraction of the runs that reached each of these fractions of N; 0 where no run was completed. */
  readonly timeToProbability: Readonly<Record<keyof Summary['timeTo'], number>>;
  /** Fraction of the runs in which no host was infected any more at the end; 0 where no run was completed. */
  readonly extinctProbability: number;
};

/** One value a time. */
export interface SeriesBand {
  readonly mean: readonly number[];
  readonly q05: readonly number[];
  readonly q25: readonly number[];
  readonly q50: readonly number[];
  readonly q75: readonly number[];
  readonly q95: readonly number[];
}

/** The course of an ensemble: for each compartment its distribution over the runs at each time. */
export interface EnsembleSeries {
  /** Seconds; thinner than the outbreak's samples where all samples of all runs would not fit in memory. */
  readonly time: readonly number[];
  readonly susceptible: SeriesBand;
  readonly infected: SeriesBand;
  readonly immunized: SeriesBand;
  /** Hosts infected at some time; left out where that is N − susceptible. */
  readonly everInfected?: SeriesBand;
}

export interface Ensemble {
  readonly engine: EngineName;
  /** Runs completed. */
  readonly runs: number;
  /** True when fewer runs were completed than asked for. */
  readonly partial: boolean;
  readonly summary: EnsembleSummary;
  readonly series: EnsembleSeries;
}

/** The most samples kept of all runs together, 160 MB as 32-bit integers; beyond it every k-th sample is kept. */
const ENSEMBLE_SAMPLES_MAX = 2e7;
/** A chunk is small against the work that is left, so that all workers end together, and not so small that it is all talk. */
const CHUNK_RUNS_MAX = 16;
const CHUNKS_LEFT_PER_WORKER = 4;

/**
 * Runs an ensemble by `execute`, which runs a chunk wherever it likes (see `runChunk`) and may return fewer runs than asked
 * for when it was asked to stop. Rejects with the reason of the first chunk that fails.
 */
export async function runEnsemble(
  request: EnsembleRequest,
  execute: (chunk: ChunkRequest) => Promise<RunChunk>,
  options: EnsembleOptions,
): Promise<Ensemble> {
  const { outbreak, engine, seed, runs } = request;
  const { workers, onProgress, signal } = options;
  assert(Number.isInteger(runs) && runs >= 1, 'an ensemble has at least one run');
  assert(Number.isInteger(workers) && workers >= 1, 'an ensemble has at least one worker');
  const stride = Math.max(1, Math.ceil((runs * sampleTimes(outbreak).length) / ENSEMBLE_SAMPLES_MAX));
  const chunks: RunChunk[] = [];
  let next = 0;
  let completed = 0;
  let isEnded = false;
  const isOver = (): boolean => next >= runs || isEnded || signal?.aborted === true;
  const work = async (): Promise<void> => {
    while (!isOver()) {
      const share = Math.ceil((runs - next) / (CHUNKS_LEFT_PER_WORKER * workers));
      const count = Math.min(CHUNK_RUNS_MAX, share);
      const first = next;
      next += count;
      const chunk = await execute({ outbreak, engine, seed, first, count, stride });
      chunks.push(chunk);
      completed += chunk.count;
      // Told to stop behind our back: what would follow would be stopped as well.
      if (chunk.count < count) isEnded = true;
      onProgress?.({ completed, runs });
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    isEnded = true;
  }
  return putTogether(request, chunks);
}

/** Returns the ensemble that the chunks make, in whatever order they come. */
function putTogether({ outbreak, engine, runs }: EnsembleRequest, chunks: readonly RunChunk[]): Ensemble {
  const filled = chunks.filter(({ count }) => count > 0).sort((a, b) => a.first - b.first);
  const completed = filled.reduce((sum, { count }) => sum + count, 0);
  return {
    engine,
    runs: completed,
    partial: completed < runs,
    summary: summarizeRuns(filled, completed),
    series: bandsOf(filled, completed, outbreak.population.vulnerable),
  };
}

function summarizeRuns(chunks: readonly RunChunk[], runs: number): EnsembleSummary {
  const describe = (figure: number, isCensored: boolean): Distribution => {
    const column = columnOf(chunks, runs, figure);
    const described = distributionOf(column);
    return isCensored ? { ...described, ...censoredQuantiles(column, runs) } : described;
  };
  const named = <Name extends string, Value>(
    names: readonly Name[],
    value: (name: Name, row: number) => Value,
  ): Record<Name, Value> =>
    Object.fromEntries(names.map((name, row) => [name, value(name, row)])) as Record<Name, Value>;
  const share = (hits: number): number => (runs === 0 ? 0 : hits / runs);
  const stillInfected = columnOf(chunks, runs, SUMMARY_FIGURES.indexOf('stillInfected'));
  return {
    ...named(SUMMARY_FIGURES, (name, row) => describe(row, name === 'extinctionTime')),
    timeTo: named(FRACTIONS, (_, row) => describe(SUMMARY_FIGURES.length + row, true)),
    timeToProbability: named(FRACTIONS, (_, row) =>
      share(columnOf(chunks, runs, SUMMARY_FIGURES.length + row).length),
    ),
    extinctProbability: share(stillInfected.filter((hosts) => hosts < 1).length),
  };
}

const QUANTILES = { q05: 0.05, q25: 0.25, q50: 0.5, q75: 0.75, q95: 0.95 } as const;

/** Returns the quantiles over `runs` runs of a time that came in those of the column only. */
function censoredQuantiles(column: Float64Array, runs: number): Omit<Distribution, 'mean' | 'sd' | 'se'> {
  const sorted = column.toSorted();
  const at = (p: number): number | null => {
    const rank = (runs - 1) * p;
    const low = sorted[Math.floor(rank)];
    const high = sorted[Math.ceil(rank)];
    return low === undefined || high === undefined ? null : low + (rank - Math.floor(rank)) * (high - low);
  };
  const { q05, q25, q50, q75, q95 } = QUANTILES;
  return { q05: at(q05), q25: at(q25), q50: at(q50), q75: at(q75), q95: at(q95) };
}

/** One figure of all runs in the order of the replicates, without those that do not have it. */
function columnOf(chunks: readonly RunChunk[], runs: number, figure: number): Float64Array {
  const width = SUMMARY_FIGURES.length + FRACTIONS.length;
  const column = new Float64Array(runs);
  let length = 0;
  for (const { count, figures } of chunks) {
    for (let row = 0; row < count; row++) {
      const value = figures[row * width + figure] ?? NaN;
      if (!Number.isNaN(value)) column[length++] = value;
    }
  }
  return column.subarray(0, length);
}

function distributionOf(column: Float64Array): Distribution {
  const { length } = column;
  if (length === 0)
    return { mean: null, sd: null, se: null, q05: null, q25: null, q50: null, q75: null, q95: null };
  const out = new Float64Array(6);
  describeColumn(column, 0, length, quantileScratch(length), out);
  const [mean = 0, q05 = 0, q25 = 0, q50 = 0, q75 = 0, q95 = 0] = out;
  const squares = column.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const sd = length === 1 ? null : Math.sqrt(squares / (length - 1));
  return { mean, sd, se: sd === null ? null : sd / Math.sqrt(length), q05, q25, q50, q75, q95 };
}

type Band = { readonly [Key in keyof SeriesBand]: number[] };

function emptyBand(): Band {
  return { mean: [], q05: [], q25: [], q50: [], q75: [], q95: [] };
}

/** Samples turned into columns at a time: a row of each run is then read in whole cache lines. */
const COLUMNS_PER_PASS = 32;
const ALL_COLUMNS = -1;

const SERIES = ['susceptible', 'infected', 'immunized'] as const;
type SeriesName = (typeof SERIES)[number] | 'everInfected';

function bandsOf(chunks: readonly RunChunk[], runs: number, vulnerable: number): EnsembleSeries {
  const time = Array.from(chunks[0]?.time ?? []);
  const hasEver = chunks[0]?.everInfected !== undefined;
  const names: readonly SeriesName[] = hasEver ? [...SERIES, 'everInfected'] : SERIES;
  const bands: Record<SeriesName, Band> = {
    susceptible: emptyBand(),
    infected: emptyBand(),
    immunized: emptyBand(),
    everInfected: emptyBand(),
  };
  const scratch = quantileScratch(runs);
  const column = (): Float64Array => new Float64Array(COLUMNS_PER_PASS * runs);
  const columns = { susceptible: column(), infected: column(), immunized: column(), everInfected: column() };
  const described = Object.fromEntries(names.map((series) => [series, new Float64Array(6)]));
  for (let first = 0; first < time.length; first += COLUMNS_PER_PASS) {
    const width = Math.min(COLUMNS_PER_PASS, time.length - first);
    const pass = { first, width, samples: time.length, runs, vulnerable };
    const changed = changedColumns(chunks, pass);
    if (changed !== 0) transpose(chunks, columns, pass);
    for (let at = 0; at < width; at++) {
      const isChanged = ((changed >>> at) & 1) === 1;
      for (const series of names) {
        const out = described[series]!;
        if (isChanged) describeColumn(columns[series], at * runs, runs, scratch, out);
        appendTo(bands[series], out);
      }
    }
  }
  const { everInfected, ...always } = bands;
  return { time, ...always, ...(hasEver && { everInfected }) };
}

interface Pass {
  readonly first: number;
  readonly width: number;
  readonly samples: number;
  readonly runs: number;
  readonly vulnerable: number;
}

/**
 * Returns a bit for each column of a pass in which some run differs from the column before. Once all outbreaks of an ensemble
 * have ended, which may be long before their time is over, columns repeat.
 */
function changedColumns(chunks: readonly RunChunk[], { first, width, samples }: Pass): number {
  let changed = first === 0 ? 1 : 0;
  for (const { count, susceptible, infected, everInfected } of chunks) {
    for (let row = 0; row < count; row++) {
      const at = row * samples + first;
      for (let column = first === 0 ? 1 : 0; column < width; column++) {
        const now = at + column;
        const isSame =
          susceptible[now] === susceptible[now - 1] &&
          infected[now] === infected[now - 1] &&
          everInfected?.[now] === everInfected?.[now - 1];
        if (!isSame) changed |= 1 << column;
      }
      if (changed === ALL_COLUMNS) return changed;
    }
  }
  return changed;
}

function transpose(
  chunks: readonly RunChunk[],
  columns: Readonly<Record<SeriesName, Float64Array>>,
  { first, width, samples, runs, vulnerable }: Pass,
): void {
  let run = 0;
  for (const chunk of chunks) {
    for (let row = 0; row < chunk.count; row++, run++) {
      const at = row * samples + first;
      for (let column = 0; column < width; column++) {
        const susceptible = chunk.susceptible[at + column] ?? NaN;
        const infected = chunk.infected[at + column] ?? NaN;
        columns.susceptible[column * runs + run] = susceptible;
        columns.infected[column * runs + run] = infected;
        columns.immunized[column * runs + run] = vulnerable - susceptible - infected;
        if (chunk.everInfected)
          columns.everInfected[column * runs + run] = chunk.everInfected[at + column] ?? NaN;
      }
    }
  }
}

function appendTo(band: Band, described: Float64Array): void {
  const [mean = 0, q05 = 0, q25 = 0, q50 = 0, q75 = 0, q95 = 0] = described;
  band.mean.push(mean);
  band.q05.push(q05);
  band.q25.push(q25);
  band.q50.push(q50);
  band.q75.push(q75);
  band.q95.push(q95);
}
