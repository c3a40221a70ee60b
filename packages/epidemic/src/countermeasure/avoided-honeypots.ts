/**
 * Honeypots that a worm learns to avoid: with some probability a contact gives the address away, to all infected hosts at
 * once, and no probe goes there again. A probe that arrives meets one of the U addresses still unknown with probability U/Ω, so
 * in the mean h exp(−a · probes/Ω) are unknown. A contact immunizes at once.
 *
 * Source: docs/models.md#avoided-honeypots.
 */
import type { Effect } from './effect.ts';
import type { AvoidedHoneypots } from '../outbreak/countermeasure.ts';

export function avoidedHoneypots({ count, learning, coverage }: AvoidedHoneypots): Effect {
  return { avoided: { count, learning, coverage } };
}
