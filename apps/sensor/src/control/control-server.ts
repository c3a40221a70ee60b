/**
 * What a running sensor tells about itself, by HTTP: everything on a Unix socket, whose file mode says who may ask, and
 * the metrics alone on a port of loopback where one is asked for. Nothing can be changed through either.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { formatPrometheus } from '@wormwood/honeynet';
import type { Daemon } from '../daemon.ts';
import { hostsOf, metricsOf, statusOf, topOf } from './sensor-report.ts';

export interface ControlOptions {
  readonly socketPath: string;
  /** Port of 127.0.0.1 for metrics; null: none. */
  readonly metricsPort: number | null;
}

/** A follower that reads too slowly misses events beyond so many octets. */
const FOLLOWER_BYTES_MAX = 1 << 20;
const LENGTH_DEFAULT = 20;
const LENGTH_MAX = 1000;
const SOCKET_MODE = 0o660;
const HTTP_OK = 200;
const HTTP_NOT_FOUND = 404;
const HTTP_NOT_ALLOWED = 405;
const HTTP_NOT_READY = 503;

export class ControlServer {
  readonly #servers: readonly Server[];

  /** Listens; rejects with the system's error, `EADDRINUSE` while another sensor has the socket. */
  static async listen(options: ControlOptions, daemonOf: () => Daemon | undefined): Promise<ControlServer> {
    const servers = [createServer((request, response) => answer(request, response, daemonOf(), false))];
    await removeStaleSocket(options.socketPath);
    await listening(servers[0]!, { path: options.socketPath });
    chmodSync(options.socketPath, SOCKET_MODE);
    if (options.metricsPort !== null) {
      const metrics = createServer((request, response) => answer(request, response, daemonOf(), true));
      await listening(metrics, { host: '127.0.0.1', port: options.metricsPort });
      servers.push(metrics);
    }
    return new ControlServer(servers);
  }

  private constructor(servers: readonly Server[]) {
    this.#servers = servers;
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }
}

function listening(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A socket that nobody listens on is left over from a sensor that was killed. */
function removeStaleSocket(path: string): Promise<void> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.on('connect', () => {
      probe.destroy();
      resolve();
    });
    probe.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') rmSync(path, { force: true });
      resolve();
    });
  });
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  daemon: Daemon | undefined,
  metricsOnly: boolean,
): void {
  if (daemon === undefined) return send(response, HTTP_NOT_READY, 'text/plain', 'Not ready yet.\n');
  const url = new URL(request.url ?? '/', 'http://sensor');
  if (request.method !== 'GET')
    return send(response, HTTP_NOT_ALLOWED, 'text/plain', 'Only GET is answered.\n');
  if (url.pathname === '/metrics') {
    return send(response, HTTP_OK, 'text/plain; version=0.0.4', formatPrometheus(metricsOf(daemon)));
  }
  if (metricsOnly) return send(response, HTTP_NOT_FOUND, 'text/plain', 'There is /metrics only.\n');
  const length = Math.min(
    LENGTH_MAX,
    Number(url.searchParams.get('length') ?? LENGTH_DEFAULT) || LENGTH_DEFAULT,
  );
  switch (url.pathname) {
    case '/status':
      return sendJson(response, statusOf(daemon));
    case '/top':
      return sendJson(response, topOf(daemon, length));
    case '/hosts':
      return sendJson(response, hostsOf(daemon));
    case '/events':
      return follow(response, daemon);
    default:
      return send(
        response,
        HTTP_NOT_FOUND,
        'text/plain',
        'There are /status, /top, /hosts, /events and /metrics.\n',
      );
  }
}

function follow(response: ServerResponse, daemon: Daemon): void {
  response.writeHead(HTTP_OK, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  const end = daemon.outputs.follow((event) => {
    if (response.writableLength < FOLLOWER_BYTES_MAX) response.write(`${JSON.stringify(event)}\n`);
  });
  response.on('close', end);
}

function sendJson(response: ServerResponse, value: unknown): void {
  send(response, HTTP_OK, 'application/json', `${JSON.stringify(value)}\n`);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}
