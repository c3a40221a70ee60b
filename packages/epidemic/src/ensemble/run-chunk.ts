/**
 * A chunk of an ensemble: some consecutive replicates of one outbreak, run one after the other, packed into a few typed
 * arrays that a worker can hand over without a copy.
 */
import { randomStreams } from '@wormwood/base';
import type { EngineName, RunControl } from '../engine/engine.ts';
import { engineNamed } from '../engine/engines.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import type { Summary } from '../engine/summary.ts';
import { everInfectedDiffers, type Trajectory } from '../engine/trajectory.ts';

/** Plain data: what a worker is sent. */
export interface ChunkRequest {
  readonly outbreak: Outbreak;
  readonly engine: EngineName;
  /** A decimal integer below 2^64. */
  readonly seed: string;
  /** Number of the first replicate, and how many. */
  readonly first: number;
  readonly count: number;
  /**
   * Keep every `stride`-th sample, and the last.
   * @default 1
   */
  readonly stride?: number;
}

/** Plain data: what a worker sends back; `transferables` names the buffers. */
export interface RunChunk {
  readonly first: number;
  /** Replicates completed: fewer than asked for when the chunk was stopped. */
  readonly count: number;
  /** A row of `FIGURES.length` figures for each replicate, NaN where it has none. */
  readonly figures: Float64Array;
  /** Seconds; the samples kept. */
  readonly time: Float64Array;
  /** A row of hosts at these times for each replicate. */
  readonly susceptible: Int32Array | Float64Array;
  readonly infected: Int32Array | Float64Array;
  /** Where the trajectories have it. */
  readonly everInfected?: Int32Array | Float64Array;
}

type Figure = Exclude<keyof Summary, 'timeTo'>;
type Fraction = keyof Summary['timeTo'];

/** The columns of `RunChunk.figures`: those of the summary, then the times to a fraction. */
export const SUMMARY_FIGURES: readonly Figure[] = [
  'peakInfected',
  'peakTime',
  'everInfected',
  'everInfectedFraction',
  'neverInfected',
  'immunized',
  'stillInfected',
  'extinctionTime',
  'basicReproductionNumber',
  'reproductionNumberAtStart',
  'doublingTime',
  'probes',
  'honeypotContacts',
];
/** The fractions of N whose times stand behind the summary in `RunChunk.figures`. */
export const FRACTIONS: readonly Fraction[] = ['0.5', '0.9', '0.99', '1'];

/**
 * Returns a figure of the replicates of a chunk, one value each; NaN where a replicate has none, as when a time was never
 * reached. A time to a fraction of N is named like `timeTo.0.5`.
 */
export function columnOfFigure(
  { count, figures }: RunChunk,
  figure: Figure | `timeTo.${Fraction}`,
): Float64Array {
  const names = [...SUMMARY_FIGURES, ...FRACTIONS.map((fraction) => `timeTo.${fraction}` as const)];
  const column = names.indexOf(figure);
  return Float64Array.from({ length: count }, (_, row) => figures[row * names.length + column] ?? NaN);
}

/** Runs a chunk. `control` may stop it; the replicate at hand is then left out. */
export function runChunk(request: ChunkRequest, control?: RunControl): RunChunk {
  const { outbreak, first, count } = request;
  const engine = engineNamed(request.engine);
  const streams = randomStreams(request.seed);
  const figures = new Float64Array(count * (SUMMARY_FIGURES.length + FRACTIONS.length));
  let rows: Rows | undefined;
  let completed = 0;
  const inPlace: RunControl = { ...(control ?? UNWATCHED), workspace: {} };
  for (; completed < count && !inPlace.shouldStop(); completed++) {
    const run = engine.run(outbreak, { streams, replicate: first + completed }, inPlace);
    if (run.partial) break;
    rows ??= emptyRows(request, run.trajectory.time, engine.random);
    figures.set(figuresOf(run.summary), completed * (SUMMARY_FIGURES.length + FRACTIONS.length));
    copyKept(run.trajectory, rows, completed);
  }
  const { kept, ...series } = rows ?? emptyRows({ ...request, count: 0 }, NO_TIMES, false);
  if (completed === count) return { first, count, figures, ...series };
  const values = completed * kept.length;
  return {
    first,
    count: completed,
    figures: figures.slice(0, completed * (SUMMARY_FIGURES.length + FRACTIONS.length)),
    time: series.time,
    susceptible: series.susceptible.slice(0, values),
    infected: series.infected.slice(0, values),
    ...(series.everInfected && { everInfected: series.everInfected.slice(0, values) }),
  };
}

const UNWATCHED: RunControl = { shouldStop: () => false, progress: () => undefined };

/** Copies the samples kept of a trajectory into the row of its replicate. */
function copyKept({ susceptible, infected, everInfected }: Trajectory, rows: Rows, replicate: number): void {
  const { kept } = rows;
  const at = replicate * kept.length;
  for (let column = 0; column < kept.length; column++) {
    const sample = kept[column]!;
    rows.susceptible[at + column] = susceptible[sample]!;
    rows.infected[at + column] = infected[sample]!;
    if (rows.everInfected) rows.everInfected[at + column] = everInfected?.[sample] ?? NaN;
  }
}

const NO_TIMES = new Float64Array(0);

/** Returns the buffers that a worker may transfer along with the chunk. */
export function transferables(chunk: RunChunk): ArrayBuffer[] {
  const { figures, time, susceptible, infected, everInfected } = chunk;
  const series = [figures, time, susceptible, infected, ...(everInfected ? [everInfected] : [])];
  return series.map(({ buffer }) => buffer as ArrayBuffer);
}

interface Rows {
  readonly kept: Int32Array;
  readonly time: Float64Array;
  readonly susceptible: Int32Array | Float64Array;
  readonly infected: Int32Array | Float64Array;
  readonly everInfected?: Int32Array | Float64Array;
}

function emptyRows(
  { outbreak, count, stride = 1 }: ChunkRequest,
  time: Float64Array,
  isWhole: boolean,
): Rows {
  const kept = keptSamples(time.length, stride);
  const values = count * kept.length;
  const fits = isWhole && outbreak.population.vulnerable < 2 ** 31;
  const row = (): Int32Array | Float64Array => (fits ? new Int32Array(values) : new Float64Array(values));
  return {
    kept,
    time: Float64Array.from(kept, (sample) => time[sample] ?? NaN),
    susceptible: row(),
    infected: row(),
    ...(everInfectedDiffers(outbreak) && { everInfected: row() }),
  };
}

/** Every `stride`-th of `samples` rows, and the last. */
function keptSamples(samples: number, stride: number): Int32Array {
  const kept = Math.ceil((samples - 1) / stride) + 1;
  return Int32Array.from({ length: samples === 0 ? 0 : kept }, (_, row) =>
    Math.min(row * stride, samples - 1),
  );
}

function figuresOf(summary: Summary): readonly number[] {
  return [
    ...SUMMARY_FIGURES.map((figure) => summary[figure] ?? NaN),
    ...FRACTIONS.map((fraction) => summary.timeTo[fraction] ?? NaN),
  ];
}
