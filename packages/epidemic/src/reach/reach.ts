/**
 * Where a probe goes, on average: cells of hosts that are all alike, the probability that a probe from one cell
 * arrives at a given host of another, and how many honeypots it meets. This is all that equations without single
 * addresses need of a scan strategy and a placement.
 */
import type { Outbreak } from '../outbreak/outbreak.ts';
import type { Reach } from './cells.ts';
import { localReach } from './local-reach.ts';
import { ownRangeReach } from './own-range-reach.ts';
import { runReach } from './run-reach.ts';

/** Returns the reach of a worm that draws each probe anew, once the hitlist is used up. No cell is empty. */
export function reachOf(outbreak: Outbreak): Reach {
  return withoutEmptyCells(reachOfAllCells(outbreak));
}

function withoutEmptyCells(reach: Reach): Reach {
  const { hosts, onto, met } = reach;
  const kept = [...hosts.keys()].filter((cell) => hosts[cell]! > 0);
  if (kept.length === hosts.length || kept.length === 0) return reach;
  return {
    hosts: Float64Array.from(kept, (cell) => hosts[cell]!),
    onto: Float64Array.from(kept.flatMap((to) => kept.map((from) => onto[to * hosts.length + from]!))),
    met: met.map((ofCells) => Float64Array.from(kept, (cell) => ofCells[cell]!)),
  };
}

function reachOfAllCells(outbreak: Outbreak): Reach {
  const { worm, population, honeypots, addressSpaceSize } = outbreak;
  const strategy = worm.strategy.kind === 'hitlist' ? worm.strategy.then : worm.strategy;
  switch (strategy.kind) {
    case 'local':
      return population.placement?.kind === 'ranges'
        ? ownRangeReach(outbreak, strategy, population.placement)
        : localReach(outbreak, strategy);
    case 'routable':
      return runReach(outbreak, [{ probability: 1, ranges: strategy.ranges }]);
    case 'lists':
      return runReach(
        outbreak,
        strategy.lists.map((list) => ({ probability: list.probability, ranges: [list] })),
      );
    case 'coverage-hole': {
      const reached = Math.max(1, Math.round(strategy.reached * addressSpaceSize));
      const inside = (population.vulnerable * reached) / addressSpaceSize;
      return {
        hosts: Float64Array.of(inside, population.vulnerable - inside),
        onto: Float64Array.of(1 / reached, 1 / reached, 0, 0),
        met: honeypots.map(({ count }) => new Float64Array(2).fill(count / addressSpaceSize)),
      };
    }
    default:
      return {
        hosts: Float64Array.of(population.vulnerable),
        onto: Float64Array.of(1 / addressSpaceSize),
        met: honeypots.map(({ count }) => Float64Array.of(count / addressSpaceSize)),
      };
  }
}
