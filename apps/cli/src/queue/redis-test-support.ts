/** A real redis-server on a loopback port and in a directory of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { RedisAddress } from './redis-address.ts';
import { openRedis, type RedisLink } from './redis-link.ts';

export const hasRedis: boolean = isInstalled();

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env['WORMWOOD_REQUIRE_ALL'] === '1') throw new Error('redis-server is not installed');
    console.log('not checked: redis-server is not installed');
    return false;
  }
}

export interface RedisServer {
  readonly address: RedisAddress;
  readonly port: number;
  /** Ends it as the system does, so that it saves what it holds. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Opens `tlsPort` as well, with the certificate of the settings. */
  secure(): Promise<void>;
  readonly tlsPort: number;
  /** Returns a link for this test, closed with the server. */
  link(say?: (sentence: string) => void): Promise<RedisLink>;
}

/** Calls `body` with a server that has the settings `args`, and removes it afterwards. */
export async function withRedis(
  body: (server: RedisServer) => Promise<void>,
  args: readonly string[] = [],
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'wormwood-redis-'));
  const port = await freePort();
  const tlsPort = await freePort();
  const password = args.includes('--requirepass') ? args[args.indexOf('--requirepass') + 1] : undefined;
  const login = { port, host: '127.0.0.1', ...(password !== undefined && { password }) };
  const links: RedisLink[] = [];
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const settings = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      directory,
      '--save',
      '3600 1',
      ...args,
    ];
    child = spawn('redis-server', settings, { stdio: 'ignore' });
    await answers(login);
  };
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await ended;
    }
  };
  const address = { url: `redis://127.0.0.1:${port}`, shown: `redis://127.0.0.1:${port}` };
  try {
    await start();
    const link = async (say: (sentence: string) => void = () => undefined): Promise<RedisLink> => {
      const opened = await openRedis(address, say);
      links.push(opened);
      return opened;
    };
    const secure = async (): Promise<void> => {
      const client = new Redis(login);
      await client.config('SET', 'tls-port', String(tlsPort));
      client.disconnect();
    };
    await body({ address, port, tlsPort, secure, start, stop, link });
  } finally {
    for (const link of links) link.close();
    await stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Login {
  readonly port: number;
  readonly host: string;
  readonly password?: string;
}

/** Resolves once the server lets us in. */
async function answers(login: Login): Promise<void> {
  for (;;) {
    const client = new Redis({ ...login, lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch {
      await sleep(50);
    } finally {
      client.disconnect();
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
