/** The block lists over HTTP on loopback, read from the log, which another process may write. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode, systemReason } from '@wormwood/base';
import {
  type FeedClient,
  feedContent,
  type FeedRequest,
  type FeedResponse,
  FeedServer,
  type Ledger,
  lookingTime,
  permissionTime,
  type ScopeAdmission,
} from '@wormwood/defense';
import type { IpSet } from '@wormwood/wire';
import { ResponderFailure } from './failure.ts';
import { machineClock } from './machine-clock.ts';
import type { ResponseState } from './state.ts';
import { readSecret } from './trusted-file.ts';

const HOST = '127.0.0.1';
const KEY_OCTETS = 24;
const KEY_LENGTH_MIN = 16;
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
  const names = state.feeds();
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

/** What all readers are answered from until something changes. */
interface Reading {
  /** Null while the log is not in order: a list that cannot be proved is not served. */
  readonly ledger: Ledger | null;
  readonly scope: ScopeAdmission;
  readonly ownAddresses: IpSet;
}

/** Looks at a key before it does any work; reads the log once for all readers, and again only after a change. */
class FeedAnswerer {
  readonly #state: ResponseState;
  readonly #server: FeedServer;
  #reading: Promise<Reading> | null = null;
  #stamp = '';

  constructor(state: ResponseState, clients: readonly FeedClient[]) {
    this.#state = state;
    this.#server = new FeedServer(clients);
  }

  /** Null while nothing can be proved. */
  async answer(request: FeedRequest): Promise<FeedResponse | null> {
    const admitted = this.#server.admit(request);
    if ('status' in admitted) return admitted;
    const { ledger, scope, ownAddresses } = await this.#read();
    if (ledger === null) return null;
    const reading = machineClock.read();
    const seconds = lookingTime(ledger, reading);
    const moment = {
      nowSeconds: seconds,
      permissionSeconds: permissionTime(ledger, seconds, reading),
      mode: ledger.mode ?? 'dryRun',
      scope,
      ownAddresses,
    };
    return this.#server.answer(admitted, request, (name) => feedContent(name, ledger, moment));
  }

  /** Readers that come while the log is read wait for that reading. */
  #read(): Promise<Reading> {
    const stamp = `${this.#state.inputStamp()} ${this.#state.logStamp()}`;
    if (this.#reading !== null && stamp === this.#stamp) return this.#reading;
    this.#stamp = stamp;
    const reading = this.#readNow();
    this.#reading = reading;
    // What could not be read is read again for the next reader.
    reading.catch(() => {
      if (this.#reading === reading) this.#reading = null;
    });
    return reading;
  }

  async #readNow(): Promise<Reading> {
    const { ledger, reading } = await this.#state.view();
    return {
      ledger: reading.ok ? ledger : null,
      scope: await this.#state.admission(),
      ownAddresses: this.#state.ownAddresses(),
    };
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
  // Nobody reads a body: whoever sends one loses the connection with the answer.
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (hasBody) response.once('finish', () => request.destroy());
  const closing = hasBody ? { connection: 'close' } : {};
  if (found === null) {
    response.writeHead(503, { 'retry-after': '60', ...closing }).end();
    return;
  }
  const length = Buffer.byteLength(found.body);
  response.writeHead(found.status, { ...found.headers, 'content-length': length, ...closing });
  response.end(method === 'HEAD' ? undefined : found.body);
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason =
        errorCode(error) === 'EADDRINUSE' ? 'another program listens there' : systemReason(error);
      reject(new ResponderFailure('failed', `The feed cannot listen on port ${port}: ${reason}.`));
    });
    server.listen(port, HOST, () => {
      // A connection that breaks later ends alone.
      server.on('error', () => undefined);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** The key of the readers, made when there is none. A key that is empty or short would let anybody in. */
async function keyOf(path: string): Promise<string> {
  const made = randomBytes(KEY_OCTETS).toString('base64url');
  try {
    await writeFile(path, `${made}\n`, { flag: 'wx', mode: 0o600 });
    return made;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') {
      throw new ResponderFailure('failed', `${path} cannot be written: ${systemReason(error)}.`, {
        cause: error,
      });
    }
  }
  const key = readSecret(path);
  if (key.length >= KEY_LENGTH_MIN) return key;
  throw new ResponderFailure(
    'invalidFile',
    `The key in ${path} is shorter than ${KEY_LENGTH_MIN} characters.`,
  );
}
