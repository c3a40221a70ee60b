/** The action of a port in `net.yaml`: one word, or a mapping with the key `kind`. */
import type { PortAction } from '@wormwood/honeynet';
import { anyText, sparse } from './value-shapes.ts';
import { kindField } from '../shape/file-shapes.ts';
import { flag, word } from '../shape/scalar-shapes.ts';
import type { Shape } from '../shape/shape.ts';
import { type Field, kinds, mapping, scalarOrMapping } from '../shape/structure-shapes.ts';

export const commandText: Shape<string> = anyText('a command', { min: 1, max: 4096 });
export const nameText: Shape<string> = anyText('a name', { min: 1, max: 4096 });
const tarpitField: Field<boolean> = {
  key: 'tarpit',
  shape: flag,
  description: 'Answer one octet at a time, one per second.',
  fallback: false,
};

type ActionOf<Kind extends PortAction['kind']> = Extract<PortAction, { kind: Kind }>;

const actionMapping = kinds<Exclude<PortAction, { kind: 'closed' | 'filtered' }>>(
  'a mapping with the key kind',
  {
    open: sparse(
      mapping<ActionOf<'open'>, object>({
        allowed: 'a mapping with the key kind',
        constants: {},
        fields: {
          kind: kindField('open', 'Connections are accepted and data is discarded.'),
          tarpit: tarpitField,
        },
      }),
    ),
    script: sparse(
      mapping<ActionOf<'script'>, object>({
        allowed: 'a mapping with the keys kind and command',
        constants: {},
        fields: {
          kind: kindField('script', 'A program connected to the peer by its input and output.'),
          command: {
            key: 'command',
            shape: commandText,
            description: 'Program and arguments; $ipsrc, $ipdst, $sport, $dport and $date are replaced.',
            examples: ['sh scripts/web.sh $ipsrc'],
          },
          tarpit: tarpitField,
        },
      }),
    ),
    internal: sparse(
      mapping<ActionOf<'internal'>, object>({
        allowed: 'a mapping with the keys kind and service',
        constants: {},
        fields: {
          kind: kindField('internal', 'A service inside the sensor.'),
          service: {
            key: 'service',
            shape: commandText,
            description: 'Its name and arguments: echo, discard, http, login, or worker and a command.',
            examples: ['echo'],
          },
          tarpit: tarpitField,
        },
      }),
    ),
    proxy: sparse(
      mapping<ActionOf<'proxy'>, object>({
        allowed: 'a mapping with the keys kind, host and port',
        constants: {},
        fields: {
          kind: kindField('proxy', 'Connections are forwarded to another machine.'),
          host: {
            key: 'host',
            shape: nameText,
            description: 'Address or name, or a variable such as $ipsrc.',
          },
          port: {
            key: 'port',
            shape: nameText,
            description: 'A port as text, or a variable such as $dport.',
          },
          tarpit: tarpitField,
        },
      }),
    ),
  },
);

type PlainAction = Extract<PortAction, { kind: 'closed' | 'filtered' }> | ActionOf<'open'>;

const actionWord: Shape<PlainAction> = wordShape();

function wordShape(): Shape<PlainAction> {
  const plain = word<PlainAction['kind']>({
    noun: 'an action',
    words: {
      open: 'Connections are accepted and data is discarded; datagrams are accepted; echo requests are answered.',
      closed: 'Connections are reset, datagrams are answered as unreachable, echo requests are not answered.',
      filtered: 'There is no answer.',
    },
  });
  return {
    ...plain,
    write: (value) => value.kind,
    read: (node, place, reader) => {
      const kind = plain.read(node, place, reader);
      return kind === 'open' ? { kind, tarpit: false } : kind === undefined ? undefined : { kind };
    },
  };
}

type RichAction = Exclude<PortAction, PlainAction> | ActionOf<'open'>;

export const action: Shape<PortAction> = scalarOrMapping<PlainAction, RichAction>(
  'open, closed, filtered, or a mapping with the key kind',
  {
    scalar: actionWord,
    mapping: actionMapping,
    isMapping: (value): value is RichAction =>
      value.kind !== 'closed' && value.kind !== 'filtered' && !(value.kind === 'open' && !value.tarpit),
  },
);
