/**
 * Hosts of a graph that are immunized before the outbreak: those with the most neighbors; a neighbor of a host drawn at
 * random, which does not need the whole graph; or any.
 *
 * Source: Pastor-Satorras, Vespignani, "Immunization of complex networks", Physical Review E 65, 2002, for hubs; Cohen, Havlin,
 * ben-Avraham, "Efficient immunization strategies for computer networks and populations", Physical Review Letters 91, 2003,
 * for neighbors; docs/models.md#topological-scanning.
 */
import type { RandomStream } from '@wormwood/base';
import type { ImmuneHosts } from '../outbreak/scan-strategy.ts';
import type { NeighborScan } from './scan.ts';

/** Returns how many hosts are immune of so many. */
export function immuneCount(immune: ImmuneHosts | undefined, hosts: number): number {
  return immune === undefined ? 0 : Math.round(immune.fraction * hosts);
}

/** Draws the immune hosts; of neighbors, no more than the hosts that are a neighbor of some host. */
export function drawImmune(
  immune: ImmuneHosts,
  graph: NeighborScan,
  stream: RandomStream,
): ReadonlySet<number> {
  const hosts = graph.first.length - 1;
  const count = immuneCount(immune, hosts);
  if (immune.who === 'neighbors') return neighbors(graph, count, stream);
  const { first } = graph;
  const isByDegree = immune.who === 'hubs';
  return highest(
    first.subarray(1).map((end, host) => (isByDegree ? end - first[host]! : 0)),
    count,
    stream,
  );
}

/** Of hosts of one degree any are as likely. */
function highest(degree: Int32Array, count: number, stream: RandomStream): ReadonlySet<number> {
  const lot = Float64Array.from(degree, () => stream.nextDouble());
  const order = Int32Array.from(degree.keys());
  order.sort((a, b) => degree[b]! - degree[a]! || lot[a]! - lot[b]!);
  return new Set(order.subarray(0, count));
}

function neighbors(
  { first, neighbor }: NeighborScan,
  count: number,
  stream: RandomStream,
): ReadonlySet<number> {
  const known = new Set(neighbor).size;
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, known)) {
    const host = stream.nextBelow(first.length - 1);
    const neighborCount = first[host + 1]! - first[host]!;
    if (neighborCount > 0) chosen.add(neighbor[first[host]! + stream.nextBelow(neighborCount)]!);
  }
  return chosen;
}
