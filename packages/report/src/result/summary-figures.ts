/** One figure of a summary as a number, whether it comes from one run or from an ensemble. */
import type { Distribution, EnsembleSummary, SimulationResult, SingleSummary } from './result.ts';

/** A figure of the summary that is one number. */
export type FigureName = Exclude<keyof SingleSummary, 'timeTo'>;

/** Returns the figure, or its mean over the runs; null where there is none. */
export function figureOf(result: SimulationResult, name: FigureName): number | null {
  const value: number | null | Distribution = summaryOf(result)[name];
  return isDistribution(value) ? value.mean : value;
}

/** Returns the distribution of a figure over the runs; null for a single run. */
export function spreadOf(result: SimulationResult, name: FigureName): Distribution | null {
  const value: number | null | Distribution = summaryOf(result)[name];
  return isDistribution(value) ? value : null;
}

/** Returns when a fraction of N had ever been infected, in seconds, or the mean over those runs alone in which it had. */
export function timeToFraction(
  result: SimulationResult,
  fraction: keyof SingleSummary['timeTo'],
): number | null {
  const value: number | null | Distribution = summaryOf(result).timeTo[fraction];
  return isDistribution(value) ? value.mean : value;
}

/** Returns the distribution over the runs of the time to a fraction; null for a single run. */
export function timeToSpread(
  result: SimulationResult,
  fraction: keyof SingleSummary['timeTo'],
): Distribution | null {
  const value: number | null | Distribution = summaryOf(result).timeTo[fraction];
  return isDistribution(value) ? value : null;
}

/**
 * Returns the fraction of the runs that reached a fraction of N; null for a single run, and for an ensemble that was saved
 * without it.
 */
export function reachedProbabilityOf(
  { summary }: SimulationResult,
  fraction: keyof SingleSummary['timeTo'],
): number | null {
  // Results saved by earlier versions lack it.
  const shares = (summary as Partial<EnsembleSummary>).timeToProbability;
  return shares?.[fraction] ?? null;
}

/** Returns the fraction of the runs that ended without an infected host; null for a single run. */
export function extinctProbabilityOf({ summary }: SimulationResult): number | null {
  return 'extinctProbability' in summary ? summary.extinctProbability : null;
}

function summaryOf(result: SimulationResult): SingleSummary | EnsembleSummary {
  return result.summary;
}

function isDistribution(value: number | null | Distribution): value is Distribution {
  return typeof value === 'object' && value !== null;
}
