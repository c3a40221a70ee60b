/**
 * How many susceptible hosts one infected host infects before honeypots have it immunized. With probability p that a
 * contact immunizes, γ = s h p / Ω is the rate of effective contacts and R = (s S / Ω)(1/γ + δ): the scan rate and the
 * size of the address space cancel but for the delay, R = S/(h p) · (1 + γδ) (Provos 2004;
 * docs/models.md#reproduction-number).
 */
import { detectorsOf, scanningSeconds } from './detectors.ts';
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
  const { detectors, detectorOf } = detectorsOf(honeypots);
  const contacts = new Float64Array(detectors.length);
  for (const [index, group] of honeypots.entries()) {
    contacts[detectorOf[index]!]! += effectiveContactRatePerSecond(outbreak, group);
  }
  const seconds = scanningSeconds(detectors, contacts, 0);
  return seconds === Infinity ? null : pairwiseRatePerSecond(outbreak) * susceptible * seconds;
}
