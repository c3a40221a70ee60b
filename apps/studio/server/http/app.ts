/** The studio's HTTP: its pages, its interface, and the stream of news. Every answer that is not an answer is a sentence. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { StoreUnavailable } from '../events/store-client.ts';
import type { ServerState } from '../interface/answers.ts';
import { Refusal } from '../sentence.ts';
import { eventStream } from './event-stream.ts';
import type { Feeds } from './feeds.ts';
import {
  type GuardOptions,
  hasToken,
  knownMethod,
  mayWrite,
  ownHost,
  rememberToken,
  secured,
} from './guard.ts';
import { openApiDocument } from './openapi.ts';
import type { PageFiles } from './page-files.ts';
import { filterQuery, sessionPath } from './requests.ts';
import { endsOfSession, filterOf, type Route, routes } from './routes.ts';

export interface AppOptions extends GuardOptions {
  readonly version: string;
  readonly isDemo: boolean;
  readonly pages: PageFiles;
  readonly feeds: Feeds;
  /** Called with what nobody expected; the caller of the interface gets a sentence. */
  onFault(error: unknown): void;
}

const BODY_OCTETS_MAX = 4096;
/** Streams that are open at a time: more than the pages of a few people. */
const STREAMS_MAX = 32;
const YEAR_SECONDS = 31_536_000;

/** Returns the server's answers as a function of requests. */
export function studioApp(options: AppOptions): Hono {
  const app = new Hono();
  const { feeds } = options;
  app.use(secured);
  app.use(ownHost(options));
  app.use(knownMethod);
  app.onError((error, context) => sentence(context, error, options));
  addApi(app, options);
  app.get('/enter', (context) => {
    if (!rememberToken(context, options, context.req.query('token') ?? ''))
      throw new Refusal(403, 'The token is wrong: open the address that the terminal has printed last.');
    return context.redirect(feeds.responses === null ? '/#/honeynet' : '/#/decisions', 303);
  });
  app.get('*', (context) => pageOf(context, options));
  app.all('*', () => {
    throw new Refusal(405, 'This address is only read.');
  });
  return app;
}

function addApi(app: Hono, options: AppOptions): void {
  const { feeds, version } = options;
  app.use('/api/*', bodyLimit({ maxSize: BODY_OCTETS_MAX, onError: tooLong }));
  app.use('/api/*', async (context, next) => {
    await next();
    context.res.headers.set('cache-control', 'no-store');
  });
  app.get('/api/state', (context) => context.json(stateOf(context, options)));
  app.get('/api/openapi.json', (context) => context.json(openApiDocument(routes, version)));
  addStream(app, options);
  app.get('/api/sessions/:id/capture', async (context) => {
    const { id } = checked(sessionPath, context.req.param(), 'The path');
    const ends = await endsOfSession(feeds, id);
    const file = ends === undefined ? undefined : feeds.captures?.file(ends);
    if (file === undefined) throw new Refusal(404, 'No capture of this session is there.');
    return context.body(new Uint8Array(file), 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="session-${id}.pcapng"`,
    });
  });
  for (const route of routes) {
    const path = `/api${route.path}`;
    if (route.method === 'get') app.get(path, (context) => answerTo(context, route, feeds));
    else app.post(path, mayWrite(options), (context) => answerTo(context, route, feeds));
  }
  app.all('/api/*', (context) => {
    const isKnown = routes.some(({ path }) => path === context.req.path.slice('/api'.length));
    if (isKnown) throw new Refusal(405, 'This is asked with another method; /api/openapi.json says which.');
    throw new Refusal(404, 'There is nothing under this address; /api/openapi.json lists what there is.');
  });
}

function addStream(app: Hono, options: AppOptions): void {
  const { feeds } = options;
  let streams = 0;
  app.get('/api/stream', (context) => {
    const filter = filterOf(checked(filterQuery, context.req.query(), 'The query').filter);
    if (streams >= STREAMS_MAX)
      throw new Refusal(503, `${STREAMS_MAX} pages follow already; close one of them.`);
    streams++;
    const stream = eventStream({
      filter,
      lastEventId: numberOf(context.req.header('last-event-id') ?? context.req.query('last')),
      state: () => stateOf(context, options),
      progress: () => feeds.store?.progress ?? null,
      eventsAfter: async (of, after, limit) =>
        feeds.store === null || feeds.store.failure !== null
          ? []
          : feeds.store.ask('events', { filter: of, before: null, after, from: 'newest', limit }),
      onChange: (listener) => feeds.store?.onChange(listener) ?? (() => undefined),
      onClose: () => streams--,
    });
    return context.body(stream, 200, { 'content-type': 'text/event-stream' });
  });
}

async function answerTo(context: Context, route: Route, feeds: Feeds): Promise<Response> {
  const input = {
    parameters: checked(route.parameters, context.req.param(), 'The path') as Record<string, string>,
    query: checked(route.query, context.req.query(), 'The query'),
    body: checked(route.body, route.method === 'post' ? await bodyOf(context) : {}, 'The body'),
  };
  return context.json((await route.answerTo(feeds, input)) as object);
}

async function bodyOf(context: Context): Promise<unknown> {
  const text = await context.req.text();
  if (text === '') return {};
  if (!(context.req.header('content-type') ?? '').startsWith('application/json'))
    throw new Refusal(415, 'The body is JSON, with the type application/json.');
  try {
    return JSON.parse(text);
  } catch {
    // The language reports malformed JSON by throwing.
    throw new Refusal(400, 'The body is not JSON.');
  }
}

/** What every page shows: what feeds it, and what is wrong. */
function stateOf(context: Context, options: AppOptions): ServerState {
  const { feeds, version, isDemo, token } = options;
  const { store, sensor, responses, captures } = feeds;
  return {
    version,
    isDemo,
    isWritable: token !== null,
    hasToken: hasToken(context, options),
    feeds: {
      events: store !== null,
      sensor: sensor !== null,
      responses: responses !== null,
      captures: captures !== null,
    },
    sensor: sensor?.state ?? null,
    eventsFailure: store?.failure ?? null,
    progress: store?.progress ?? null,
    decisionsStamp: responses?.stamp() ?? null,
  };
}

function pageOf(context: Context, { pages }: AppOptions): Response {
  if (!pages.areBuilt)
    throw new Refusal(503, 'The pages are not built: run `npm run build` in the checkout.');
  const { path } = context.req;
  const file = pages.find(path);
  // A path that people type: the pages keep their place behind the #.
  if (file === undefined && /^\/(?:[a-z]+)(?:\/[0-9a-f.-]+)?$/.test(path))
    return context.redirect(`/#${path}`, 302);
  if (file === undefined) throw new Refusal(404, 'There is no such page; the first one is /.');
  return context.body(pages.read(file), 200, {
    'content-type': file.type,
    'cache-control': file.isHashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
  });
}

function checked<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const problems = found.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  throw new Refusal(400, `${what} is not as it should be: ${problems.join('; ')}.`);
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}

function tooLong(): never {
  throw new Refusal(413, `A body has at most ${BODY_OCTETS_MAX} octets.`);
}

function sentence(context: Context, error: unknown, options: AppOptions): Response {
  if (error instanceof Refusal) return context.json({ error: error.message }, error.status);
  if (error instanceof StoreUnavailable) return context.json({ error: error.message }, 503);
  options.onFault(error);
  return context.json({ error: 'This cannot be answered; the terminal of the studio says more.' }, 500);
}
