/**
 * How well a measured curve lies among predicted ones. When the lab behaves as the model says, its curve and the curves of
 * the ensemble are draws from one distribution, so each rank of any statistic of one curve among all is equally likely:
 * the p-value is exact whatever the statistic (a permutation test; Barnard 1963, Besag and Clifford 1989).
 */
import { assert } from '@wormwood/base';
import type { Trajectory } from '@wormwood/epidemic';

export interface Agreement {
  /** The largest deviation of the measured curves from the mean of all, in standard deviations of all. */
  readonly deviation: number;
  /** When it is reached, in seconds. */
  readonly deviationSeconds: number;
  /** The probability of a curve at least as far off, were the model right. */
  readonly pValue: number;
}

const CURVES = ['infected', 'immunized'] as const;

/** Compares a measured trajectory with predicted ones on the same times. Susceptible hosts are what the others leave. */
export function compareWithEnsemble(measured: Trajectory, predicted: readonly Trajectory[]): Agreement {
  const { time } = measured;
  assert(
    predicted.every((each) => each.time.length === time.length),
    'the trajectories have the same times',
  );
  const all = [measured, ...predicted];
  const deviations = new Float64Array(all.length);
  let deviationSeconds = 0;
  for (const curve of CURVES) {
    for (const [sample, seconds] of time.entries()) {
      const { mean, sd } = momentsAt(all, curve, sample);
      if (sd === 0) continue;
      for (const [row, trajectory] of all.entries()) {
        const deviation = Math.abs((trajectory[curve][sample] ?? 0) - mean) / sd;
        if (deviation <= (deviations[row] ?? 0)) continue;
        deviations[row] = deviation;
        if (row === 0) deviationSeconds = seconds;
      }
    }
  }
  const deviation = deviations[0] ?? 0;
  // The measured curve is one of those that are at least as far off as itself.
  const asFar = deviations.reduce((count, each) => count + (each >= deviation ? 1 : 0), 0);
  return { deviation, deviationSeconds, pValue: asFar / all.length };
}

function momentsAt(
  all: readonly Trajectory[],
  curve: (typeof CURVES)[number],
  sample: number,
): { readonly mean: number; readonly sd: number } {
  let sum = 0;
  for (const trajectory of all) sum += trajectory[curve][sample] ?? 0;
  const mean = sum / all.length;
  let squares = 0;
  for (const trajectory of all) squares += ((trajectory[curve][sample] ?? 0) - mean) ** 2;
  return { mean, sd: Math.sqrt(squares / all.length) };
}

/**
 * One p-value of several independent ones (Fisher, Statistical Methods for Research Workers, 21.1): −2 Σ ln p has a χ²
 * distribution of 2n degrees of freedom, whose upper tail is e^(−x/2) Σ (x/2)^k / k! for k < n.
 */
export function combinePValues(pValues: readonly number[]): number {
  const half = -pValues.reduce((sum, p) => sum + Math.log(p), 0);
  let term = Math.exp(-half);
  let tail = 0;
  for (let k = 0; k < pValues.length; k++) {
    tail += term;
    term *= half / (k + 1);
  }
  return pValues.length === 0 ? 1 : Math.min(1, tail);
}
