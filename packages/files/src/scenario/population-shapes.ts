/** Where the vulnerable hosts lie, in the words of the scenario file. */
import type { UniformPlacement } from '@wormwood/epidemic';
import { type PrefixRow, prefixTable } from './prefix-table.ts';
import { converted, keyOfKind, oneOf } from '../shape/alternative-shapes.ts';
import { count } from '../shape/quantity-shapes.ts';
import type { Shape } from '../shape/shape.ts';
import { mapping } from '../shape/structure-shapes.ts';
import { tableAlternatives } from '../shape/table-shapes.ts';

export type ScenarioPlacement = UniformPlacement | ScenarioClusters | ScenarioPrefixes;

/** Populated networks of each size; 0: any number of networks of that size. */
export interface ScenarioClusters {
  readonly kind: 'clustered';
  readonly slash8: number;
  readonly slash16: number;
  readonly slash24: number;
}

export interface ScenarioPrefixes {
  readonly kind: 'prefixes';
  readonly prefixes: readonly PrefixRow[];
}

function networks(key: string): {
  readonly key: string;
  readonly shape: Shape<number>;
  readonly description: string;
  readonly fallback: number;
} {
  const name = key.replace('slash', '/');
  return {
    key,
    shape: count(0),
    description: `How many ${name} networks contain vulnerable hosts; 0 if only the other sizes count.`,
    fallback: 0,
  };
}

const clustered: Shape<ScenarioClusters> = mapping<ScenarioClusters, { readonly kind: 'clustered' }>({
  allowed: 'a mapping with the keys slash8, slash16 or slash24',
  constants: { kind: 'clustered' },
  fields: { slash8: networks('slash8'), slash16: networks('slash16'), slash24: networks('slash24') },
});

export const placement: Shape<ScenarioPlacement> = oneOf<ScenarioPlacement>(
  'a placement of hosts',
  [
    {
      word: 'uniform',
      description: 'Every address of the space is equally likely to be a vulnerable host.',
      value: { kind: 'uniform' },
    },
  ],
  [
    keyOfKind<ScenarioPlacement, 'clustered'>('clustered', {
      key: 'clustered',
      description: 'Hosts lie in randomly chosen networks only, evenly spread over them.',
      shape: clustered,
    }),
    ...tableAlternatives(prefixTable).map(({ key, description, shape, is }) => ({
      key,
      description,
      shape: converted<readonly PrefixRow[], ScenarioPlacement>(shape, {
        to: (prefixes) => ({ kind: 'prefixes', prefixes }),
        from: (value) => (value.kind === 'prefixes' ? value.prefixes : []),
      }),
      is: (value: ScenarioPlacement) => value.kind === 'prefixes' && is([]),
    })),
  ],
);
