/** From a checked scenario to the outbreak that the engines run. */
import type {
  CandidateList,
  Honeypots,
  HostPlacement,
  Countermeasure,
  Outbreak,
  PopulatedRange,
  ScanStrategy,
} from '@wormwood/epidemic';
import type { ScenarioPlacement } from './population-shapes.ts';
import { rangesOf } from './prefix-table.ts';
import { scanRatesOf } from './scan-rate-shapes.ts';
import type { AddressSpace, Scenario, ScenarioDefense } from './schema.ts';
import type { ScenarioList, ScenarioRoutable, ScenarioStrategy, SearchStrategy } from './strategy-shapes.ts';

const NETWORK_SIZE = { slash8: 2 ** 24, slash16: 2 ** 16, slash24: 2 ** 8 } as const;

/** Returns the outbreak that the scenario describes, without its name, milestones and sources. */
export function toOutbreak(scenario: Scenario): Outbreak {
  const { space, population, worm, defenses, durationSeconds, sampleSeconds } = scenario;
  const countermeasures = defenses.filter((defense): defense is Countermeasure => !isHoneypots(defense));
  const { vulnerable, infected, rebootRatePerSecond, churnRatePerSecond } = population;
  const placement = placementOf(scenario);
  return {
    addressSpaceSize: space.size,
    firstAddress: space.firstAddress,
    population: {
      vulnerable,
      infected,
      ...(placement.kind === 'uniform' ? {} : { placement }),
      ...(rebootRatePerSecond === 0 ? {} : { rebootRatePerSecond }),
      ...(churnRatePerSecond === 0 ? {} : { churnRatePerSecond }),
    },
    worm: {
      ...scanRatesOf(worm.scanRate),
      strategy: strategyOf(worm.strategy, scenario),
      ...(worm.latentSeconds === 0 ? {} : { latentSeconds: worm.latentSeconds }),
      ...(worm.latentLaw === undefined ? {} : { latentLaw: worm.latentLaw }),
      ...(worm.rateChanges === undefined ? {} : { rateChanges: worm.rateChanges }),
      ...(worm.dormancy === undefined ? {} : { dormancy: worm.dormancy }),
    },
    honeypots: defenses.filter(isHoneypots),
    ...(countermeasures.length === 0 ? {} : { countermeasures }),
    durationSeconds,
    sampleSeconds,
  };
}

function isHoneypots(defense: ScenarioDefense): defense is Honeypots {
  return defense.kind === 'honeypots';
}

function placementOf({ population, worm, space }: Scenario): HostPlacement {
  const { placement } = population;
  if (placement.kind !== 'uniform') return placed(placement);
  // Hosts at addresses that are not announced, or not on a list, can never be reached.
  const search = searchOf(worm.strategy);
  if (search.kind === 'routable') return { kind: 'ranges', ranges: announcedRanges(search, space) };
  if (search.kind === 'lists') return { kind: 'ranges', ranges: listedRanges(search.lists, space) };
  return { kind: 'uniform' };
}

function placed(placement: Exclude<ScenarioPlacement, { kind: 'uniform' }>): HostPlacement {
  if (placement.kind === 'prefixes') return { kind: 'ranges', ranges: rangesOf(placement.prefixes) };
  const levels = (['slash8', 'slash16', 'slash24'] as const)
    .filter((key) => placement[key] > 0)
    .map((key) => ({ networkSize: NETWORK_SIZE[key], networks: placement[key] }));
  return { kind: 'clustered', levels };
}

/** Returns how the worm searches after its hitlist, if it has one. */
export function searchOf(strategy: ScenarioStrategy): SearchStrategy {
  return strategy.kind === 'hitlist' ? strategy.then : strategy;
}

function strategyOf(strategy: ScenarioStrategy, scenario: Scenario): ScanStrategy {
  if (strategy.kind === 'hitlist') {
    const { size, vulnerableFraction, then } = strategy;
    return { kind: 'hitlist', size, vulnerableFraction, then: searchStrategyOf(then, scenario) };
  }
  return searchStrategyOf(strategy, scenario);
}

function searchStrategyOf(
  strategy: SearchStrategy,
  { space, population }: Scenario,
): Exclude<ScanStrategy, { kind: 'hitlist' }> {
  switch (strategy.kind) {
    case 'routable':
      return { kind: 'routable', ranges: announcedRanges(strategy, space) };
    case 'lists':
      return { kind: 'lists', lists: candidateLists(strategy.lists, space) };
    case 'topological': {
      const { graph, immune } = strategy;
      const kept = immune === undefined ? {} : { immune };
      if (graph !== undefined) return { kind: 'topological', neighbors: graph, ...kept };
      const neighbors: number[][] = Array.from({ length: population.vulnerable }, () => []);
      for (const { from, to } of strategy.edges) {
        neighbors[from]?.push(to);
        if (!strategy.isDirected) neighbors[to]?.push(from);
      }
      return { kind: 'topological', neighbors, ...kept };
    }
    default:
      return strategy;
  }
}

function announcedRanges({ announced }: ScenarioRoutable, space: AddressSpace): readonly PopulatedRange[] {
  if (typeof announced !== 'number') return rangesOf(announced);
  return [{ first: space.firstAddress, size: Math.max(1, Math.round(announced * space.size)) }];
}

/** Places the lists one after the other from the first address of the space on. */
function candidateLists(lists: readonly ScenarioList[], space: AddressSpace): readonly CandidateList[] {
  let first = space.firstAddress;
  return lists.map(({ size, probability }) => {
    const list = { first, size, probability };
    first += size;
    return list;
  });
}

function listedRanges(lists: readonly ScenarioList[], space: AddressSpace): readonly PopulatedRange[] {
  return candidateLists(lists, space).map(({ first, size }, row) => ({
    first,
    size,
    weight: lists[row]?.vulnerable ?? 0,
  }));
}
