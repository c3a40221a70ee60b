/** A studio from its options: what feeds it is opened, its server listens on loopback, and all of it ends together. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { type Demo, startDemo } from './demo/demo.ts';
import { StoreClient } from './events/store-client.ts';
import { studioApp } from './http/app.ts';
import type { Feeds } from './http/feeds.ts';
import { PageFiles } from './http/page-files.ts';
import { Responses } from './responses/responses.ts';
import { SensorLink } from './sensor/sensor-link.ts';
import { SessionCaptures } from './sessions/session-captures.ts';

/** What feeds the studio, and where it listens. */
export interface StudioOptions {
  readonly version: string;
  /** On loopback; port 0 takes a free one. */
  readonly host: string;
  readonly port: number;
  readonly events: string | null;
  readonly control: string | null;
  readonly state: string | null;
  readonly capture: string | null;
  readonly demo: boolean;
  /** Whether decisions can be approved and undone. */
  readonly writable: boolean;
  /** Called with a sentence about trouble that the terminal should show. */
  onTrouble(sentence: string): void;
}

/** A studio that listens. */
export interface RunningStudio {
  /** The address to open; with the token, where there is one. */
  readonly url: string;
  readonly port: number;
  readonly token: string | null;
  close(): Promise<void>;
}

const PAGES = new URL(import.meta.url.endsWith('.ts') ? '../dist/pages' : '../pages', import.meta.url);
const TOKEN_OCTETS = 24;
const HEADER_OCTETS_MAX = 8192;
const HEADER_MS_MAX = 5000;
const REQUEST_MS_MAX = 10_000;
const KEPT_ALIVE_MS = 5000;
/** More than anybody opens; idle ones are closed after the time for headers. */
const CONNECTIONS_MAX = 2048;

/** Starts the studio; rejects with the system's error where it cannot listen. */
export async function startStudio(options: StudioOptions): Promise<RunningStudio> {
  const token = options.writable ? randomBytes(TOKEN_OCTETS).toString('base64url') : null;
  const opened = openFeeds(options);
  let port = options.port;
  const app = studioApp({
    version: options.version,
    isDemo: options.demo,
    token,
    port: () => port,
    pages: new PageFiles(PAGES.pathname),
    feeds: opened.feeds,
    onFault: (error) =>
      options.onTrouble(`An unexpected error: ${error instanceof Error ? error.message : String(error)}`),
  });
  const server = serverFor(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  try {
    port = await listening(server, options);
  } catch (error) {
    await opened.close();
    throw error;
  }
  const origin = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
  return {
    url: token === null ? `${origin}/#/honeynet` : `${origin}/enter?token=${token}`,
    port,
    token,
    async close() {
      server.close();
      server.closeAllConnections();
      await opened.close();
    },
  };
}

interface OpenedFeeds {
  readonly feeds: Feeds;
  close(): Promise<void>;
}

/** Opens what the options name; a demo brings all of it. */
function openFeeds(options: StudioOptions): OpenedFeeds {
  const own = options.demo || (options.control !== null && options.events === null);
  const directory = own ? mkdtempSync(join(tmpdir(), 'wormwood-studio-')) : null;
  let demo: Demo | null = null;
  if (options.demo && directory !== null)
    demo = startDemo(directory, (sentence) => options.onTrouble(sentence));
  const { events, control, state, capture } = demo?.feeds ?? options;
  const recording = events === null && directory !== null ? join(directory, 'events.jsonl') : null;
  if (recording !== null) writeFileSync(recording, '', { mode: 0o600 });
  const path = events ?? recording;
  // The sensor of a demonstration answers nobody but the page.
  const givesWay = control !== null && demo === null;
  const store =
    path === null ? null : new StoreClient({ path, givesWay }, (verdicts) => demo?.propose(verdicts));
  const sensor = control === null ? null : new SensorLink(control, recording);
  const responses = state === null ? null : new Responses(state);
  const captures = capture === null ? null : new SessionCaptures(capture);
  return {
    feeds: { store, sensor, responses, captures },
    async close() {
      sensor?.close();
      await store?.close();
      await responses?.close();
      await demo?.close();
      if (directory !== null) rmSync(directory, { recursive: true, force: true });
    },
  };
}

function serverFor(listener: ReturnType<typeof getRequestListener>): Server {
  const server = createServer(
    {
      maxHeaderSize: HEADER_OCTETS_MAX,
      headersTimeout: HEADER_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      keepAliveTimeout: KEPT_ALIVE_MS,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => void listener(request, response),
  );
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

function listening(server: Server, { host, port }: StudioOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
