/**
 * What the server answers: one shape each. The OpenAPI document is made of them, the server's own types and those of the pages
 * are inferred from them, and a test compares them with answers. Pages import types alone.
 */
import {
  ACTION_KINDS,
  FORGEABLE_REASONS,
  INFECTION_PROOFS,
  KNOWN_ROLES,
  VERDICT_KINDS,
} from '@wormwood/defense';
import type { AlarmedSeries } from '@wormwood/study';
import { z } from 'zod';

type ReadOnly<T> = T extends readonly (infer Item)[]
  ? readonly ReadOnly<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: ReadOnly<T[Name]> }
    : T;

/** The value that a shape describes, which nobody changes. */
export type Answer<Shape extends z.ZodType> = ReadOnly<z.infer<Shape>>;

const number = z.number();
const text = z.string();
const flag = z.boolean();
const texts = z.array(text);
const nullable = <T extends z.ZodType>(of: T): z.ZodNullable<T> => z.nullable(of);

/** An event of a sensor as it stands in its file, with its number in the index; every text in it is a stranger's. */
const foundEvent = z.object({ seq: number, event: z.record(text, z.unknown()) });
export type FoundEvent = Answer<typeof foundEvent>;

const interval = z.object({ estimate: number, low: number, high: number });
const evidence = z.object({ detector: text, text, forgeable: flag, figures: z.record(text, number) });
export type Evidence = Answer<typeof evidence>;

const verdict = z.object({
  id: text,
  kind: z.enum(VERDICT_KINDS),
  proof: nullable(z.enum(INFECTION_PROOFS)),
  known: nullable(z.object({ role: z.enum(KNOWN_ROLES), name: text, reason: text })),
  source: text,
  /** The IPv6 network that is judged as one source, and addresses of it that were seen. */
  prefix: text.optional(),
  addresses: texts.optional(),
  timeSeconds: number,
  sinceSeconds: number,
  expiresSeconds: number,
  protocol: z.enum(['tcp', 'udp', 'icmp']),
  port: nullable(number),
  signature: nullable(text),
  contactsPerSecond: interval,
  scanRatePerSecond: nullable(interval),
  falsePositiveRate: number,
  missRate: number,
  unforgeable: flag,
  linkAddress: nullable(text),
  forgeableReasons: z.array(z.enum(FORGEABLE_REASONS)),
  caution: nullable(text),
  evidence: z.array(evidence),
});
export type ShownVerdict = Answer<typeof verdict>;

/** What the index knows of a source. */
const sourceSummary = z.object({
  address: text,
  firstSeconds: number,
  lastSeconds: number,
  events: number,
  contacts: number,
  handshakes: number,
});
export type SourceSummary = Answer<typeof sourceSummary>;

/** A source with what is judged of it. */
const judgedSource = sourceSummary.extend({ verdict: nullable(verdict) });
export type JudgedSource = Answer<typeof judgedSource>;

const portCount = z.object({ protocol: text, port: number, contacts: number });
export type PortCount = Answer<typeof portCount>;

/** Counts of an interval that has any. */
const timelinePoint = z.object({ seconds: number, contacts: number, events: number });
export type TimelinePoint = Answer<typeof timelinePoint>;

/** Why there is no answer, in a sentence. */
export const failure = z.object({ error: text });

export const events = z.object({ events: z.array(foundEvent) });
export type EventList = Answer<typeof events>;

/** What stands out among all events. */
export const overview = z.object({
  span: nullable(z.object({ firstSeconds: number, lastSeconds: number })),
  timeline: z.array(timelinePoint),
  ports: z.array(portCount),
  hosts: z.array(z.object({ name: text, contacts: number })),
  kinds: z.array(z.object({ name: text, events: number })),
  networks: z.array(z.object({ network: number, contacts: number })),
  sources: z.array(judgedSource),
  sourceCount: number,
  alarm: nullable(text),
});
export type Overview = Answer<typeof overview>;

export const sources = z.object({ sources: z.array(judgedSource), count: number });
export type SourceList = Answer<typeof sources>;

/** What the events say about one source; `explanation` is what `wormwood detect explain` prints, null where nobody is judged. */
const sourceFacts = z.object({
  summary: nullable(sourceSummary),
  ports: z.array(portCount),
  verdicts: z.array(verdict),
  explanation: nullable(text),
  evidence: z.array(evidence),
  state: text,
  sessions: z.array(foundEvent),
  events: z.array(foundEvent),
});
export type SourceFacts = Answer<typeof sourceFacts>;

const decision = z.object({
  id: text,
  source: text,
  linkAddress: nullable(text),
  action: z.enum(ACTION_KINDS),
  actuator: text,
  status: z.enum(['proposed', 'approved', 'applying', 'active', 'releasing', 'ended']),
  approval: z.enum(['required', 'automatic']),
  approvedBy: nullable(text),
  dryRun: flag,
  proposed: text,
  lapses: text,
  expires: nullable(text),
  failures: number,
  ending: nullable(text),
  verdict: text,
});
/** A decision with what approval or rejection would do. */
const shownDecision = z.object({
  decision,
  secondsLeft: number,
  approving: nullable(text),
  undoing: nullable(text),
});
export type ShownDecision = Answer<typeof shownDecision>;

export const sourceReport = sourceFacts.extend({ decisions: z.array(shownDecision) });
export type SourceReport = Answer<typeof sourceReport>;

/** Everything that the page of decisions shows; `trouble`: why the log cannot be read to its end. */
export const decisions = z.object({
  mode: nullable(text),
  paused: flag,
  scope: text,
  now: text,
  proposed: z.array(shownDecision),
  active: z.array(shownDecision),
  ended: z.array(shownDecision),
  trouble: nullable(text),
});
export type DecisionList = Answer<typeof decisions>;

/** The lines that an approval, rejection or undo added to the audit log. */
export const recording = z.object({
  lines: z.array(z.object({ ts: text, event: text, message: text })),
  note: nullable(text),
});
export type Recording = Answer<typeof recording>;

/** A line of the audit log with what it proves. */
const auditLine = z.object({ sequence: number, ts: text, event: text, message: text, hash: text });
export type AuditLine = Answer<typeof auditLine>;

/** The audit log checked; its latest lines, the latest first. */
export const audit = z.object({
  ok: flag,
  summary: text,
  entries: number,
  faults: z.array(z.object({ sequence: number, message: text })),
  lines: z.array(auditLine),
});
export type AuditReport = Answer<typeof audit>;

/** What one side sent at one time, in seconds from the first packet; the octets, or their beginning, in base64. */
const sessionMessage = z.object({
  seconds: number,
  from: z.enum(['source', 'host']),
  length: number,
  octets: text,
});
export type SessionMessage = Answer<typeof sessionMessage>;

/** All that was said; `isCut`: octets were left out. */
const sessionTalk = z.object({ messages: z.array(sessionMessage), packets: number, isCut: flag });
export type SessionTalk = Answer<typeof sessionTalk>;

/** A session; `why`: why there is no talk to show. */
export const session = z.object({
  events: z.array(foundEvent),
  talk: nullable(sessionTalk),
  why: nullable(text),
});
export type SessionReport = Answer<typeof session>;

/** Virtual hosts, a line for each binding, and the routers between them. */
export const hosts = z.object({
  hosts: z.array(
    z.object({
      first: text,
      last: text,
      template: text,
      leased: flag,
      personality: nullable(text),
      ports: texts,
    }),
  ),
  topology: z.object({
    entries: z.array(z.object({ router: text, network: text })),
    routers: z.array(
      z.object({
        address: text,
        links: texts,
        routes: z.array(
          z.object({
            network: text,
            nextHop: text,
            latencySeconds: number,
            loss: number,
            bandwidth: nullable(number),
          }),
        ),
      }),
    ),
  }),
});
export type HostList = Answer<typeof hosts>;

export const host = z.object({ address: text, texts, events: z.array(foundEvent) });
export type HostReport = Answer<typeof host>;

/** What a forecast is made from, in the page: the contacts at the port of the alarm that stands, or why there are none. */
export const forecast = z.object({
  monitored: texts,
  alarmed: nullable(
    z.object({
      alarm: z.object({
        protocol: z.enum(['tcp', 'udp', 'icmp']),
        port: number,
        raisedSeconds: number,
        endedSeconds: nullable(number),
        hasSlowed: flag,
        measuredSeconds: number,
        growthPerSecond: interval,
        doublingSeconds: interval,
        sourcesPerInterval: number,
        intervalSeconds: number,
        text,
      }),
      ipv6Contacts: number,
      nowSeconds: number,
      series: z.object({
        startSeconds: number,
        intervalSeconds: number,
        fresh: z.array(number),
        active: z.array(number),
        responseSeconds: number.optional(),
        backgroundPerInterval: number,
        repeats: number,
        watchedSeconds: number,
        repeatsDispersion: number,
      }),
    }),
  ),
  reason: nullable(text),
});
/** The same as the fit takes it: JSON leaves out what is undefined. */
export type ForecastBasis = Omit<Answer<typeof forecast>, 'alarmed'> & {
  readonly alarmed: AlarmedSeries | null;
};

/** Sources seen so far by the ends of intervals, and the number of the sensors' addresses. */
export const growth = z.object({
  points: z.array(z.object({ seconds: number, sources: number })),
  monitored: number,
});
export type SourceGrowth = Answer<typeof growth>;

/** How far the events are read, and what is wrong. */
const progress = z.object({
  path: text,
  sizeOctets: number,
  readOctets: number,
  judgedOctets: number,
  events: number,
  malformed: number,
  /** Seconds since 1970 of the last event; null before there is one. */
  lastEventSeconds: nullable(number),
  lastSeq: number,
  /** Where the index is; null: in memory only. */
  indexPath: nullable(text),
  /** Addresses of the sensors, as prefixes; empty: no event says them, and nobody is judged. */
  monitored: texts,
  /** Sentences about what is wrong; empty while nothing is. */
  troubles: texts,
});
export type StoreProgress = Answer<typeof progress>;

/** What a sensor says of itself. */
const sensorStatus = z.object({
  version: text,
  sensor: text,
  uptimeSeconds: number,
  nets: texts,
  addresses: number,
  frames: number,
  framesDropped: number,
  linesDropped: number,
  connections: number,
  halfOpen: number,
  evicted: number,
  routers: texts,
  linkNets: texts,
  memoryBytes: number,
  faults: number,
  scriptUser: nullable(z.object({ userId: number, isOwn: flag })),
  wire: nullable(
    z.object({
      state: z.enum(['sending', 'stuck', 'idle']),
      mtuBytes: number,
      sent: number,
      refused: number,
      tooLong: number,
      secondsSinceLeft: nullable(number),
    }),
  ),
  totals: z.object({
    tcpProbes: number,
    udpProbes: number,
    udpDatagrams: number,
    icmpMessages: number,
    otherPackets: number,
    arpRequests: number,
    ipv6Packets: number,
    answersLimited: number,
    connectionsOpened: number,
    connectionsClosed: number,
    receivedBytes: number,
    sentBytes: number,
  }),
});

/** Whether the sensor answers, since when (seconds since 1970), and what it says. */
const sensorState = z.object({
  connected: flag,
  sinceSeconds: number,
  failure: nullable(text),
  status: nullable(sensorStatus),
  checks: z.array(z.object({ ok: flag, what: text, remedy: text })),
  /** Between the last two answers. */
  framesPerSecond: nullable(number),
});
export type SensorState = Answer<typeof sensorState>;

/** What every page shows: what feeds it, and what is wrong. */
export const state = z.object({
  version: text,
  isDemo: flag,
  isWritable: flag,
  hasToken: flag,
  feeds: z.object({ events: flag, sensor: flag, responses: flag, captures: flag }),
  sensor: nullable(sensorState),
  eventsFailure: nullable(text),
  progress: nullable(progress),
  decisionsStamp: nullable(text),
});
export type ServerState = Answer<typeof state>;

/** What a piece of the stream says. */
export const news = z.object({
  progress: nullable(progress),
  /** The latest events that came since, the oldest first. */
  events: z.array(foundEvent),
  /** Events between these numbers, both excluded, are not among them; null: none is missing. */
  gap: nullable(z.object({ after: number, before: number })),
  state,
});
export type News = Answer<typeof news>;
