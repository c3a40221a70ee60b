/**
 * Times that are not exponential as a row of exponential stages, each as long as any other in the mean (linear chain trick):
 * their sum has the gamma distribution of so many stages. That is exact for a gamma time of a whole shape. Any other time
 * gets the number of stages that comes closest to its variance, 16 at most: a fixed time of mean m then has a standard
 * deviation of m/4, and a time that spreads more than an exponential one is taken as exponential.
 *
 * Source: Lloyd, "Realistic distributions of infectious periods in epidemic models", Theoretical Population Biology 60, 2001.
 */
import { exp, unreachable } from '@wormwood/base';
import { type DelayLaw, isStaged, STAGES_MAX } from '../outbreak/delay-law.ts';

/** Returns how many stages stand for a time of this law. */
export function stagesOf(law: DelayLaw | undefined): number {
  if (isStaged(law)) return law?.kind === 'gamma' ? law.shape : 1;
  const variance = relativeVariance(law!);
  return variance * STAGES_MAX <= 1 ? STAGES_MAX : Math.max(1, Math.round(1 / variance));
}

/** The variance over the squared mean. */
function relativeVariance(law: DelayLaw): number {
  switch (law.kind) {
    case 'exponential':
      return 1;
    case 'fixed':
      return 0;
    case 'uniform':
      return law.spread ** 2 / 3;
    case 'gamma':
      return 1 / law.shape;
    case 'log-normal':
      return exp(law.sigma ** 2) - 1;
    default:
      return unreachable(law);
  }
}
