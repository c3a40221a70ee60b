/**
 * Hitlist scanning: the worm starts with a list of addresses, most of them vulnerable. Those infected at the start share
 * it; each infection hands over half of what is left; a host whose part is done scans in another way. It leaves
 * out the slow beginning: ln(H/I0)/K of time for H entries.
 *
 * Source: Staniford, Paxson, Weaver, "How to 0wn the Internet in Your Spare Time", USENIX Security 2002, section 4;
 * models.md 1.9.
 */
import type { ScanStrategy } from './strategy.ts';

export interface HitlistScan {
  readonly kind: 'hitlist';
  /** H: addresses on the list, none twice. */
  readonly size: number;
  /** Fraction of the entries that are vulnerable hosts, drawn from those not infected at the start; the others reach nothing. */
  readonly vulnerableFraction: number;
  /** What a host does after the list. */
  readonly then: Exclude<ScanStrategy, HitlistScan>;
}
