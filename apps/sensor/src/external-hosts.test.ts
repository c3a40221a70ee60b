// A real machine inside the virtual network: a Linux in a namespace of its own, on the wire of the sensor.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  missingForNamespaces,
  type NamespacePair,
  namespacePair,
  outputOf,
} from './namespace-test-support.ts';
import { type RunningSensor, startSensor } from './sensor-test-support.ts';

const missing = missingForNamespaces('ping', 'traceroute', 'curl');

const CONFIGURATION = `
create router
set router default tcp action reset
bind 10.3.0.1 router
bind 10.4.0.1 router
bind 10.4.0.9 to d0
route entry 10.3.0.1
route 10.3.0.1 add net 10.4.0.0/16 10.4.0.1 latency 15ms
route 10.4.0.1 link 10.4.0.0/16
`;
const LATENCY_MS = 30;
const OCTETS = 200_000;

describe.skipIf(missing !== null)('a real machine in the topology', () => {
  let pair: NamespacePair;
  let machine: string;
  let server: ChildProcess;
  let running: RunningSensor;

  beforeAll(async () => {
    pair = namespacePair('10.9.8.2/24', []);
    machine = `${pair.clientName}m`;
    const ip = (words: string): void => void execFileSync('ip', words.split(' '));
    // All three on one wire.
    ip(`netns add ${machine}`);
    for (const words of [
      `link add b0 type bridge`,
      `link add e0 type veth peer name m0 netns ${machine}`,
      `link set c0 master b0`,
      `link set e0 master b0 up`,
      `address flush dev c0`,
      `link set b0 up`,
      `address add 10.9.8.2/24 dev b0`,
      `address add 10.9.8.3/24 dev b0`,
      `route add 10.3.0.0/16 dev b0`,
      `route add 10.4.0.0/16 via 10.3.0.1`,
    ])
      ip(`-n ${pair.clientName} ${words}`);
    for (const words of [
      'link set lo up',
      'link set m0 up',
      'address add 10.4.0.9/32 dev m0',
      'route add 10.4.0.1 dev m0',
      'route add default via 10.4.0.1',
    ])
      ip(`-n ${machine} ${words}`);
    running = startSensor(pair, CONFIGURATION);
    const program = `require('node:http').createServer((_, answer) => answer.end(Buffer.alloc(${OCTETS}, 7))).listen(80, () => console.log('up'))`;
    server = spawn('ip', ['netns', 'exec', machine, process.execPath, '-e', program]);
    await new Promise((resolve) => server.stdout?.once('data', resolve));
  });

  afterAll(async () => {
    await running.close();
    server.kill();
    pair.remove();
    execFileSync('ip', ['netns', 'delete', machine]);
  });

  const onMachine = (...words: readonly string[]) =>
    outputOf(spawn('ip', ['netns', 'exec', machine, ...words]));

  it('reaches nobody who has not come to it', async () => {
    const { stdout } = await onMachine('ping', '-c', '2', '-i', '0.2', '-W', '1', '10.9.8.3');
    expect(stdout).toContain(' 0 received');
  });

  it('is there behind its routers, with their latency and TTL', async () => {
    const { stdout } = await pair.client('ping', '-c', '4', '-i', '0.1', '-w', '5', '10.4.0.9');
    expect(stdout).toContain('4 received');
    // 64 less one for each of the two routers.
    expect(stdout).toContain('ttl=62');
    const times = [...stdout.matchAll(/time=([0-9.]+)/g)].map(([, ms]) => Number(ms));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(LATENCY_MS);
    const traced = await pair.client('traceroute', '-n', '-I', '-q', '1', '-w', '2', '10.4.0.9');
    expect(traced.stdout).toMatch(/1 +10\.3\.0\.1[^]*2 +10\.4\.0\.1[^]*3 +10\.4\.0\.9/);
  });

  it('serves a connection from its own stack, octet by octet', async () => {
    // As on a wire: what the kernel puts together in this machine's memory would fit no frame.
    execFileSync('ip', ['netns', 'exec', machine, 'ip', 'link', 'set', 'm0', 'gso_max_segs', '1']);
    const { stdout } = await pair.client(
      'sh',
      '-c',
      `curl -s --max-time 20 http://10.4.0.9/ | tr -d '\\007' | wc -c; curl -s --max-time 20 http://10.4.0.9/ | wc -c`,
    );
    expect(stdout.trim().split(/\s+/)).toEqual(['0', String(OCTETS)]);
  });

  it('answers whoever has come to it, and meets the virtual hosts as others do', async () => {
    expect((await onMachine('ping', '-c', '2', '-i', '0.1', '-w', '5', '10.9.8.2')).stdout).toContain(
      '2 received',
    );
    expect((await onMachine('ping', '-c', '2', '-i', '0.1', '-w', '5', '10.3.0.1')).stdout).toContain(
      '2 received',
    );
    expect((await onMachine('ping', '-c', '1', '-W', '1', '10.9.8.3')).stdout).toContain(' 0 received');
  });
});
