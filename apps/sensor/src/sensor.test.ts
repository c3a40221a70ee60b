import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingForNamespaces, type NamespacePair, namespacePair } from './namespace-test-support.ts';
import { addressesOf, honeynetOf, type RunningSensor, startSensor } from './sensor-test-support.ts';

const missing = missingForNamespaces('ping', 'traceroute', 'nmap', 'fping', 'hping3');

const CONFIGURATION = `
route entry 10.3.0.1 network 10.3.0.0/16
route 10.3.0.1 link 10.3.0.0/24
route 10.3.0.1 add net 10.3.1.0/24 10.3.1.1 latency 10ms
route 10.3.1.1 link 10.3.1.0/24
create default
set default default tcp action reset
set default default udp action reset
create server
set server default tcp action reset
set server default udp action reset
add server tcp port 22 open
add server tcp port 80 open
add server tcp port 443 filtered
add server udp port 53 open
bind 10.3.0.5 server
bind 10.3.1.5 server
bind 10.3.0.1 default
bind 10.3.1.1 default
`;

const BANNER: Uint8Array = new TextEncoder().encode('SSH-2.0-OpenSSH_3.4p1\r\n');

describe.skipIf(missing !== null)('a sensor on a veth pair', () => {
  let pair: NamespacePair;
  let running: RunningSensor;

  beforeAll(() => {
    pair = namespacePair('10.9.8.2/24', ['10.3.0.0/16']);
    running = startSensor(pair, CONFIGURATION, {
      claimed: addressesOf('10.3.0.0/24'),
      services: {
        tcp: (_, connection) => {
          if (connection.localPort === 22) connection.write(BANNER);
          return null;
        },
        udp: () => undefined,
      },
    });
  });

  afterAll(async () => {
    await running.close();
    pair.remove();
  });

  it('answers ping, with the delay of the way there and back', async () => {
    const near = await pair.client('ping', '-c', '5', '-i', '0.05', '-w', '5', '10.3.0.5');
    expect(near.stdout).toContain('5 received');
    const far = await pair.client('ping', '-c', '3', '-i', '0.05', '-w', '5', '10.3.1.5');
    expect(far.stdout).toContain('3 received');
    // Two ways over a link of 10 ms: a lower bound that load cannot break.
    const shortest = Number(/min\/avg\/max\/mdev = ([0-9.]+)/.exec(far.stdout)?.[1]);
    expect(shortest).toBeGreaterThanOrEqual(20);
    expect(far.stdout).toContain('ttl=62');
  });

  it('shows the routers to traceroute', async () => {
    const { stdout } = await pair.client('traceroute', '-n', '-w', '2', '-q', '1', '-N', '1', '10.3.1.5');
    const hops = Array.from(stdout.matchAll(/^ *\d+ +([0-9.]+)/gm), ([, address]) => address);
    expect(hops).toEqual(['10.3.0.1', '10.3.1.1', '10.3.1.5']);
  });

  it('shows its ports to nmap', async () => {
    const tcp = await pair.client('nmap', '-n', '-Pn', '-sS', '-p', '20-100,443', '10.3.0.5');
    expect(tcp.stdout).toMatch(/22\/tcp +open/);
    expect(tcp.stdout).toMatch(/80\/tcp +open/);
    expect(tcp.stdout).toMatch(/443\/tcp +filtered/);
    expect(tcp.stdout).toContain('79 closed tcp ports (reset)');
    const udp = await pair.client(
      'nmap',
      '-n',
      '-Pn',
      '-sU',
      '-p',
      '53,9,7',
      '--max-retries',
      '1',
      '10.3.0.5',
    );
    expect(udp.stdout).toMatch(/53\/udp +open\|filtered/);
    expect(udp.stdout).toMatch(/9\/udp +closed/);
  });

  it('shows nmap a service by its banner', async () => {
    const { stdout } = await pair.client(
      'nmap',
      '-n',
      '-Pn',
      '-sV',
      '--version-light',
      '-p',
      '22',
      '10.3.0.5',
    );
    expect(stdout).toMatch(/22\/tcp +open +ssh +OpenSSH 3\.4p1/);
  });

  it('answers the segments of hping3 by the rules of TCP', async () => {
    const answers = async (port: string, ...flags: readonly string[]): Promise<string> => {
      const { stdout } = await pair.client(
        'hping3',
        '-n',
        '-c',
        '2',
        '-i',
        'u50000',
        ...flags,
        '-p',
        port,
        '10.3.0.5',
      );
      return stdout;
    };
    expect(await answers('80', '--syn')).toContain('flags=SA');
    expect(await answers('99', '--syn')).toContain('flags=RA');
    // RFC 9293 3.10.7.2: an acknowledgment of nothing is reset; 3.10.7.1: a reset is never answered.
    expect(await answers('80', '--ack')).toContain('flags=R ');
    expect(await answers('80', '--rst')).not.toContain('flags=');
  });

  it('answers fping at every address that it claims and at no other', async () => {
    const { stdout } = await pair.client('fping', '-a', '-q', '-r', '1', '-i', '1', '-g', '10.3.0.0/24');
    // The kernel tool leaves out the network's and the broadcast address.
    expect(stdout.trim().split('\n')).toHaveLength(254);
    const nobody = await pair.client('fping', '-a', '-q', '-r', '0', '-t', '100', '10.3.1.77');
    expect(nobody.stdout).toBe('');
  });

  it('answers by a new configuration without forgetting connections', async () => {
    const { sensor } = running;
    const before = sensor.counts().connections;
    const held = pair.start('client', 'bash', '-c', 'exec 3<>/dev/tcp/10.3.0.5/80; cat <&3');
    await expect.poll(() => sensor.counts().connections).toBe(before + 1);
    sensor.replace(honeynetOf(`${CONFIGURATION}add 10.3.0.5 tcp port 81 open\n`));
    const { stdout } = await pair.client('nmap', '-n', '-Pn', '-sS', '-p', '81', '10.3.0.5');
    expect(stdout).toMatch(/81\/tcp +open/);
    expect(sensor.stack.tcp.status()).toContainEqual(
      expect.objectContaining({ localPort: 80, state: 'ESTABLISHED' }),
    );
    held.kill('SIGKILL');
    expect(running.troubles).toEqual([]);
  });
});

describe.skipIf(missing !== null)('a sensor whose interface fails', () => {
  it('says so once, and works on when the interface is back', async () => {
    const pair = namespacePair('10.9.8.2/24', ['10.3.0.0/16']);
    const running = startSensor(pair, 'create default\nbind 10.3.0.5 default\n');
    try {
      execFileSync('ip', ['-n', pair.daemonName, 'link', 'set', 'd0', 'down']);
      await expect.poll(() => running.troubles.length, { timeout: 5000 }).toBe(1);
      expect(running.troubles[0]).toContain('ENETDOWN');
      execFileSync('ip', ['-n', pair.daemonName, 'link', 'set', 'd0', 'up']);
      const { stdout } = await pair.client('ping', '-c', '6', '-i', '0.25', '-W', '1', '10.3.0.5');
      expect(Number(/(\d+) received/.exec(stdout)?.[1])).toBeGreaterThan(0);
      expect(running.troubles).toHaveLength(2);
    } finally {
      await running.close();
      pair.remove();
    }
  });
});
