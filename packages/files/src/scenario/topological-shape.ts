/** The graph of a topological worm in the words of the scenario file: which hosts know which, or how that is drawn. */
import type { Parsed } from '@wormwood/base';
import type { ImmuneHosts, RandomGraph } from '@wormwood/epidemic';
import { converted } from '../shape/alternative-shapes.ts';
import { flag } from '../shape/scalar-shapes.ts';
import { barabasiAlbert, degrees, erdosRenyi, type GraphOf, immune, wattsStrogatz } from './graph-shapes.ts';
import { nameOf, type Shape } from '../shape/shape.ts';
import { mapping } from '../shape/structure-shapes.ts';
import { tableAlternatives, type TableSpec } from '../shape/table-shapes.ts';

export interface ScenarioTopological {
  readonly kind: 'topological';
  readonly edges: readonly Edge[];
  /** Whether only the first of a pair knows the second, rather than both each other. */
  readonly isDirected: boolean;
  /** A graph that each run draws; then there are no edges. */
  readonly graph?: RandomGraph;
  /** Hosts immune from the start. */
  readonly immune?: ImmuneHosts;
}

export interface Edge {
  readonly from: number;
  readonly to: number;
}

interface TopologicalWords {
  readonly file?: readonly Edge[] | undefined;
  readonly edges?: readonly Edge[] | undefined;
  readonly isDirected: boolean;
  readonly erdosRenyi?: GraphOf<'erdos-renyi'> | undefined;
  readonly barabasiAlbert?: GraphOf<'barabasi-albert'> | undefined;
  readonly wattsStrogatz?: GraphOf<'watts-strogatz'> | undefined;
  readonly degrees?: GraphOf<'degrees'> | undefined;
  readonly immune?: ImmuneHosts | undefined;
}

const pair = /^(\d+)\s*,\s*(\d+)$/;

const edgeTable: TableSpec<Edge> = {
  allowed: 'a pair of host numbers such as 0,17',
  key: 'edges',
  description: 'Pairs of hosts that know each other, numbered from 0.',
  parse: parseEdge,
  write: ({ from, to }) => `${from},${to}`,
  pattern: String.raw`^\s*[0-9]+\s*,\s*[0-9]+\s*$`,
};

function parseEdge(line: string): Parsed<Edge> {
  const [, from, to] = pair.exec(line.trim()) ?? [];
  if (from === undefined || to === undefined) {
    return { ok: false, reason: `"${line}" is not a pair of host numbers such as 0,17.` };
  }
  if (from === to) return { ok: false, reason: `Host ${from} is paired with itself.` };
  return { ok: true, value: { from: Number(from), to: Number(to) } };
}

/** Keys that say which hosts know which; one of them is given. */
const GRAPHS = ['file', 'edges', 'erdosRenyi', 'barabasiAlbert', 'wattsStrogatz', 'degrees'] as const;
const ALLOWED = `a mapping with the key ${GRAPHS.slice(0, -1).join(', ')} or ${GRAPHS.at(-1)}`;
const [file, rows] = tableAlternatives(edgeTable);
const given = { isRare: true, computed: 'Give one of the keys that say which hosts know which.' };

const words: Shape<TopologicalWords> = mapping<TopologicalWords, object>({
  allowed: ALLOWED,
  constants: {},
  fields: {
    file: { ...file, ...given, examples: ['graph.csv'] },
    edges: { ...rows, ...given, examples: [['0,17', '17,4']] },
    erdosRenyi: {
      key: 'erdosRenyi',
      shape: erdosRenyi,
      description:
        'All pairs know each other with the same chance; the value is how many a host knows in the mean.',
      ...given,
      examples: [6],
    },
    barabasiAlbert: {
      key: 'barabasiAlbert',
      shape: barabasiAlbert,
      description:
        'Hosts join one after the other and prefer those whom many know; the value is how many each chooses.',
      ...given,
      examples: [3],
    },
    wattsStrogatz: {
      key: 'wattsStrogatz',
      shape: wattsStrogatz,
      description: 'A ring whose hosts know those next to them, some links of which lead anywhere instead.',
      ...given,
      examples: [{ degree: 6, rewired: 0.1 }],
    },
    degrees: {
      key: 'degrees',
      shape: degrees,
      description: 'Links at random between hosts of which it is given how many others they know.',
      ...given,
      examples: [
        [
          { degree: 2, hosts: 900 },
          { degree: 40, hosts: 100 },
        ],
      ],
    },
    immune: {
      key: 'immune',
      shape: immune,
      description: 'Hosts that are immunized before the outbreak.',
      computed: 'If omitted, none are.',
      isRare: true,
      examples: [{ hubs: '5%' }],
    },
    isDirected: {
      key: 'directed',
      shape: flag,
      description: 'Whether only the first of a pair knows the second, rather than both each other.',
      fallback: false,
      isRare: true,
    },
  },
});

/** A graph as pairs of hosts, the file that holds them, which is written as its pairs, or the way in which it is drawn. */
export const topological: Shape<ScenarioTopological> = exactlyOneTable(
  converted<TopologicalWords, ScenarioTopological>(words, {
    to: ({ file: read, edges, isDirected, immune: who, ...drawn }) => {
      const graph = drawn.erdosRenyi ?? drawn.barabasiAlbert ?? drawn.wattsStrogatz ?? drawn.degrees;
      return {
        kind: 'topological',
        edges: read ?? edges ?? [],
        isDirected,
        ...(graph === undefined ? {} : { graph }),
        ...(who === undefined ? {} : { immune: who }),
      };
    },
    from: ({ edges, isDirected, graph, immune: who }) => ({
      ...wordsOf(graph, edges),
      isDirected,
      immune: who,
    }),
  }),
);

function wordsOf(
  graph: RandomGraph | undefined,
  edges: readonly Edge[],
): Omit<TopologicalWords, 'isDirected' | 'immune'> {
  switch (graph?.kind) {
    case undefined:
      return { edges };
    case 'erdos-renyi':
      return { erdosRenyi: graph };
    case 'barabasi-albert':
      return { barabasiAlbert: graph };
    case 'watts-strogatz':
      return { wattsStrogatz: graph };
    default:
      return { degrees: graph };
  }
}

function exactlyOneTable(shape: Shape<ScenarioTopological>): Shape<ScenarioTopological> {
  return {
    ...shape,
    jsonSchema: { ...shape.jsonSchema, oneOf: GRAPHS.map((key) => ({ required: [key] })) },
    read: (node, place, reader) => {
      const keys = node.kind === 'mapping' ? node.entries.map(({ key }) => key) : [];
      const value = shape.read(node, place, reader);
      const tables = GRAPHS.filter((key) => keys.includes(key));
      const isKnown = keys.every((key) => key !== undefined && words.children.has(key));
      // The mapping has already reported an unknown key, which may be one of these misspelled.
      if (node.kind !== 'mapping' || tables.length === 1 || !isKnown) return value;
      reader.report({
        code: 'one-key',
        span: place.keySpan,
        path: place.path,
        message: `${nameOf(place)} must be ${ALLOWED}: ${tables.length === 0 ? 'one of them' : 'one, not more'}.`,
        help: place.description,
      });
      return undefined;
    },
  };
}
