/**
 * Answers the requests of those who fetch feeds. An app owns the socket and hands each request over; nothing here waits.
 * Only clients with a key are answered, and each of them is remembered by how far it has come in the stream.
 */
import { encodeBase64, hexadecimal, sha256, utf8 } from '@wormwood/base';
import { crowdSecStream, type FeedContent, jsonFeed, textFeed } from './feed.ts';

export interface FeedClient {
  readonly name: string;
  readonly key: string;
  /** Which feed its stream is of. */
  readonly feed: string;
}

export interface FeedRequest {
  readonly method: string;
  /** With the query: `/v1/decisions/stream?startup=true`. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

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
  readonly #content: (feed: string) => FeedContent;
  /** By client: the sequence number up to which it knows the stream. */
  readonly #known = new Map<string, number>();

  /** `content` gives what a feed tells now; clients show their key as `X-Api-Key`, or as password beside their name. */
  constructor(clients: readonly FeedClient[], content: (feed: string) => FeedContent) {
    this.#content = content;
    this.#feeds = new Set(clients.map(({ feed }) => feed));
    for (const client of clients) {
      // What is compared is a hash: the time it takes tells nothing of the key.
      this.#clients.set(fingerprint(client.key), client);
      this.#clients.set(fingerprint(`Basic ${encodeBase64(utf8(`${client.name}:${client.key}`))}`), client);
    }
  }

  answer({ method, target, headers }: FeedRequest): FeedResponse {
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, headers: { allow: 'GET, HEAD' }, body: '' };
    const client = this.#clients.get(fingerprint(headers['x-api-key'] ?? headers['authorization'] ?? ''));
    if (client === undefined) {
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="feeds"' }, body: '' };
    }
    const [path = '', query = ''] = target.split('?', 2);
    if (path === STREAM_PATH) return this.#stream(client, method, query);
    const [, name = '', format] = FEED_PATH.exec(path) ?? [];
    if (!this.#feeds.has(name)) return { status: 404, headers: {}, body: '' };
    const content = this.#content(name);
    return format === 'txt'
      ? found('text/plain; charset=utf-8', textFeed(content))
      : found('application/json', jsonFeed(content));
  }

  #stream(client: FeedClient, method: string, query: string): FeedResponse {
    const content = this.#content(client.feed);
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
