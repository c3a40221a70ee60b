/**
 * Two time scales: an infected host is contained fast (a walled garden, a closed switch port), then cleaned slowly by a
 * person. Containment decides the outbreak; cleaning decides how long hosts stay blocked.
 *
 * Source of the slow rate: Cetin et al., NDSS 2019 (92 % cleaned in 14 days, 0.18 a day).
 */
import { constant, type Effect } from './effect.ts';
import type { CleanUp } from '../outbreak/countermeasure.ts';

export function cleanUp({ containSeconds, cleanSeconds, coverage }: CleanUp): Effect {
  return {
    blockRate: constant(1 / containSeconds),
    blockedPassing: 1 - coverage,
    disinfectRate: constant(1 / cleanSeconds),
  };
}
