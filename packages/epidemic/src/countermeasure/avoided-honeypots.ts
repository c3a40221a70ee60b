/**
 * Honeypots that a worm learns to avoid: with some probability a contact gives the address away, to all infected hosts at
 * once. Each address is met at the rate of all probes over Ω, so h exp(−a · probes/Ω) are still unknown, and γ falls with
 * them. A contact immunizes at once.
 */
import { exp } from '@wormwood/base';
import { type Effect, ofCounts } from './effect.ts';
import type { AvoidedHoneypots } from '../outbreak/countermeasure.ts';

export function avoidedHoneypots(
  { count, learning, coverage }: AvoidedHoneypots,
  options: { readonly addressSpaceSize: number; readonly scanRatePerSecond: number },
): Effect {
  const rate = (options.scanRatePerSecond * count * coverage) / options.addressSpaceSize;
  const known = learning / options.addressSpaceSize;
  return { contactRate: ofCounts(({ probes }) => rate * exp(-known * probes)) };
}
