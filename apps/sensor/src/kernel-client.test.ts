// A kernel client, every kind of service, and bad weather on the wire between them, while the MTU changes: every stream arrives
// whole, and all other hosts answer throughout. WORMWOOD_WEATHER=full takes worse weather and more time.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { badWire } from './bad-wire-test-support.ts';
import { program } from './daemon-test-support.ts';
import { missingForNamespaces, outputOf } from './namespace-test-support.ts';
import { CONFIGURATION, contentOf, WORKER } from './services-test-support.ts';

const isFull = process.env['WORMWOOD_WEATHER'] === 'full';
const STAGE_MS = isFull ? 20_000 : 2500;
const OCTETS = isFull ? 4_000_000 : 400_000;
const MTUS = [1500, 1400, 576, 1500];
const missing = missingForNamespaces('ping', 'sha256sum', 'cat');

const content = contentOf(OCTETS);

const ECHO_SERVER = `
import { createServer } from 'node:net';
createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket)).listen(9007, '127.0.0.1', () => console.log('ready'));`;

/**
 * Opens connections to each port, again and again until its standard input ends; prints how many were whole, and what was not.
 */
const CLIENT = `
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
const content = readFileSync(process.argv[2]);
const hash = createHash('sha256').update(content).digest('hex');
const sha = (octets) => createHash('sha256').update(octets).digest('hex');
let isOver = false;
process.stdin.on('end', () => (isOver = true)).resume();
const speak = (port, sent) => new Promise((resolve) => {
  const parts = [];
  const socket = connect({ port, host: '10.3.0.' + (1 + Math.floor(Math.random() * 100)), allowHalfOpen: true });
  socket.on('data', (part) => parts.push(part));
  socket.on('error', (error) => resolve(error.message));
  socket.on('end', () => { socket.destroy(); resolve(Buffer.concat(parts)); });
  if (sent === null) return;
  // Pieces of every size make segments of every size.
  let at = 0;
  const more = () => {
    while (at < sent.length) {
      const size = 1 + Math.floor(Math.random() ** 3 * 20000);
      const isTaken = socket.write(sent.subarray(at, at + size));
      at += size;
      if (!isTaken) return void socket.once('drain', more);
    }
    socket.end();
  };
  more();
});
const kinds = {
  echo: async () => sha(await speak(7, content)) === hash,
  page: async () => /It works/.test(String(await speak(80, Buffer.from('GET / HTTP/1.0\\r\\n\\r\\n')))),
  download: async () => sha(await speak(81, null)) === hash,
  upload: async () => String(await speak(82, content)).startsWith(hash),
  proxy: async () => sha(await speak(83, content)) === hash,
  worker: async () => sha(await speak(84, content)) === hash,
  silent: async () => (await speak(85, content)).length === 0,
};
const counts = {};
await Promise.all(Object.entries(kinds).map(async ([name, once]) => {
  counts[name] = [0, 0];
  do { counts[name][(await once().catch(() => false)) ? 0 : 1]++; } while (!isOver);
}));
console.log(JSON.stringify(counts));
process.exit(0);`;

describe.skipIf(missing !== null)('a kernel client in bad weather', () => {
  it('gets every stream whole, and all other hosts answer throughout', async () => {
    const seed = process.env['WORMWOOD_SEED'] ?? String(Date.now());
    const directory = mkdtempSync(join(tmpdir(), 'wormwood-weather-'));
    chmodSync(directory, 0o755);
    const file = (name: string, text: string | Uint8Array): string => {
      writeFileSync(join(directory, name), text, { mode: 0o755 });
      return join(directory, name);
    };
    const big = file('big.bin', content);
    file('worker.mjs', WORKER);
    const wire = badWire({ loss: 0.005, repetition: 0.01, delay: 0.03, delayFramesMax: 6 }, seed);
    const control = join(directory, 'control.sock');
    try {
      const server = wire.start('daemon', process.execPath, file('server.mjs', ECHO_SERVER));
      await new Promise((resolve) => server.stdout?.once('data', resolve));
      const configuration = file('honeyd.conf', CONFIGURATION);
      const up = ['net', 'up', configuration, '--device', 'packet:d0', '--control', control];
      const daemon = wire.start('daemon', process.execPath, program, ...up);
      const ended = outputOf(daemon);
      await new Promise<void>((resolve, reject) => {
        daemon.stderr?.on('data', (text: string) => text.includes('Answering') && resolve());
        void ended.then(({ stderr }) => reject(new Error(stderr)));
      });
      // Others than those that the client speaks with.
      const others = ['10.3.0.200', '10.3.0.201', '10.3.0.202'];
      const pings = others.map((host) => wire.start('client', 'ping', '-n', '-i', '0.1', host));
      const outputs = pings.map((ping) => outputOf(ping));
      const client = wire.start('client', process.execPath, file('client.mjs', CLIENT), big);
      const spoken = outputOf(client);
      for (const mtuBytes of MTUS) {
        wire.setMtu(mtuBytes);
        // oxlint-disable-next-line no-await-in-loop -- one stage after the other
        await sleep(STAGE_MS);
      }
      client.stdin?.end();
      const { stdout, stderr } = await spoken;
      for (const ping of pings) ping.kill('SIGINT');
      const gaps = (await Promise.all(outputs)).map((output) => longestGap(output.stdout));
      const status = await outputOf(
        wire.start('daemon', process.execPath, program, 'net', 'status', '--json', '--control', control),
      );
      daemon.kill('SIGTERM');
      const said = (await ended).stderr;
      server.kill();
      process.stderr.write(
        `weather: seed ${seed}, ${JSON.stringify(wire.counts)}, whole/broken ${stdout.trim()}, gaps ${gaps.join(' ')}\n`,
      );
      expect(stderr).toBe('');
      const counts = JSON.parse(stdout) as Record<string, [whole: number, broken: number]>;
      expect(Object.keys(counts)).toHaveLength(7);
      for (const [kind, [whole, broken]] of Object.entries(counts)) {
        expect(whole, `${kind}, seed ${seed}`).toBeGreaterThan(0);
        expect(broken, `${kind}, seed ${seed}; the sensor said ${said}`).toBe(0);
      }
      // Ten in a row lost by the relay alone: once in 10^20.
      for (const gap of gaps) expect(gap).toBeLessThan(10);
      expect(JSON.parse(status.stdout)).toMatchObject({
        faults: 0,
        wire: { state: 'sending', mtuBytes: 1500 },
      });
    } finally {
      wire.remove();
      rmSync(directory, { recursive: true, force: true });
    }
  }, 180_000);
});

/** The most numbers in a row that no answer carries. */
function longestGap(output: string): number {
  const seen = Array.from(output.matchAll(/icmp_seq=(\d+)/g), ([, number]) => Number(number)).toSorted(
    (a, b) => a - b,
  );
  expect(seen.length).toBeGreaterThan(10);
  return Math.max(...seen.map((number, i) => number - (seen[i - 1] ?? 0) - 1));
}
