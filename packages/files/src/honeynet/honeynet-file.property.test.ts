/** What `honeyd.conf` can say, `net.yaml` says too; and its JSON Schema agrees with its checker. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Honeynet, parseHoneydConfiguration } from '@wormwood/honeynet';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { honeynetJsonSchema, honeynetShape } from './schema.ts';
import { checkHoneynetFile, honeynetText } from './honeynet-file.ts';
import { satisfies } from '../json-schema-test-support.ts';

const RUNS = Number(process.env['WORMWOOD_PROPERTY_RUNS'] ?? 300);
const { constantFrom, integer, tuple, oneof } = fc;

const name = constantFrom('a', 'b', 'c', 'default', '10.0.0.1', '10.0.0.2');
const fresh = constantFrom('a', 'b', 'c', 'default', 'template', 'd');
const address = constantFrom('10.0.0.1', '10.0.0.2', '10.9.0.255', '0.0.0.0', '255.255.255.255');
const network = constantFrom('10.0.0.0/8', '0.0.0.0/0', '10.1.0.0/16', '192.0.2.1/32', '128.0.0.0/1');
const addresses = oneof(address, network, constantFrom('10.0.0.1-10.0.0.2', '10.0.0.0-10.0.0.255'));
const port = integer({ min: 0, max: 65_535 }).map(String);
const words = oneof(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }),
  constantFrom(
    'sh web.sh $ipsrc',
    'no',
    '1',
    ' x: y ',
    '# a',
    '- a',
    'true',
    '~',
    'two\nlines\n',
    '"',
    "it's",
  ),
);
// A quoted text has no escapes; U+FFFD is what a damaged file holds.
const quoted = words
  .map((text) => `"${text.replaceAll(/["\ufffd\ud800-\udfff\r]/gu, '')}"`)
  .filter((text) => text.length > 2);
const number = (max: number) => integer({ min: 0, max }).map(String);
const decimal = (max: number) =>
  oneof(
    number(max),
    tuple(number(max - 1), number(99)).map(([a, b]) => `${a}.${b}`),
  );

const action: fc.Arbitrary<string> = oneof(
  constantFrom(
    'open',
    'closed',
    'reset',
    'filtered',
    'block',
    'tarpit open',
    'proxy $ipsrc:$dport',
    'proxy h:80',
  ),
  quoted,
  quoted.map((text) => `tarpit ${text}`),
  quoted.map((text) => `internal ${text}`),
);
const protocol = constantFrom('tcp', 'udp', 'icmp');
const condition: fc.Arbitrary<string> = oneof(
  protocol,
  constantFrom('otherwise', 'time between 8:00am - 5:30pm', 'time between "23:59:00" - "00:00:00"'),
  quoted.map((text) => `source os = ${text}`),
  oneof(address, network).map((text) => `source ip = ${text}`),
);
const spaced = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((all) =>
    all.join(' '),
  );
const maybe = (part: fc.Arbitrary<string>) => oneof(fc.constant(''), part);

const quality = spaced(
  maybe(decimal(5000).map((ms) => `latency ${ms}ms`)),
  maybe(decimal(100).map((loss) => `loss ${loss}`)),
  maybe(
    tuple(integer({ min: 1, max: 1e12 }), constantFrom('', 'Kbps', 'Mbps')).map(
      (of) => `bandwidth ${of.join(' ')}`,
    ),
  ),
  maybe(constantFrom('drop between 10ms-50.5ms')),
);

const statement: fc.Arbitrary<string> = oneof(
  spaced('create', fresh),
  spaced('dynamic', fresh),
  spaced('clone', fresh, name),
  spaced('delete', name),
  spaced('delete', name, 'tcp port', port),
  spaced('add', name, constantFrom('tcp', 'udp'), 'port', oneof(port, fc.constant('80')), action),
  spaced('add', name, 'subsystem', quoted, constantFrom('', 'shared', 'restart', 'shared restart')),
  spaced('add', name, 'use', name, 'if', condition),
  spaced('add', name, 'otherwise use', name),
  spaced(
    'broadcast',
    name,
    'srcport',
    port,
    'dstport',
    port,
    'time',
    integer({ min: 1, max: 1e9 }).map(String),
    action,
  ),
  spaced('bind', addresses, name),
  spaced('bind', condition, address, name),
  spaced('bind', address, 'to eth0'),
  spaced('dhcp', name, 'on eth0', maybe(quoted.map((text) => `ethernet ${text}`))),
  spaced('set', name, 'default', protocol, 'action', action),
  spaced('set', name, 'personality', oneof(quoted, fc.constant('random'))),
  spaced('set', name, 'ethernet', quoted),
  spaced('set', name, 'uptime', number(1e9)),
  spaced('set', name, 'droprate', constantFrom('in', 'syn'), decimal(100)),
  spaced('set', name, 'maxfds', integer({ min: 4, max: 1e6 }).map(String)),
  spaced('set', name, 'uid', integer({ min: 1, max: 65_535 }).map(String), constantFrom('', 'gid 7')),
  spaced('set', name, 'spoof', constantFrom('from 10.9.0.1', 'to 10.9.0.2', 'from 10.9.0.1 to 10.9.0.2')),
  spaced(
    'annotate',
    oneof(quoted, fc.constant('random')),
    constantFrom('finscan', 'no finscan', 'fragment old'),
  ),
  spaced('route entry', address, maybe(network.map((text) => `network ${text}`))),
  spaced('route', address, constantFrom('link', 'unreach'), network),
  spaced('route', address, 'add net', network, address, quality),
  spaced('route', address, 'add net', network, 'tunnel', address, address),
  spaced('option honeycomb', constantFrom('a', 'b'), oneof(quoted, constantFrom('1', '2.5', '/tmp'))),
);

/** What can be read of it: statements with an error in them are left out. */
function honeynetOf(statements: readonly string[]): Honeynet {
  const text = `create a\ncreate b\ndynamic c\n${statements.join('\n')}\n`;
  return parseHoneydConfiguration({ text, file: 't', readInclude: () => ({ ok: false, reason: '' }) })
    .honeynet;
}

it('gives back what was read from honeyd.conf, and its file satisfies its schema', () => {
  const schema = honeynetShape.jsonSchema;
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 25 }), (statements) => {
      const honeynet = honeynetOf(statements);
      const text = honeynetText(honeynet);
      const check = checkHoneynetFile(text, 'net.yaml');
      expect(check.diagnostics.map(({ message, line }) => [line, message, text])).toEqual([]);
      expect(check.honeynet).toEqual(honeynet);
      expect(satisfies(parse(text), schema)).toBe(true);
    }),
    { numRuns: RUNS },
  );
});

it('ends with diagnostics on any text', () => {
  const line = oneof(
    fc.string({ maxLength: 10 }),
    constantFrom(
      'version: 1',
      'templates:',
      '  - name: a',
      'bindings:',
      '  - {addresses: 10.0.0.1, template: a}',
      '[',
      '&a',
      '*a',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const check = checkHoneynetFile(lines.join('\n'), 'net.yaml');
      if (check.honeynet === null) expect(check.diagnostics.length).toBeGreaterThan(0);
    }),
    { numRuns: RUNS },
  );
});

it('publishes the schema that its shapes say, repetitions as references', () => {
  const { $schema, title, description, $defs, ...schema } = honeynetJsonSchema();
  expect([$schema, title, description].every((each) => typeof each === 'string')).toBe(true);
  expect(followed(schema, $defs as object)).toEqual(honeynetShape.jsonSchema);
  const path = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'schema', 'honeynet.schema.json');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(honeynetJsonSchema());
});

function followed(part: unknown, definitions: object): unknown {
  if (Array.isArray(part)) return part.map((each) => followed(each, definitions));
  if (typeof part !== 'object' || part === null) return part;
  const { $ref, ...own } = part as { readonly $ref?: string };
  const target =
    $ref === undefined ? {} : definitions[$ref.replace('#/$defs/', '') as keyof typeof definitions];
  return Object.fromEntries(
    Object.entries({ ...own, ...target }).map(([key, value]) => [key, followed(value, definitions)]),
  );
}
