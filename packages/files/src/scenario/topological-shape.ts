/** The graph of a topological worm in the words of the scenario file: which hosts know which. */
import type { Parsed } from '@wormwood/base';
import { converted } from '../shape/alternative-shapes.ts';
import { flag } from '../shape/scalar-shapes.ts';
import { nameOf, type Shape } from '../shape/shape.ts';
import { mapping } from '../shape/structure-shapes.ts';
import { tableAlternatives, type TableSpec } from '../shape/table-shapes.ts';

export interface ScenarioTopological {
  readonly kind: 'topological';
  readonly edges: readonly Edge[];
  /** Whether only the first of a pair knows the second, rather than both each other. */
  readonly isDirected: boolean;
}

export interface Edge {
  readonly from: number;
  readonly to: number;
}

interface TopologicalWords {
  readonly file?: readonly Edge[] | undefined;
  readonly edges?: readonly Edge[] | undefined;
  readonly isDirected: boolean;
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

const ALLOWED = 'a mapping with the key file or edges';
const [file, rows] = tableAlternatives(edgeTable);
const given = { isRare: true, computed: 'Give either file or edges.' };

const words: Shape<TopologicalWords> = mapping<TopologicalWords, object>({
  allowed: ALLOWED,
  constants: {},
  fields: {
    file: { ...file, ...given, examples: ['graph.csv'] },
    edges: { ...rows, ...given, examples: [['0,17', '17,4']] },
    isDirected: {
      key: 'directed',
      shape: flag,
      description: 'Whether only the first of a pair knows the second, rather than both each other.',
      fallback: false,
      isRare: true,
    },
  },
});

/** A graph given as pairs of hosts, or as the file that holds them; a graph read from a file is written as its pairs. */
export const topological: Shape<ScenarioTopological> = exactlyOneTable(
  converted<TopologicalWords, ScenarioTopological>(words, {
    to: ({ file: read, edges, isDirected }) => ({
      kind: 'topological',
      edges: read ?? edges ?? [],
      isDirected,
    }),
    from: ({ edges, isDirected }) => ({ edges, isDirected }),
  }),
);

function exactlyOneTable(shape: Shape<ScenarioTopological>): Shape<ScenarioTopological> {
  return {
    ...shape,
    jsonSchema: { ...shape.jsonSchema, oneOf: [{ required: ['file'] }, { required: ['edges'] }] },
    read: (node, place, reader) => {
      const keys = node.kind === 'mapping' ? node.entries.map(({ key }) => key) : [];
      const value = shape.read(node, place, reader);
      const tables = ['file', 'edges'].filter((key) => keys.includes(key));
      const isKnown = keys.every((key) => key !== undefined && words.children.has(key));
      // The mapping has already reported an unknown key, which may be one of these misspelled.
      if (node.kind !== 'mapping' || tables.length === 1 || !isKnown) return value;
      reader.report({
        code: 'one-key',
        span: place.keySpan,
        path: place.path,
        message: `${nameOf(place)} must be ${ALLOWED}: ${tables.length === 0 ? 'one of them' : 'not both'}.`,
        help: place.description,
      });
      return undefined;
    },
  };
}
