/**
 * What a running sensor says about itself, by HTTP: everything on a Unix socket, whose file mode says who may ask, and the
 * metrics alone on a port of loopback where one is asked for. Nothing can be changed through either. Whoever asks may be
 * hostile: every count, length and time is bounded, and no request ends the sensor.
 */
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { parseIp } from '@wormwood/wire';
import { formatPrometheus } from '@wormwood/honeynet';
import type { Faults } from '../faults.ts';
import {
  explanationOf,
  hostsOf,
  metricsOf,
  type ReportSource,
  statusOf,
  topologyOf,
  topOf,
} from './sensor-report.ts';

export interface ControlOptions {
  readonly socketPath: string;
  /** Port of 127.0.0.1 for metrics; null: none. */
  readonly metricsPort: number | null;
}

/** What requests are answered from; it is not there before the sensor has started. */
export type SourceNow = () => ReportSource | undefined;

/** A follower that reads too slowly misses events beyond so many octets. */
const FOLLOWER_BYTES_MAX = 1 << 20;
const FOLLOWERS_MAX = 16;
/** Answers that wait to be read, all of them together. */
const WAITING_BYTES_MAX = 64 << 20;
/** Connections of each socket; those beyond are closed at once. */
const CONNECTIONS_MAX = 64;
const ANSWERS_PER_SECOND = 50;
const HEADER_BYTES_MAX = 4096;
const HEADER_MS_MAX = 5000;
const REQUEST_MS_MAX = 10_000;
/** Whoever has not read an answer by then is cut off. */
const ANSWER_MS_MAX = 30_000;
const LENGTH_DEFAULT = 20;
const LENGTH_MAX = 1000;
/** Read and written by the owner and the group. */
const SOCKET_UMASK = 0o117;
const SOCKET_MODE = 0o660;
const DIRECTORY_MODE = 0o755;
const HTTP_OK = 200;
const HTTP_BAD = 400;
const HTTP_NOT_FOUND = 404;
const HTTP_NOT_ALLOWED = 405;
const HTTP_TOO_MANY = 429;
const HTTP_FAILED = 500;
const HTTP_NOT_READY = 503;
const PLAIN = 'text/plain; charset=utf-8';

export class ControlServer {
  readonly #sourceNow: SourceNow;
  readonly #faults: Faults;
  readonly #servers: Server[] = [];
  #waitingBytes = 0;
  #followers = 0;
  #secondAtMs = 0;
  #answeredInSecond = 0;

  /**
   * Listens; rejects with the system's error: `EADDRINUSE` while another sensor has the socket, `EEXIST` where the path is
   * anything but a socket. When it rejects, nothing listens and no socket is left.
   */
  static async listen(options: ControlOptions, sourceNow: SourceNow, faults: Faults): Promise<ControlServer> {
    const server = new ControlServer(sourceNow, faults);
    try {
      // As systemd makes it for the service.
      mkdirSync(dirname(options.socketPath), { recursive: true, mode: DIRECTORY_MODE });
      await removeStaleSocket(options.socketPath);
      await server.#add(false, { path: options.socketPath });
      chmodSync(options.socketPath, SOCKET_MODE);
      if (options.metricsPort !== null) {
        await server.#add(true, { host: '127.0.0.1', port: options.metricsPort });
      }
      return server;
    } catch (error) {
      server.close();
      throw error;
    }
  }

  private constructor(sourceNow: SourceNow, faults: Faults) {
    this.#sourceNow = sourceNow;
    this.#faults = faults;
  }

  /** Ends every connection, and removes the socket where the sensor may. */
  close(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  async #add(metricsOnly: boolean, where: { path: string } | { host: string; port: number }): Promise<void> {
    const server = createServer(
      {
        maxHeaderSize: HEADER_BYTES_MAX,
        headersTimeout: HEADER_MS_MAX,
        requestTimeout: REQUEST_MS_MAX,
        connectionsCheckingInterval: 1000,
        keepAlive: false,
      },
      (request, response) => this.#answer(request, response, metricsOnly),
    );
    server.maxConnections = CONNECTIONS_MAX;
    // Requests in a row on one connection would be answered before the first answer is read.
    server.maxRequestsPerSocket = 1;
    await listening(server, where);
    server.on('error', (error) => this.#faults.caught('a control socket', error));
    this.#servers.push(server);
  }

  #answer(request: IncomingMessage, response: ServerResponse, metricsOnly: boolean): void {
    response.on('error', () => response.destroy());
    // A body is never read.
    response.on('finish', () => {
      if (!request.complete) request.socket.destroySoon();
    });
    try {
      this.#answerPath(request, response, metricsOnly);
    } catch (error) {
      this.#faults.caught('a request', error);
      if (response.headersSent) response.destroy();
      else this.#send(response, HTTP_FAILED, PLAIN, 'This cannot be answered.\n');
    }
  }

  #answerPath(request: IncomingMessage, response: ServerResponse, metricsOnly: boolean): void {
    const refuse = (status: number, sentence: string): void =>
      this.#send(response, status, PLAIN, `${sentence}\n`);
    const source = this.#sourceNow();
    if (source === undefined) return refuse(HTTP_NOT_READY, 'Not ready yet.');
    if (!this.#isInTime()) return refuse(HTTP_TOO_MANY, 'Too many requests in this second.');
    if (request.method !== 'GET') return refuse(HTTP_NOT_ALLOWED, 'Only GET is answered.');
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    if (path === '/metrics') {
      const type = 'text/plain; version=0.0.4';
      return this.#send(response, HTTP_OK, type, formatPrometheus(metricsOf(source)));
    }
    if (metricsOnly) return refuse(HTTP_NOT_FOUND, 'There is /metrics only.');
    const json = (value: unknown): void =>
      this.#send(response, HTTP_OK, 'application/json', `${JSON.stringify(value)}\n`);
    switch (path) {
      case '/status':
        return json(statusOf(source));
      case '/top':
        return json(topOf(source, lengthOf(query)));
      case '/hosts':
        return json(hostsOf(source));
      case '/topology':
        return json(topologyOf(source));
      case '/explain': {
        const address = parseIp(new URLSearchParams(query).get('address') ?? '');
        return address.ok ? json(explanationOf(source, address.value)) : refuse(HTTP_BAD, address.reason);
      }
      case '/events':
        return this.#follow(response, source);
      default:
        return refuse(
          HTTP_NOT_FOUND,
          'There are /status, /top, /hosts, /topology, /explain, /events and /metrics.',
        );
    }
  }

  #isInTime(): boolean {
    const now = performance.now();
    if (now - this.#secondAtMs >= 1000) {
      this.#secondAtMs = now;
      this.#answeredInSecond = 0;
    }
    return ++this.#answeredInSecond <= ANSWERS_PER_SECOND;
  }

  #follow(response: ServerResponse, source: ReportSource): void {
    if (this.#followers >= FOLLOWERS_MAX) {
      return this.#send(response, HTTP_NOT_READY, PLAIN, `${FOLLOWERS_MAX} others follow already.\n`);
    }
    this.#followers++;
    response.writeHead(HTTP_OK, { 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
    const end = source.outputs.follow((line) => {
      if (response.writableLength < FOLLOWER_BYTES_MAX) response.write(line);
    });
    response.on('close', () => {
      this.#followers--;
      end();
    });
  }

  #send(response: ServerResponse, status: number, type: string, body: string): void {
    const octets = Buffer.from(body);
    if (this.#waitingBytes + octets.length > WAITING_BYTES_MAX) return void response.destroy();
    this.#waitingBytes += octets.length;
    const timer = setTimeout(() => response.destroy(), ANSWER_MS_MAX);
    response.on('close', () => {
      clearTimeout(timer);
      this.#waitingBytes -= octets.length;
    });
    response.writeHead(status, { 'content-type': type, 'content-length': octets.length });
    response.end(octets);
  }
}

function lengthOf(query: string): number {
  const asked = Number(new URLSearchParams(query).get('length') ?? LENGTH_DEFAULT);
  return Number.isInteger(asked) && asked > 0 ? Math.min(LENGTH_MAX, asked) : LENGTH_DEFAULT;
}

function listening(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The socket is made in the call, and must never be open to everybody.
    const umask = 'path' in where ? process.umask(SOCKET_UMASK) : null;
    try {
      server.listen(where, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      if (umask !== null) process.umask(umask);
    }
  });
}

/** Removes a socket that nobody listens on, left over from a sensor that was killed. Nothing else is ever removed. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw Object.assign(new Error('it exists and is not a socket'), { code: 'EEXIST', path });
  }
  const isStale = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.on('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
  if (isStale) rmSync(path, { force: true });
}
