/**
 * The scope file of an owner: which hosts, which actions, until when. The package `defense` defines its meaning and when it
 * is admitted; this file has its words, and reports problems with their places.
 */
import {
  type Cidr,
  diagnose,
  type Diagnostic,
  formatTimestamp,
  type Parsed,
  type Problem,
  readTimestamp,
} from '@wormwood/base';
import { type ActionKind, type AllowedAction, type ScopeFile, scopeProblems } from '@wormwood/defense';
import type { IpPrefix, Ipv6Prefix } from '@wormwood/wire';
import { count, duration } from '../shape/quantity-shapes.ts';
import { scalar, text, word } from '../shape/scalar-shapes.ts';
import type { Draft, JsonSchema, Shape } from '../shape/shape.ts';
import { list, mapping } from '../shape/structure-shapes.ts';
import { ipPrefix, versionOne } from '../shape/file-shapes.ts';
import { readWith } from '../shape/read-with.ts';

export type ScopeFileCheck =
  | { readonly ok: true; readonly file: ScopeFile }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const BEGINNING = 'A scope begins with the lines `version: 1` and `owner: Example University`.';
/** As many as a scope may cover. */
const ADDRESSES_MAX = 2 ** 24;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const moment: Shape<number> = scalar<number>({
  allowed: 'a day such as 2027-01-31 or a time such as 2027-01-31T12:00:00Z',
  code: 'invalid-time',
  parse: (input) => {
    const written = String(input).trim();
    const seconds = readTimestamp(DATE.test(written) ? `${written}T00:00:00Z` : written);
    if (seconds !== undefined) return { ok: true, value: seconds };
    return {
      ok: false,
      reason: `"${written}" is not a time; write a day such as 2027-01-31, or 2027-01-31T12:00:00Z, in UTC.`,
    };
  },
  write: (value) => formatTimestamp(value, 0),
  jsonSchema: { type: 'string', pattern: String.raw`^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z)?$` },
});

const line = (allowed: string): Shape<string> => text({ allowed, lengthMax: 100 });

const action: Shape<AllowedAction> = mapping<AllowedAction, object>({
  allowed: 'a mapping with the keys action, actuator and ttl',
  constants: {},
  fields: {
    action: {
      key: 'action',
      shape: word<ActionKind>({
        noun: 'an action',
        words: {
          block: "The owner's firewall drops packets of the host.",
          quarantine: 'The host is moved to a separate network, or isolated by an agent on it.',
          patch: "The owner's patch run is started for the host.",
        },
      }),
      description: 'The action on an infected host.',
    },
    actuator: {
      key: 'actuator',
      shape: line('the name of an actuator'),
      description: 'The actuator that does it, by its name in `respond.yaml`.',
      examples: ['border-firewall'],
    },
    ttlSeconds: {
      key: 'ttl',
      shape: duration('positive'),
      description: 'How long the action stays in force before it is undone; at most 30 days.',
      examples: ['1h'],
    },
    approval: {
      key: 'approval',
      shape: word<AllowedAction['approval']>({
        noun: 'an approval',
        words: {
          required: 'A person must approve each action.',
          automatic: 'The owner approves in advance, with this file.',
        },
      }),
      description: 'Whether a person must approve each action.',
      fallback: 'required',
    },
    kind: {
      key: 'kind',
      shape: word<NonNullable<AllowedAction['kind']>>({
        noun: 'a kind of verdict',
        words: {
          infected: 'Something proves that the host is infected.',
          scanning: 'The host scans; nothing needs to prove why.',
        },
      }),
      description: 'The least that a verdict on the host must say.',
      fallback: 'infected',
    },
    ipv6: {
      key: 'ipv6',
      shape: word<NonNullable<AllowedAction['ipv6']>>({
        noun: 'a target',
        words: {
          address: 'The address that was seen.',
          network: 'The whole network of 64 bits, unless a part of it is outside the scope or protected.',
        },
      }),
      description: 'The target where hosts of an IPv6 network of 64 bits are judged together.',
      fallback: 'address',
    },
  },
});

const scopeShape: Shape<ScopeFile> = mapping<ScopeFile, object>({
  allowed: 'a mapping with the keys version, owner, contact, expires, prefixes, protected and actions',
  constants: {},
  fields: {
    version: {
      key: 'version',
      shape: versionOne('scope files'),
      description: 'Version of the file format.',
      examples: [1],
    },
    owner: {
      key: 'owner',
      shape: line('a name of one line'),
      description: 'The owner, who allows the actions: an organisation or a person.',
      examples: ['Example University'],
    },
    contact: {
      key: 'contact',
      shape: line('a mail address'),
      description: 'Mail address for questions.',
      examples: ['noc@example.org'],
    },
    expiresSeconds: {
      key: 'expires',
      shape: moment,
      description: 'When the file expires; at most a year from now.',
      examples: ['2027-01-31'],
    },
    prefixes: {
      key: 'prefixes',
      shape: list('a list of prefixes', ipPrefix),
      description: 'Addresses on which actions are allowed; no prefix wider than a /8, or a /32 of IPv6.',
      examples: [['10.20.0.0/16']],
    },
    addressesMax: {
      key: 'addressesMax',
      shape: count(1),
      description:
        'The most addresses that the prefixes may cover, as a guard against a mistyped prefix; an IPv6 network of 64 bits ' +
        'counts as one.',
      examples: [65_536],
    },
    protectedPrefixes: {
      key: 'protected',
      shape: list('a list of prefixes', ipPrefix),
      description: 'Hosts on which no action is ever taken, such as routers and name servers; `[]` for none.',
      examples: [['10.20.0.1', '10.20.53.0/24']],
    },
    actions: {
      key: 'actions',
      shape: list('a list of actions', action),
      description: 'The actions; each is taken on every host whose verdict says enough for it.',
    },
    actionsPerMinute: {
      key: 'actionsPerMinute',
      shape: count(1),
      description: 'The most actions that may begin within 60 seconds.',
      fallback: 10,
    },
    activeActionsMax: {
      key: 'activeActionsMax',
      shape: count(1),
      description: 'The most actions that may be in force at the same time.',
      fallback: 100,
    },
    verdictAgeMaxSeconds: {
      key: 'verdictAgeMax',
      shape: duration('positive'),
      description: 'How old a verdict may be when it is acted upon: 24 hours at most.',
      fallback: 3600,
      examples: ['1h'],
    },
  },
});

/**
 * Checks the text of a scope file in YAML or JSON, except its signature, for admission at a Unix time in seconds. Returns the
 * file, or every problem at once.
 */
export function checkScopeFile(written: string, fileName: string, nowSeconds: number): ScopeFileCheck {
  const reading = readWith(scopeShape, written, BEGINNING);
  const file = reading.ok ? reading.value : completed(reading.draft ?? {}, nowSeconds);
  const problems: Problem[] = reading.ok ? [] : [...reading.problems];
  for (const { code, path, message, help } of scopeProblems(file, nowSeconds))
    problems.push({ code, path, message, help, span: reading.spanAt(path) });
  return reading.ok && problems.length === 0
    ? { ok: true, file: reading.value }
    : { ok: false, diagnostics: diagnose(problems, fileName, written) };
}

/**
 * Returns the file of which parts could not be read, with parts in their place of which nothing is wrong: what could be read is
 * checked whatever could not.
 */
function completed(draft: Draft<ScopeFile>, nowSeconds: number): ScopeFile {
  const one = { address: 0, prefixLength: 32 };
  const allowed = { action: 'block', ttlSeconds: 1, approval: 'required' } as const;
  const actions = draft.actions ?? [undefined];
  return {
    version: 1,
    owner: draft.owner ?? 'nobody',
    contact: draft.contact ?? 'nobody@example.org',
    expiresSeconds: draft.expiresSeconds ?? nowSeconds + 1,
    prefixes: (draft.prefixes ?? [one]).map((each) => completedPrefix(each) ?? one),
    addressesMax: draft.addressesMax ?? ADDRESSES_MAX,
    protectedPrefixes: [],
    // No two are alike.
    actions: actions.map((each, index) => ({
      action: each?.action ?? allowed.action,
      actuator: each?.actuator ?? `none-${index}`,
      ttlSeconds: each?.ttlSeconds ?? allowed.ttlSeconds,
      approval: each?.approval ?? allowed.approval,
    })),
    actionsPerMinute: draft.actionsPerMinute ?? 1,
    activeActionsMax: draft.activeActionsMax ?? 1,
    verdictAgeMaxSeconds: draft.verdictAgeMaxSeconds ?? 1,
  };
}

function completedPrefix(draft: Draft<IpPrefix> | undefined): IpPrefix | undefined {
  const { address, prefixLength, first, length } = { ...draft } as Partial<Cidr & Ipv6Prefix>;
  if (address !== undefined && prefixLength !== undefined) return { address, prefixLength };
  return first === undefined || length === undefined ? undefined : { first, length };
}

/**
 * Reads the text of a scope file without checking whether it may be admitted. Returns the file, or one sentence about its first
 * problem.
 */
export function readScopeFile(written: string): Parsed<ScopeFile> {
  const reading = readWith(scopeShape, written, BEGINNING);
  if (reading.ok) return { ok: true, value: reading.value };
  return { ok: false, reason: reading.problems[0]?.message ?? 'The file cannot be read.' };
}

/** Returns the JSON Schema (draft 2020-12) of the scope file, for editors and other programs. */
export function scopeJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Wormwood scope, version 1',
    description:
      'The actions that the owner of a network allows on infected hosts. Beyond this schema, the file expires within a ' +
      'year, its prefixes cover at most `addressesMax` addresses, and no action is allowed twice.',
    ...scopeShape.jsonSchema,
  };
}
