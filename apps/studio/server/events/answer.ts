/** Answers what the pages ask of the events. */
import { formatCidr } from '@wormwood/base';
import type { Verdict } from '@wormwood/defense';
import { formatIp, type IpAddress, parseIp } from '@wormwood/wire';
import type {
  JudgedSource,
  Overview,
  ShownVerdict,
  SourceFacts,
  SourceSummary,
} from '../interface/answers.ts';
import type { EventStore } from './event-store.ts';
import { sessionKey } from './event-row.ts';
import { NO_FILTER } from './filter.ts';
import type { QuestionName, StoreQuestions } from './messages.ts';

const PORTS_SHOWN = 12;
const PORTS_OF_SOURCE_MAX = 200;
const SOURCES_SHOWN = 12;
const NETWORKS_MAX = 20_000;
const SESSIONS_SHOWN = 200;
const EVENTS_SHOWN = 100;
const SESSION_EVENTS_MAX = 500;
const MINUTE_SECONDS = 60;

const NOBODY_JUDGED = 'No event says which addresses the sensor answers for, so no alarm can be raised.';

type Answers = {
  [Name in QuestionName]: (
    store: EventStore,
    ask: StoreQuestions[Name]['ask'],
  ) => StoreQuestions[Name]['answer'];
};

/** What answers each question. */
export const answers: Answers = {
  overview: (store, { points }) => overviewOf(store, points),
  events: (store, request) => store.events(request),
  sources: (store, { order, offset, limit }) => {
    const judge = store.judge;
    if (order === 'verdict') {
      const verdicts = judge?.latest() ?? [];
      const sources = verdicts.slice(offset, offset + limit).flatMap((verdict): readonly JudgedSource[] => {
        const summary = store.queries.source(verdict.source);
        return summary === undefined ? [] : [{ ...summary, verdict: shown(verdict) }];
      });
      return { sources, count: verdicts.length };
    }
    const found = store.queries.sources(order, offset, limit);
    return { sources: found.map((each) => judged(store, each)), count: store.queries.sourceCount() };
  },
  source: (store, { address }) => sourceOf(store, address),
  session: (store, { id }) => {
    const key = sessionKey(id);
    if (key === null) return [];
    const found = store.read(store.queries.session(key, SESSION_EVENTS_MAX));
    return found.filter(({ event }) => event['session'] === id);
  },
  forecast: (store, { response }) => {
    const monitored = store.judge?.monitored.ipv4.toCidrs().map(formatCidr) ?? [];
    const alarmed = store.judge?.alarmed(response) ?? NOBODY_JUDGED;
    return typeof alarmed === 'string'
      ? { monitored, alarmed: null, reason: alarmed }
      : { monitored, alarmed, reason: null };
  },
  growth: (store) => {
    let sources = 0;
    const points = store.queries.firstSeen().map((each) => {
      sources += each.sources;
      return { seconds: (each.minute + 1) * MINUTE_SECONDS, sources };
    });
    return { points, monitored: store.judge?.monitored.ipv4.size ?? 0 };
  },
};

function overviewOf(store: EventStore, points: number): Overview {
  const { queries, judge } = store;
  const span = queries.span();
  const seconds = span === null ? 0 : span.lastSeconds - span.firstSeconds;
  return {
    span,
    timeline: span === null ? [] : queries.timeline(span.lastSeconds, seconds, points),
    ports: queries.topPorts(PORTS_SHOWN),
    hosts: queries.topHosts(PORTS_SHOWN),
    kinds: queries.kinds(),
    networks: queries.networks(NETWORKS_MAX),
    sources: queries.sources('contacts', 0, SOURCES_SHOWN).map((each) => judged(store, each)),
    sourceCount: queries.sourceCount(),
    alarm: judge?.alarm() ?? null,
  };
}

function judged(store: EventStore, summary: SourceSummary): JudgedSource {
  const address = parseIp(summary.address);
  const verdict = address.ok ? (store.judge?.latestOf(address.value) ?? null) : null;
  return { ...summary, verdict: verdict === null ? null : shown(verdict) };
}

/** No number of JSON holds an address of IPv6. */
function shown(verdict: Verdict): ShownVerdict {
  return { ...verdict, source: formatIp(verdict.source) };
}

function sourceOf(store: EventStore, address: IpAddress): SourceFacts {
  const { queries, judge } = store;
  const summary = queries.source(address) ?? null;
  const known = judge?.evidenceOf(address);
  const filter = { ...NO_FILTER, source: { first: address, last: address } };
  return {
    summary,
    ports: queries.portsOfSource(address, PORTS_OF_SOURCE_MAX),
    verdicts: judge?.verdictsOf(address).map(shown) ?? [],
    explanation: judge?.explain(address) ?? null,
    evidence: known?.evidence ?? [],
    state: known?.state ?? 'unknown',
    sessions: store.read(queries.sessionsOfSource(address, SESSIONS_SHOWN)),
    events: store.events({ filter, before: null, after: null, from: 'newest', limit: EVENTS_SHOWN }),
  };
}
