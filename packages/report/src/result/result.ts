/** The result of runs of one scenario, which figures and reports read, and the object that `sim run --json` prints. */
import type { EngineName, EnsembleSeries, EnsembleSummary, Summary } from '@wormwood/epidemic';
import { type Scenario, scenarioDocument, type ScenarioDocument } from '@wormwood/files/scenario';

export type { Distribution, EnsembleSeries, EnsembleSummary, SeriesBand } from '@wormwood/epidemic';

/** One run or an ensemble with the checked scenario behind it. Times in seconds, counts in hosts. */
export interface SimulationResult {
  readonly scenario: Scenario;
  readonly engine: EngineName;
  /** A decimal integer below 2^64, as text because it may exceed 2^53. */
  readonly seed: string;
  /** Runs completed. */
  readonly runs: number;
  /** The version of the program that ran it. */
  readonly version: string;
  /** Present and true if the run was ended early; the series then end before the duration. */
  readonly partial?: true;
  readonly summary: SingleSummary | EnsembleSummary;
  readonly series: SingleSeries | EnsembleSeries;
}

/** A result as `sim run --json` prints it and `--out DIR` saves it: the scenario in the words of its file. */
export interface ResultDocument extends Omit<SimulationResult, 'scenario'> {
  readonly scenario: ScenarioDocument;
}

/** Returns the result as plain data for JSON; `readResult` reads it back. */
export function resultDocument(result: SimulationResult): ResultDocument {
  return { ...result, scenario: scenarioDocument(result.scenario) };
}

/** The figures of one run. */
export type SingleSummary = Summary;

/** The course of one run: hosts of each compartment at each time, in seconds. */
export interface SingleSeries {
  readonly time: readonly number[];
  readonly susceptible: readonly number[];
  readonly infected: readonly number[];
  readonly immunized: readonly number[];
  /** Hosts ever infected; absent where that is N − susceptible. */
  readonly everInfected?: readonly number[];
}

/** One result among several, with the name of its line. */
export interface NamedResult {
  readonly name: string;
  readonly result: SimulationResult;
}
