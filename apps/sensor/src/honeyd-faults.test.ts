/**
 * Faults that were seen in runs of Honeyd 1.6d and shall not come back: each test is named by its number in the list of
 * them. On the wire, with the tools and the kernel as the other side.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomStreams } from '@wormwood/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, program, type RunningDaemon, startDaemon } from './daemon-test-support.ts';
import { Scanner } from './demo/scanner.ts';
import { memoryDevices } from './device/memory-device.ts';
import { giveBackMemory } from './give-back-memory.ts';
import { missingForNamespaces } from './namespace-test-support.ts';
import { addressesOf, componentsOf } from './sensor-test-support.ts';
import { Sensor } from './sensor.ts';

const missing = missingForNamespaces('ping', 'nmap', 'hping3', 'tcpdump', 'curl');

const CONFIGURATION = `
route entry 10.3.0.1 network 10.3.0.0/16
route 10.3.0.1 link 10.3.0.0/24
route 10.3.0.1 add net 10.3.1.0/24 10.3.1.1 latency 1ms
route 10.3.1.1 link 10.3.1.0/24
create default
set default default tcp action reset
set default default udp action reset
create server
set server default tcp action reset
add server tcp port 80 open
add server udp port 53 "cat"
add server tcp port 81 "./nested/hello.sh"
create system
set system personality "Linux 2.6.17"
set system default tcp action open
create served
add served subsystem "/bin/true" shared restart
bind 10.3.0.5 server
bind 10.3.1.5 server
bind 10.3.0.6 system
bind 10.3.0.7 served
`;

describe.skipIf(missing !== null)("Honeyd's faults", () => {
  let daemon: RunningDaemon;

  beforeAll(async () => {
    daemon = await startDaemon(CONFIGURATION, ['--net', '10.3.0.0/24']);
  });

  afterAll(() => daemon.remove());

  const isAlive = async (): Promise<boolean> => {
    const { stdout } = await daemon.pair.client('ping', '-c', '1', '-w', '5', '10.3.0.5');
    return stdout.includes('1 received');
  };

  it('B0: the SYN of an ordinary client gets a window and options', async () => {
    const tcpdump = daemon.pair.start(
      'client',
      'tcpdump',
      '--immediate-mode',
      '-l',
      '-nn',
      '-i',
      'c0',
      '-c',
      '1',
      'tcp[tcpflags] == tcp-syn|tcp-ack',
    );
    let seen = '';
    tcpdump.stdout?.on('data', (text: string) => (seen += text));
    await new Promise((resolve) => tcpdump.stderr?.once('data', resolve));
    await daemon.pair.client('curl', '-s', '-m', '1', 'http://10.3.0.5/');
    await expect.poll(() => seen).toMatch(/Flags \[S\.\].* win [1-9]\d{3,}, options \[mss 1460,/);
  });

  it('B2: UDP to an address of the default template is refused', async () => {
    const { stdout } = await daemon.pair.client('nmap', '-n', '-Pn', '-sU', '-p', '9', '10.3.0.200');
    expect(stdout).toMatch(/9\/udp +closed/);
  });

  it('B3: a UDP service on a template without personality answers', async () => {
    const ask = 'exec 3<>/dev/udp/10.3.0.5/53; printf hello >&3; timeout 5 head -c 5 <&3';
    expect((await daemon.pair.client('bash', '-c', ask)).stdout).toBe('hello');
    expect(await isAlive()).toBe(true);
  });

  it.each([13, 15, 17])('B4: ICMP type %i ends nothing', async (type) => {
    await daemon.pair.client('hping3', '--icmp', '--icmptype', String(type), '-c', '1', '10.3.0.6');
    expect(await isAlive()).toBe(true);
  });

  it('B5: connecting to a host with a subsystem ends nothing', async () => {
    await daemon.pair.client('nmap', '-n', '-Pn', '-sT', '-p', '20-100', '10.3.0.7');
    expect(await isAlive()).toBe(true);
  });

  it('B6: SIGHUP with a routing topology reads it again', async () => {
    writeFileSync(daemon.file('honeyd.conf'), CONFIGURATION.replace('latency 1ms', 'latency 40ms'));
    daemon.child.kill('SIGHUP');
    await expect
      .poll(() => eventsOf(daemon).filter(({ event }) => event === 'sensor.reload'))
      .toMatchObject([{ ok: true }]);
    const { stdout } = await daemon.pair.client('ping', '-c', '2', '-i', '0.1', '-w', '5', '10.3.1.5');
    // Twice the latency of the link: a lower bound that load cannot break.
    expect(Number(/min\/avg\/max\/mdev = ([0-9.]+)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(80);
  });

  it('B11: connections that are closed at once over a virtual hop leave nothing hanging', async () => {
    const close = 'for i in $(seq 25); do exec 3<>/dev/tcp/10.3.1.5/80; exec 3>&-; done';
    const { code } = await daemon.pair.client('bash', '-c', close);
    expect(code).toBe(0);
    const connections = async (): Promise<unknown> =>
      (JSON.parse((await daemon.ask('status', '--json')).stdout) as { connections: number }).connections;
    await expect.poll(connections, { timeout: 5000, interval: 500 }).toBe(0);
    // Events are written in batches.
    const closed = (): number =>
      eventsOf(daemon).filter(({ event, dst_ip: ip }) => event === 'flow.close' && ip === '10.3.1.5').length;
    await expect.poll(closed, { timeout: 5000, interval: 200 }).toBe(25);
  });

  it('B13: paths of scripts begin at the configuration, wherever the daemon was started', async () => {
    const script = daemon.file('nested/hello.sh');
    mkdirSync(dirname(script), { mode: 0o755 });
    writeFileSync(script, '#!/bin/sh\necho hello\n', { mode: 0o755 });
    const { stdout } = await daemon.pair.client('bash', '-c', 'cat < /dev/tcp/10.3.0.5/81');
    expect(stdout).toBe('hello\n');
  });

  it('B12: the control socket is for its owner alone', async () => {
    const { stdout } = await daemon.pair.client('stat', '-c', '%a', daemon.file('control.sock'));
    expect(stdout.trim()).toBe('660');
  });
});

describe("Honeyd's faults in memory", () => {
  it('B7: closed connections leave nothing behind', async () => {
    const { device, remote } = memoryDevices();
    const sensor = new Sensor(
      componentsOf('create default\nset default default tcp action reset\nadd default tcp port 80 open\n', {
        device,
        claimed: addressesOf('10.0.0.0/8'),
      }),
    );
    const connect = (): void => {
      const scanner = new Scanner({
        remote,
        stream: randomStreams('1').stream('scan'),
        ownAddress: 0xc0000201,
        targets: addressesOf('10.3.0.0/20'),
        ports: [80],
      });
      while (!scanner.isDone || remote.waiting > 0) {
        scanner.step(512);
        sensor.work();
      }
    };
    const used = (): number => {
      giveBackMemory();
      return process.memoryUsage().heapUsed;
    };
    connect();
    const before = used();
    connect();
    connect();
    const perConnection = (used() - before) / (2 * 4096);
    expect(sensor.stack.tcp.connectionCount).toBe(0);
    // Honeyd lost 350 octets each; what is left here is the noise of the collector.
    expect(perConnection).toBeLessThan(30);
  });

  it('B15: no compiler is needed: nothing of the sensor is in C, and what calls the system comes built', () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    const files = execFileSync('git', ['ls-files', 'packages', 'apps'], { cwd: root, encoding: 'utf8' });
    expect(files.split('\n').filter((file) => /\.(c|cc|cpp|h|gyp)$|Makefile/.test(file))).toEqual([]);
    // Without a path there is neither a compiler nor a make.
    const run = (...options: readonly string[]): string =>
      execFileSync(process.execPath, options, { cwd: root, env: { PATH: '' }, encoding: 'utf8' });
    const ask =
      "import('koffi').then(({ load }) => console.log(load('libc.so.6').func('int getpid()')() === process.pid))";
    expect(run('-e', ask)).toBe('true\n');
    expect(JSON.parse(run(program, 'net', 'up', '--demo', '--json'))).toMatchObject({ addresses: 52 });
  });
});
