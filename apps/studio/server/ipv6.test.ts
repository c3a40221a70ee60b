// Sources, hosts and filters of IPv6: what the studio answers of them, and that it judges them as `wormwood detect` does.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parseIpPrefix, parseIp, formatIp, isIpv6Prefix, isInIpv6Prefix } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { EventList, ServerState, SourceList, SourceReport } from './interface/answers.ts';
import {
  eventLine,
  openStudio,
  probe,
  temporaryDirectory,
  type TestStudio,
  whenRead,
  writeEvents,
} from './studio-test-support.ts';

const program = fileURLToPath(new URL('../../cli/bin/wormwood.js', import.meta.url));
const NETS = '2001:db8:9::/64';
const NETWORK = '2001:db8:5::/64';
const [FIRST, SECOND, STRANGER] = ['2001:db8:5::1', '2001:db8:5::abcd:2', '2001:db8:6::1'];

/** A host that completes handshakes with one dark address after the other, under two addresses of its network. */
function scanner(): readonly string[] {
  return Array.from({ length: 40 }, (_, i) => {
    const ends = {
      host: 'desktop',
      session: `0195f3a1-0000-7000-8000-${String(i).padStart(12, '0')}`,
      src_ip: i % 2 === 0 ? FIRST : SECOND,
      src_port: 40_000 + i,
      dst_ip: `2001:db8:9::${(i + 16).toString(16)}`,
      dst_port: 445,
      proto: 'tcp',
      community_id: '1:x',
    };
    const open = {
      handshake: true,
      source_proof: 'router',
      src_mac: '02:00:00:00:00:fe',
      message: 'connection',
    };
    const data = { payload_sha256: '7'.repeat(64), payload_length: 9, message: '9 octets' };
    return [
      probe(10 + 50 * i, ends.src_ip, 445, ends.dst_ip),
      eventLine(11 + 50 * i, { ...ends, event: 'flow.open', ...open }),
      eventLine(12 + 50 * i, { ...ends, event: 'service.data', ...data }),
    ];
  }).flat();
}

const LINES = [
  eventLine(0, {
    event: 'sensor.start',
    version: '0',
    nets: ['10.9.0.0/16', NETS],
    message: 'the sensor has started',
  }),
  ...scanner(),
  probe(3000, STRANGER, 80, '2001:db8:9::7'),
  probe(3001, '192.0.2.1', 80),
];

async function opened(): Promise<{ readonly studio: TestStudio; readonly path: string }> {
  const path = writeEvents(temporaryDirectory(), LINES);
  const studio = await openStudio({ events: path });
  await whenRead(studio, LINES.length);
  await expect
    .poll(async () => (await studio.json<ServerState>('/api/state')).progress)
    .toMatchObject({ monitored: ['10.9.0.0/16', NETS], judgedOctets: statSync(path).size });
  return { studio, path };
}

describe('IPv6', () => {
  it('sources stand in the list under their own addresses, with the verdict on their network', async () => {
    const { studio } = await opened();
    const { sources, count } = await studio.json<SourceList>('/api/sources');
    expect(count).toBe(4);
    expect(sources.map(({ address }) => address).toSorted()).toEqual(
      ['192.0.2.1', FIRST, SECOND, STRANGER].toSorted(),
    );
    const verdicts = new Map(sources.map(({ address, verdict }) => [address, verdict]));
    expect(verdicts.get(FIRST)).toMatchObject({ prefix: NETWORK, unforgeable: true });
    expect(verdicts.get(SECOND)).toEqual(verdicts.get(FIRST));
    expect(verdicts.get(STRANGER)).toBeNull();
    expect(sources.find(({ address }) => address === FIRST)).toMatchObject({ contacts: 20, handshakes: 20 });
    const judged = await studio.json<SourceList>('/api/sources?order=verdict');
    expect(judged.sources.map(({ verdict }) => verdict?.prefix)).toEqual([NETWORK]);
  });

  it('a source page says of an address, however it is written, what `detect explain` says', async () => {
    const { studio, path } = await opened();
    const report = await studio.json<SourceReport>(`/api/sources/${encodeURIComponent(FIRST)}`);
    expect(report.summary).toMatchObject({ address: FIRST, contacts: 20 });
    expect(report.ports).toEqual([{ protocol: 'tcp', port: 445, contacts: 20 }]);
    expect(report.sessions).toHaveLength(20);
    expect(new Set(report.events.map(({ event }) => event['src_ip']))).toEqual(new Set([FIRST]));
    const long = '2001:0DB8:0005:0000:0000:0000:0000:0001';
    const same = await studio.json<SourceReport>(`/api/sources/${encodeURIComponent(long)}`);
    expect(same.summary).toEqual(report.summary);
    const said = execFileSync(process.execPath, [program, 'detect', 'explain', FIRST, '--events', path], {
      encoding: 'utf8',
    });
    // Counts of addresses are estimates under keys of their own.
    const alike = (text: string): string => text.trim().replaceAll(/(?<=\s)[\d,.]+(?= (?:dark|times))/g, '…');
    expect(alike(report.explanation ?? '')).toBe(alike(said));
    const unknown = await studio.json<SourceReport>('/api/sources/2001:db8:77::1');
    expect(unknown.summary).toBeNull();
    expect(unknown.events).toEqual([]);
  });

  it('a filter finds what looking at every line finds, prefixes of any length', async () => {
    const { studio } = await opened();
    const all = LINES.map((line) => JSON.parse(line) as Record<string, unknown>);
    const prefix = fc
      .record({
        address: fc.constantFrom(FIRST, SECOND, STRANGER, '2001:db8:9::11'),
        bits: fc.integer({ min: 0, max: 128 }),
      })
      .map(({ address, bits }) => {
        const parsed = parseIp(address);
        const shift = BigInt(128 - bits);
        return parsed.ok ? `${formatIp((BigInt(parsed.value) >> shift) << shift)}/${bits}` : '';
      });
    await fc.assert(
      fc.asyncProperty(prefix, fc.constantFrom('src_ip', 'dst_ip'), async (written, key) => {
        const filter = encodeURIComponent(`${key}:${written}`);
        const { events } = await studio.json<EventList>(`/api/events?limit=500&filter=${filter}`);
        const block = parseIpPrefix(written);
        const wanted = all.filter((event) => {
          const address = parseIp(String(event[key]));
          if (!address.ok || !block.ok || !isIpv6Prefix(block.value)) return false;
          return typeof address.value === 'bigint' && isInIpv6Prefix(block.value, address.value);
        });
        expect(events.map(({ event }) => event['id'])).toEqual(wanted.map(({ id }) => id).toReversed());
      }),
      { numRuns: 60 },
    );
    const refused = await studio.get(`/api/events?filter=${encodeURIComponent('src_ip:2001:db8::1/48')}`);
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as { error: string }).error).toContain('2001:db8::/48');
  });

  it('the numbers of addresses outlast a restart', async () => {
    const { studio, path } = await opened();
    const before = await studio.json<SourceList>('/api/sources');
    await studio.close();
    const again = await openStudio({ events: path });
    await whenRead(again, LINES.length);
    const after = await again.json<SourceList>('/api/sources');
    const summaries = ({ sources }: SourceList): unknown[] =>
      sources.map((each) => ({ ...each, verdict: null }));
    expect(summaries(after)).toEqual(summaries(before));
  });
});
