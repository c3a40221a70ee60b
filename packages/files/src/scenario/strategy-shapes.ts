/** The scan strategies in the words of the scenario file; the package `epidemic` defines them. */
import type {
  CoverageHoleScan,
  AroundSender,
  LocalPreferenceScan,
  PermutationScan,
  SequentialScan,
  ShortCycleScan,
  UniformScan,
} from '@wormwood/epidemic';
import { type PrefixRow, prefixTable } from './prefix-table.ts';
import { converted, keyOfKind, oneOf } from '../shape/alternative-shapes.ts';
import { count, fraction } from '../shape/quantity-shapes.ts';
import { flag, text } from '../shape/scalar-shapes.ts';
import type { Shape } from '../shape/shape.ts';
import { type Field, list, mapping, scalarOrMapping } from '../shape/structure-shapes.ts';
import { table } from '../shape/table-shapes.ts';
import { type ScenarioTopological, topological } from './topological-shape.ts';

export type ScenarioStrategy = SearchStrategy | ScenarioHitlist;

export type SearchStrategy =
  | UniformScan
  | LocalPreferenceScan
  | SequentialScan
  | PermutationScan
  | ShortCycleScan
  | CoverageHoleScan
  | ScenarioRoutable
  | ScenarioLists
  | ScenarioTopological;

export interface ScenarioHitlist {
  readonly kind: 'hitlist';
  readonly size: number;
  readonly vulnerableFraction: number;
  readonly then: SearchStrategy;
}

/** A fraction of the space from its first address on, or prefixes. */
export interface ScenarioRoutable {
  readonly kind: 'routable';
  readonly announced: number | readonly PrefixRow[];
}

export interface ScenarioLists {
  readonly kind: 'lists';
  readonly lists: readonly ScenarioList[];
}

export interface ScenarioList {
  readonly name: string;
  readonly size: number;
  readonly probability: number;
  readonly vulnerable: number;
}

/** Prefix lengths of networks around a sender. */
const PREFIX_LENGTHS: readonly number[] = Array.from({ length: 31 }, (_, row) => row + 1);
/** Those that are written even if no probe goes to them. */
const USUAL: ReadonlySet<number> = new Set([8, 16, 24]);

/** By prefix length, the fraction of the probes that go to the sender's network of that length. */
type LevelWords = Readonly<Record<`slash${number}`, number>>;
type LocalWords = LevelWords & { readonly around: AroundSender | undefined };

function levelField(length: number): Field<number> {
  return {
    key: `/${length}`,
    shape: fraction(),
    description: `Fraction of the probes that go to the /${length} network of the sender.`,
    fallback: 0,
    isRare: !USUAL.has(length),
  };
}

const around: Shape<AroundSender> = mapping<AroundSender, object>({
  allowed: 'a mapping with the keys addresses and probability',
  constants: {},
  fields: {
    addresses: {
      key: 'addresses',
      shape: count(1),
      description: 'How far below and above the own address these probes go.',
      examples: [1000],
    },
    probability: {
      key: 'probability',
      shape: fraction(),
      description: 'Fraction of the probes that go there.',
      examples: [0.25],
    },
  },
});

const levelFields: { readonly [Key in keyof LevelWords]: Field<number> } = Object.fromEntries(
  PREFIX_LENGTHS.map((length) => [`slash${length}`, levelField(length)]),
);

const localWords: Shape<LocalWords> = mapping<LocalWords, object>({
  allowed:
    'a mapping with prefix lengths as keys, from /1 to /31, such as /8, /16 or /24, or with the key around',
  constants: {},
  fields: {
    ...levelFields,
    around: {
      key: 'around',
      shape: around,
      description: 'Some probes go to addresses close to that of the sender.',
      computed: 'If omitted, none do.',
      isRare: true,
      examples: [{ addresses: 1000, probability: 0.25 }],
    },
  },
});

const local: Shape<LocalPreferenceScan> = converted<LocalWords, LocalPreferenceScan>(localWords, {
  to: (words) => {
    const given = PREFIX_LENGTHS.map((length) => {
      return { networkSize: 2 ** (32 - length), probability: words[`slash${length}`] ?? 0 };
    });
    const levels = given.filter(({ probability }) => probability > 0);
    return { kind: 'local', levels, ...(words.around === undefined ? {} : { around: words.around }) };
  },
  from: ({ levels, around: close }) => {
    const at = (size: number): number =>
      levels.find(({ networkSize }) => networkSize === size)?.probability ?? 0;
    const words = PREFIX_LENGTHS.map((length) => [`slash${length}`, at(2 ** (32 - length))]);
    return { ...(Object.fromEntries(words) as LevelWords), around: close };
  },
});

const sequential: Shape<SequentialScan> = mapping<SequentialScan, { readonly kind: 'sequential' }>({
  allowed: 'a mapping with the key near',
  constants: { kind: 'sequential' },
  fields: {
    nearProbability: {
      key: 'near',
      shape: fraction(),
      description: 'Probability that a host starts near its own address rather than anywhere.',
    },
  },
});

interface PermutationWords {
  readonly giveUpAfter: number;
  readonly partitioned: boolean;
}

const permutation: Shape<PermutationScan> = converted<PermutationWords, PermutationScan>(
  mapping<PermutationWords, object>({
    allowed: 'a mapping with the keys giveUpAfter or partitioned',
    constants: {},
    fields: {
      giveUpAfter: {
        key: 'giveUpAfter',
        shape: count(0),
        description: 'How many infected hosts in a row make a host stop scanning; 0 for never.',
        fallback: 0,
        examples: [3],
      },
      partitioned: {
        key: 'partitioned',
        shape: flag,
        description: 'Whether each host has its own part of the order, which is halved at each infection.',
        fallback: false,
        isRare: true,
      },
    },
  }),
  {
    to: ({ giveUpAfter, partitioned }) => ({
      kind: 'permutation',
      giveUpAfter: giveUpAfter === 0 ? null : giveUpAfter,
      partitioned,
    }),
    from: ({ giveUpAfter, partitioned }) => ({ giveUpAfter: giveUpAfter ?? 0, partitioned }),
  },
);

const coverageHole: Shape<CoverageHoleScan> = converted<number, CoverageHoleScan>(fraction(), {
  to: (reached) => ({ kind: 'coverage-hole', reached }),
  from: ({ reached }) => reached,
});

const shortCycles: Shape<ShortCycleScan> = converted<readonly number[], ShortCycleScan>(
  list('a list of fractions of the space such as [0.5, 0.25, 0.01]', fraction()),
  { to: (cycles) => ({ kind: 'short-cycles', cycles }), from: ({ cycles }) => cycles },
);

const routable: Shape<ScenarioRoutable> = converted<number | readonly PrefixRow[], ScenarioRoutable>(
  scalarOrMapping<number, readonly PrefixRow[]>('a fraction such as 0.286 or a mapping with the key file', {
    scalar: fraction(),
    mapping: table('a list of prefixes', prefixTable),
    isMapping: (value): value is readonly PrefixRow[] => typeof value !== 'number',
  }),
  { to: (announced) => ({ kind: 'routable', announced }), from: ({ announced }) => announced },
);

const candidateList: Shape<ScenarioList> = mapping<ScenarioList, object>({
  allowed: 'a mapping with the keys name, size, probability and vulnerable',
  constants: {},
  fields: {
    name: {
      key: 'name',
      shape: text({ allowed: 'a text of 1 to 100 characters', lengthMax: 100 }),
      description: 'Where the candidates come from.',
      examples: ['names in the DNS'],
    },
    size: { key: 'size', shape: count(1), description: 'Candidate addresses on the list.' },
    probability: {
      key: 'probability',
      shape: fraction(),
      description: 'Fraction of the probes that use the list.',
    },
    vulnerable: { key: 'vulnerable', shape: count(0), description: 'Vulnerable hosts among the candidates.' },
  },
});

const lists: Shape<ScenarioLists> = converted<readonly ScenarioList[], ScenarioLists>(
  list('a list of candidate lists', candidateList),
  { to: (given) => ({ kind: 'lists', lists: given }), from: (value) => value.lists },
);

/** The probability of Blaster. */
const NEAR_PROBABILITY = 0.4;

const search: Shape<SearchStrategy> = oneOf<SearchStrategy>(
  'a strategy',
  [
    {
      word: 'uniform',
      description: 'Every address of the space is equally likely, and probes are independent.',
      value: { kind: 'uniform' },
    },
    {
      word: 'sequential',
      description:
        'One address after the other, from a start that is near the own address with probability 0.4.',
      value: { kind: 'sequential', nearProbability: NEAR_PROBABILITY },
    },
    {
      word: 'permutation',
      description: 'All hosts follow one random order of the addresses and never stop.',
      value: { kind: 'permutation', giveUpAfter: null, partitioned: false },
    },
  ],
  [
    keyOfKind<SearchStrategy, 'local'>('local', {
      key: 'local',
      description: 'Some probes go to the networks of the sender, the others anywhere.',
      shape: local,
    }),
    keyOfKind<SearchStrategy, 'sequential'>('sequential', {
      key: 'sequential',
      description: 'One address after the other, from a random start.',
      shape: sequential,
    }),
    keyOfKind<SearchStrategy, 'permutation'>('permutation', {
      key: 'permutation',
      description: 'All hosts follow one random order of the addresses.',
      shape: permutation,
    }),
    keyOfKind<SearchStrategy, 'routable'>('routable', {
      key: 'routable',
      description: 'Only announced addresses are probed: a fraction of the space, or prefixes.',
      shape: routable,
    }),
    keyOfKind<SearchStrategy, 'coverage-hole'>('coverage-hole', {
      key: 'coverageHole',
      description: 'A flawed generator reaches only this fraction of the addresses.',
      shape: coverageHole,
    }),
    keyOfKind<SearchStrategy, 'short-cycles'>('short-cycles', {
      key: 'shortCycles',
      description: 'A flawed generator keeps each host in one of these cycles.',
      shape: shortCycles,
    }),
    keyOfKind<SearchStrategy, 'lists'>('lists', {
      key: 'lists',
      description: 'Probes go to candidates on lists, as in IPv6; the lists follow one another in the space.',
      shape: lists,
    }),
    keyOfKind<SearchStrategy, 'topological'>('topological', {
      key: 'topological',
      description: 'Probes go to the hosts that a host knows.',
      shape: topological,
    }),
  ],
);

interface HitlistWords {
  readonly size: number;
  readonly vulnerableFraction: number;
  readonly then: SearchStrategy;
}

const hitlistWords: Shape<HitlistWords> = mapping<HitlistWords, object>({
  allowed: 'a mapping with the key size',
  constants: {},
  fields: {
    size: { key: 'size', shape: count(1), description: 'Addresses on the list.', examples: [10_000] },
    vulnerableFraction: {
      key: 'vulnerable',
      shape: fraction(),
      description: 'Fraction of the entries that are vulnerable hosts.',
      fallback: 1,
    },
    then: {
      key: 'then',
      shape: search,
      description: 'How a host scans once its part of the list is done.',
      fallback: { kind: 'uniform' },
    },
  },
});

const hitlist: Shape<ScenarioHitlist> = converted<number | HitlistWords, ScenarioHitlist>(
  scalarOrMapping<number, HitlistWords>('a whole number such as 10000 or a mapping with the key size', {
    scalar: count(1),
    mapping: hitlistWords,
    isMapping: (value): value is HitlistWords => typeof value !== 'number',
  }),
  {
    to: (value) =>
      typeof value === 'number'
        ? { kind: 'hitlist', size: value, vulnerableFraction: 1, then: { kind: 'uniform' } }
        : { kind: 'hitlist', ...value },
    from: ({ size, vulnerableFraction, then }) =>
      vulnerableFraction === 1 && then.kind === 'uniform' ? size : { size, vulnerableFraction, then },
  },
);

/** The strategy of a worm. */
export const strategy: Shape<ScenarioStrategy> = withHitlist(search);

/** A hitlist precedes a search, so it is one more key where a search is allowed. */
function withHitlist(shape: Shape<SearchStrategy>): Shape<ScenarioStrategy> {
  const listed = oneOf<ScenarioStrategy>(
    'a strategy',
    [],
    [
      keyOfKind<ScenarioStrategy, 'hitlist'>('hitlist', {
        key: 'hitlist',
        description: 'A list of addresses is probed first; hosts share it as they become infected.',
        shape: hitlist,
      }),
    ],
  );
  return {
    allowed: `${shape.allowed}; or a mapping with the key hitlist`,
    children: new Map([...shape.children, ...listed.children]),
    jsonSchema: { anyOf: [shape.jsonSchema, listed.jsonSchema] },
    write: (value) => (value.kind === 'hitlist' ? listed.write(value) : shape.write(value)),
    read: (node, place, reader) => {
      const isListed = node.kind === 'mapping' && node.entries[0]?.key === 'hitlist';
      return (isListed ? listed : shape).read(node, place, reader);
    },
  };
}
