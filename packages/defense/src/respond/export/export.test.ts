// What leaves the house as STIX 2.1 and as a MISP event, held against what the two formats require.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Machine, runUntil } from '../responder-test-support.ts';
import { forgedVerdictOn, NOON, SCOPE_FILE, scopeDocument, verdictOn } from '../respond-test-support.ts';
import { type Finding, type Findings, findingsOf } from './finding.ts';
import { mispEvent } from './misp.ts';
import { stixBundle, type StixObject } from './stix.ts';

/** STIX 2.1: the properties that each type must have; §3.2 for all, then §4.5, §4.7, §4.14, §5.2, §6.9 and §6.12. */
const COMMON = ['type', 'spec_version', 'id'];
const DOMAIN = [...COMMON, 'created', 'modified'];
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  identity: [...DOMAIN, 'name'],
  indicator: [...DOMAIN, 'pattern', 'pattern_type', 'valid_from'],
  'observed-data': [...DOMAIN, 'first_observed', 'last_observed', 'number_observed', 'object_refs'],
  sighting: [...DOMAIN, 'sighting_of_ref'],
  'ipv4-addr': [...COMMON, 'value'],
  'mac-addr': [...COMMON, 'value'],
  'network-traffic': [...COMMON, 'protocols', 'src_ref'],
};
/** §2.9, with the version of RFC 9562 §4.2: made from a name. */
const IDENTIFIER = /^([a-z][a-z0-9-]+)--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** §2.16. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const TIMES = ['created', 'modified', 'valid_from', 'valid_until', 'first_observed', 'last_observed'];

const FINDING: Finding = {
  source: 0xc633_6403,
  protocol: 'tcp',
  port: 445,
  kind: 'infected',
  known: '',
  verdict: 'verdict-1',
  sinceSeconds: NOON - 20,
  observedSeconds: NOON,
  contactsPerSecond: 50,
  falsePositiveRate: 1e-4,
  missRate: 0.01,
  unforgeable: true,
  signature: '',
  linkAddress: '',
  caution: '',
  evidence: '6 completed handshakes with dark space',
  actedUntilSeconds: null,
  recordedSeconds: NOON + 1,
  changedSeconds: NOON + 1,
};
const EXPORTER = { name: 'Example University', contact: 'noc@example.org' };
const ONE: Findings = { exporter: EXPORTER, findings: [FINDING] };

const finding: fc.Arbitrary<Finding> = fc.record({
  source: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  protocol: fc.constantFrom('tcp', 'udp', 'icmp'),
  port: fc.integer({ min: 0, max: 65_535 }),
  verdict: fc.uuid(),
  sinceSeconds: fc.double({ min: NOON - 1000, max: NOON, noNaN: true }),
  observedSeconds: fc.double({ min: NOON, max: NOON + 1000, noNaN: true }),
  kind: fc.constant('infected'),
  known: fc.constant(''),
  contactsPerSecond: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
  falsePositiveRate: fc.constant(1e-4),
  missRate: fc.constant(0.01),
  unforgeable: fc.constant(true),
  signature: fc.string(),
  linkAddress: fc.constantFrom('', '00:16:3e:00:00:09'),
  caution: fc.string(),
  evidence: fc.string(),
  actedUntilSeconds: fc.option(fc.integer({ min: NOON, max: NOON + 86_400 })),
  recordedSeconds: fc.constant(NOON + 1000),
  changedSeconds: fc.integer({ min: NOON + 1000, max: NOON + 2000 }),
});
const findings: fc.Arbitrary<Findings> = fc.record({
  exporter: fc.record({ name: fc.string({ minLength: 1 }), contact: fc.option(fc.emailAddress()) }),
  findings: fc.array(finding, { maxLength: 5 }),
});

function objectOf(bundle: ReturnType<typeof stixBundle>, type: string): StixObject {
  const found = bundle.objects.find((each) => each.type === type);
  if (found === undefined) throw new Error(`the bundle has no ${type}`);
  return found;
}

describe('a STIX bundle', () => {
  it('names an address as every other program names it', () => {
    // uuid.uuid5(UUID('00abedb4-aa42-466c-9c01-fed23315a9b7'), '{"value":"198.51.100.3"}') of CPython.
    expect(objectOf(stixBundle(ONE), 'ipv4-addr')).toEqual({
      type: 'ipv4-addr',
      spec_version: '2.1',
      id: 'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4',
      value: '198.51.100.3',
    });
    // The same of its contributing properties as CPython's json.dumps writes them, keys sorted and without blanks.
    expect(objectOf(stixBundle(ONE), 'network-traffic').id).toBe(
      'network-traffic--b6c03f48-3c4c-5c01-99fe-5b13c333444e',
    );
  });

  it('has of every object what its type requires, and only references that it resolves', () => {
    fc.assert(
      fc.property(findings, (given) => {
        const { objects } = stixBundle(given);
        const identifiers = new Set(objects.map(({ id }) => id));
        expect(identifiers.size).toBe(objects.length);
        for (const object of objects) {
          expect(REQUIRED[object.type], object.type).toBeDefined();
          expect(Object.keys(object)).toEqual(expect.arrayContaining([...(REQUIRED[object.type] ?? [])]));
          expect(IDENTIFIER.exec(object.id)?.[1]).toBe(object.type);
          for (const name of TIMES) if (name in object) expect(object[name]).toMatch(TIMESTAMP);
          const references = Object.entries(object).filter(([name]) => /_refs?$/.test(name));
          for (const each of references.flatMap(([, value]) => value)) expect(identifiers).toContain(each);
        }
      }),
    );
  });

  it('orders its times as the specification asks', () => {
    fc.assert(
      fc.property(finding, (given) => {
        const bundle = stixBundle({ exporter: EXPORTER, findings: [given] });
        const indicator = objectOf(bundle, 'indicator');
        expect(String(indicator['valid_until']) > String(indicator['valid_from'])).toBe(true);
        expect(String(indicator['modified']) >= String(indicator['created'])).toBe(true);
        const sighting = objectOf(bundle, 'sighting');
        expect(String(sighting['last_seen']) >= String(sighting['first_seen'])).toBe(true);
      }),
    );
  });

  it('says what is known of the host, and for how long', () => {
    const acted = { ...FINDING, actedUntilSeconds: NOON + 30 * 86_400, changedSeconds: NOON + 60 };
    const indicator = objectOf(stixBundle({ ...ONE, findings: [acted] }), 'indicator');
    expect(indicator).toMatchObject({
      indicator_types: ['compromised'],
      pattern: "[ipv4-addr:value = '198.51.100.3']",
      valid_from: '2026-03-01T11:59:40.000Z',
      valid_until: '2026-03-31T12:00:00.000Z',
      modified: '2026-03-01T12:01:00.000Z',
    });
    expect(indicator.id).toBe(objectOf(stixBundle(ONE), 'indicator').id);
  });

  it('is the same for the same findings, and another for others', () => {
    expect(JSON.stringify(stixBundle(ONE))).toBe(JSON.stringify(stixBundle(structuredClone(ONE))));
    const other = { ...ONE, findings: [{ ...FINDING, port: 80 }] };
    expect(stixBundle(other).id).not.toBe(stixBundle(ONE).id);
  });
});

describe('a MISP event', () => {
  it('has what the core format requires, numbers as strings', () => {
    fc.assert(
      fc.property(findings, (given) => {
        const { Event: event } = mispEvent(given);
        expect(event.uuid).toMatch(/^[0-9a-f-]{36}$/);
        expect(event.date).toMatch(/^\d{4}-\d\d-\d\d$/);
        expect(event.info).not.toBe('');
        for (const number of [event.timestamp, event.threat_level_id, event.analysis, event.distribution]) {
          expect(number).toMatch(/^\d+$/);
        }
        expect(['1', '2', '3', '4']).toContain(event.threat_level_id);
        expect(['0', '1', '2']).toContain(event.analysis);
        const values = event.Attribute.map(({ value }) => value);
        const hosts = new Set(given.findings.map(({ source }) => source));
        expect(event.Attribute.filter(({ type }) => type === 'ip-src')).toHaveLength(hosts.size);
        const identifiers = new Set(event.Attribute.map(({ uuid }) => uuid));
        expect(identifiers.size).toBe(values.length);
      }),
    );
  });

  it('reports one host with two verdicts in one attribute', () => {
    const again = { ...FINDING, verdict: 'verdict-2', port: 80, observedSeconds: NOON + 60 };
    const { Event: event } = mispEvent({ ...ONE, findings: [FINDING, again] });
    expect(event).toMatchObject({ date: '2026-03-01', Orgc: { name: 'Example University' } });
    expect(event.Attribute).toMatchObject([
      {
        type: 'ip-src',
        category: 'Network activity',
        value: '198.51.100.3',
        to_ids: true,
        first_seen: '2026-03-01T11:59:40.000000Z',
        last_seen: '2026-03-01T12:01:00.000000Z',
      },
    ]);
    expect(event.Attribute[0]?.comment).toContain('tcp port 445');
    expect(event.Attribute[0]?.comment).toContain('tcp port 80');
  });
});

describe('what a log contains', () => {
  it('is who signed the scope, and each host that cannot be somebody else', async () => {
    const machine = new Machine();
    machine.document = scopeDocument({ ...SCOPE_FILE, actions: [SCOPE_FILE.actions[0]!] });
    const responder = await machine.start();
    responder.offer(verdictOn('10.20.7.9'));
    responder.offer(verdictOn('192.0.2.1'));
    responder.offer(forgedVerdictOn('10.20.7.10'));
    await runUntil(machine, responder, NOON + 60);
    const exported = findingsOf(await machine.entries());
    expect(exported.exporter).toEqual(EXPORTER);
    expect(exported.findings.map(({ verdict, actedUntilSeconds }) => [verdict, actedUntilSeconds])).toEqual([
      ['verdict-10.20.7.9', NOON + 3600],
      ['verdict-192.0.2.1', null],
    ]);
  });

  it('of an empty log is nothing', () => {
    const nothing = findingsOf([]);
    expect(nothing.findings).toEqual([]);
    expect(stixBundle(nothing).objects.map(({ type }) => type)).toEqual(['identity']);
    expect(mispEvent(nothing).Event.Attribute).toEqual([]);
  });
});
