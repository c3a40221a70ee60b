/** From runs to a result: what `result.ts` describes. */
import type { Ensemble, Run } from '@wormwood/epidemic';
import type { Scenario } from '@wormwood/files/scenario';
import type { SimulationResult } from './result.ts';

/** The parts of a result besides figures and series. */
export interface ResultContext {
  readonly scenario: Scenario;
  /** Canonical, as `parseSeed` returns it. */
  readonly seed: string;
  /** The version of the program that ran it. */
  readonly version: string;
}

/** Returns the result of one run. */
export function toSingleResult(run: Run, { scenario, seed, version }: ResultContext): SimulationResult {
  const { time, susceptible, infected, immunized, everInfected } = run.trajectory;
  return {
    scenario,
    engine: run.engine,
    seed,
    runs: 1,
    version,
    ...(run.partial ? { partial: true } : {}),
    summary: run.summary,
    series: {
      time: numbersOf(time),
      susceptible: numbersOf(susceptible),
      infected: numbersOf(infected),
      immunized: numbersOf(immunized),
      ...(everInfected && { everInfected: numbersOf(everInfected) }),
    },
  };
}

/** A loop, since `Array.from` asks an iterator for each value, and a page does this with each move of a slider. */
function numbersOf(values: ArrayLike<number>): readonly number[] {
  const numbers: number[] = [];
  for (let i = 0; i < values.length; i++) numbers.push(values[i]!);
  return numbers;
}

/** Returns the result of an ensemble; of the completed runs, if it was ended early. */
export function toEnsembleResult(
  ensemble: Ensemble,
  { scenario, seed, version }: ResultContext,
): SimulationResult {
  const { engine, runs, partial, summary, series } = ensemble;
  return {
    scenario,
    engine,
    seed,
    runs,
    version,
    ...(partial ? { partial: true } : {}),
    summary,
    series,
  };
}
