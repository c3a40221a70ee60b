/**
 * List-driven discovery, the way through IPv6: an address space too sparse to scan at random is entered by lists of
 * candidate addresses, such as names in the DNS, neighbours, low host numbers. A probe takes list k with probability q_k and
 * one of its M_k candidates at random, so K = s Σ q_k N_k / M_k.
 *
 * Source: Bellovin, Cheswick, Keromytis, "Worm propagation strategies in an IPv6 Internet", ;login: 2006; models.md 1.16.
 */
import type { AddressRange } from '../outbreak.ts';
import { rangeTrack } from './range-track.ts';
import type { DrawnScan } from './scan.ts';

export interface ListScan {
  readonly kind: 'lists';
  /** Lists share no candidates. Probabilities add up to at most 1; what is left of the probes finds nothing. */
  readonly lists: readonly CandidateList[];
}

export interface CandidateList extends AddressRange {
  /** q: of a probe. */
  readonly probability: number;
}

export function listDriven({ lists }: ListScan): DrawnScan {
  const track = rangeTrack(lists);
  const parts = lists.map(({ first, size, probability }) => ({
    kind: 'run' as const,
    probability,
    first: track.placeOf(first),
    size,
  }));
  return { kind: 'drawn', track, parts };
}
