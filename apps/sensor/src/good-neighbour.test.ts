// The sensor among real machines on a bridge that floods every frame to every port, as a hub or a mirror port does.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStreams } from '@wormwood/base';
import type { StackObserver } from '@wormwood/netstack';
import { silentObserver } from '@wormwood/netstack';
import { parseMac } from '@wormwood/wire';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { PacketRing } from './device/packet-ring.ts';
import { type Lan, lan, type LanMachine } from './lan-test-support.ts';
import { linkAddresses } from './link/link-addresses.ts';
import { missingForNamespaces } from './namespace-test-support.ts';
import { Sensor, type SensorComponents } from './sensor.ts';
import { addressesOf, componentsOf } from './sensor-test-support.ts';

const missing = missingForNamespaces('ping', 'nmap', 'arp-scan', 'arping', 'dnsmasq');

const CONFIGURATION = `
create default
set default default tcp action reset
create dell
set dell ethernet "dell"
set dell default tcp action reset
add dell tcp port 80 open
bind 10.9.0.16-10.9.0.31 dell
bind 10.9.20.5 dell
`;

interface Running {
  readonly sensor: Sensor;
  close(): Promise<void>;
}

function start(hub: Lan, parts: Partial<SensorComponents>, askFirst: boolean, text = CONFIGURATION): Running {
  const parsed = parseMac(hub.daemonMac);
  const linkAddress = parsed.ok ? parsed.value : 0;
  const device = hub.inDaemon(() => new PacketRing({ interfaceName: 'd0', linkAddress }));
  const sensor = new Sensor(
    componentsOf(text, {
      device,
      linkAddress,
      claimed: addressesOf('10.9.0.0/26'),
      linkAddressesOf: linkAddresses(randomStreams('1')),
      ...parts,
    }),
    { arp: { askFirst } },
  );
  const ended = sensor.run();
  return {
    sensor,
    close: async () => {
      sensor.close();
      await ended;
    },
  };
}

const waiting = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers `pong` to each connection on port 80. */
const SERVER = `require('net').createServer((c) => { c.on('error', () => {}); c.end('pong') }).listen(80, () => console.log('ready'))`;
/** Connects twenty times; prints how often it was answered. */
const CLIENT = `
const net = require('net');
(async () => {
  let good = 0;
  for (let i = 0; i < 20; i++)
    await new Promise((done) => {
      let text = '';
      net.connect(80, '10.9.0.7').on('data', (d) => (text += d)).on('error', () => {}).on('close', () => { if (text === 'pong') good++; done(); });
    });
  console.log(good);
})();`;

// The two wait for others most of the time: side by side they take as long as one.
describe.skipIf(missing !== null).concurrent('a sensor on a bridge that floods', () => {
  let hub: Lan;
  let client: LanMachine;
  let server: LanMachine;
  let running: Running;
  let listening: ChildProcess;
  const seen: string[] = [];
  const note =
    (what: string) =>
    (...values: readonly unknown[]): void =>
      void seen.push(`${what} ${JSON.stringify(values)}`);
  const observer: StackObserver = {
    ...silentObserver,
    tcpProbe: note('tcp'),
    icmp: note('icmp'),
    arpRequest: note('arp'),
    addressTaken: note('taken'),
  };

  beforeAll(async () => {
    hub = lan({ floods: true });
    client = hub.machine('10.9.0.2/24');
    server = hub.machine('10.9.0.7/24');
    listening = server.start(process.execPath, '-e', SERVER);
    await new Promise((resolve) => listening.stdout?.once('data', resolve));
    running = start(hub, { observer }, true);
    // Two questions for each of 64 addresses, 128 a second, and a second for the last answer.
    await waiting(2000);
  });

  afterAll(async () => {
    await running.close();
    listening.kill();
    hub.remove();
  });

  it.sequential('leaves a real server and its client alone', { timeout: 30_000 }, async ({ expect }) => {
    const { stdout } = await client.run(process.execPath, '-e', CLIENT);
    expect(stdout.trim()).toBe('20');
    expect(seen.filter((each) => each.startsWith('tcp'))).toEqual([]);
    const pinged = await client.run('ping', '-c', '2', '-i', '0.1', '-w', '5', '10.9.0.7');
    expect(pinged.stdout).not.toContain('DUP');
    expect(seen.filter((each) => each.startsWith('icmp'))).toEqual([]);
  });

  it.sequential(
    'is seen whole by the first sweep, one Ethernet address a host',
    { timeout: 60_000 },
    async ({ expect }) => {
      const { stdout } = await client.run('nmap', '-n', '-sn', '-oG', '-', '10.9.0.16/28');
      expect(stdout.match(/Status: Up/g)).toHaveLength(16);
      const scanned = await client.run('arp-scan', '--interface=e0', '--plain', '10.9.0.16/28');
      const rows = scanned.stdout
        .trim()
        .split('\n')
        .map((line) => line.split('\t'));
      expect(rows).toHaveLength(16);
      expect(new Set(rows.map(([, mac]) => mac)).size).toBe(16);
      expect(rows.every(([, mac]) => mac?.startsWith('00:06:5b'))).toBe(true);
    },
  );

  it.sequential('answers ARP as a kernel does', { timeout: 60_000 }, async ({ expect }) => {
    const fingerprint = async (address: string): Promise<string> =>
      (await client.run('arp-fingerprint', '-o', '--interface=e0', address)).stdout.split('\t')[1] ?? '';
    // Current Linux and Windows. A late answer to one probe is sometimes counted for the next, the kernel's as well as ours.
    await Promise.all(
      ['10.9.0.20', '10.9.0.7'].map((address) =>
        expect.poll(() => fingerprint(address), { timeout: 45_000, interval: 1000 }).toBe('01010100000'),
      ),
    );
  });

  it.sequential(
    'has its addresses for `arping -D`, and no other',
    { timeout: 30_000 },
    async ({ expect }) => {
      const inUse = async (address: string): Promise<boolean> =>
        (await client.run('arping', '-D', '-c', '2', '-w', '3', '-I', 'e0', address)).code === 1;
      expect(await Promise.all(['10.9.0.20', '10.9.1.20'].map(inUse))).toEqual([true, false]);
    },
  );

  it.sequential('leaves an address to a newcomer at once', { timeout: 30_000 }, async ({ expect }) => {
    const newcomer = hub.machine('10.9.0.21/24');
    await newcomer.run('ping', '-c', '1', '-w', '3', '10.9.0.2');
    client.ip('neighbor', 'flush', 'dev', 'e0');
    const before = seen.length;
    const pinged = await client.run('ping', '-c', '3', '-i', '0.1', '-w', '5', '10.9.0.21');
    expect(pinged.stdout).toContain('3 received');
    expect(pinged.stdout).not.toContain('DUP');
    const neighbor = await client.run('ip', 'neighbor', 'show', '10.9.0.21');
    expect(neighbor.stdout).toContain(newcomer.mac);
    expect(seen.slice(0, before).some((each) => each.startsWith('taken'))).toBe(true);
    expect(seen.slice(before).some((each) => each.startsWith('icmp'))).toBe(false);
  });

  it.sequential('answers in the VLAN that it is asked in', { timeout: 30_000 }, async ({ expect }) => {
    const tagged = [
      '--interface=e0',
      '--plain',
      '--vlan=20',
      '--arpspa=10.9.20.2',
      '--retry=6',
      '--timeout=500',
    ];
    const { stdout } = await client.run('arp-scan', ...tagged, '10.9.20.5');
    expect(stdout).toMatch(/^10\.9\.20\.5\t00:06:5b/);
    expect(seen.some((each) => each.includes('"vlan":20'))).toBe(true);
  });
});

describe.skipIf(missing !== null).concurrent('a DHCP server that gives an address which somebody has', () => {
  it('gets a DECLINE, and the host takes another one', { timeout: 90_000 }, async ({ expect }) => {
    const directory = mkdtempSync(join(tmpdir(), 'wormwood-decline-'));
    const hub = lan();
    const machine = hub.machine('10.9.8.1/24');
    hub.machine('10.9.8.100/24');
    const log = join(directory, 'log');
    const server = machine.start(
      'dnsmasq',
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--port=0',
      '--user=root',
      '--interface=e0',
      '--bind-interfaces',
      '--no-ping',
      '--dhcp-authoritative',
      '--log-dhcp',
      `--log-facility=${log}`,
      '--dhcp-range=10.9.8.100,10.9.8.110,2m',
      '--dhcp-host=00:11:22:33:44:55,10.9.8.100',
      `--dhcp-leasefile=${join(directory, 'leases')}`,
      `--pid-file=${join(directory, 'pid')}`,
    );
    const news: string[] = [];
    const running = start(
      hub,
      { onDhcp: ({ event, ip }) => void news.push(`${event} ${ip}`), claimed: addressesOf() },
      false,
      'create w\nset w default tcp action reset\ndhcp w on d0 ethernet "00:11:22:33:44:55"\n',
    );
    try {
      await expect.poll(() => news.length, { timeout: 60_000, interval: 200 }).toBeGreaterThan(1);
      expect(news[0]).toBe('dhcp.conflict 10.9.8.100');
      expect(news[1]).toMatch(/^dhcp\.lease 10\.9\.8\.1(?:0[1-9]|10)$/);
      expect(readFileSync(log, 'utf8')).toContain('DHCPDECLINE(e0) 10.9.8.100 00:11:22:33:44:55');
    } finally {
      await running.close();
      server.kill();
      hub.remove();
      rmSync(directory, { recursive: true });
    }
  });
});
