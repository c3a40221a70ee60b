/**
 * Answers the requests of those who fetch feeds. An app owns the socket and hands each request over; nothing here waits.
 * Only clients with a key are answered, and each of them is remembered by how far it has come in the stream.
 */
import { assert, encodeBase64, hexadecimal, sha256, utf8 } from '@wormwood/base';
import { crowdSecStream, type FeedContent, jsonFeed, textFeed } from './feed.ts';

/** A machine that may read feeds, and the key that it presents. */
export interface FeedClient {
  readonly name: string;
  readonly key: string;
  /** Which feed its stream is of. */
  readonly feed: string;
}

/** A request by HTTP, as far as feeds look at it. */
export interface FeedRequest {
  readonly method: string;
  /** With the query: `/v1/decisions/stream?startup=true`. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The answer to a request, whole. */
export interface FeedResponse {
  readonly status: 200 | 401 | 404 | 405;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `/feeds/NAME.txt`, `/feeds/NAME.json` and `/v1/decisions/stream`. */
const FEED_PATH = /^\/feeds\/([a-z][a-z0-9-]{0,31})\.(txt|json)$/;
const STREAM_PATH = '/v1/decisions/stream';

export class FeedServer {
  readonly #clients = new Map<string, FeedClient>();
  readonly #feeds: ReadonlySet<string>;
  /** By client: the sequence number up to which it knows the stream. */
  readonly #known = new Map<string, number>();

  /** Clients show their key as `X-Api-Key`, or as password beside their name. An empty key is a mistake of the caller. */
  constructor(clients: readonly FeedClient[]) {
    this.#feeds = new Set(clients.map(({ feed }) => feed));
    for (const client of clients) {
      assert(client.key !== '', 'a client has a key');
      // What is compared is a hash: the time it takes reveals nothing of the key.
      this.#clients.set(fingerprint(client.key), client);
      this.#clients.set(fingerprint(`Basic ${encodeBase64(utf8(`${client.name}:${client.key}`))}`), client);
    }
  }

  /** Returns the client who asks, or the answer to somebody who may not; it does no other work. */
  admit({ method, headers }: FeedRequest): FeedClient | FeedResponse {
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, headers: { allow: 'GET, HEAD' }, body: '' };
    const shown = headers['x-api-key'] ?? headers['authorization'] ?? '';
    const client = shown === '' ? undefined : this.#clients.get(fingerprint(shown));
    return client ?? { status: 401, headers: { 'www-authenticate': 'Basic realm="feeds"' }, body: '' };
  }

  /** Answers a client that was admitted; `contentOf` gives what a feed lists now. */
  answer(
    client: FeedClient,
    { method, target }: FeedRequest,
    contentOf: (feed: string) => FeedContent,
  ): FeedResponse {
    const [path = '', query = ''] = target.split('?', 2);
    if (path === STREAM_PATH) return this.#stream(client, contentOf(client.feed), { method, query });
    const [, name = '', format] = FEED_PATH.exec(path) ?? [];
    if (!this.#feeds.has(name)) return { status: 404, headers: {}, body: '' };
    const content = contentOf(name);
    return format === 'txt'
      ? found('text/plain; charset=utf-8', textFeed(content))
      : found('application/json', jsonFeed(content));
  }

  #stream(
    client: FeedClient,
    content: FeedContent,
    { method, query }: { readonly method: string; readonly query: string },
  ): FeedResponse {
    const startsUp = query.split('&').includes('startup=true');
    const since = startsUp ? null : (this.#known.get(client.name) ?? null);
    // Whoever asks for the head alone learns nothing of what changed.
    if (method === 'GET') this.#known.set(client.name, content.sequence);
    return found('application/json', JSON.stringify(crowdSecStream(content, since)));
  }
}

function found(type: string, body: string): FeedResponse {
  return { status: 200, headers: { 'content-type': type, 'cache-control': 'no-store' }, body };
}

function fingerprint(key: string): string {
  return hexadecimal(sha256(utf8(key)));
}
