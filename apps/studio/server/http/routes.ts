/** Everything that can be asked and changed, one entry each: the server answers from this table, and describes itself by it. */
import { readTimestamp } from '@wormwood/base';
import { formatIp, type IpAddress, parseIp } from '@wormwood/wire';
import type { z } from 'zod';
import { type EventFilter, NO_FILTER, parseFilter } from '../events/filter.ts';
import * as answers from '../interface/answers.ts';
import { Refusal } from '../sentence.ts';
import type { SessionEnds } from '../sessions/session-captures.ts';
import { clippedEvents } from './clip.ts';
import { type Feeds, responsesOf, sensorOf, storeOf } from './feeds.ts';
import * as requests from './requests.ts';

/** A request of one kind and its answer. */
export interface Route {
  readonly method: 'get' | 'post';
  /** With `:name` for parameters. */
  readonly path: string;
  readonly summary: string;
  readonly parameters: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodObject;
  readonly answer: z.ZodType;
  answerTo(feeds: Feeds, input: RouteInput): Promise<unknown>;
}

/** What was checked of a request. */
export interface RouteInput {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

interface RouteParts<Shape extends z.ZodType>
  extends Pick<Route, 'path' | 'summary'>, Partial<Pick<Route, 'parameters' | 'query' | 'body'>> {
  readonly answer: Shape;
  answerTo(feeds: Feeds, input: RouteInput): Promise<answers.Answer<Shape>>;
}

const TIMELINE_POINTS = 240;
const HOST_EVENTS = 50;

function get<Shape extends z.ZodType>(parts: RouteParts<Shape>): Route {
  return {
    method: 'get',
    parameters: requests.nothing,
    query: requests.nothing,
    body: requests.nothing,
    ...parts,
  };
}

function post<Shape extends z.ZodType>(parts: RouteParts<Shape>): Route {
  return { ...get(parts), method: 'post' };
}

/** All routes below `/api`, but for the stream of news and the capture of a session, which answer no JSON. */
export const routes: readonly Route[] = [
  get({
    path: '/overview',
    summary: 'What stands out among all events',
    answer: answers.overview,
    answerTo: (feeds) => storeOf(feeds).ask('overview', { points: TIMELINE_POINTS }),
  }),
  get({
    path: '/events',
    summary: 'Events that a filter lets through: the latest, or with `after` the first ones behind a number',
    query: requests.eventsQuery,
    answer: answers.events,
    async answerTo(feeds, { query }) {
      const { filter, before, after, limit } = query as z.infer<typeof requests.eventsQuery>;
      const found = await storeOf(feeds).ask('events', {
        filter: filterOf(filter),
        before: before ?? null,
        after: after ?? null,
        from: after === undefined ? 'newest' : 'oldest',
        limit,
      });
      return { events: clippedEvents(found) };
    },
  }),
  get({
    path: '/sources',
    summary: 'Sources by contacts, by their last event, or by their verdicts',
    query: requests.sourcesQuery,
    answer: answers.sources,
    answerTo: (feeds, { query }) =>
      storeOf(feeds).ask('sources', query as z.infer<typeof requests.sourcesQuery>),
  }),
  get({
    path: '/sources/:address',
    summary: 'Everything known about a source',
    parameters: requests.addressPath,
    answer: answers.sourceReport,
    answerTo: (feeds, { parameters }) => sourceReport(feeds, parameters['address'] ?? ''),
  }),
  get({
    path: '/sessions/:id',
    summary: 'A session: its events, and what both sides said',
    parameters: requests.sessionPath,
    answer: answers.session,
    answerTo: (feeds, { parameters }) => sessionReport(feeds, parameters['id'] ?? ''),
  }),
  get({
    path: '/hosts',
    summary: 'Virtual hosts and the routers between them',
    answer: answers.hosts,
    async answerTo(feeds) {
      const sensor = sensorOf(feeds);
      const [hosts, topology] = await Promise.all([sensor.hosts(), sensor.topology()]);
      return { hosts, topology };
    },
  }),
  get({
    path: '/hosts/:address',
    summary: 'What an address answers, in the words of `wormwood net explain`, and who contacted it last',
    parameters: requests.addressPath,
    answer: answers.host,
    async answerTo(feeds, { parameters }) {
      const address = addressOf(parameters['address'] ?? '');
      const explanation = await sensorOf(feeds).explain(parameters['address'] ?? '');
      const filter = { ...NO_FILTER, destination: { first: address, last: address } };
      const request = { filter, before: null, after: null, from: 'newest', limit: HOST_EVENTS } as const;
      const events = feeds.store === null ? [] : await feeds.store.ask('events', request);
      return { ...explanation, events: clippedEvents(events) };
    },
  }),
  get({
    path: '/decisions',
    summary: 'Decisions that wait, are in force, or have ended',
    answer: answers.decisions,
    answerTo: (feeds) => responsesOf(feeds).list(),
  }),
  get({
    path: '/audit',
    summary: 'The audit log, its chain and its promises checked',
    answer: answers.audit,
    answerTo: (feeds) => responsesOf(feeds).audit(),
  }),
  get({
    path: '/forecast',
    summary: 'The contacts at the port of the alarm that stands, of which a page makes a forecast',
    query: requests.forecastQuery,
    answer: answers.forecast,
    answerTo: (feeds, { query }) =>
      storeOf(feeds).ask('forecast', {
        response: (query as z.infer<typeof requests.forecastQuery>).response,
      }),
  }),
  get({
    path: '/growth',
    summary: 'Different sources seen so far, over time',
    answer: answers.growth,
    answerTo: (feeds) => storeOf(feeds).ask('growth', {}),
  }),
  post({
    path: '/decisions/:id/approve',
    summary: 'Say yes to a decision that waits for it',
    parameters: requests.decisionPath,
    answer: answers.recording,
    answerTo: (feeds, { parameters }) => responsesOf(feeds).approve(parameters['id'] ?? ''),
  }),
  post({
    path: '/decisions/:id/undo',
    summary: 'End a decision; what is in force is released at once',
    parameters: requests.decisionPath,
    body: requests.reasonBody,
    answer: answers.recording,
    answerTo: (feeds, { parameters, body }) =>
      responsesOf(feeds).undo(parameters['id'] ?? '', String(body['reason'])),
  }),
  post({
    path: '/pause',
    summary: 'Begin no action from now on',
    body: requests.reasonBody,
    answer: answers.recording,
    answerTo: (feeds, { body }) => responsesOf(feeds).pause(String(body['reason'])),
  }),
  post({
    path: '/resume',
    summary: 'Let actions go on after a pause',
    answer: answers.recording,
    answerTo: (feeds) => responsesOf(feeds).resume(),
  }),
];

/** Reads a filter, or refuses it with its sentence. */
export function filterOf(text: string): EventFilter {
  const filter = parseFilter(text);
  if (!filter.ok) throw new Refusal(400, filter.reason);
  return filter.value;
}

/** The ends of a session, of which the capture has its name; undefined where no event opened it. */
export async function endsOfSession(feeds: Feeds, id: string): Promise<SessionEnds | undefined> {
  return endsOf(await storeOf(feeds).ask('session', { id }));
}

async function sourceReport(feeds: Feeds, text: string): Promise<answers.SourceReport> {
  const address = addressOf(text);
  const report = await storeOf(feeds).ask('source', { address });
  const names: ReadonlySet<string | undefined> = new Set([formatIp(address), report.verdicts.at(-1)?.prefix]);
  const list = await feeds.responses?.list().catch(() => undefined);
  const decisions = list === undefined ? [] : [...list.proposed, ...list.active, ...list.ended];
  return {
    ...report,
    sessions: clippedEvents(report.sessions),
    events: clippedEvents(report.events),
    decisions: decisions.filter(({ decision }) => names.has(decision.source)),
  };
}

async function sessionReport(feeds: Feeds, id: string): Promise<answers.SessionReport> {
  const events = await storeOf(feeds).ask('session', { id });
  if (events.length === 0) throw new Refusal(404, 'No event belongs to such a session.');
  const ends = endsOf(events);
  const talk = ends === undefined ? undefined : feeds.captures?.talk(ends);
  return {
    events: clippedEvents(events),
    talk: talk ?? null,
    why: talk === undefined ? whyNoTalk(feeds) : null,
  };
}

function whyNoTalk({ captures }: Feeds): string {
  return captures === null
    ? 'The octets are kept by `wormwood net up --capture DIR`; start the studio with --capture DIR to see them.'
    : 'No capture of this session is there: it has given way to newer ones, or was never kept.';
}

function endsOf(events: readonly answers.FoundEvent[]): SessionEnds | undefined {
  const opened = events.find(({ event }) => event['event'] === 'flow.open')?.event;
  const began = opened?.['ts'];
  const startSeconds = typeof began === 'string' ? readTimestamp(began) : undefined;
  if (opened === undefined || startSeconds === undefined) return undefined;
  return {
    protocol: String(opened['proto']),
    source: String(opened['src_ip']),
    sourcePort: Number(opened['src_port']),
    destination: String(opened['dst_ip']),
    destinationPort: Number(opened['dst_port']),
    startSeconds,
  };
}

function addressOf(text: string): IpAddress {
  const address = parseIp(text);
  if (!address.ok) throw new Refusal(400, address.reason);
  return address.value;
}
