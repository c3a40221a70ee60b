/**
 * What a network telescope, observed dark space, can see of a host that scans uniformly: one probe in p of them, so the first
 * after a geometric number of probes, and of r probes a second X in a time T, of which r is X/(p T).
 *
 * Source: Moore, Shannon, Voelker, Savage, "Network telescopes", CAIDA 2004; docs/models.md#network-telescope.
 */
import { exp, expm1, log1p } from '@wormwood/base';

export interface Telescope {
  /** p: fraction of the scanned addresses that it monitors. */
  readonly fraction: number;
}

/** Returns after how many seconds it has seen a host that sends `ratePerSecond` with this probability, in (0, 1). */
export function detectionSeconds(
  { fraction }: Telescope,
  ratePerSecond: number,
  probability: number,
): number {
  return log1p(-probability) / (ratePerSecond * log1p(-fraction));
}

/** Returns the probability that it sees at least one of so many probes. */
export function observationProbability({ fraction }: Telescope, probes: number): number {
  return -expm1(probes * log1p(-fraction));
}

/** Returns the probability that it sees at least `packets` probes when it expects `mean` of them, a Poisson number. */
export function atLeastProbability(mean: number, packets: number): number {
  let term = exp(-mean);
  let below = 0;
  for (let k = 0; k < packets; k++) {
    below += term;
    term *= mean / (k + 1);
  }
  return Math.max(0, 1 - below);
}

/** Returns the scan rate of a host of which so many probes were seen, and its standard deviation, per second. */
export function scanRateEstimate(
  { fraction }: Telescope,
  seen: { readonly probes: number; readonly seconds: number },
): { readonly perSecond: number; readonly standardDeviation: number } {
  const perSecond = seen.probes / (fraction * seen.seconds);
  return { perSecond, standardDeviation: Math.sqrt(seen.probes) / (fraction * seen.seconds) };
}
