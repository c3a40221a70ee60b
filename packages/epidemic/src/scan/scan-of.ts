/** Turns a strategy, which is plain data, into what engines need. */
import { unreachable } from '@wormwood/base';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { coverageHole } from './coverage-hole.ts';
import { listDriven } from './lists.ts';
import { immuneCount } from './immune-hosts.ts';
import { localPreference } from './local-preference.ts';
import { permutationScan } from './permutation.ts';
import { graphObstacles } from './random-graph.ts';
import { routable } from './routable.ts';
import type { ScanSpace } from './scan-space.ts';
import type { Scan } from './scan.ts';
import { sequential } from './sequential.ts';
import { shortCycles } from './short-cycles.ts';
import type { ScanStrategy } from '../outbreak/scan-strategy.ts';
import { PERMUTED_ADDRESSES_MAX } from './permuted-track.ts';
import { topological } from './topological.ts';
import { uniform } from './uniform.ts';

const PERMUTED: ReadonlySet<ScanStrategy['kind']> = new Set(['permutation', 'coverage-hole', 'short-cycles']);

/** Returns how hosts scan by `strategy` once no hitlist is left. */
export function scanOf(strategy: ScanStrategy, space: ScanSpace): Scan {
  switch (strategy.kind) {
    case 'uniform':
      return uniform(space);
    case 'local':
      return localPreference(strategy, space);
    case 'routable':
      return routable(strategy);
    case 'coverage-hole':
      return coverageHole(strategy, space);
    case 'lists':
      return listDriven(strategy);
    case 'sequential':
      return sequential(strategy, space);
    case 'permutation':
      return permutationScan(strategy, space);
    case 'short-cycles':
      return shortCycles(strategy, space);
    case 'topological':
      return topological(strategy, space.graph);
    case 'hitlist':
      return scanOf(strategy.then, space);
    default:
      return unreachable(strategy);
  }
}

/** Returns the reasons, one sentence each, why the strategy cannot be followed in this outbreak. */
export function scanObstacles(outbreak: Outbreak): readonly string[] {
  const { population, honeypots, addressSpaceSize } = outbreak;
  const { strategy } = outbreak.worm;
  const after = strategy.kind === 'hitlist' ? strategy.then : strategy;
  const obstacles: string[] = [];
  if (PERMUTED.has(after.kind) && addressSpaceSize > PERMUTED_ADDRESSES_MAX) {
    obstacles.push(`The strategy ${after.kind} orders at most 2^52 addresses, not ${addressSpaceSize}.`);
  }
  if (after.kind === 'topological') {
    const { neighbors, immune } = after;
    const { vulnerable, infected } = population;
    if ('kind' in neighbors) obstacles.push(...graphObstacles(neighbors, vulnerable));
    else if (neighbors.length !== vulnerable) {
      obstacles.push(`The graph knows ${neighbors.length} hosts, where ${vulnerable} are vulnerable.`);
    }
    const others = vulnerable - immuneCount(immune, vulnerable);
    if (infected > others) {
      obstacles.push(
        `With ${vulnerable - others} of ${vulnerable} hosts immune not ${infected} can be infected.`,
      );
    }
    if (honeypots.length > 0) {
      obstacles.push(
        'A topological worm searches no addresses, so honeypots on unused ones see nothing of it.',
      );
    }
  }
  if (strategy.kind === 'hitlist') {
    const listed = Math.round(strategy.size * strategy.vulnerableFraction);
    const others = population.vulnerable - population.infected;
    if (listed > others) {
      obstacles.push(
        `The hitlist names ${listed} vulnerable hosts; besides those infected at the start there are ${others}.`,
      );
    }
  }
  return obstacles;
}
