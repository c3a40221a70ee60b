import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EventLine, eventsOf, program, type RunningDaemon, startDaemon } from './daemon-test-support.ts';
import { missingForNamespaces, type NamespacePair, type Output, outputOf } from './namespace-test-support.ts';

const missing = missingForNamespaces('ping', 'curl', 'setpriv', 'nmap');

const CONFIGURATION = `
create server
set server default tcp action reset
set server default udp action reset
add server tcp port 80 open
bind 10.3.0.5 server
`;

function wormwood(...options: readonly string[]): Promise<Output> {
  return outputOf(spawn(process.execPath, [program, ...options]));
}

describe.skipIf(missing !== null)('net up on a real interface', () => {
  let daemon: RunningDaemon;
  let pair: NamespacePair;
  const file = (name: string): string => daemon.file(name);
  const events = (): readonly EventLine[] => eventsOf(daemon);

  beforeAll(async () => {
    const options = ['--net', '10.3.1.0/24', '--user', 'nobody', '--name', 'dmz', '--metrics-port', '9100'];
    daemon = await startDaemon(CONFIGURATION, options);
    ({ pair } = daemon);
  });

  afterAll(() => daemon.remove());

  it('has given up every privilege', () => {
    const status = readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8');
    const nobody = execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }).trim();
    const group = execFileSync('id', ['-g', 'nobody'], { encoding: 'utf8' }).trim();
    const field = (name: string): string =>
      new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';
    expect(field('Uid').split('\t')).toEqual([nobody, nobody, nobody, nobody]);
    expect(field('Gid').split('\t')).toEqual([group, group, group, group]);
    expect(field('Groups')).toBe(group);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) expect(field(set)).toMatch(/^0+$/);
    expect(field('NoNewPrivs')).toBe('1');
  });

  it('answers, and writes down what it saw', async () => {
    const { stdout } = await pair.client('ping', '-c', '2', '-i', '0.1', '-w', '5', '10.3.0.5');
    expect(stdout).toContain('2 received');
    await pair.client('curl', '-s', '-m', '1', 'http://10.3.0.5/');
    await expect.poll(() => events().map(({ event }) => event)).toContain('flow.close');
    const seen = events();
    expect(seen[0]).toMatchObject({
      v: 1,
      event: 'sensor.start',
      sensor: 'dmz',
      nets: ['10.3.0.5/32', '10.3.1.0/24'],
    });
    expect(seen).toContainEqual(
      expect.objectContaining({
        event: 'flow.open',
        src_ip: '10.9.8.2',
        dst_ip: '10.3.0.5',
        dst_port: 80,
        handshake: true,
        host: 'server',
      }),
    );
    await expect
      .poll(() => readFileSync(file('packet.log'), 'utf8'))
      .toMatch(/tcp\(6\) E 10\.9\.8\.2 \d+ 10\.3\.0\.5 80: 7\d 0/);
    const log = readFileSync(file('packet.log'), 'utf8');
    expect(log).toMatch(/^\d{4}-\d\d-\d\d-\d\d:\d\d:\d\d\.\d{4} honeyd log started ------\n/);
    expect(log).toContain('icmp(1) - 10.9.8.2 10.3.0.5: 8(0): 84\n');
  });

  it('reports about itself on its socket', async () => {
    const status = await daemon.ask('status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ sensor: 'dmz', addresses: 257, linesDropped: 0 });
    const top = await daemon.ask('top', '--json');
    expect(JSON.parse(top.stdout)).toMatchObject({
      sources: [{ address: '10.9.8.2' }],
      ports: [{ protocol: 'tcp', port: 80 }],
    });
    const hosts = await daemon.ask('hosts');
    expect(hosts.stdout).toContain('tcp/80 open');
    const nobody = await wormwood('net', 'status', '--control', file('nothing.sock'));
    expect(nobody).toMatchObject({ code: 1, stdout: '' });
    expect(nobody.stderr).toContain('No sensor listens');
  });

  it('sends events to who follows them', async () => {
    const following = daemon.ask('events', '--json');
    // It ends with the first event that it gets.
    const pings = pair.start('client', 'ping', '-i', '0.2', '10.3.0.5');
    const { stdout } = await following;
    expect(JSON.parse(stdout)).toMatchObject({ event: 'probe.icmp', icmp_type: 8, dst_ip: '10.3.0.5' });
    pings.kill();
  });

  it('serves metrics to Prometheus on loopback', async () => {
    const { stdout } = await outputOf(pair.start('daemon', 'curl', '-s', 'http://127.0.0.1:9100/metrics'));
    expect(stdout).toMatch(/^wormwood_contacts_total\{protocol="tcp"\} [1-9]/m);
    const other = await outputOf(pair.start('daemon', 'curl', '-s', 'http://127.0.0.1:9100/status'));
    expect(other.stdout).toContain('/metrics only');
  });

  it('reads its configuration again on SIGHUP, and keeps the old one if the new one is wrong', async () => {
    writeFileSync(file('honeyd.conf'), `${CONFIGURATION}bind 10.3.0.6 nobody\n`);
    daemon.child.kill('SIGHUP');
    const reloads = () => events().filter(({ event }) => event === 'sensor.reload');
    await expect.poll(() => reloads()).toMatchObject([{ ok: false }]);
    writeFileSync(file('honeyd.conf'), `${CONFIGURATION}bind 10.3.0.6 server\n`);
    daemon.child.kill('SIGHUP');
    await expect.poll(() => reloads()).toMatchObject([{ ok: false }, { ok: true }]);
    const { stdout } = await pair.client('ping', '-c', '1', '-w', '5', '10.3.0.6');
    expect(stdout).toContain('1 received');
  });

  it('refuses a configuration without an end on SIGHUP, and goes on', async () => {
    rmSync(file('honeyd.conf'));
    execFileSync('mkfifo', [file('honeyd.conf')]);
    daemon.child.kill('SIGHUP');
    const reloads = () => events().filter(({ event }) => event === 'sensor.reload');
    await expect.poll(() => reloads()).toMatchObject([{ ok: false }, { ok: true }, { ok: false }]);
    const { stdout } = await pair.client('ping', '-c', '1', '-w', '5', '10.3.0.6');
    expect(stdout).toContain('1 received');
    rmSync(file('honeyd.conf'));
    writeFileSync(file('honeyd.conf'), CONFIGURATION);
  });

  it('goes on in new files on SIGUSR1', async () => {
    renameSync(file('events.jsonl'), file('events.1'));
    daemon.child.kill('SIGUSR1');
    await expect.poll(() => existsSync(file('events.jsonl')), { timeout: 5000 }).toBe(true);
    await pair.client('ping', '-c', '1', '-w', '5', '10.3.0.5');
    await expect.poll(() => events().length).toBeGreaterThan(0);
  });

  it('ends on SIGTERM with everything written', async () => {
    daemon.child.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
    expect(events().at(-1)).toMatchObject({ event: 'sensor.stop', dropped: 0 });
    expect(readFileSync(file('packet.log'), 'utf8')).toMatch(/honeyd log stopped ------\n$/);
  });

  it.each([
    ['packet:d0', 5, 'takes CAP_NET_RAW'],
    ['tun:ww0', 5, 'takes CAP_NET_ADMIN'],
  ])('without the right to open %s says so', async (device, code, sentence) => {
    const unprivileged = pair.start(
      'daemon',
      'setpriv',
      '--reuid=65534',
      '--clear-groups',
      process.execPath,
      program,
      'net',
      'up',
      file('honeyd.conf'),
      '--device',
      device,
    );
    const output = await outputOf(unprivileged);
    expect(output.code).toBe(code);
    expect(output.stderr).toContain(sentence);
  });

  it('with the one right that it needs opens the device and gives that right up', async () => {
    const control = join(tmpdir(), `wormwood-ambient-${process.pid}.sock`);
    const grant = [
      'setpriv',
      '--reuid=65534',
      '--clear-groups',
      '--inh-caps=+net_raw',
      '--ambient-caps=+net_raw',
    ];
    const up = ['net', 'up', file('honeyd.conf'), '--device', 'packet:d0', '--control', control];
    const ambient = spawn('ip', [
      'netns',
      'exec',
      pair.daemonName,
      ...grant,
      process.execPath,
      program,
      ...up,
    ]);
    const ended = outputOf(ambient);
    await new Promise((resolve) => ambient.stderr?.once('data', resolve));
    const status = readFileSync(`/proc/${ambient.pid}/status`, 'utf8');
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'])
      expect(status).toMatch(new RegExp(`${set}:\\s*0+\n`));
    ambient.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
  });

  it('on an interface that is not there says so', async () => {
    const { code, stderr } = await daemon.ask('up', file('honeyd.conf'), '--device', 'packet:nope0');
    expect(code).toBe(5);
    expect(stderr).toContain('There is no network interface nope0.');
  });
});
