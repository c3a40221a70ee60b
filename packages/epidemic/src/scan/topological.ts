/**
 * Topological scanning: an infected host probes the hosts that it knows, those on its lists of other machines, of
 * contacts, of packages that it may publish. It searches for no address, so honeypots on unused addresses do not see
 * it.
 *
 * Source: Staniford, Paxson, Weaver, "How to 0wn the Internet in Your Spare Time", USENIX Security 2002, section 4;
 * Spafford, "The Internet worm program: an analysis", 1988, for the first; docs/models.md#topological-scanning.
 */
import type { NeighborScan } from './scan.ts';
import type { TopologicalScan } from '../outbreak/scan-strategy.ts';

/** Returns the graph; one that is to be drawn (random-graph.ts) is `drawn`. */
export function topological({ neighbors }: TopologicalScan, drawn: NeighborScan | undefined): NeighborScan {
  if ('kind' in neighbors) return drawn!;
  const first = new Int32Array(neighbors.length + 1);
  for (const [host, known] of neighbors.entries()) first[host + 1] = first[host]! + known.length;
  const neighbor = new Int32Array(first[neighbors.length]!);
  for (const [host, known] of neighbors.entries()) neighbor.set(known, first[host]);
  return { kind: 'neighbors', first, neighbor };
}
