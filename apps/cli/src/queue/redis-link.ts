/**
 * The connections of a process to Redis. Once Redis has answered, a connection that breaks is made again for as long as it
 * takes; both moments are said once, whatever the number of connections.
 */
import { Redis } from 'ioredis';
import { CommandFailure, EXIT } from '../exit-code.ts';
import type { RedisAddress } from './redis-address.ts';

/** What the queue of cells is called in Redis; workers of another version look elsewhere. */
export const PREFIX = 'wormwood';
export const queueName = (version: string): string => `cells-${version}`;

const RECONNECT_MS_MAX = 2000;
const CONNECT_TIMEOUT_MS = 10_000;

export interface RedisLink {
  /** For commands that return at once. */
  readonly commands: Redis;
  /** Returns another connection, for a command that waits. */
  connect(): Redis;
  /** Ends all connections at once. */
  close(): void;
}

/**
 * Connects to Redis; `say` is called when it is gone and when it is back. Rejects with a sentence if it cannot be reached, or
 * refuses us.
 */
export async function openRedis(address: RedisAddress, say: (sentence: string) => void): Promise<RedisLink> {
  const clients: Redis[] = [];
  let isOpen = false;
  let isGone = false;
  const open = (): Redis => {
    const client = new Redis(address.url, {
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // Commands wait until Redis is back.
      maxRetriesPerRequest: null,
      retryStrategy: (attempts) => (isOpen ? Math.min(100 * attempts, RECONNECT_MS_MAX) : null),
    });
    client.on('error', (error: Error) => {
      if (!isOpen || isGone || client !== clients[0]) return;
      isGone = true;
      say(`Redis at ${address.shown} is gone (${reasonOf(error)}); waiting until it is back.`);
    });
    client.on('ready', () => {
      if (!isGone || client !== clients[0]) return;
      isGone = false;
      say('Redis is back.');
    });
    clients.push(client);
    return client;
  };
  const commands = open();
  try {
    await firstConnection(commands);
    await commands.ping();
  } catch (error) {
    commands.disconnect();
    throw new CommandFailure(
      EXIT.failed,
      `Cannot use Redis at ${address.shown}: ${reasonOf(error as Error)}.`,
      { cause: error },
    );
  }
  isOpen = true;
  return {
    commands,
    connect: () => {
      const client = open();
      client.connect().catch(() => undefined);
      return client;
    },
    close: () => {
      isOpen = false;
      for (const client of clients) client.disconnect();
    },
  };
}

/** Connects once; rejects with what was wrong, where the library would only say that the connection is closed. */
async function firstConnection(client: Redis): Promise<void> {
  let reason: Error | undefined;
  const keep = (error: Error): void => {
    reason ??= error;
  };
  client.on('error', keep);
  try {
    await client.connect();
  } catch (error) {
    throw reason ?? error;
  } finally {
    client.off('error', keep);
  }
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/WRONGPASS|invalid password/i, 'it refuses the password or the user'],
  [
    /NOAUTH/,
    'it asks for a password; put it into the URL, and the URL into a variable or a file (--on env:NAME, file:PATH)',
  ],
  [/NOPERM/, 'the user may not use what sweeps need (keys wormwood*, all commands but the dangerous ones)'],
  [/ECONNREFUSED/, 'nothing listens there'],
  [/ENOTFOUND|EAI_AGAIN/, 'there is no such host'],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, 'there is no answer from there'],
  [
    /self.signed|unable to verify|unable to get/i,
    'its certificate is not from a known authority; name the authority in NODE_EXTRA_CA_CERTS',
  ],
  [/wrong version number|packet length too long/i, 'it speaks no TLS on that port; use redis://'],
];

/** Returns why Redis did not do what it was asked, in words; never the URL. */
function reasonOf(error: Error): string {
  const text = `${(error as { readonly code?: string }).code ?? ''} ${error.message}`.trim();
  const [, reason] = REASONS.find(([pattern]) => pattern.test(text)) ?? [];
  return reason ?? text.replace(/\.$/, '');
}

/** Whether Redis takes no more data for now: its memory or its disk is full, or it still reads its data. */
export function isRefusingData(error: unknown): boolean {
  return error instanceof Error && /\bOOM\b|MISCONF|LOADING|BUSY|READONLY/.test(error.message);
}
