/**
 * `respond.yaml`: what carries out the actions on this machine, who is notified, and which addresses are its own. The owner's
 * scope file says what may be done; this file says how.
 */
import { type Diagnostic, diagnose, type Problem, quoted, type Span } from '@wormwood/base';
import type { NftablesOptions, OwnerCommandOptions } from '@wormwood/defense';
import type { IpPrefix } from '@wormwood/wire';
import { type DeliveryEntry, deliveryShape } from './respond-deliveries.ts';
import { absolutePath, ipPrefix, kindField, matching, shortName, versionOne } from '../shape/file-shapes.ts';
import { readWith } from '../shape/read-with.ts';
import { text, word } from '../shape/scalar-shapes.ts';
import type { Draft, JsonSchema, Shape } from '../shape/shape.ts';
import { kinds, list, mapping } from '../shape/structure-shapes.ts';

export interface RespondFile {
  readonly version: 1;
  /** Name of this machine in every line of the audit log. */
  readonly sensor: string;
  /** Protected hosts in addition to those of the scope file. */
  readonly ownPrefixes: readonly IpPrefix[];
  readonly actuators: readonly ActuatorEntry[];
  readonly deliveries: readonly DeliveryEntry[];
}

/** An actuator of the respond file. */
export type ActuatorEntry =
  | ({ readonly kind: 'nftables' } & Required<Omit<NftablesOptions, 'program'>>)
  | ({ readonly kind: 'command' } & Required<Omit<OwnerCommandOptions, 'actions'>>)
  | { readonly kind: 'feed'; readonly name: string };

type EntryOf<Kind> = Extract<ActuatorEntry, { kind: Kind }>;

export type RespondFileCheck =
  | { readonly ok: true; readonly file: RespondFile }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const BEGINNING = 'The file begins with the lines `version: 1` and `sensor: dmz-1`.';
const NFTABLES_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,31}$/;

const nftablesName = matching(NFTABLES_NAME, 'a name of nftables: letters, digits and _');
const name = {
  key: 'name',
  shape: shortName,
  description: 'Its name in the scope file.',
  examples: ['border-firewall'],
};

const nftables: Shape<EntryOf<'nftables'>> = mapping<EntryOf<'nftables'>, object>({
  allowed: 'a mapping with the keys kind, name, table and set',
  constants: {},
  fields: {
    kind: kindField(
      'nftables',
      'Infected hosts become elements of an nftables set whose packets this machine drops.',
    ),
    name,
    family: {
      key: 'family',
      shape: word<NonNullable<NftablesOptions['family']>>({
        noun: 'a family',
        words: {
          ip: 'IPv4.',
          inet: 'IPv4 and IPv6.',
          netdev: 'One device, before routing.',
          bridge: 'Packets that pass a bridge.',
        },
      }),
      description: 'Family of the table.',
      fallback: 'inet',
    },
    table: { key: 'table', shape: nftablesName, description: 'The table.', examples: ['wormwood'] },
    set: {
      key: 'set',
      shape: nftablesName,
      description:
        'A set of `type ipv4_addr` with `flags timeout`; beside it, those that docs/respond.md names.',
      examples: ['infected'],
    },
  },
});

const command: Shape<EntryOf<'command'>> = mapping<EntryOf<'command'>, object>({
  allowed: 'a mapping with the keys kind, name and program',
  constants: {},
  fields: {
    kind: kindField('command', 'A program of the owner, called with STEP KEY ADDRESS ACTION SECONDS LINK.'),
    name,
    program: {
      key: 'program',
      shape: absolutePath,
      description: 'Absolute path of the program.',
      examples: ['/usr/local/sbin/nac'],
    },
    arguments: {
      key: 'arguments',
      shape: list('a list of texts', text({ allowed: 'a text of one line', lengthMax: 200 })),
      description: 'Arguments before the step.',
      fallback: [],
    },
  },
});

const feed: Shape<EntryOf<'feed'>> = mapping<EntryOf<'feed'>, object>({
  allowed: 'a mapping with the keys kind and name',
  constants: {},
  fields: {
    kind: kindField('feed', 'Infected hosts are listed in a feed that others fetch.'),
    name,
  },
});

const respondShape: Shape<RespondFile> = mapping<RespondFile, object>({
  allowed: 'a mapping with the keys version, sensor and actuators',
  constants: {},
  fields: {
    version: { key: 'version', shape: versionOne('such files'), description: 'Version of the file format.' },
    sensor: {
      key: 'sensor',
      shape: text({ allowed: 'a name of one line', lengthMax: 100 }),
      description: 'Name of this machine in every line of the audit log.',
    },
    ownPrefixes: {
      key: 'ownAddresses',
      shape: list('a list of prefixes', ipPrefix),
      description: 'Hosts on which no action is ever taken, in addition to those of the scope file.',
      fallback: [],
    },
    actuators: {
      key: 'actuators',
      shape: list(
        'a list of actuators',
        kinds<ActuatorEntry>('a mapping with the key kind', { nftables, command, feed }),
      ),
      description: 'What carries out the actions.',
    },
    deliveries: {
      key: 'deliveries',
      shape: list('a list of deliveries', deliveryShape),
      description: 'Who is notified of events in the audit log.',
      fallback: [],
    },
  },
});

/** Checks the text of `respond.yaml`. Returns its content, or every problem at once; `fileName` appears in the diagnostics. */
export function checkRespondFile(written: string, fileName: string): RespondFileCheck {
  const reading = readWith(respondShape, written, BEGINNING);
  // What could be read is checked whatever could not.
  const draft: Draft<RespondFile> = (reading.ok ? reading.value : reading.draft) ?? {};
  const problems = [
    ...(reading.ok ? [] : reading.problems),
    ...repeatedNames('actuators', draft.actuators ?? [], reading.spanAt),
    ...repeatedNames('deliveries', draft.deliveries ?? [], reading.spanAt),
  ];
  return reading.ok && problems.length === 0
    ? { ok: true, file: reading.value }
    : { ok: false, diagnostics: diagnose(problems, fileName, written) };
}

function repeatedNames(
  key: string,
  entries: readonly ({ readonly name?: string | undefined } | undefined)[],
  spanAt: (path: string) => Span,
): readonly Problem[] {
  const names = entries.map((each) => each?.name);
  return names.flatMap((each, index): readonly Problem[] => {
    if (each === undefined || names.indexOf(each) === index) return [];
    const path = `${key}.${index}.name`;
    const message = `There are two ${key} named ${quoted(each)}.`;
    return [{ code: 'duplicate-name', path, span: spanAt(path), message, help: 'Rename one.' }];
  });
}

/** Returns the JSON Schema (draft 2020-12) of `respond.yaml`, for editors and other programs. */
export function respondJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Wormwood respond.yaml, version 1',
    description:
      'What carries out the actions on this machine, and who is notified. Beyond this schema, no two actuators and no two ' +
      'deliveries have the same name.',
    ...respondShape.jsonSchema,
  };
}
