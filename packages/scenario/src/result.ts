/** The object that `sim run --json` prints and `--out DIR` saves (design contract 4.3): what reports and figures read. */
import type { EngineName, Summary } from '@wormwood/epidemic';

/** Times in seconds, counts in hosts. */
export interface SimulationResult {
  /** The scenario as checked, in the words of the file. */
  readonly scenario: ScenarioDocument;
  readonly engine: EngineName;
  /** A decimal integer below 2^64, as text because it may exceed 2^53. */
  readonly seed: string;
  /** Runs completed. */
  readonly runs: number;
  readonly version: string;
  /** Present and true when the run was ended early; the series then stop short of the duration. */
  readonly partial?: true;
  readonly summary: SingleSummary | EnsembleSummary;
  readonly series: SingleSeries | EnsembleSeries;
}

/** The scenario file as plain data (see the scenario schema). */
export type ScenarioDocument = Readonly<Record<string, unknown>>;

export type SingleSummary = Summary;

/** Distribution of one figure over the runs; `null` where a run has no such figure are left out, `runs` says how many had it. */
export interface Distribution {
  readonly mean: number | null;
  readonly sd: number | null;
  readonly q05: number | null;
  readonly q25: number | null;
  readonly q50: number | null;
  readonly q75: number | null;
  readonly q95: number | null;
}

export type EnsembleSummary = {
  readonly [Figure in Exclude<keyof Summary, 'timeTo'>]: Distribution;
} & {
  readonly timeTo: Readonly<Record<keyof Summary['timeTo'], Distribution>>;
  /** Fraction of the runs in which no host was infected any more at the end. */
  readonly extinctProbability: number;
};

export interface SingleSeries {
  readonly time: readonly number[];
  readonly susceptible: readonly number[];
  readonly infected: readonly number[];
  readonly immunized: readonly number[];
}

export interface SeriesBand {
  readonly mean: readonly number[];
  readonly q05: readonly number[];
  readonly q25: readonly number[];
  readonly q50: readonly number[];
  readonly q75: readonly number[];
  readonly q95: readonly number[];
}

export interface EnsembleSeries {
  readonly time: readonly number[];
  readonly susceptible: SeriesBand;
  readonly infected: SeriesBand;
  readonly immunized: SeriesBand;
}
