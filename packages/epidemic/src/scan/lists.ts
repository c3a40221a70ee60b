/**
 * List-driven discovery, as in IPv6: where an address space is too sparse to scan at random, the worm probes lists of
 * candidate addresses, such as names in the DNS, neighbors, or low host numbers. A probe takes list k with
 * probability q_k and one of its M_k candidates at random, so K = s Σ q_k N_k / M_k.
 *
 * Source: Bellovin, Cheswick, Keromytis, "Worm propagation strategies in an IPv6 Internet", ;login: 2006;
 * docs/models.md#candidate-lists.
 */
import { rangeTrack } from './range-track.ts';
import type { DrawnScan } from './scan.ts';
import type { ListScan } from '../outbreak/scan-strategy.ts';

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
