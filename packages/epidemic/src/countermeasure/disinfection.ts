/**
 * Disinfection: infected hosts are cleaned and patched at a constant rate, which makes the simple epidemic the general one
 * of Kermack and McKendrick (1927) with γ = coverage · rate.
 */
import type { Effect } from './effect.ts';
import type { Disinfection } from '../outbreak/countermeasure.ts';

export function disinfection({ ratePerSecond, coverage, sparesLatent = false }: Disinfection): Effect {
  const rate = coverage * ratePerSecond;
  return sparesLatent ? { disinfectScanningRate: rate } : { disinfectRate: rate };
}
