/** What the pages' server asks the thread that reads events, and what it hears. */
import type { Verdict } from '@wormwood/defense';
import type { IpAddress } from '@wormwood/wire';
import type {
  ForecastBasis,
  FoundEvent,
  Overview,
  SourceFacts,
  SourceGrowth,
  SourceList,
  StoreProgress,
} from '../interface/answers.ts';
import type { EventRequest } from './event-queries.ts';

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
    readonly answer: SourceList;
  };
  source: { readonly ask: { readonly address: IpAddress }; readonly answer: SourceFacts };
  session: { readonly ask: { readonly id: string }; readonly answer: readonly FoundEvent[] };
  forecast: { readonly ask: { readonly response: number | undefined }; readonly answer: ForecastBasis };
  growth: { readonly ask: Readonly<Record<string, never>>; readonly answer: SourceGrowth };
}

export type QuestionName = keyof StoreQuestions;

/** What the thread is started with. */
export interface StoreWork {
  readonly path: string;
  /** Whether it leaves the processor to everybody else: a sensor on the same machine answers first. */
  readonly givesWay: boolean;
}

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
