/** The checkers of an owner's files against the JSON Schemas that they publish. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '@wormwood/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { satisfies } from './json-schema-test-support.ts';
import { checkRespondFile, respondJsonSchema } from './respond/respond-file.ts';
import { checkScopeFile, scopeJsonSchema } from './scope/scope-file.ts';
import type { JsonSchema } from './shape/shape.ts';

const repository = join(import.meta.dirname, '..', '..', '..');
/** 2026-03-01T12:00:00Z. */
const NOON = 1_772_366_400;

type Document = Readonly<Record<string, unknown>>;

interface Kind {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly valid: Document;
  readonly diagnosticsOf: (text: string) => readonly Diagnostic[];
}

const SCOPE: Kind = {
  name: 'scope',
  schema: scopeJsonSchema(),
  valid: {
    version: 1,
    owner: 'Example University',
    contact: 'noc@example.org',
    expires: '2026-12-31',
    prefixes: ['10.20.0.0/16'],
    addressesMax: 65_536,
    protected: ['10.20.0.1'],
    actions: [{ action: 'block', actuator: 'border-firewall', ttl: '1h', approval: 'automatic' }],
    actionsPerMinute: 10,
    activeActionsMax: 100,
  },
  diagnosticsOf(text) {
    const check = checkScopeFile(text, 'any.yaml', NOON);
    return check.ok ? [] : check.diagnostics;
  },
};

const RESPOND: Kind = {
  name: 'respond',
  schema: respondJsonSchema(),
  valid: {
    version: 1,
    sensor: 'dmz-1',
    ownAddresses: ['10.20.0.2'],
    actuators: [
      { kind: 'nftables', name: 'border-firewall', family: 'inet', table: 'wormwood', set: 'infected' },
      { kind: 'command', name: 'nac', program: '/usr/local/sbin/nac', arguments: ['--vlan', '99'] },
      { kind: 'feed', name: 'perimeter' },
    ],
    deliveries: [
      {
        kind: 'webhook',
        name: 'chat',
        url: 'https://chat.example.org/hooks/abc',
        preset: 'slack',
        digest: '5min',
        authorizationFile: '/etc/secret',
      },
      { kind: 'syslog', name: 'logs', host: 'logs.example.org', port: 601, events: ['response.done'] },
      { kind: 'mail', name: 'noc', from: 'w@example.org', to: ['noc@example.org'], program: '/bin/sendmail' },
    ],
  },
  diagnosticsOf(text) {
    const check = checkRespondFile(text, 'any.yaml');
    return check.ok ? [] : check.diagnostics;
  },
};

/** What a value means, or how values fit together: no JSON Schema can say it. */
const BEYOND_SCHEMA = new Set([
  'expired',
  'too-wide',
  'invalid',
  'duplicate-name',
  'invalid-time',
  'invalid-prefix',
  'invalid-count',
  'out-of-range',
]);

const value = fc.oneof(
  fc.constantFrom<unknown>(
    'block',
    '1h',
    '0s',
    'x',
    '',
    1,
    0,
    -1,
    1.5,
    70_000,
    true,
    null,
    '10.0.0.0/8',
    '/x',
  ),
  fc.constantFrom<unknown>([], ['a'], ['10.0.0.1'], [1], {}, { kind: 'feed', name: 'x' }, { kind: 'mail' }),
);

/** Every place of a document, as the path to it. */
function placesOf(
  node: unknown,
  path: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  if (typeof node !== 'object' || node === null) return [path];
  const below = Object.entries(node).flatMap(([key, each]) =>
    placesOf(each, [...path, Array.isArray(node) ? Number(key) : key]),
  );
  return [path, ...below, ...(Array.isArray(node) ? [] : [[...path, 'other']])];
}

/** The document with something else, or nothing, at a place. */
function changed(node: unknown, [key, ...rest]: readonly (string | number)[], given: unknown): unknown {
  if (key === undefined) return given;
  if (Array.isArray(node))
    return node.map((each, index) => (index === key ? changed(each, rest, given) : each));
  const fields = { ...(node as Document) };
  const below = changed(fields[key], rest, given);
  if (below === undefined) delete fields[key];
  else fields[key] = below;
  return fields;
}

describe.each([SCOPE, RESPOND])('the schema of $name', ({ name, schema, valid, diagnosticsOf }) => {
  it('is the committed file and accepts what the checker accepts', () => {
    const committed = readFileSync(join(repository, 'docs', 'schema', `${name}.schema.json`), 'utf8');
    expect(schema, `run: wormwood schema ${name} > docs/schema/${name}.schema.json`).toEqual(
      JSON.parse(committed),
    );
    expect(diagnosticsOf(JSON.stringify(valid))).toEqual([]);
    expect(satisfies(valid, schema)).toBe(true);
  });

  it('agrees with the checker about any change, but for what no schema can say', () => {
    const place = fc.constantFrom(...placesOf(valid).filter((path) => path.length > 0));
    fc.assert(
      fc.property(place, fc.option(value, { nil: undefined, freq: 8 }), (path, given) => {
        const document = changed(valid, path, given);
        const diagnostics = diagnosticsOf(JSON.stringify(document));
        const isOverlooked =
          diagnostics.length > 0 && diagnostics.every(({ code }) => BEYOND_SCHEMA.has(code));
        if (!isOverlooked) {
          expect([satisfies(document, schema), diagnostics]).toEqual([diagnostics.length === 0, diagnostics]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
