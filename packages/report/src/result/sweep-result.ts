/** The result of a sweep: the figures of one scenario at many points. */
import type { EngineName } from '@wormwood/epidemic';
import { parseDuration, parseRate } from '@wormwood/base';
import type { Distribution, EnsembleSummary, SingleSummary } from './result.ts';
import type { FigureName } from './summary-figures.ts';

export interface SweepResult {
  /** The name of the scenario. */
  readonly name: string;
  readonly engine: EngineName;
  /** Runs of each cell. */
  readonly runs: number;
  /** What varies, in the order of the command line. */
  readonly paths: readonly string[];
  /** In the order of the grid or the sample. */
  readonly cells: readonly SweepRow[];
}

/** A cell of a sweep with what its runs yielded. */
export interface SweepRow {
  readonly id: string;
  /** A value for each path, in the words of the scenario file. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly seed: string;
  readonly runs: number;
  readonly summary: SingleSummary | EnsembleSummary;
}

/** Returns the distribution of a figure over the runs of a cell; null for a single run. */
export function spreadIn({ summary }: SweepRow, figure: FigureName): Distribution | null {
  const value: number | null | Distribution = summary[figure];
  return typeof value === 'object' ? value : null;
}

/** Returns the figure of a cell, or its mean over the runs; null where there is none. */
export function figureIn({ summary }: SweepRow, figure: FigureName): number | null {
  const value: number | null | Distribution = summary[figure];
  return typeof value === 'object' ? (value?.mean ?? null) : value;
}

/** A value as a number with what it measures: seconds, events per second, or a plain number. */
export interface Measured {
  readonly value: number;
  readonly unit: 's' | '/s' | '';
}

/** Returns a value of the scenario file as a number; undefined for a word. */
export function measuredValue(value: unknown): Measured | undefined {
  if (typeof value === 'number') return { value, unit: '' };
  if (typeof value !== 'string') return undefined;
  const rate = parseRate(value);
  if (rate.ok) return { value: rate.value, unit: '/s' };
  const duration = parseDuration(value);
  if (duration.ok) return { value: duration.value, unit: 's' };
  const number = value.trim() === '' ? NaN : Number(value);
  if (Number.isFinite(number)) return { value: number, unit: '' };
  const power = /^(\d+)\^(\d+)$/.exec(value);
  return power === null ? undefined : { value: Number(power[1]) ** Number(power[2]), unit: '' };
}

/** Returns a value for people: short words as they are, the rest as JSON. */
export function valueText(value: unknown): string {
  if (typeof value === 'number') return value >= 10_000 ? value.toLocaleString('en-US') : String(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Returns for each path the shortest end of it that no other path shares: `count`, or `0.count` and `1.count`. */
export function shortNames(paths: readonly string[]): readonly string[] {
  return paths.map((path) => {
    const parts = path.split('.');
    const ends = parts.map((_, index) => parts.slice(parts.length - 1 - index).join('.'));
    const isOwn = (end: string): boolean =>
      paths.every((other) => other === path || !`.${other}`.endsWith(`.${end}`));
    return ends.find(isOwn) ?? path;
  });
}
