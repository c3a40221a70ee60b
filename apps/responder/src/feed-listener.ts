/** The block lists over HTTP on loopback, read from the log, which another process may write. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode, systemReason } from '@wormwood/base';
import { type FeedClient, feedContent, FeedServer, type FeedResponse, Ledger } from '@wormwood/defense';
import { ResponderFailure } from './failure.ts';
import { nowSeconds, type ResponseState } from './state.ts';

const HOST = '127.0.0.1';
const KEY_OCTETS = 24;
const REQUEST_BYTES_MAX = 8192;
const REQUEST_MILLISECONDS_MAX = 10_000;

/** A feed that is served. */
export interface ServedFeed {
  readonly feed: string;
  readonly url: string;
  /** File that holds the key which readers show. */
  readonly keyPath: string;
}

export interface FeedListener {
  readonly feeds: readonly ServedFeed[];
  close(): void;
}

/** Listens on this port of 127.0.0.1, any for 0; rejects with a `ResponderFailure` where there is nothing to serve. */
export async function listenForFeeds(state: ResponseState, port: number): Promise<FeedListener> {
  const names = await state.feeds();
  if (names.length === 0) {
    throw new ResponderFailure(
      'failed',
      'respond.yaml names no actuator of kind feed: there is nothing to serve.',
    );
  }
  const clients: FeedClient[] = [];
  for (const name of names) clients.push({ name, feed: name, key: await keyOf(state.feedKeyPath(name)) });
  const answerer = new FeedAnswerer(state, clients);
  const server = createServer(
    { maxHeaderSize: REQUEST_BYTES_MAX, requestTimeout: REQUEST_MILLISECONDS_MAX },
    (request, response) => void answer(answerer, request, response),
  );
  const actualPort = await listening(server, port);
  return {
    feeds: names.map((feed) => ({
      feed,
      url: `http://${HOST}:${actualPort}/feeds/${feed}.txt`,
      keyPath: state.feedKeyPath(feed),
    })),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Answers from the log as it is now; it is read again only after a change. */
class FeedAnswerer {
  readonly #state: ResponseState;
  readonly #server: FeedServer;
  #seen = '';
  #ledger: Ledger = new Ledger();
  #fault: string | null = null;
  #moment: Parameters<typeof feedContent>[2] | undefined;

  constructor(state: ResponseState, clients: readonly FeedClient[]) {
    this.#state = state;
    this.#server = new FeedServer(clients, (name) => this.#content(name));
  }

  /** Null while the log is not in order: a list that cannot be proved is not told. */
  async answer(request: Parameters<FeedServer['answer']>[0]): Promise<FeedResponse | null> {
    const stamp = this.#state.logStamp();
    if (stamp !== this.#seen) {
      const { ledger, reading } = await this.#state.view();
      this.#ledger = ledger;
      this.#fault = reading.ok ? null : reading.reason;
      this.#seen = stamp;
    }
    if (this.#fault !== null) return null;
    this.#moment = {
      nowSeconds: nowSeconds(),
      scope: await this.#state.admission(),
      ownAddresses: await this.#state.ownAddresses(),
      mode: this.#ledger.mode ?? 'dryRun',
    };
    return this.#server.answer(request);
  }

  #content(name: string): ReturnType<typeof feedContent> {
    if (this.#moment === undefined) throw new Error('a feed is told at a moment');
    return feedContent(name, this.#ledger, this.#moment);
  }
}

async function answer(
  answerer: FeedAnswerer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url: target = '' } = request;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join() : value,
    ]),
  );
  const found = await answerer.answer({ method, target, headers }).catch(() => null);
  if (found === null) {
    response.writeHead(503, { 'retry-after': '60' }).end();
    return;
  }
  response.writeHead(found.status, { ...found.headers, 'content-length': Buffer.byteLength(found.body) });
  response.end(method === 'HEAD' ? undefined : found.body);
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason =
        errorCode(error) === 'EADDRINUSE' ? 'another program listens there' : systemReason(error);
      reject(new ResponderFailure('failed', `The feed cannot listen on port ${port}: ${reason}.`));
    });
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

/** The key of the readers, made when there is none. */
async function keyOf(path: string): Promise<string> {
  const made = randomBytes(KEY_OCTETS).toString('base64url');
  try {
    await writeFile(path, `${made}\n`, { flag: 'wx', mode: 0o600 });
    return made;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return (await readFile(path, 'utf8')).trim();
    throw new ResponderFailure('failed', `${path} cannot be written: ${systemReason(error)}.`, {
      cause: error,
    });
  }
}
