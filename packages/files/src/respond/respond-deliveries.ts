/** The deliveries of `respond.yaml`: who is notified of events in the audit log, and how. */
import { nearest, quoted } from '@wormwood/base';
import { AUDIT_EVENTS, type AuditEvent, MAIL_ADDRESS, type WebhookPreset } from '@wormwood/defense';
import { absolutePath, kindField, matching, shortName } from '../shape/file-shapes.ts';
import { count, duration } from '../shape/quantity-shapes.ts';
import { scalar, word } from '../shape/scalar-shapes.ts';
import type { Shape } from '../shape/shape.ts';
import { kinds, list, mapping } from '../shape/structure-shapes.ts';

interface AnyDelivery {
  readonly name: string;
  /** The events to deliver; all if empty. */
  readonly events: readonly AuditEvent[];
  /** Collects the events of this many seconds into one message; 0: one message for each event. */
  readonly digestSeconds: number;
}

/** A delivery of the respond file: where messages about decisions go. */
export type DeliveryEntry =
  | (AnyDelivery & {
      readonly kind: 'webhook';
      readonly url: string;
      readonly preset: WebhookPreset;
      /** Path of a file whose text is the header field `Authorization`. */
      readonly authorizationFile?: string;
    })
  | (AnyDelivery & { readonly kind: 'syslog'; readonly host: string; readonly port: number })
  | (AnyDelivery & {
      readonly kind: 'mail';
      readonly from: string;
      readonly to: readonly string[];
      /** A program that takes a message on its standard input, as sendmail does. */
      readonly program: string;
    });

type EntryOf<Kind> = Extract<DeliveryEntry, { kind: Kind }>;

const URL_TEXT = /^https?:\/\/[^\s\p{Cc}@]+$/u;
const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?$/;
const PORT_MAX = 65_535;
const SYSLOG_PORT = 601;

const event: Shape<AuditEvent> = scalar<AuditEvent>({
  allowed: 'an event such as response.done',
  code: 'unknown-event',
  parse: (input) => {
    const found = AUDIT_EVENTS.find((each) => each === input);
    if (found !== undefined) return { ok: true, value: found };
    const meant = nearest(String(input), AUDIT_EVENTS);
    const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
    return { ok: false, reason: `The audit log has no event ${quoted(String(input))}.${question}` };
  },
  write: (value) => value,
  jsonSchema: { anyOf: AUDIT_EVENTS.map((each) => ({ const: each })) },
});

const port: Shape<number> = {
  ...count(1),
  jsonSchema: { type: 'integer', minimum: 1, maximum: PORT_MAX },
  read: (node, place, reader) => {
    const read = count(1).read(node, place, reader);
    if (read === undefined || read <= PORT_MAX) return read;
    const message = `A port is at most ${PORT_MAX}.`;
    reader.report({
      code: 'invalid-port',
      span: node.span,
      path: place.path,
      message,
      help: place.description,
    });
    return undefined;
  },
};

const address = matching(MAIL_ADDRESS, 'a mail address');

const common = {
  name: {
    key: 'name',
    shape: shortName,
    description: 'Name of the delivery, and of the file with its progress.',
  },
  events: {
    key: 'events',
    shape: list('a list of events', event),
    description: 'The events to deliver; if omitted, all.',
    fallback: [],
    examples: [['verdict.infected', 'response.done', 'response.fail']],
  },
  digestSeconds: {
    key: 'digest',
    shape: duration('notNegative'),
    description: 'Collects the events of this period into one message.',
    fallback: 0,
    examples: ['5min'],
  },
};

const webhook: Shape<EntryOf<'webhook'>> = mapping<EntryOf<'webhook'>, object>({
  allowed: 'a mapping with the keys kind, name and url',
  constants: {},
  fields: {
    kind: kindField('webhook', 'Messages are posted to a URL.'),
    ...common,
    url: {
      key: 'url',
      shape: matching(URL_TEXT, 'an http or https URL without a user'),
      description: 'The URL to post messages to.',
      examples: ['https://chat.example.org/hooks/abc'],
    },
    preset: {
      key: 'preset',
      shape: word<WebhookPreset>({
        noun: 'a preset',
        words: {
          events: 'The events as they are, for programs.',
          slack: 'For Slack and programs that accept its format, such as Mattermost.',
          discord: 'For Discord.',
          teams: 'For Microsoft Teams.',
        },
      }),
      description: 'Format of the body.',
      fallback: 'events',
    },
    authorizationFile: {
      key: 'authorizationFile',
      shape: absolutePath,
      description: 'A file whose text is sent as the header field Authorization.',
      computed: 'If omitted, the field is not sent.',
    },
  },
});

const syslog: Shape<EntryOf<'syslog'>> = mapping<EntryOf<'syslog'>, object>({
  allowed: 'a mapping with the keys kind, name and host',
  constants: {},
  fields: {
    kind: kindField('syslog', 'Events are sent as syslog messages (RFC 5424) over TCP.'),
    ...common,
    host: {
      key: 'host',
      shape: matching(HOST_NAME, 'a host name or address'),
      description: 'The collector.',
    },
    port: { key: 'port', shape: port, description: 'Its TCP port.', fallback: SYSLOG_PORT },
  },
});

const mail: Shape<EntryOf<'mail'>> = mapping<EntryOf<'mail'>, object>({
  allowed: 'a mapping with the keys kind, name, from and to',
  constants: {},
  fields: {
    kind: kindField('mail', 'Messages are mailed.'),
    ...common,
    from: { key: 'from', shape: address, description: 'Sender.', examples: ['wormwood@example.org'] },
    to: {
      key: 'to',
      shape: list('a list of mail addresses', address),
      description: 'Recipients.',
      examples: [['noc@example.org']],
    },
    program: {
      key: 'program',
      shape: absolutePath,
      description: 'A program that takes a message as sendmail does.',
      fallback: '/usr/sbin/sendmail',
    },
  },
});

export const deliveryShape: Shape<DeliveryEntry> = kinds<DeliveryEntry>('a mapping with the key kind', {
  webhook,
  syslog,
  mail,
});
