/** The object that `sim run --json` prints and `--out DIR` saves (design contract 4.3): what reports and figures read. */
import type { ScenarioDocument } from '@wormwood/files/scenario';
import type { EngineName, EnsembleSeries, EnsembleSummary, Summary } from '@wormwood/epidemic';

export type { Distribution, EnsembleSeries, EnsembleSummary, SeriesBand } from '@wormwood/epidemic';

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

export type SingleSummary = Summary;

export interface SingleSeries {
  readonly time: readonly number[];
  readonly susceptible: readonly number[];
  readonly infected: readonly number[];
  readonly immunized: readonly number[];
  /** Hosts infected at some time; left out where that is N − susceptible. */
  readonly everInfected?: readonly number[];
}

/** One result among several, with the name of its line. */
export interface NamedResult {
  readonly name: string;
  readonly result: SimulationResult;
}
