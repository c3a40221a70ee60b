/**
 * Address blacklisting: each infected host is blocked some time after its own infection, so R = β · reaction at full
 * coverage, and it contains the worm iff reaction < 1/β. The time is exponential here; the threshold is that of a fixed one.
 *
 * Source: Moore, Shannon, Voelker, Savage, "Internet Quarantine", INFOCOM 2003.
 */
import { constant, type Effect } from './effect.ts';
import type { AddressBlacklisting } from '../outbreak/countermeasure.ts';

export function addressBlacklisting({ reactionSeconds, coverage }: AddressBlacklisting): Effect {
  return { blockRate: constant(1 / reactionSeconds), blockedPassing: 1 - coverage };
}
