/**
 * How many susceptible hosts one infected host infects before honeypots have it immunized. With probability p that a
 * contact immunizes, γ = s h p / Ω is the rate of effective contacts and R = (s S / Ω)(1/γ + δ): the scan rate and the
 * size of the address space cancel but for the delay, R = S/(h p) · (1 + γδ) (Provos 2004;
 * docs/models.md#reproduction-number).
 */
import type { Outbreak } from '../outbreak/outbreak.ts';
import type { Honeypots } from '../outbreak/honeypots.ts';

/** Returns β = sN/Ω per second: the rate at which one infected host infects while all others are susceptible. */
export function contactRatePerSecond(outbreak: Outbreak): number {
  return pairwiseRatePerSecond(outbreak) * outbreak.population.vulnerable;
}

/** Returns s/Ω per second: the rate at which one infected host probes one given address. */
export function pairwiseRatePerSecond(outbreak: Outbreak): number {
  return outbreak.worm.scanRatePerSecond / outbreak.addressSpaceSize;
}

/** Returns γ = s h p / Ω per second: the rate at which one infected host makes a contact that will immunize it. */
export function effectiveContactRatePerSecond(outbreak: Outbreak, honeypots: Honeypots): number {
  return pairwiseRatePerSecond(outbreak) * honeypots.count * honeypots.success;
}

/**
 * Returns the reproduction number with `susceptible` hosts left and the given honeypots at work; null when no contact
 * can ever immunize (no honeypots, or none that succeed), where the number has no bound.
 */
export function reproductionNumber(
  outbreak: Outbreak,
  honeypots: readonly Honeypots[],
  susceptible: number,
): number | null {
  let rate = 0;
  let weightedDelay = 0;
  for (const group of honeypots) {
    const groupRate = effectiveContactRatePerSecond(outbreak, group);
    rate += groupRate;
    weightedDelay += groupRate * group.delaySeconds;
  }
  if (rate === 0) return null;
  // A host is first contacted at the summed rate and then waits the delay of the group that contacted it.
  const infectiousSeconds = 1 / rate + weightedDelay / rate;
  return pairwiseRatePerSecond(outbreak) * susceptible * infectiousSeconds;
}
