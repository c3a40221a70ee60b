/** IPv6 against the kernel and the tools of others: they find virtual hosts by neighbor discovery, and speak with them. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { communityId, parseIp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { eventsOf, type RunningDaemon, startDaemon } from './daemon-test-support.ts';
import { missingForNamespaces } from './namespace-test-support.ts';

const missing = missingForNamespaces('ping', 'curl', 'nmap', 'traceroute', 'tshark');
const OCTETS = 300_000;

const configuration = (directory: string): string => `
create host
set host default tcp action reset
set host default icmp action open
add host tcp port 80 internal "http"
add host tcp port 81 "cat ${directory}/big"
add host tcp port 82 filtered
add host udp port 7 internal "echo"
create default
set default default tcp action reset
set default default icmp action open
bind 2001:db8::/64 host
bind 2001:db8::99 host
`;

const ip = (text: string) => {
  const parsed = parseIp(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};

type Client = (program: string, ...options: readonly string[]) => Promise<string>;

/** Runs `body` with a daemon whose files are in `directory`; the client has 2001:db8::1/48. */
async function withDaemon(
  body: (client: Client, daemon: RunningDaemon, capture: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'wormwood-ipv6-'));
  // The daemon makes its capture after its change of user.
  chmodSync(directory, 0o777);
  writeFileSync(join(directory, 'big'), Buffer.alloc(OCTETS, 'wormwood '));
  const options = ['--ipv6', '2001:db8:0:7::/64', '--pcap', join(directory, 'all.pcapng')];
  const daemon = await startDaemon(configuration(directory), options);
  const client: Client = async (program, ...rest) => (await daemon.pair.client(program, ...rest)).stdout;
  try {
    await client('sysctl', '-qw', 'net.ipv6.conf.c0.disable_ipv6=0');
    await client('ip', '-6', 'address', 'add', '2001:db8::1/48', 'dev', 'c0', 'nodad');
    await body(client, daemon, join(directory, 'all.pcapng'));
  } finally {
    await daemon.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

describe.skipIf(missing !== null)('on the wire', () => {
  it(
    'a prefix is found and answers pings; others are not',
    () =>
      withDaemon(async (client) => {
        for (const host of ['2001:db8::5', '2001:db8::1234:5678', '2001:db8:0:7::9']) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          expect(await client('ping', '-6', '-c', '2', '-i', '0.2', '-w', '10', host)).toContain(
            '2 received',
          );
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          expect(await client('ip', '-6', 'neighbor', 'show', host)).toMatch(/lladdr [0-9a-f:]{17}/);
        }
        // In pieces, both ways.
        const large = await client('ping', '-6', '-c', '1', '-s', '4000', '-w', '5', '2001:db8::5');
        expect(large).toContain('4008 bytes from 2001:db8::5');
        // The first address of a prefix is its routers'.
        for (const host of ['2001:db8:0:1::5', '2001:db8::'])
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          expect(await client('ping', '-6', '-c', '1', '-w', '1', host)).toContain('0 received');
      }),
    30_000,
  );

  it(
    'clients get their pages, and scanners see its ports',
    () =>
      withDaemon(async (client) => {
        const get = (port: number) =>
          client(
            'curl',
            '-sg',
            '-m',
            '10',
            '-w',
            '%{http_code} %{size_download}',
            `http://[2001:db8::77]:${port}/`,
          );
        expect(await get(80)).toContain('It works');
        expect(
          await client('curl', '-sg', '-m', '20', '--http0.9', 'http://[2001:db8::77]:81/'),
        ).toHaveLength(OCTETS);
        expect(await client('traceroute', '-6', '-n', '-q', '1', '-m', '3', '2001:db8::5')).toMatch(
          /\n 1 {2}2001:db8::5 {2}[0-9.]+ ms\s*$/,
        );
        const scan = (...options: readonly string[]) =>
          client(
            'nmap',
            '-6',
            '-n',
            '-Pn',
            '--reason',
            '--max-retries',
            '1',
            '-oG',
            '-',
            ...options,
            '2001:db8::99',
          );
        const ports = await scan('-sS', '-p', '79-82');
        expect(ports).toContain('79/closed/tcp');
        expect(ports).toContain('80/open/tcp');
        expect(ports).toContain('82/filtered/tcp');
        expect(await scan('-sU', '-p', '9')).toContain('9/closed/udp');
        expect(await client('nmap', '-6', '-n', '-sn', '2001:db8::42')).toContain('Host is up');
      }),
    60_000,
  );

  it(
    'events, logs and captures have the addresses, and every checksum that was sent is right',
    () =>
      withDaemon(async (client, daemon, capture) => {
        await client('ping', '-6', '-c', '1', '-s', '2000', '-w', '5', '2001:db8::5');
        await client('curl', '-sg', '-m', '10', 'http://[2001:db8::77]/');
        await client('nmap', '-6', '-n', '-Pn', '-sU', '-p', '9', '2001:db8::99');
        await daemon.stop();
        const events = eventsOf(daemon);
        const of = (event: string) => events.filter((each) => each['event'] === event);
        const [ping] = of('probe.icmp');
        expect(ping).toMatchObject({
          proto: 'icmp6',
          icmp_type: 128,
          src_ip: '2001:db8::1',
          dst_ip: '2001:db8::5',
        });
        expect(ping).toMatchObject({ host: 'host', ip_length: 2048, backscatter: false });
        const [opened] = of('flow.open');
        expect(opened).toMatchObject({
          src_ip: '2001:db8::1',
          dst_ip: '2001:db8::77',
          dst_port: 80,
          handshake: true,
        });
        const ends = { protocol: 6, source: ip('2001:db8::1'), destination: ip('2001:db8::77') };
        const sourcePort = Number(opened?.['src_port']);
        expect(opened?.['community_id']).toBe(communityId({ ...ends, sourcePort, destinationPort: 80 }));
        expect(of('service.data')[0]).toMatchObject({ session: opened?.['id'], payload_greeting: 'http' });
        expect(of('probe.udp')[0]).toMatchObject({ dst_ip: '2001:db8::99', dst_port: 9 });
        expect(of('probe.ipv6').every(({ kind }) => kind === 'neighbor-solicitation')).toBe(true);
        const log = daemon.lines('packet.log').join('\n');
        expect(log).toContain(` tcp(6) S 2001:db8::1 ${sourcePort} 2001:db8::77 80`);
        expect(log).toContain('ipv6-icmp(58) - 2001:db8::1 2001:db8::5: 128(0): 2048');
        const checks = ['ip', 'tcp', 'udp'].flatMap((name) => ['-o', `${name}.check_checksum:TRUE`]);
        const fields = ['tcp', 'udp', 'icmpv6'].map((name) => `${name}.checksum.status`);
        const options = ['-r', capture, ...checks, '-Y', 'ipv6 && frame.packet_flags_direction == 2'];
        const shown = execFileSync(
          'tshark',
          [...options, '-T', 'fields', ...fields.flatMap((name) => ['-e', name])],
          { encoding: 'utf8' },
        );
        const statuses = shown
          .split('\n')
          .flatMap((line) => line.split('\t').filter((status) => status !== ''));
        // Good, as tshark writes it.
        expect(statuses.length).toBeGreaterThan(6);
        expect(new Set(statuses)).toEqual(new Set(['1']));
      }),
    60_000,
  );
});
