/** Graphs of hosts that are drawn, and the hosts of a graph that are immune, in the words of the scenario file. */
import type { ImmuneHosts, RandomGraph } from '@wormwood/epidemic';
import { converted, type KeyAlternative, oneOf } from '../shape/alternative-shapes.ts';
import { count, fraction } from '../shape/quantity-shapes.ts';
import { scalar } from '../shape/scalar-shapes.ts';
import type { Shape } from '../shape/shape.ts';
import { list, mapping } from '../shape/structure-shapes.ts';

export type GraphOf<Kind extends RandomGraph['kind']> = Extract<RandomGraph, { kind: Kind }>;
type Degrees = GraphOf<'degrees'>['degrees'];

const meanDegree: Shape<number> = scalar<number>({
  allowed: 'a number of hosts such as 6, which may have decimals',
  code: 'invalid-number',
  parse: (input) =>
    typeof input === 'number' && Number.isFinite(input) && input >= 0
      ? { ok: true, value: input }
      : { ok: false, reason: 'This must be a number, 0 or more.' },
  write: (value) => value,
  jsonSchema: { type: 'number', minimum: 0 },
});

export const erdosRenyi: Shape<GraphOf<'erdos-renyi'>> = converted<number, GraphOf<'erdos-renyi'>>(
  meanDegree,
  { to: (mean) => ({ kind: 'erdos-renyi', meanDegree: mean }), from: (graph) => graph.meanDegree },
);

export const barabasiAlbert: Shape<GraphOf<'barabasi-albert'>> = converted<
  number,
  GraphOf<'barabasi-albert'>
>(count(1), { to: (links) => ({ kind: 'barabasi-albert', links }), from: ({ links }) => links });

export const wattsStrogatz: Shape<GraphOf<'watts-strogatz'>> = mapping<
  GraphOf<'watts-strogatz'>,
  { readonly kind: 'watts-strogatz' }
>({
  allowed: 'a mapping with the keys degree and rewired',
  constants: { kind: 'watts-strogatz' },
  fields: {
    degree: {
      key: 'degree',
      shape: count(0),
      description: 'How many others each host knows on the ring, half of them on either side.',
      examples: [6],
    },
    rewired: {
      key: 'rewired',
      shape: fraction(),
      description: 'Probability that a link leads to any other host instead.',
      examples: [0.1],
    },
  },
});

export const degrees: Shape<GraphOf<'degrees'>> = converted<Degrees, GraphOf<'degrees'>>(
  list(
    'a list of degrees and hosts',
    mapping<Degrees[number], object>({
      allowed: 'a mapping with the keys degree and hosts',
      constants: {},
      fields: {
        degree: { key: 'degree', shape: count(0), description: 'How many others each of these hosts knows.' },
        hosts: { key: 'hosts', shape: count(1), description: 'How many hosts these are.' },
      },
    }),
  ),
  { to: (given) => ({ kind: 'degrees', degrees: given }), from: (graph) => graph.degrees },
);

function immuneAs(who: ImmuneHosts['who'], description: string): KeyAlternative<ImmuneHosts> {
  return {
    key: who,
    description,
    shape: converted<number, ImmuneHosts>(fraction(), {
      to: (share) => ({ who, fraction: share }),
      from: (value) => value.fraction,
    }),
    is: (value) => value.who === who,
  };
}

export const immune: Shape<ImmuneHosts> = oneOf<ImmuneHosts>(
  'a choice of hosts',
  [],
  [
    immuneAs('hubs', 'Those that know most others.'),
    immuneAs('neighbors', 'Of hosts drawn at random one whom each knows.'),
    immuneAs('anyone', 'Hosts drawn at random.'),
  ],
);
