/** Problems of a worm and its hosts whose values are valid by themselves but do not fit together. */
import type { Problem } from '@wormwood/base';
import { graphObstacles, type RateChange } from '@wormwood/epidemic';
import type { Draft, SpanAt } from '../shape/shape.ts';
import { classFractions, type ScenarioScanRate } from './scan-rate-shapes.ts';
import type { AddressSpace, Scenario } from './schema.ts';
import type { ScenarioPlacement } from './population-shapes.ts';
import { overlapOf, type PrefixRow } from './prefix-table.ts';
import type { ScenarioStrategy, SearchStrategy } from './strategy-shapes.ts';
import { searchOf } from './to-outbreak.ts';

const ROUNDING = 1e-9;
const NETWORK_SIZE = { slash8: 2 ** 24, slash16: 2 ** 16, slash24: 2 ** 8 } as const;

const HELP = {
  'worm.scanRate': 'The classes together make up all vulnerable hosts.',
  'worm.rateChanges': 'Each factor holds from its time to the next.',
  'worm.strategy': 'docs/scenarios.md describes the parameters of each strategy.',
  'population.placement': 'Hosts lie within the space, in networks or prefixes that do not overlap.',
} as const;

/** Returns the problems of scan rate, strategy and placement together with the rest of the scenario. */
export function strategyProblems(draft: Draft<Scenario>, spanAt: SpanAt): readonly Problem[] {
  const { worm, population, space } = draft;
  // A part that could not be read is missing, except from a mapping, which may lack a single key.
  const rate = worm?.scanRate as ScenarioScanRate | undefined;
  const strategy = worm?.strategy as ScenarioStrategy | undefined;
  const placement = population?.placement as ScenarioPlacement | undefined;
  const problemAt = (path: keyof typeof HELP, message: string): Problem => {
    return { code: 'strategy', span: spanAt(path), path, message, help: HELP[path] };
  };
  const size = space?.size;
  const vulnerable = population?.vulnerable;
  const infected = population?.infected;
  return [
    ...rateSentences(rate).map((message) => problemAt('worm.scanRate', message)),
    ...(strategy === undefined ? [] : strategySentences(strategy, { size, vulnerable, infected })).map(
      (message) => problemAt('worm.strategy', message),
    ),
    ...changeSentences(worm?.rateChanges).map((message) => problemAt('worm.rateChanges', message)),
    ...(placement === undefined || space?.size === undefined || space.firstAddress === undefined
      ? []
      : placementSentences(placement, space as AddressSpace, vulnerable)
    ).map((message) => problemAt('population.placement', message)),
  ];
}

function rateSentences(rate: ScenarioScanRate | undefined): readonly string[] {
  if (rate === undefined) return [];
  const fractions = classFractions(rate);
  if (fractions === null) return [];
  if (fractions.includes(undefined as never)) return [];
  const sum = fractions.reduce((total, fraction) => total + fraction, 0);
  if (Math.abs(sum - 1) <= 1e-6) return [];
  return [`The fractions of the hosts add up to ${Number(sum.toPrecision(6))}, not to 1.`];
}

function changeSentences(changes: Draft<readonly RateChange[]> | undefined): readonly string[] {
  const times = (changes ?? []).flatMap((change) => change?.timeSeconds ?? []);
  const row = times.findIndex((time, at) => at > 0 && time <= times[at - 1]!);
  if (row < 0) return [];
  return [`Change ${row + 1} of the scan rates is not later than the one before it.`];
}

interface Context {
  readonly size: number | undefined;
  readonly vulnerable: number | undefined;
  readonly infected: number | undefined;
}

function strategySentences(strategy: ScenarioStrategy, context: Context): readonly string[] {
  const search = searchOf(strategy) as SearchStrategy | undefined;
  return [
    ...listSentences(strategy, context),
    ...immuneSentences(search, context),
    ...(search === undefined ? [] : searchSentences(search, context)),
  ];
}

function listSentences(
  strategy: ScenarioStrategy,
  { size, vulnerable, infected }: Context,
): readonly string[] {
  if (strategy.kind !== 'hitlist') return [];
  const { size: entries, vulnerableFraction } = strategy as Partial<typeof strategy>;
  if (entries === undefined) return [];
  if (size !== undefined && entries > size) {
    return [`The hitlist has ${entries} entries, more than the ${size} addresses of the space.`];
  }
  if (vulnerable === undefined || infected === undefined || vulnerableFraction === undefined) return [];
  const named = Math.round(entries * vulnerableFraction);
  const others = vulnerable - infected;
  if (named <= others || others < 0) return [];
  return [
    `The hitlist is too long: it names ${named} vulnerable hosts, and besides those infected at the start there are ${others}.`,
  ];
}

function immuneSentences(
  search: SearchStrategy | undefined,
  { vulnerable, infected }: Context,
): readonly string[] {
  if (search?.kind !== 'topological' || search.immune === undefined) return [];
  if (vulnerable === undefined || infected === undefined) return [];
  const others = vulnerable - Math.round(search.immune.fraction * vulnerable);
  if (infected <= others) return [];
  return [
    `Of the ${vulnerable} vulnerable hosts ${others} are not immune, fewer than the ${infected} infected ones.`,
  ];
}

function searchSentences(search: SearchStrategy, { size, vulnerable }: Context): readonly string[] {
  switch (search.kind) {
    case 'local':
      return sumSentence(
        [...search.levels, ...(search.around === undefined ? [] : [search.around])].map(
          ({ probability }) => probability,
        ),
        'The fractions of local preference',
      );
    case 'short-cycles':
      return [
        ...(search.cycles.length === 0 ? ['There must be at least one cycle.'] : []),
        ...sumSentence(search.cycles, 'The cycles'),
      ];
    case 'coverage-hole':
      return search.reached > 0 ? [] : ['A worm that reaches no address infects no host.'];
    case 'routable':
      return routableSentences(search.announced);
    case 'lists': {
      const listed = search.lists.reduce((sum, list) => sum + list.size, 0);
      const hosts = search.lists.reduce((sum, list) => sum + list.vulnerable, 0);
      const sentences = [
        ...sumSentence(
          search.lists.map(({ probability }) => probability),
          'The probabilities of the lists',
        ),
      ];
      if (search.lists.length === 0) sentences.push('There must be at least one list.');
      if (size !== undefined && listed > size) {
        sentences.push(
          `The lists contain ${listed} candidates, more than the ${size} addresses of the space.`,
        );
      }
      if (vulnerable !== undefined && hosts !== vulnerable) {
        sentences.push(`The lists contain ${hosts} vulnerable hosts, but only ${vulnerable} are vulnerable.`);
      }
      return sentences;
    }
    case 'topological': {
      if (vulnerable === undefined) return [];
      if (search.graph !== undefined) return graphObstacles(search.graph, vulnerable);
      const highest = search.edges.reduce((most, { from, to }) => Math.max(most, from, to), -1);
      if (highest < vulnerable) return [];
      return [`The graph names host ${highest}; the ${vulnerable} vulnerable hosts are numbered from 0.`];
    }
    default:
      return [];
  }
}

function routableSentences(announced: number | readonly PrefixRow[]): readonly string[] {
  if (typeof announced === 'number') {
    return announced > 0 ? [] : ['A worm that probes no announced address infects no host.'];
  }
  const overlap = overlapOf(announced);
  return overlap === undefined ? [] : [overlap];
}

function sumSentence(fractions: readonly number[], what: string): readonly string[] {
  const sum = fractions.reduce((total, fraction) => total + fraction, 0);
  return sum <= 1 + ROUNDING
    ? []
    : [`${what} add up to ${Number(sum.toPrecision(6))}, which is more than 1.`];
}

function placementSentences(
  placement: ScenarioPlacement,
  space: AddressSpace,
  vulnerable: number | undefined,
): readonly string[] {
  if (placement.kind === 'uniform') return [];
  if (placement.kind === 'prefixes') {
    const end = space.firstAddress + space.size;
    const outside = placement.prefixes.find(
      ({ address, prefixLength }) => address < space.firstAddress || address + 2 ** (32 - prefixLength) > end,
    );
    const overlap = overlapOf(placement.prefixes);
    return [
      ...(outside === undefined ? [] : ['A prefix lies outside the address space.']),
      ...(overlap === undefined ? [] : [overlap]),
    ];
  }
  let outer = { networkSize: space.size, networks: 1, name: 'the space' };
  const sentences: string[] = [];
  for (const key of ['slash8', 'slash16', 'slash24'] as const) {
    const networks = placement[key];
    if (networks === undefined || networks === 0) continue;
    const networkSize = NETWORK_SIZE[key];
    const room = Math.floor(outer.networkSize / networkSize) * outer.networks;
    const name = key.replace('slash', '/');
    if (networks > room) {
      sentences.push(`There is room for ${room} ${name} networks in ${outer.name}, not for ${networks}.`);
    }
    outer = { networkSize, networks, name: `${networks} ${name} networks` };
  }
  if (outer.name === 'the space') sentences.push('At least one size of network needs a number above 0.');
  const room = outer.networkSize * outer.networks;
  if (vulnerable !== undefined && vulnerable > room) {
    sentences.push(`${vulnerable} hosts do not fit into ${room} addresses.`);
  }
  return sentences;
}
