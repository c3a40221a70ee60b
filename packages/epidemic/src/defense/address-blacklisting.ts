/**
 * Address blacklisting: each infected host is blocked some time after its own infection, so R = β · reaction at full
 * coverage, and it contains the worm iff reaction < 1/β. The time is exponential here; the threshold is that of a fixed one.
 *
 * Source: Moore, Shannon, Voelker, Savage, "Internet Quarantine", INFOCOM 2003.
 */
import { constant, type Effect } from './effect.ts';
import type { MeasureStart } from './measure.ts';

export interface AddressBlacklisting extends MeasureStart {
  readonly kind: 'blacklist';
  /** Mean time from the infection of a host, or the start if that is later, to its blocking. */
  readonly reactionSeconds: number;
  /** Fraction of the probes of a blocked host that are dropped. */
  readonly coverage: number;
}

export function addressBlacklisting({ reactionSeconds, coverage }: AddressBlacklisting): Effect {
  return { blockRate: constant(1 / reactionSeconds), blockedPassing: 1 - coverage };
}
