/**
 * Two time scales: an infected host is contained fast (a walled garden, a closed switch port), then cleaned slowly by a
 * person. Containment decides the outbreak; cleaning decides how long hosts stay blocked. Containment acts on single hosts:
 * `blockers` of dynamics/host-measures.ts.
 *
 * Source of the slow rate: Cetin et al., NDSS 2019 (92 % cleaned in 14 days, 0.18 a day).
 */
import type { Effect } from './effect.ts';
import type { CleanUp } from '../outbreak/countermeasure.ts';

export function cleanUp({ cleanSeconds, sparesLatent = false }: CleanUp): Effect {
  const rate = 1 / cleanSeconds;
  return sparesLatent ? { disinfectScanningRate: rate } : { disinfectRate: rate };
}
