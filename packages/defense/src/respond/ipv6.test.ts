// Actions on hosts of IPv6: by address, and by network where the scope says so; what the log proves of them, and which reports name them.
import { type IpPrefix, IpSet, parseIp, parseIpPrefix } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../verdict.ts';
import { feedActuator } from './actuator/feed-actuator.ts';
import { checkAudit } from './audit/audit-check.ts';
import { findingsOf } from './export/finding.ts';
import { mispEvent } from './export/misp.ts';
import { stixBundle } from './export/stix.ts';
import { crowdSecStream, textFeed } from './feed/feed.ts';
import { Ledger } from './ledger.ts';
import { NOON, SCOPE_COMPONENTS, SCOPE_FILE, scopeDocument, verdictOn } from './respond-test-support.ts';
import { Responder } from './responder.ts';
import { Machine } from './responder-test-support.ts';
import { type ScopeFile, scopeProblems } from './scope-file.ts';

const prefix = (text: string): IpPrefix => {
  const parsed = parseIpPrefix(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};

function scopeOf(ipv6: 'address' | 'network', guarded: readonly string[] = []): ScopeFile {
  return {
    ...SCOPE_FILE,
    prefixes: [prefix('2001:db8:20::/48')],
    protectedPrefixes: guarded.map(prefix),
    actions: [{ action: 'block', actuator: 'list', ttlSeconds: 3600, approval: 'automatic', ipv6 }],
  };
}

function verdict(source: string, fields: Partial<Verdict> = {}): Verdict {
  const parsed = parseIp(source);
  if (!parsed.ok) throw new Error(parsed.reason);
  const network = `${source.split('::')[0]}::/64`;
  return { ...verdictOn('10.20.7.9'), id: source, source: parsed.value, prefix: network, ...fields };
}

/** What comes of verdicts under a scope: the targets of acts, the codes of refusals, and the log with all that it proves. */
async function respond(file: ScopeFile, verdicts: readonly Verdict[]) {
  const machine = new Machine();
  machine.document = scopeDocument(SCOPE_FILE);
  const scope = {
    ...SCOPE_COMPONENTS,
    load: async () => machine.document,
    read: () => ({ ok: true, value: file }) as const,
  };
  const components = { ...machine.components(), scope, actuators: [feedActuator('list')] };
  const own = IpSet.of([prefix('2001:db8:20::53')]);
  const opening = await Responder.open(components, { sensor: 'x', mode: 'act', ownAddresses: own });
  if (!opening.ok) throw new Error(opening.reason);
  for (const each of verdicts) opening.responder.offer(each);
  await opening.responder.step();
  const entries = await machine.entries();
  expect(checkAudit(entries).faults).toEqual([]);
  return {
    entries,
    commands: entries.flatMap((entry) => (entry.event === 'response.begin' ? [entry.command] : [])),
    refusals: entries.flatMap((entry) => (entry.event === 'decision.none' ? [entry.code] : [])),
    feed: opening.responder.feed('list'),
  };
}

describe('a network of IPv6 that is one source', () => {
  const [one, other] = [verdict('2001:db8:20:7::9'), verdict('2001:db8:20:7::10')];

  it('is acted on by each address that is proven', async () => {
    const { commands, feed } = await respond(scopeOf('address'), [one, other]);
    expect(commands).toEqual([
      'list 2001:db8:20:7::9 in the feed list',
      'list 2001:db8:20:7::10 in the feed list',
    ]);
    expect(textFeed(feed).split('\n').slice(2, -1)).toEqual(['2001:db8:20:7::9', '2001:db8:20:7::10']);
  });

  it('is acted on as a whole where the scope says so, once', async () => {
    const { commands, refusals, feed, entries } = await respond(scopeOf('network'), [one, other]);
    expect(commands).toEqual(['list 2001:db8:20:7::/64 in the feed list']);
    expect(refusals).toEqual(['decided']);
    expect(textFeed(feed)).toContain('\n2001:db8:20:7::/64\n');
    expect(crowdSecStream(feed, null).new).toMatchObject([{ scope: 'Range', value: '2001:db8:20:7::/64' }]);
    // State is the sum of the log, and survives as JSON.
    const ledger = new Ledger();
    for (const entry of entries) ledger.record(entry);
    const state: unknown = JSON.parse(ledger.state());
    const restored = new Ledger();
    const [snapshot] = entries;
    restored.record({ ...snapshot!, event: 'log.snapshot', log: 'l', offset: 0, state: ledger.state() });
    expect(restored.scopeLoad?.prefixes).toEqual([prefix('2001:db8:20::/48')]);
    expect([...restored.live]).toEqual([...ledger.live]);
    expect(state).toMatchObject({ live: [{ source: '2001:db8:20:7::', network: true, status: 'active' }] });
  });

  it('is left whole where a part of it is protected, and where its host is on the link', async () => {
    const guarded = scopeOf('network', ['2001:db8:20:7::1']);
    expect((await respond(guarded, [one])).commands).toEqual(['list 2001:db8:20:7::9 in the feed list']);
    const link = verdict('2001:db8:20:7::9', { linkAddress: '00:16:3e:00:00:09' });
    const actedOn = (await respond(scopeOf('network'), [link])).entries.find(
      ({ event }) => event === 'decision.add',
    );
    expect(actedOn).not.toHaveProperty('network');
  });
});

it('nothing is done outside the scope, to the protected, and to what is no host', async () => {
  const sources = ['2001:db8:21::9', '2001:db8:20::53', 'fe80::9', 'ff02::1', '::1', '::ffff:10.20.7.9'];
  const { commands, refusals } = await respond(
    scopeOf('network'),
    sources.map((each) => verdict(each)),
  );
  expect(commands).toEqual([]);
  expect(refusals).toEqual([
    'outside-scope',
    'protected',
    'protected',
    'not-an-address',
    'not-an-address',
    'not-an-address',
  ]);
});

it('the log shows it when a whole network was acted on though the scope named addresses', async () => {
  const { entries } = await respond(scopeOf('network'), [verdict('2001:db8:20:7::9')]);
  const changed = entries.map((entry) =>
    entry.event === 'scope.load'
      ? Object.assign({}, entry, {
          actions: entry.actions.map((each) => Object.assign({}, each, { ipv6: 'address' })),
        })
      : entry,
  );
  expect(checkAudit(changed).faults.map(({ message }) => message)).toContain(
    'The scope does not allow this action on whole networks.',
  );
});

it('reports to others name the address as one of IPv6', async () => {
  const { entries } = await respond(scopeOf('address'), [verdict('2001:db8:20:7::9')]);
  const { objects } = stixBundle(findingsOf(entries));
  expect(objects.find(({ type }) => type === 'ipv6-addr')).toMatchObject({ value: '2001:db8:20:7::9' });
  const pattern = "[ipv6-addr:value = '2001:db8:20:7::9']";
  expect(objects.find(({ type }) => type === 'indicator')).toMatchObject({ pattern });
  expect(mispEvent(findingsOf(entries)).Event.Attribute).toMatchObject([
    { type: 'ip-src', value: '2001:db8:20:7::9' },
  ]);
});

it('a scope of IPv6 is as wide as its networks of 64 bits are many', () => {
  const codes = (text: string, addressesMax: number): readonly string[] =>
    scopeProblems({ ...scopeOf('address'), prefixes: [prefix(text)], addressesMax }, NOON).map(
      ({ code }) => code,
    );
  expect(codes('2001:db8:20::/48', 65_536)).toEqual([]);
  expect(codes('2001:db8:20::/47', 65_536)).toEqual(['too-wide']);
  expect(codes('2001:db8::/31', 2 ** 24)).toEqual(['too-wide']);
  expect(codes('2001:db8:20::9', 1)).toEqual([]);
});
