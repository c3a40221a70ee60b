/**
 * Strategies whose probes go to given runs of addresses, whoever sends them: one cell of hosts for each run, one of
 * those that no probe reaches. With a fraction f of the addresses announced and all hosts among them K rises by 1/f;
 * with lists K = s Σ q_k N_k/M_k (docs/models.md#candidate-lists).
 *
 * A dark block counts as if it were spread over the unused addresses: that is its mean over places, though in a run
 * it lies in a short list entirely or not at all.
 */
import type { Outbreak } from '../outbreak/outbreak.ts';
import { populatedIn } from './populated-networks.ts';
import { overlap } from './overlap.ts';
import type { Reach } from './cells.ts';
import { type AddressRange, hostsByRange } from '../outbreak/population.ts';
import type { Honeypots } from '../outbreak/honeypots.ts';

export interface ProbedRun {
  readonly probability: number;
  readonly ranges: readonly AddressRange[];
}

export function runReach(outbreak: Outbreak, runs: readonly ProbedRun[]): Reach {
  const { population, honeypots } = outbreak;
  const cells = runs.length + 1;
  const hosts = new Float64Array(cells);
  const onto = new Float64Array(cells * cells);
  const met = honeypots.map(() => new Float64Array(cells));
  let reached = 0;
  for (const [run, { probability, ranges }] of runs.entries()) {
    const size = ranges.reduce((sum, range) => sum + range.size, 0);
    if (size === 0) continue;
    const inside = hostsIn(outbreak, ranges);
    hosts[run] = inside;
    reached += inside;
    onto.fill(probability / size, run * cells, (run + 1) * cells);
    for (const [index, group] of honeypots.entries()) {
      const perProbe = (probability * honeypotsIn(outbreak, group, { ranges, size, inside })) / size;
      for (let cell = 0; cell < cells; cell++) met[index]![cell]! += perProbe;
    }
  }
  // Less than a millionth of a host is what rounding leaves where all are reached.
  const left = population.vulnerable - reached;
  hosts[cells - 1] = left > 1e-6 ? left : 0;
  return { hosts, onto, met };
}

function hostsIn({ population, addressSpaceSize }: Outbreak, ranges: readonly AddressRange[]): number {
  const { placement, vulnerable } = population;
  if (placement?.kind !== 'ranges') {
    // Where the networks of hosts lie is random, so each host is as likely as any address to lie in the ranges.
    return (vulnerable * ranges.reduce((sum, { size }) => sum + size, 0)) / addressSpaceSize;
  }
  const hosts = hostsByRange(placement.ranges, vulnerable);
  let inside = 0;
  for (const [row, populated] of placement.ranges.entries()) {
    for (const range of ranges) inside += (hosts[row]! * overlap(range, populated)) / (populated.size || 1);
  }
  return inside;
}

function honeypotsIn(
  outbreak: Outbreak,
  { placement, count }: Honeypots,
  {
    ranges,
    size,
    inside,
  }: { readonly ranges: readonly AddressRange[]; readonly size: number; readonly inside: number },
): number {
  const { addressSpaceSize, population } = outbreak;
  if (placement === 'populated') {
    if (population.placement?.kind !== 'ranges') return (count * size) / addressSpaceSize;
    return count * populatedIn(outbreak, population.placement, ranges);
  }
  const free = addressSpaceSize - population.vulnerable;
  return free > 0 ? (count * (size - inside)) / free : 0;
}
