/** `net.yaml` as a whole: templates, their bindings, and the network between them and the outside. */
import type { Annotation, LinkQuality, Network, PluginOption, RouteEntry, Tunnel } from '@wormwood/honeynet';
import type { External, FragmentPolicy, PortAction } from '@wormwood/honeynet';
import { action, nameText } from './action-shapes.ts';
import {
  address,
  boundAddresses,
  type BoundAddresses,
  anyText,
  bandwidth,
  orFalse,
  portNumber,
  sparse,
} from './value-shapes.ts';
import {
  ruleChanges,
  type TemplateBody,
  templateChanges,
  templateEntry,
  type TemplateEntry,
  templateName,
} from './template-shapes.ts';
import { kindField, prefix, versionOne } from '../shape/file-shapes.ts';
import { duration, fraction } from '../shape/quantity-shapes.ts';
import { flag, word } from '../shape/scalar-shapes.ts';
import type { JsonSchema, Shape } from '../shape/shape.ts';
import { kinds, list, mapping } from '../shape/structure-shapes.ts';

/** The content of the file, before names are resolved. */
export interface HoneynetDocument {
  readonly version: 1;
  readonly templates: readonly TemplateEntry[];
  readonly bindings: readonly BindingEntry[];
  readonly entries: readonly RouteEntry[];
  readonly routers: readonly RouterEntry[];
  readonly externals: readonly External[];
  readonly dhcp: readonly DhcpEntry[];
  readonly broadcasts: readonly BroadcastEntry[];
  readonly annotations: readonly Annotation[];
  readonly options: readonly PluginOption[];
}

export interface BindingEntry {
  readonly addresses: BoundAddresses;
  /** Null: the entry describes everything itself. */
  readonly template: string | null;
  readonly changes: Partial<TemplateBody>;
}

export interface RouterEntry {
  readonly address: number;
  readonly links: readonly Network[];
  readonly unreachable: readonly Network[];
  readonly routes: readonly FlatRoute[];
  readonly tunnels: readonly Tunnel[];
}

/** A route with its link in one mapping. */
export interface FlatRoute extends LinkQuality {
  readonly network: Network;
  readonly nextHop: number;
}

export interface DhcpEntry {
  readonly template: string | null;
  readonly interfaceName: string;
  readonly changes: Partial<TemplateBody>;
}

export interface BroadcastEntry {
  readonly template: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly everySeconds: number;
  readonly action: PortAction;
}

/** Honeyd's latency of a hop for which none is stated. */
const LATENCY_SECONDS_DEFAULT = 0.003;

const changesField = {
  key: 'with',
  shape: templateChanges,
  description: 'Differences from the template.',
  fallback: {},
} as const;

const binding: Shape<BindingEntry> = sparse(
  mapping<BindingEntry, object>({
    allowed: 'a mapping with the keys addresses and template',
    constants: {},
    fields: {
      addresses: {
        key: 'addresses',
        shape: boundAddresses,
        description: 'The addresses.',
        examples: ['10.1.0.0/16', '2001:db8:1::/64'],
      },
      template: {
        key: 'template',
        shape: orFalse(templateName),
        description: 'The template that answers there, or the address of an earlier binding.',
        fallback: null,
      },
      changes: changesField,
    },
  }),
);

const entry: Shape<RouteEntry> = sparse(
  mapping<RouteEntry, object>({
    allowed: 'a mapping with the key router',
    constants: {},
    fields: {
      router: { key: 'router', shape: address, description: 'Where packets from outside enter.' },
      network: {
        key: 'network',
        shape: prefix,
        description: 'Destinations for which packets enter here.',
        fallback: { address: 0, prefixLength: 0 },
      },
    },
  }),
);

const queueDrop: Shape<NonNullable<LinkQuality['drop']>> = mapping<NonNullable<LinkQuality['drop']>, object>({
  allowed: 'a mapping with the keys from and to',
  constants: {},
  fields: {
    fromSeconds: {
      key: 'from',
      shape: duration('notNegative'),
      description: 'No packet is dropped from shorter queues.',
    },
    toSeconds: {
      key: 'to',
      shape: duration('positive'),
      description: 'Every packet is dropped from longer queues.',
    },
  },
});

const route: Shape<FlatRoute> = sparse(
  mapping<FlatRoute, object>({
    allowed: 'a mapping with the keys network and via',
    constants: {},
    fields: {
      network: { key: 'network', shape: prefix, description: 'Destinations of the route.' },
      nextHop: {
        key: 'via',
        shape: address,
        description: 'The next router; it gets a route back if it has none.',
      },
      latencySeconds: {
        key: 'latency',
        shape: duration('notNegative'),
        description: 'One-way latency of the link.',
        fallback: LATENCY_SECONDS_DEFAULT,
      },
      loss: { key: 'loss', shape: fraction(), description: 'Fraction of packets lost.', fallback: 0 },
      bandwidth: {
        key: 'bandwidth',
        shape: orFalse(bandwidth),
        description: 'Bandwidth of the link; if omitted, packets do not queue.',
        fallback: null,
      },
      drop: { key: 'drop', shape: orFalse(queueDrop), description: 'Random early drop.', fallback: null },
    },
  }),
);

const tunnel: Shape<Tunnel> = mapping<Tunnel, object>({
  allowed: 'a mapping with the keys network, source and destination',
  constants: {},
  fields: {
    network: { key: 'network', shape: prefix, description: 'Destinations that the tunnel carries.' },
    source: { key: 'source', shape: address, description: 'The near end.' },
    destination: { key: 'destination', shape: address, description: 'The far end.' },
  },
});

const router: Shape<RouterEntry> = sparse(
  mapping<RouterEntry, object>({
    allowed: 'a mapping with the key address',
    constants: {},
    fields: {
      address: { key: 'address', shape: address, description: 'Its address.' },
      links: {
        key: 'links',
        shape: list('a list of prefixes', prefix),
        description: 'Networks whose hosts are directly behind it.',
        fallback: [],
      },
      unreachable: {
        key: 'unreachable',
        shape: list('a list of prefixes', prefix),
        description: 'Networks that it reports as unreachable.',
        fallback: [],
      },
      routes: {
        key: 'routes',
        shape: list('a list of routes', route),
        description: 'Routes to other routers.',
        fallback: [],
      },
      tunnels: {
        key: 'tunnels',
        shape: list('a list of tunnels', tunnel),
        description: 'GRE tunnels.',
        fallback: [],
      },
    },
  }),
);

const external: Shape<External> = mapping<External, object>({
  allowed: 'a mapping with the keys address and interface',
  constants: {},
  fields: {
    address: { key: 'address', shape: address, description: 'Address of a real machine.' },
    interfaceName: { key: 'interface', shape: nameText, description: 'The interface that leads to it.' },
  },
});

const dhcp: Shape<DhcpEntry> = sparse(
  mapping<DhcpEntry, object>({
    allowed: 'a mapping with the keys interface and template',
    constants: {},
    fields: {
      interfaceName: {
        key: 'interface',
        shape: nameText,
        description: 'The interface on which an address is requested.',
      },
      template: {
        key: 'template',
        shape: orFalse(templateName),
        description: 'The template that answers at that address.',
        fallback: null,
      },
      changes: changesField,
    },
  }),
);

const broadcast: Shape<BroadcastEntry> = mapping<BroadcastEntry, object>({
  allowed: 'a mapping with the keys template, sourcePort, destinationPort, every and action',
  constants: {},
  fields: {
    template: { key: 'template', shape: templateName, description: 'The template whose hosts send.' },
    sourcePort: { key: 'sourcePort', shape: portNumber, description: 'Source port.' },
    destinationPort: { key: 'destinationPort', shape: portNumber, description: 'Destination port.' },
    everySeconds: { key: 'every', shape: duration('positive'), description: 'Time between broadcasts.' },
    action: { key: 'action', shape: action, description: 'The action whose output is sent.' },
  },
});

const annotation: Shape<Annotation> = kinds<Annotation>('a mapping with the key kind', {
  'fin-scan': mapping<Extract<Annotation, { kind: 'fin-scan' }>, object>({
    allowed: 'a mapping with the keys kind, personality and allowed',
    constants: {},
    fields: {
      kind: kindField('fin-scan', 'A FIN to an open port.'),
      personality: { key: 'personality', shape: nameText, description: 'Name of the personality.' },
      allowed: {
        key: 'allowed',
        shape: flag,
        description: 'Whether the host drops it, so that FIN scans work.',
      },
    },
  }),
  fragments: mapping<Extract<Annotation, { kind: 'fragments' }>, object>({
    allowed: 'a mapping with the keys kind, personality and policy',
    constants: {},
    fields: {
      kind: kindField('fragments', 'Overlapping fragments.'),
      personality: { key: 'personality', shape: nameText, description: 'Name of the personality.' },
      policy: {
        key: 'policy',
        shape: word<FragmentPolicy>({
          noun: 'a policy',
          words: {
            drop: 'All fragments are dropped.',
            old: 'The data that came first is kept.',
            new: 'The data that came last is kept.',
          },
        }),
        description: 'Which data is kept.',
      },
    },
  }),
});

const option: Shape<PluginOption> = mapping<PluginOption, object>({
  allowed: 'a mapping with the keys plugin, key and value',
  constants: {},
  fields: {
    plugin: { key: 'plugin', shape: nameText, description: 'Name of the plug-in.' },
    key: { key: 'key', shape: nameText, description: 'The setting.' },
    value: { key: 'value', shape: anyText('a text', { min: 0, max: 4096 }), description: 'Its value.' },
  },
});

export const honeynetShape: Shape<HoneynetDocument> = sparse(
  mapping<HoneynetDocument, object>({
    allowed: 'a mapping with the keys version and templates',
    constants: {},
    fields: {
      version: {
        key: 'version',
        shape: versionOne('such files'),
        description: 'Version of the file format.',
      },
      templates: {
        key: 'templates',
        shape: list('a list of templates', templateEntry),
        description: 'Descriptions of virtual hosts.',
        fallback: [],
      },
      bindings: {
        key: 'bindings',
        shape: list('a list of bindings', binding),
        description: 'Which addresses answer as which template; the longest prefix wins.',
        fallback: [],
      },
      entries: {
        key: 'entries',
        shape: list('a list of entries', entry),
        description:
          'Where packets enter the virtual network; if omitted, all hosts are on the outside link.',
        fallback: [],
      },
      routers: {
        key: 'routers',
        shape: list('a list of routers', router),
        description: 'The virtual network.',
        fallback: [],
      },
      externals: {
        key: 'externals',
        shape: list('a list of machines', external),
        description: 'Real machines inside the virtual network.',
        fallback: [],
      },
      dhcp: {
        key: 'dhcp',
        shape: list('a list of DHCP clients', dhcp),
        description: 'Hosts that request their address by DHCP.',
        fallback: [],
      },
      broadcasts: {
        key: 'broadcasts',
        shape: list('a list of broadcasts', broadcast),
        description: 'Broadcasts of hosts; read, but not sent.',
        fallback: [],
      },
      annotations: {
        key: 'annotations',
        shape: list('a list of annotations', annotation),
        description: 'Changes to personalities.',
        fallback: [],
      },
      options: {
        key: 'options',
        shape: list('a list of options', option),
        description: "Settings of Honeyd's plug-ins; read, but without effect.",
        fallback: [],
      },
    },
  }),
);

/** Returns the JSON Schema (draft 2020-12) of `net.yaml`, for editors and other programs. */
export function honeynetJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Wormwood net.yaml, version 1',
    description:
      'A honeynet: virtual hosts, their addresses and the network between them. Beyond this schema, each name ' +
      'that is used stands for a template, and no addresses are bound twice.',
    ...(referring(honeynetShape.jsonSchema, Object.entries(DEFINITIONS)) as object),
    $defs: Object.fromEntries(
      Object.entries(DEFINITIONS).map(([name, schema], index, all) => [
        name,
        Object.fromEntries(
          Object.entries(schema).map(([key, part]) => [key, referring(part, all.slice(index + 1))]),
        ),
      ]),
    ),
  };
}

/** Parts that occur often are written once, as definitions; an earlier one may refer to later ones. */
const DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
  changes: templateChanges.jsonSchema,
  ruleChanges: ruleChanges.jsonSchema,
  action: action.jsonSchema,
};

/** Returns a part of a schema with references instead of repeated definitions. */
function referring(part: unknown, definitions: readonly (readonly [string, JsonSchema])[]): unknown {
  if (Array.isArray(part)) return part.map((each) => referring(each, definitions));
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part);
  const found = definitions.find(([, schema]) =>
    Object.entries(schema).every(
      ([key, value]) => JSON.stringify(part[key as keyof typeof part]) === JSON.stringify(value),
    ),
  );
  const own = entries
    .filter(([key]) => found === undefined || !Object.hasOwn(found[1], key))
    .map(([key, value]) => [key, referring(value, definitions)]);
  return Object.fromEntries(found === undefined ? own : [...own, ['$ref', `#/$defs/${found[0]}`]]);
}
