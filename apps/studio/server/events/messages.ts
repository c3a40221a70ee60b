/** What the pages' server asks the thread that reads events, and what it hears. */
import type { Verdict } from '@wormwood/defense';
import type { AlarmedSeries } from '@wormwood/study';
import type { EventRequest, PortCount, SourceSummary, TimelinePoint } from './event-queries.ts';
import type { FoundEvent, StoreProgress } from './event-store.ts';

/** A source with what is judged of it. */
export interface JudgedSource extends SourceSummary {
  readonly verdict: Verdict | null;
}

/** Everything about one source. */
export interface SourceReport {
  readonly summary: SourceSummary | null;
  readonly ports: readonly PortCount[];
  readonly verdicts: readonly Verdict[];
  /** What `wormwood detect explain` prints; null where nobody is judged. */
  readonly explanation: string | null;
  readonly evidence: Verdict['evidence'];
  readonly state: string;
  readonly sessions: readonly FoundEvent[];
  readonly events: readonly FoundEvent[];
}

/** What stands out among all events. */
export interface Overview {
  readonly span: { readonly firstSeconds: number; readonly lastSeconds: number } | null;
  readonly timeline: readonly TimelinePoint[];
  readonly ports: readonly PortCount[];
  readonly hosts: readonly { readonly name: string; readonly contacts: number }[];
  readonly kinds: readonly { readonly name: string; readonly events: number }[];
  readonly networks: readonly { readonly network: number; readonly contacts: number }[];
  readonly sources: readonly JudgedSource[];
  readonly sourceCount: number;
  readonly alarm: string | null;
}

/** Sources seen so far by the ends of intervals, for a fit. */
export interface SourceGrowth {
  readonly points: readonly { readonly seconds: number; readonly sources: number }[];
  /** Addresses of the sensors. */
  readonly monitored: number;
}

/** What a forecast is made from, in the page. */
export interface ForecastBasis {
  /** Addresses of the sensors. */
  readonly monitored: readonly string[];
  /** The contacts at the port of the alarm that stands. */
  readonly alarmed: AlarmedSeries | null;
  /** Why there are none; null where there are. */
  readonly reason: string | null;
}

/** Each question with its answer. */
export interface StoreQuestions {
  overview: { readonly ask: { readonly points: number }; readonly answer: Overview };
  events: {
    readonly ask: EventRequest;
    readonly answer: readonly FoundEvent[];
  };
  sources: {
    readonly ask: {
      readonly order: 'contacts' | 'last' | 'verdict';
      readonly offset: number;
      readonly limit: number;
    };
    readonly answer: { readonly sources: readonly JudgedSource[]; readonly count: number };
  };
  source: { readonly ask: { readonly address: number }; readonly answer: SourceReport };
  session: { readonly ask: { readonly id: string }; readonly answer: readonly FoundEvent[] };
  forecast: { readonly ask: { readonly response: number | undefined }; readonly answer: ForecastBasis };
  growth: { readonly ask: Readonly<Record<string, never>>; readonly answer: SourceGrowth };
}

export type QuestionName = keyof StoreQuestions;

/** From the server to the thread. */
export interface StoreRequest<Name extends QuestionName = QuestionName> {
  readonly id: number;
  readonly name: Name;
  readonly ask: StoreQuestions[Name]['ask'];
}

/** From the thread to the server. */
export type StoreMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly reason: string }
  | { readonly kind: 'progress'; readonly progress: StoreProgress }
  | { readonly kind: 'verdicts'; readonly verdicts: readonly Verdict[] };
