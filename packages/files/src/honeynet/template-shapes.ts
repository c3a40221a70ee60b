/** Templates in `net.yaml`: a virtual host described by itself, or as a change to another template. */
import type {
  Condition,
  PortAction,
  PortRule,
  ProcessLimits,
  Spoof,
  Subsystem,
  Template,
  TransportProtocol,
} from '@wormwood/honeynet';
import { action, commandText, nameText } from './action-shapes.ts';
import {
  type AddressSpan,
  isNetwork,
  address,
  addressSpan,
  orFalse,
  protocolPort,
  sparse,
  timeOfDay,
  whole,
} from './value-shapes.ts';
import { kindField, matching } from '../shape/file-shapes.ts';
import { duration, fraction } from '../shape/quantity-shapes.ts';
import { flag, word } from '../shape/scalar-shapes.ts';
import type { Shape } from '../shape/shape.ts';
import { type Field, kinds, list, mapping } from '../shape/structure-shapes.ts';

/** A template without its name, in the order of the file. */
export interface TemplateBody extends Omit<Template, 'name' | 'dynamic'> {
  readonly rules: readonly RuleEntry[] | null;
}

export type RuleBody = Omit<TemplateBody, 'rules'>;

/** A rule of a dynamic template. */
export interface RuleEntry {
  readonly condition: Condition;
  /** The template that answers; null: the rule describes everything itself. */
  readonly template: string | null;
  /** Name of the copy that answers; null: made from the names of both templates. */
  readonly name: string | null;
  readonly changes: Partial<RuleBody>;
}

export type TemplateEntry = { readonly name: string } & TemplateBody;

/** Names of templates; those of bindings are their addresses. */
export const templateName: Shape<string> = matching(/^[^\s\p{Cc}]{1,200}$/u, 'a name without blanks');

const DEFAULT_ACTIONS: Readonly<Record<TransportProtocol, PortAction>> = {
  tcp: { kind: 'closed' },
  udp: { kind: 'closed' },
  icmp: { kind: 'open', tarpit: false },
};

const defaultActions: Shape<Readonly<Record<TransportProtocol, PortAction>>> = sparse(
  mapping<Readonly<Record<TransportProtocol, PortAction>>, object>({
    allowed: 'a mapping with the keys tcp, udp and icmp',
    constants: {},
    fields: {
      tcp: { key: 'tcp', shape: action, description: 'TCP ports.', fallback: DEFAULT_ACTIONS.tcp },
      udp: { key: 'udp', shape: action, description: 'UDP ports.', fallback: DEFAULT_ACTIONS.udp },
      icmp: { key: 'icmp', shape: action, description: 'ICMP requests.', fallback: DEFAULT_ACTIONS.icmp },
    },
  }),
);

const portRule: Shape<PortRule> = portRuleShape();

/** In the file, protocol and port are one value. */
function portRuleShape(): Shape<PortRule> {
  interface Written {
    readonly at: { readonly protocol: 'tcp' | 'udp'; readonly port: number };
    readonly action: PortAction;
  }
  const written = mapping<Written, object>({
    allowed: 'a mapping with the keys port and action',
    constants: {},
    fields: {
      at: { key: 'port', shape: protocolPort, description: 'Protocol and port.', examples: ['tcp/80'] },
      action: { key: 'action', shape: action, description: 'The action of the port.' },
    },
  });
  return {
    ...written,
    write: ({ protocol, port, action: answer }) => written.write({ at: { protocol, port }, action: answer }),
    read: (node, place, reader) => {
      const rule = written.read(node, place, reader);
      return rule && { ...rule.at, action: rule.action };
    },
  };
}

const spoof: Shape<Spoof> = sparse(
  mapping<Spoof, object>({
    allowed: 'a mapping with the keys from and to',
    constants: {},
    fields: {
      fromAddress: {
        key: 'from',
        shape: orFalse(address),
        description: 'Address that replies come from.',
        fallback: null,
      },
      toAddress: {
        key: 'to',
        shape: orFalse(address),
        description: 'Address that replies go to.',
        fallback: null,
      },
    },
  }),
);

const subsystem: Shape<Subsystem> = sparse(
  mapping<Subsystem, object>({
    allowed: 'a mapping with the key command',
    constants: {},
    fields: {
      command: { key: 'command', shape: commandText, description: 'The program.' },
      shared: { key: 'shared', shape: flag, description: 'One program for all addresses.', fallback: false },
      restart: { key: 'restart', shape: flag, description: 'Restart it when it exits.', fallback: false },
    },
  }),
);

const ID_MAX = 2 ** 32 - 2;

const processLimits: Shape<ProcessLimits> = sparse(
  mapping<ProcessLimits, object>({
    allowed: 'a mapping with the keys openFiles, user and group',
    constants: {},
    fields: {
      openFilesMax: {
        key: 'openFiles',
        shape: orFalse(whole('a number of files from 4 to 1000000', { min: 4, max: 1e6 })),
        description: 'The most files that a script may have open.',
        fallback: null,
      },
      userId: {
        key: 'user',
        shape: orFalse(whole('a user id above 0', { min: 1, max: ID_MAX })),
        description: 'User id of scripts; never that of root.',
        fallback: null,
      },
      groupId: {
        key: 'group',
        shape: orFalse(whole('a group id above 0', { min: 1, max: ID_MAX })),
        description: 'Group id of scripts.',
        fallback: null,
      },
    },
  }),
);

type Fields<T> = { readonly [Key in keyof T]-?: Field<T[Key]> & { readonly fallback: T[Key] } };

const ruleBodyFields: Fields<RuleBody> = {
  personality: {
    key: 'personality',
    shape: orFalse(nameText),
    description: 'Name of the operating system that it imitates, or `random`.',
    fallback: null,
    examples: ['Linux 2.6.32'],
  },
  ethernet: {
    key: 'ethernet',
    shape: orFalse(nameText),
    description: 'Ethernet address, or the name of a vendor.',
    fallback: null,
    examples: ['dell'],
  },
  uptimeSeconds: {
    key: 'uptime',
    shape: orFalse(duration('notNegative')),
    description: 'Time since the host was started; random if omitted.',
    fallback: null,
  },
  dropIncoming: {
    key: 'dropIncoming',
    shape: fraction(),
    description: 'Fraction of all incoming packets that are lost.',
    fallback: 0,
  },
  dropSyn: {
    key: 'dropSyn',
    shape: fraction(),
    description: 'Fraction of SYN segments that are lost.',
    fallback: 0,
  },
  spoof: { key: 'spoof', shape: orFalse(spoof), description: 'Other addresses for replies.', fallback: null },
  defaultActions: {
    key: 'default',
    shape: defaultActions,
    description: 'Actions of ports that are not listed.',
    fallback: DEFAULT_ACTIONS,
  },
  ports: {
    key: 'ports',
    shape: list('a list of ports', portRule),
    description: 'Ports and their actions.',
    fallback: [],
  },
  subsystems: {
    key: 'subsystems',
    shape: list('a list of subsystems', subsystem),
    description: "Honeyd's subsystems; read, but not run.",
    fallback: [],
  },
  process: {
    key: 'process',
    shape: processLimits,
    description: 'Limits of scripts.',
    fallback: { openFilesMax: null, userId: null, groupId: null },
  },
};

const condition: Shape<Condition> = kinds<Condition>('a mapping with the key kind', {
  'source-os': mapping<Extract<Condition, { kind: 'source-os' }>, object>({
    allowed: 'a mapping with the keys kind and name',
    constants: {},
    fields: {
      kind: kindField('source-os', 'The source runs an operating system.'),
      name: { key: 'name', shape: nameText, description: 'Part of its name.', examples: ['Windows'] },
    },
  }),
  'source-ip': sourceCondition(),
  time: mapping<Extract<Condition, { kind: 'time' }>, object>({
    allowed: 'a mapping with the keys kind, from and to',
    constants: {},
    fields: {
      kind: kindField('time', 'The local time of day is within a period, which may include midnight.'),
      fromMinute: { key: 'from', shape: timeOfDay, description: 'Its beginning.', examples: ['08:00'] },
      toMinute: { key: 'to', shape: timeOfDay, description: 'Its end.', examples: ['17:30'] },
    },
  }),
  protocol: mapping<Extract<Condition, { kind: 'protocol' }>, object>({
    allowed: 'a mapping with the keys kind and protocol',
    constants: {},
    fields: {
      kind: kindField('protocol', 'The packet has this protocol.'),
      protocol: {
        key: 'protocol',
        shape: word<TransportProtocol>({
          noun: 'a protocol',
          words: { tcp: 'TCP.', udp: 'UDP.', icmp: 'ICMP.' },
        }),
        description: 'The protocol.',
      },
    },
  }),
  otherwise: mapping<Extract<Condition, { kind: 'otherwise' }>, object>({
    allowed: 'a mapping with the key kind',
    constants: {},
    fields: { kind: kindField('otherwise', 'Always.') },
  }),
});

/** In the file, first and last address are one value. */
function sourceCondition(): Shape<Extract<Condition, { kind: 'source-ip' }>> {
  const written = mapping<{ readonly kind: 'source-ip'; readonly span: AddressSpan }, object>({
    allowed: 'a mapping with the keys kind and addresses',
    constants: {},
    fields: {
      kind: kindField('source-ip', 'The source has one of these addresses.'),
      span: {
        key: 'addresses',
        shape: addressSpan,
        description: 'The addresses.',
        examples: ['192.168.0.0/16'],
      },
    },
  });
  return {
    ...written,
    write: ({ kind, first, last }) =>
      written.write({ kind, span: { first, last, isNetwork: isNetwork(first, last) } }),
    read: (node, place, reader) => {
      const read = written.read(node, place, reader);
      return read && { kind: 'source-ip', first: read.span?.first, last: read.span?.last };
    },
  };
}

/** Returns the shape of some fields of a template; the others are those of another template. */
function changesOf<T extends object>(fields: Fields<T>): Shape<Partial<T>> {
  const optional = Object.fromEntries(
    Object.entries<Field<unknown>>(fields).map(([property, { key, shape, description }]) => [
      property,
      { key, shape, description, computed: 'If omitted, as in the template.' },
    ]),
  );
  const shape = mapping<T, object>({
    allowed: 'a mapping with keys of a template',
    constants: {},
    fields: optional as { readonly [Key in keyof T]-?: Field<T[Key]> },
  });
  return {
    ...shape,
    write: (value) =>
      Object.fromEntries(
        Object.entries<Field<unknown>>(fields)
          .filter(([property]) => Object.hasOwn(value, property))
          .map(([property, field]) => [field.key, field.shape.write(value[property as keyof T])]),
      ),
    read: (node, place, reader) => {
      const read = shape.read(node, place, reader);
      return read && (withoutUndefined(read) as typeof read);
    },
  };
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}

export const ruleChanges: Shape<Partial<RuleBody>> = changesOf<RuleBody>(ruleBodyFields);

const rule: Shape<RuleEntry> = sparse(
  mapping<RuleEntry, object>({
    allowed: 'a mapping with the keys when and template',
    constants: {},
    fields: {
      condition: { key: 'when', shape: condition, description: 'When the template answers.' },
      template: {
        key: 'template',
        shape: orFalse(templateName),
        description: 'The template that answers in that case.',
        fallback: null,
      },
      name: {
        key: 'name',
        shape: orFalse(templateName),
        description: 'Name of the copy; if omitted, made from the names of both templates.',
        fallback: null,
      },
      changes: {
        key: 'with',
        shape: ruleChanges,
        description: 'Differences from the template.',
        fallback: {},
      },
    },
  }),
);

const bodyFields: Fields<TemplateBody> = {
  ...ruleBodyFields,
  rules: {
    key: 'rules',
    shape: orFalse(list('a list of rules', rule)),
    description: 'A dynamic template: the first rule whose condition holds determines what answers.',
    fallback: null,
  },
};

export const templateChanges: Shape<Partial<TemplateBody>> = changesOf<TemplateBody>(bodyFields);

export const templateEntry: Shape<TemplateEntry> = sparse(
  mapping<TemplateEntry, object>({
    allowed: 'a mapping with the key name',
    constants: {},
    fields: {
      name: {
        key: 'name',
        shape: templateName,
        description: 'Its name; `default` answers for all addresses without a binding.',
        examples: ['windows'],
      },
      ...bodyFields,
    },
  }),
);

/** The defaults of a template. */
export const emptyBody: TemplateBody = Object.fromEntries(
  Object.entries<{ readonly fallback: unknown }>(bodyFields).map(([property, { fallback }]) => [
    property,
    fallback,
  ]),
) as unknown as TemplateBody;

/** Returns the body without its rules. */
export function withoutRules(body: TemplateBody): RuleBody {
  return Object.fromEntries(
    Object.entries(body).filter(([property]) => property !== 'rules'),
  ) as unknown as RuleBody;
}
