// The sockets that strangers on the machine reach, attacked: bad requests, slow readers, bodies without end, crowds.
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomStreams } from '@wormwood/base';
import { plainBehavior } from '@wormwood/netstack';
import { TrafficCounts } from '@wormwood/honeynet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Faults } from '../faults.ts';
import { honeynetOf } from '../sensor-test-support.ts';
import { ControlServer } from './control-server.ts';
import type { ReportSource } from './sensor-report.ts';

const REQUESTS = Number(process.env['WORMWOOD_FUZZ_RUNS'] ?? 400);

let directory: string;
let socketPath: string;
let metricsPort: number;
let server: ControlServer;
let source: ReportSource;
let faults: Faults;
let emit: ((line: Uint8Array) => void) | null;
const reported: string[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'wormwood-control-'));
  socketPath = join(directory, 'control.sock');
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  metricsPort = (free.address() as AddressInfo).port;
  free.close();
  reported.length = 0;
  faults = new Faults({ nowSeconds: () => 0, onTrouble: (sentence) => reported.push(sentence) });
  source = {
    version: '1',
    name: 'test',
    honeynet: honeynetOf('create host\nbind 10.3.0.5 host'),
    counts: new TrafficCounts(1),
    sensor: {
      counts: () => ({ frames: 1, dropped: 0, connections: 0, halfOpen: 0, evicted: 0 }),
      leased: () => [],
      wire: () => null,
    },
    outputs: {
      dropped: 0,
      follow: (listener) => {
        emit = listener;
        return () => (emit = null);
      },
    },
    faultCount: 0,
    scriptUser: null,
    personalities: { behaviorOf: () => plainBehavior(new Uint8Array(16)) },
    uptimeSeconds: () => 1,
    nets: () => ['10.3.0.5/32'],
    addressCount: () => 1,
    routers: () => [],
    linkNets: () => [],
  };
  server = await ControlServer.listen({ socketPath, metricsPort }, () => source, faults);
});

afterEach(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Sends octets as they are to one of the two sockets; returns what comes back until it is closed. */
async function spoken(
  octets: Uint8Array | string,
  where: 'control' | 'metrics' = 'control',
): Promise<string> {
  const socket = where === 'control' ? connect(socketPath) : connect(metricsPort, '127.0.0.1');
  let output = '';
  socket.on('data', (part) => (output += part.toString('latin1'))).on('error', () => undefined);
  socket.end(octets);
  await closed(socket);
  return output;
}

/** Resolves when a socket is closed, with an error or without. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('close', () => resolve()));
}

function isAlive(): Promise<string> {
  return spoken('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n', 'metrics');
}

describe('a request', () => {
  it.each(['//', '/%', '/\\', 'http://', '*', '/status?length=%', 'http://[', '?', '/\u0000'])(
    'for %j ends nothing',
    async (path) => {
      for (const where of ['control', 'metrics'] as const) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect(await spoken(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`, where)).toMatch(
          /^HTTP\/1\.1 [24]\d\d/,
        );
      }
      expect(faults.count).toBe(0);
      expect(await isAlive()).toContain('wormwood_frames_total 1');
    },
  );

  it('at random ends nothing', async () => {
    const seed = process.env['WORMWOOD_SEED'] ?? String(Date.now());
    const stream = randomStreams(seed).stream('control');
    const words = [
      'GET ',
      'POST ',
      '/',
      '//',
      '/status',
      '/events',
      ' HTTP/1.1',
      '\r\n',
      '\r\n\r\n',
      'host: x',
      ':',
      '?length=',
      'transfer-encoding: chunked',
      'content-length: 9',
      'expect: 100-continue',
      'connection: upgrade',
      'upgrade: h2c',
      '\u0000',
      '%',
      'CONNECT ',
      'x'.repeat(5000),
    ];
    const pick = (n: number): number => stream.nextBelow(n);
    for (let run = 0; run < REQUESTS; run++) {
      const isText = stream.nextDouble() < 0.7;
      const length = 1 + pick(12);
      const octets = isText
        ? Array.from({ length }, () => words[pick(words.length)]).join('')
        : Uint8Array.from({ length: 20 * length }, () => pick(256));
      const socket = run % 2 === 0 ? connect(socketPath) : connect(metricsPort, '127.0.0.1');
      socket.on('error', () => undefined).end(octets);
      socket.resume();
      // oxlint-disable-next-line no-await-in-loop -- a few at a time
      if (run % 20 === 19) await sleep(5);
    }
    await sleep(1100);
    expect(await isAlive(), `WORMWOOD_SEED=${seed}`).toContain('wormwood_frames_total 1');
    expect(faults.count, reported.join('; ')).toBe(0);
  });

  it('that fails inside is answered, counted and reported once', async () => {
    source = {
      ...source,
      nets: () => {
        throw new Error('broken\u001b[2J');
      },
    };
    for (let i = 0; i < 3; i++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await spoken('GET /status HTTP/1.1\r\nhost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 500 /);
    }
    expect(faults.count).toBe(3);
    expect(reported).toHaveLength(1);
    expect(reported[0]).toMatch(/^Unexpected error in a request: broken\\u\{1b\}/);
  });

  it('is one of so many in a second', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => isAlive()));
    const refused = answers.filter((answer) => answer.startsWith('HTTP/1.1 429'));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(60);
  });
});

describe('a connection', () => {
  it('carries one request, however many are sent in a row', async () => {
    const output = await spoken('GET /hosts HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(1000));
    expect(output.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
  });

  it('with a body without end is closed', async () => {
    const socket = connect(socketPath);
    socket.on('error', () => undefined).resume();
    socket.write('POST /status HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    const timer = setInterval(() => socket.write('5\r\nhello\r\n'), 5);
    await closed(socket);
    clearInterval(timer);
  });

  it('is one of a bounded crowd', async () => {
    const crowd: Socket[] = [];
    let gone = 0;
    for (let i = 0; i < 300; i++) {
      const socket = connect(metricsPort, '127.0.0.1');
      socket
        .on('error', () => undefined)
        .on('close', () => gone++)
        .resume();
      crowd.push(socket);
    }
    await expect.poll(() => gone, { timeout: 10_000 }).toBeGreaterThanOrEqual(300 - 64);
    expect(gone).toBeLessThan(300);
    for (const socket of crowd) socket.destroy();
    await expect.poll(() => isAlive(), { timeout: 5000 }).toContain('wormwood_frames_total 1');
  });

  it('of a follower that does not read holds a bounded number of octets', async () => {
    const followers: Socket[] = [];
    for (let i = 0; i < 20; i++) {
      const socket = connect(socketPath);
      socket.on('error', () => undefined).write('GET /events HTTP/1.1\r\nhost: x\r\n\r\n');
      socket.pause();
      followers.push(socket);
    }
    await expect.poll(() => emit !== null).toBe(true);
    await sleep(200);
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    const message = 'x'.repeat(1000);
    for (let i = 0; i < 50_000; i++) {
      emit?.(Buffer.from(`${JSON.stringify({ v: 1, event: 'sensor.trouble', message })}\n`));
      // oxlint-disable-next-line no-await-in-loop -- lets the sockets write
      if (i % 1000 === 0) await sleep(1);
    }
    const after = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    // 50 MB of events were sent to each.
    expect(after - before).toBeLessThan(100e6);
    for (const socket of followers) socket.destroy();
  });
});

describe('the path of the socket', () => {
  const listen = (path: string, port: number | null = null): Promise<ControlServer> =>
    ControlServer.listen({ socketPath: path, metricsPort: port }, () => source, faults);

  it('never loses a file to the socket', async () => {
    const path = join(directory, 'precious');
    writeFileSync(path, 'words');
    await expect(listen(path)).rejects.toMatchObject({ code: 'EEXIST', path });
    expect(readFileSync(path, 'utf8')).toBe('words');
    await expect(listen(directory)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(listen('/dev/null')).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('is left alone while somebody listens there, and taken over when nobody does', async () => {
    await expect(listen(socketPath)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await isAlive()).toContain('200 OK');
    const stale = join(directory, 'stale.sock');
    // A process that is killed leaves its socket behind.
    const { spawnSync } = await import('node:child_process');
    spawnSync(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(stale)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    expect(statSync(stale).isSocket()).toBe(true);
    const second = await listen(stale);
    expect(statSync(stale).mode & 0o777).toBe(0o660);
    second.close();
  });

  it('is gone after a start that failed', async () => {
    const path = join(directory, 'second.sock');
    await expect(listen(path, metricsPort)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(existsSync(path)).toBe(false);
  });
});

it('answers as a client of HTTP expects', async () => {
  const answered = await new Promise<{ readonly status: number | undefined; readonly body: string }>(
    (resolve, reject) => {
      request({ socketPath, path: '/top?length=5' }, (response) => {
        let body = '';
        response
          .on('data', (part: Buffer) => (body += part.toString()))
          .on('end', () => resolve({ status: response.statusCode, body }));
      })
        .on('error', reject)
        .end();
    },
  );
  expect(answered).toEqual({ status: 200, body: '{"sources":[],"hosts":[],"ports":[]}\n' });
});
