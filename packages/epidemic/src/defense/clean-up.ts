/**
 * Two time scales: an infected host is contained fast (a walled garden, a closed switch port), then cleaned slowly by a
 * person. Containment decides the outbreak; cleaning decides how long hosts stay blocked.
 *
 * Source of the slow rate: Cetin et al., NDSS 2019 (92 % cleaned in 14 days, 0.18 a day).
 */
import { constant, type Effect } from './effect.ts';
import type { MeasureStart } from './measure.ts';

export interface CleanUp extends MeasureStart {
  readonly kind: 'clean-up';
  /** Mean time from infection to containment. */
  readonly containSeconds: number;
  /** Mean time of cleaning a host, contained or not. */
  readonly cleanSeconds: number;
  /** Fraction of the probes of a contained host that are dropped. */
  readonly coverage: number;
}

export function cleanUp({ containSeconds, cleanSeconds, coverage }: CleanUp): Effect {
  return {
    blockRate: constant(1 / containSeconds),
    blockedPassing: 1 - coverage,
    disinfectRate: constant(1 / cleanSeconds),
  };
}
