/** `wormwood respond feed`: the block lists over HTTP on loopback, read from the log, which another process may write. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FeedClient, feedContent, FeedServer, type FeedResponse, Ledger } from '@wormwood/defense';
import { CommandFailure, errorCode, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal } from '../output/terminal.ts';
import type { RespondFeedOptions } from '../tree/respond-commands.ts';
import { nowSeconds, ResponseState } from './respond-state.ts';

const HOST = '127.0.0.1';
const KEY_OCTETS = 24;
const REQUEST_BYTES_MAX = 8192;
const REQUEST_MILLISECONDS_MAX = 10_000;

export async function feed(options: RespondFeedOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const state = new ResponseState(options.state);
  const names = await state.feeds();
  if (names.length === 0) {
    const sentence = `No actuator of kind feed stands in ${options.state}/respond.yaml, so that there is nothing to serve.`;
    throw new CommandFailure(EXIT.failed, sentence);
  }
  const clients: FeedClient[] = [];
  for (const name of names) clients.push({ name, feed: name, key: await keyOf(state.feedKeyPath(name)) });
  const answerer = new FeedAnswerer(state, clients);
  const server = createServer(
    { maxHeaderSize: REQUEST_BYTES_MAX, requestTimeout: REQUEST_MILLISECONDS_MAX },
    (request, response) => void answer(answerer, request, response),
  );
  const port = await listening(server, options.port);
  const interrupt = catchInterrupt(() => terminal.say('Ending.'));
  for (const name of names) {
    const url = `http://${HOST}:${port}/feeds/${name}.txt`;
    const key = state.feedKeyPath(name);
    await terminal.print(options.json ? JSON.stringify({ feed: name, url, key }) : `${url}  (key in ${key})`);
  }
  if (!interrupt.interrupted()) {
    await new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve, { once: true }));
  }
  interrupt.release();
  server.closeAllConnections();
  server.close();
  return EXIT.ok;
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
      reject(new CommandFailure(EXIT.failed, `The feed cannot listen on port ${port}: ${reason}.`));
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
    throw new CommandFailure(EXIT.failed, `${path} cannot be written: ${systemReason(error)}.`, {
      cause: error,
    });
  }
}
