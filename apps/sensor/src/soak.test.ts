// The sensor under a hostile mixture, from raw frames of invented sources to requests on its own sockets: its memory stays flat,
// an honest kernel client gets every stream whole, and its pings are answered. WORMWOOD_SOAK=full takes ten minutes, two million
// sources and 8,000 frames a second, half of what one core answers with events and logs, and looks at the time of pings as well:
// it needs an idle machine. WORMWOOD_SOAK=90 is the same for so many seconds. The short form, of CI, leaves strangers so little
// memory that it is short within seconds.
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { program } from './daemon-test-support.ts';
import { PacketRing } from './device/packet-ring.ts';
import { type Lan, lan, type LanMachine } from './lan-test-support.ts';
import { missingForNamespaces, outputOf } from './namespace-test-support.ts';
import { CONFIGURATION, contentOf, WORKER } from './services-test-support.ts';
import { HostileMachine, trendOf } from './soak-test-support.ts';

const asked = process.env['WORMWOOD_SOAK'];
const isFull = asked !== undefined;
const SECONDS = asked === undefined ? 20 : asked === 'full' ? 600 : Number(asked);
/** Four million addresses, of which three million frames name more than two. */
const SOURCES = isFull ? 1 << 22 : 1 << 16;
const FRAMES_PER_SECOND = isFull ? 8000 : 2000;
/** Connections that do not read, of 256 KiB each. */
const SLOW_CONNECTIONS = isFull ? 100 : 20;
/** What strangers may claim, in MB; half of 16 are for connections past their handshake. They ask for more than twice as much. */
const MEMORY_MB = isFull ? 128 : 16;
/**
 * The share of the time after which the sensor is warm: code is compiled and tables of the last minute are full. The full form
 * takes 330 s, since a silent connection is kept for 300 s, and their number grows until then.
 */
const WARM_UP = isFull ? 0.55 : 1 / 3;
/**
 * What the warm sensor may grow by, in MB. Full form: 2 million frames come after the warm-up, so 24 octets kept of each would
 * be 48 MB; the heap of V8 breathes less between means over 27 seconds. Short form: tables of the last minute still fill; what
 * strangers could claim without a budget was 350 MB.
 */
const GROWTH_MB_MAX = isFull ? 48 : 128;
/** Of the honest client between two streams of a kind. */
const PAUSE_MS = isFull ? 1000 : 100;
const SAMPLE_MS = isFull ? 1000 : 200;
const ROTATE_MS = 5000;
const METRICS_PORT = 9321;
const OCTETS = 200_000;
const missing = missingForNamespaces('ping', 'sha256sum', 'cat');

const content = contentOf(OCTETS);

/** Behind the proxy: whatever is asked, the content. */
const DOWNLOAD_SERVER = `
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
const content = readFileSync(process.argv[2]);
createServer((socket) => socket.on('error', () => {}).on('data', () => {}).end(content))
  .listen(9007, '127.0.0.1', () => console.log('ready'));`;

/** Round trips and downloads without end, one of each kind at a time; prints how many were whole, and what was not. */
const HONEST = `
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
const content = readFileSync(process.argv[2]);
const sha = (octets) => createHash('sha256').update(octets).digest('hex');
const hash = sha(content);
let isOver = false;
process.stdin.on('end', () => (isOver = true)).resume();
const speak = (port, sent) => new Promise((resolve, reject) => {
  const parts = [];
  const socket = connect({ port, host: '10.3.0.' + (1 + Math.floor(Math.random() * 100)), allowHalfOpen: true });
  socket.setTimeout(30000, () => socket.destroy(new Error('silence')));
  socket.on('data', (part) => parts.push(part));
  socket.on('error', reject);
  socket.on('end', () => { socket.destroy(); resolve(Buffer.concat(parts)); });
  if (sent !== null) socket.end(sent);
});
const kinds = {
  echo: async () => sha(await speak(7, content)) === hash,
  page: async () => /It works/.test(String(await speak(80, 'GET / HTTP/1.0\\r\\n\\r\\n'))),
  download: async () => sha(await speak(81, null)) === hash,
  upload: async () => String(await speak(82, content)).startsWith(hash),
  proxy: async () => sha(await speak(83, null)) === hash,
  worker: async () => sha(await speak(84, content)) === hash,
};
const counts = {};
await Promise.all(Object.entries(kinds).map(async ([name, once]) => {
  counts[name] = { whole: 0, broken: [] };
  do {
    const why = await once().then((isWhole) => (isWhole ? null : 'other octets'), (error) => error.message);
    if (why === null) counts[name].whole++;
    else if (counts[name].broken.length < 20) counts[name].broken.push(why);
    await sleep(${PAUSE_MS});
  } while (!isOver);
}));
console.log(JSON.stringify(counts));
process.exit(0);`;

/** Connections that ask for a download and never read, each for five seconds. */
const SLOW_READERS = `
import { connect } from 'node:net';
const hold = (port) => {
  const socket = connect({ port, host: '10.3.0.' + (1 + Math.floor(Math.random() * 100)) }).pause();
  socket.on('error', () => {});
  socket.on('connect', () => { if (port === 80) socket.write('GET / HTTP/1.0\\r\\n\\r\\n'); });
  if (port === 7) {
    const more = () => { while (!socket.destroyed && socket.write(Buffer.alloc(16384))); };
    socket.on('connect', more).on('drain', more);
  }
  setTimeout(() => { socket.destroy(); hold(port); }, 5000);
};
for (let i = 0; i < ${SLOW_CONNECTIONS}; i++) setTimeout(() => hold([7, 80, 83, 83, 83, i % 3 === 0 ? 81 : 85][i % 6]), 50 * i);`;

/** Bad requests, endless bodies, silent followers and many connections, on the control socket and the port for metrics. */
const ABUSE = `
import { connect } from 'node:net';
const places = [{ path: process.argv[2] }, { host: '127.0.0.1', port: Number(process.argv[3]) }];
const requests = ['GET // HTTP/1.1\\r\\n\\r\\n', 'GET //\\r\\n\\r\\n',
  'GET http://[ HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n', '\\0\\xff'.repeat(1000),
  'GET /' + 'a'.repeat(10000) + ' HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n', 'GET /status HTTP/1.1\\r\\n', '', 
  'DELETE /status HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n',
  'GET /events HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n', 'GET /top?length=1e99&length=%% HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n',
  'GET /metrics HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n', 'GET /__proto__ HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n'.repeat(100),
  'POST /status HTTP/1.1\\r\\nhost: a\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n'];
let turn = 0;
const once = (place) => {
  const request = requests[turn++ % requests.length];
  const socket = connect(place).pause();
  socket.on('error', () => {});
  socket.write(request, 'latin1');
  const body = request.startsWith('POST') && setInterval(() => socket.write('ffff\\r\\n' + 'b'.repeat(65535) + '\\r\\n'), 20);
  setTimeout(() => { clearInterval(body); socket.destroy(); }, 2000);
};
setInterval(() => { for (const place of places) once(place); }, 20);`;

interface Kinds {
  readonly [kind: string]: { readonly whole: number; readonly broken: readonly string[] };
}

describe.skipIf(missing !== null)('a sensor under a hostile mixture', () => {
  it(
    'keeps its memory, answers pings and serves an honest client',
    async () => {
      const seed = process.env['WORMWOOD_SEED'] ?? String(Date.now());
      const place = new SoakPlace();
      try {
        const daemon = await place.startDaemon();
        const said = outputOf(daemon);
        const ping = place.honest.start('ping', '-n', '-D', '-i', '0.1', '10.3.0.200');
        const pinged = outputOf(ping);
        const client = place.honest.start(process.execPath, place.file('honest.mjs', HONEST), place.big);
        const served = outputOf(client);
        const stopHostile = place.startHostile(seed);
        const memory = await place.sampleMemory(daemon.pid ?? 0);
        const hostile = stopHostile();
        client.stdin?.end();
        const kinds = await served;
        ping.kill('SIGINT');
        const times = pingsOf((await pinged).stdout);
        const status = await outputOf(place.ask('status', '--json'));
        const cpuSeconds = cpuSecondsOf(daemon.pid ?? 0);
        daemon.kill('SIGTERM');
        const { code, stderr } = await said;
        const warm = memory.slice(Math.floor(memory.length * WARM_UP));
        const { slope, difference } = trendOf(warm);
        process.stderr.write(
          `soak: seed ${seed}, ${JSON.stringify(hostile)}\n` +
            `soak: memory ${shown(memory[0])} MB, warm ${shown(warm[0])} to ${shown(warm.at(-1))},` +
            ` most ${shown(Math.max(...memory))}, slope ${shown(slope)}, last minus first ${shown(difference)};` +
            ` CPU ${shown(cpuSeconds)} s\n` +
            `soak: pings ${times.sent}, lost ${times.lost}, median ${times.median} ms, 95 % ${times.high} ms,` +
            ` most ${times.most} ms\n` +
            `soak: streams ${kinds.stdout.trim()}\nsoak: status ${status.stdout.replaceAll(/\s+/g, ' ')}\n` +
            `soak: rotations ${place.rotations}; the sensor said ${stderr}\n`,
        );
        expect(kinds.stderr).toBe('');
        const counts = JSON.parse(kinds.stdout) as Kinds;
        expect(Object.keys(counts)).toHaveLength(6);
        for (const [kind, { whole, broken }] of Object.entries(counts)) {
          expect(broken, `${kind}, seed ${seed}; the sensor said ${stderr}`).toEqual([]);
          expect(whole, `${kind}, seed ${seed}`).toBeGreaterThan(0);
        }
        expect(hostile.handshakes, 'handshakes of strangers').toBeGreaterThan(SECONDS);
        const { evicted } = JSON.parse(status.stdout) as { readonly evicted: number };
        expect(evicted, 'strangers that were evicted').toBeGreaterThan(0);
        // A machine that others use as well answers some too late.
        expect(times.lost).toBeLessThanOrEqual(times.sent / (isFull ? 1000 : 5));
        if (isFull) expect(times.median).toBeLessThan(5);
        expect(slope, `seed ${seed}`).toBeLessThan(GROWTH_MB_MAX);
        expect(difference, `seed ${seed}`).toBeLessThan(GROWTH_MB_MAX);
        expect(JSON.parse(status.stdout)).toMatchObject({ faults: 0, wire: { state: 'sending' } });
        expect(stderr).not.toContain('Unexpected error');
        expect(place.rotations, 'rotations of the logs').toBeGreaterThan(1);
        expect(code).toBe(0);
      } finally {
        place.remove();
      }
    },
    (SECONDS + 120) * 1000,
  );
});

/** Everything that the soak makes on this machine. */
class SoakPlace {
  readonly #lan: Lan = lan();
  readonly honest: LanMachine = this.#lan.machine('10.9.8.2/24');
  readonly #hostile: LanMachine = this.#lan.machine('10.9.8.3/24');
  readonly #directory: string = mkdtempSync(join(tmpdir(), 'wormwood-soak-'));
  readonly #control: string = join(this.#directory, 'control.sock');
  readonly big: string;
  /** How often the logs were taken away; only after the first the sensor must have made new ones. */
  rotations = 0;
  #ends: (() => void)[] = [];

  constructor() {
    // After the change of user, files are made in it.
    chmodSync(this.#directory, 0o777);
    for (const machine of [this.honest, this.#hostile])
      machine.ip('route', 'add', '10.3.0.0/16', 'dev', 'e0');
    this.big = this.file('big.bin', content);
    this.file('worker.mjs', WORKER);
  }

  file(name: string, text: string | Uint8Array): string {
    const path = join(this.#directory, name);
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  }

  async startDaemon() {
    const server = this.#startProgram('server.mjs', DOWNLOAD_SERVER, this.big);
    await new Promise((resolve) => server.stdout?.once('data', resolve));
    const configuration = this.file('honeyd.conf', CONFIGURATION);
    const up = ['net', 'up', configuration, '--device', 'packet:d0', '--control', this.#control];
    const logs = [
      '--events',
      join(this.#directory, 'events.jsonl'),
      '--packet-log',
      join(this.#directory, 'packet.log'),
    ];
    const metrics = ['--metrics-port', String(METRICS_PORT), '--memory', String(MEMORY_MB)];
    const daemon = this.#lan.startInDaemon(process.execPath, program, ...up, ...logs, ...metrics);
    this.#ends.push(() => daemon.kill('SIGKILL'));
    await new Promise<void>((resolve, reject) => {
      daemon.stderr?.on('data', (text: Buffer) => text.includes('Answering') && resolve());
      daemon.once('close', () => reject(new Error('the sensor did not start')));
    });
    return daemon;
  }

  ask(...words: readonly string[]) {
    return this.#lan.startInDaemon(process.execPath, program, 'net', ...words, '--control', this.#control);
  }

  /** Starts raw frames, slow readers and abuse of the sockets; returns what ends them and counts. */
  startHostile(seed: string): () => HostileMachine['counts'] {
    const ring = this.#hostile.inside(() => new PacketRing({ interfaceName: 'e0' }));
    const machine = new HostileMachine(
      ring,
      {
        sensorMac: this.#lan.daemonMac,
        // Not that of the interface, so that the kernel of this end leaves the answers alone.
        ownMac: '02:00:00:00:00:fe',
        sources: SOURCES,
        framesPerSecond: FRAMES_PER_SECOND,
      },
      randomStreams(seed).stream('soak'),
    );
    const slow = this.#hostile.start(process.execPath, this.file('slow.mjs', SLOW_READERS));
    const abuse = this.#startProgram('abuse.mjs', ABUSE, this.#control, String(METRICS_PORT));
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      machine.stop();
      ring.close();
      for (const child of [slow, abuse]) child.kill('SIGKILL');
    };
    this.#ends.push(end);
    machine.start();
    return () => {
      end();
      return machine.counts;
    };
  }

  /** Reads the resident memory of the sensor, in MB, for the time of the soak; its logs are taken away as a rotation does. */
  async sampleMemory(pid: number): Promise<readonly number[]> {
    const samples: number[] = [];
    const startMs = performance.now();
    let rotatedMs = startMs;
    for (let now = startMs; now < startMs + SECONDS * 1000; now = performance.now()) {
      const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      samples.push(Number(kilobytes) / 1024);
      if (now - rotatedMs >= ROTATE_MS) {
        rotatedMs = now;
        this.#rotate(pid);
      }
      // oxlint-disable-next-line no-await-in-loop -- one sample after the other
      await sleep(SAMPLE_MS);
    }
    return samples;
  }

  remove(): void {
    for (const end of this.#ends.toReversed()) end();
    this.#lan.remove();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #rotate(pid: number): void {
    const names = ['events.jsonl', 'packet.log'];
    // A slow disk may take longer.
    if (!names.every((name) => existsSync(join(this.#directory, name)))) return;
    this.rotations++;
    for (const name of names) {
      const old = join(this.#directory, `${name}.1`);
      // The one before is closed by now.
      rmSync(old, { force: true });
      renameSync(join(this.#directory, name), old);
    }
    process.kill(pid, 'SIGUSR1');
  }

  #startProgram(name: string, text: string, ...options: readonly string[]) {
    const child = this.#lan.startInDaemon(process.execPath, this.file(name, text), ...options);
    this.#ends.push(() => child.kill('SIGKILL'));
    return child;
  }
}

function pingsOf(output: string) {
  const [, sent = '0', received = '0'] = /(\d+) packets transmitted, (\d+) received/.exec(output) ?? [];
  const times = Array.from(output.matchAll(/time=([\d.]+)/g), ([, time]) => Number(time)).toSorted(
    (a, b) => a - b,
  );
  expect(times.length).toBeGreaterThan(SECONDS);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return {
    sent: Number(sent),
    lost: Number(sent) - Number(received),
    median: at(0.5),
    high: at(0.95),
    most: at(1),
  };
}

function shown(value: number | undefined): string {
  return value === undefined ? '?' : value.toFixed(1);
}

/** User and system time of a process: fields 14 and 15 of proc(5), in hundredths of a second. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
