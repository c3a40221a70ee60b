/** The studio's server as the pages see it: what it answers, in the shapes of its `/api/openapi.json`. */

import type { AlarmedSeries } from '@wormwood/study';

/** An event of a sensor as it stands in its file; every text in it is a stranger's. */
export interface FoundEvent {
  readonly seq: number;
  readonly event: Readonly<Record<string, unknown>>;
}

export interface Progress {
  readonly path: string;
  readonly sizeOctets: number;
  readonly readOctets: number;
  readonly judgedOctets: number;
  readonly events: number;
  readonly malformed: number;
  readonly lastEventSeconds: number | null;
  readonly lastSeq: number;
  readonly indexPath: string | null;
  readonly monitored: readonly string[];
  readonly troubles: readonly string[];
}

export interface SensorState {
  readonly connected: boolean;
  readonly sinceSeconds: number;
  readonly failure: string | null;
  readonly framesPerSecond: number | null;
  readonly checks: readonly { readonly ok: boolean; readonly what: string; readonly remedy: string }[];
  readonly status: {
    readonly version: string;
    readonly sensor: string;
    readonly uptimeSeconds: number;
    readonly addresses: number;
    readonly frames: number;
    readonly connections: number;
    readonly nets: readonly string[];
    readonly totals: Readonly<Record<string, number>>;
  } | null;
}

export interface ServerState {
  readonly version: string;
  readonly isDemo: boolean;
  readonly isWritable: boolean;
  readonly hasToken: boolean;
  readonly feeds: Readonly<Record<'events' | 'sensor' | 'responses' | 'captures', boolean>>;
  readonly sensor: SensorState | null;
  readonly eventsFailure: string | null;
  readonly progress: Progress | null;
  readonly decisionsStamp: string | null;
}

export interface Verdict {
  readonly kind: 'contact' | 'scanning' | 'infected';
  readonly timeSeconds: number;
  readonly sinceSeconds: number;
  readonly protocol: string;
  readonly port: number | null;
  readonly contactsPerSecond: Interval;
  readonly scanRatePerSecond: Interval | null;
  readonly falsePositiveRate: number;
  readonly missRate: number;
  readonly unforgeable: boolean;
  readonly caution: string | null;
  readonly evidence: readonly Evidence[];
}

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface Evidence {
  readonly detector: string;
  readonly text: string;
  readonly forgeable: boolean;
  readonly figures: Readonly<Record<string, number>>;
}

export interface Source {
  readonly address: string;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly events: number;
  readonly contacts: number;
  readonly handshakes: number;
  readonly verdict: Verdict | null;
}

export interface PortCount {
  readonly protocol: string;
  readonly port: number;
  readonly contacts: number;
}

export interface Overview {
  readonly span: { readonly firstSeconds: number; readonly lastSeconds: number } | null;
  readonly timeline: readonly {
    readonly seconds: number;
    readonly contacts: number;
    readonly events: number;
  }[];
  readonly ports: readonly PortCount[];
  readonly hosts: readonly { readonly name: string; readonly contacts: number }[];
  readonly kinds: readonly { readonly name: string; readonly events: number }[];
  readonly networks: readonly { readonly network: number; readonly contacts: number }[];
  readonly sources: readonly Source[];
  readonly sourceCount: number;
  readonly alarm: string | null;
}

export interface ShownDecision {
  readonly decision: {
    readonly id: string;
    readonly source: string;
    readonly action: string;
    readonly actuator: string;
    readonly status: string;
    readonly dryRun: boolean;
    readonly approvedBy: string | null;
    readonly proposed: string;
    readonly ending: string | null;
  };
  readonly secondsLeft: number;
  readonly approving: string | null;
  readonly undoing: string | null;
}

export interface SourceReport {
  readonly summary: Omit<Source, 'verdict'> | null;
  readonly ports: readonly PortCount[];
  readonly verdicts: readonly Verdict[];
  readonly explanation: string | null;
  readonly evidence: readonly Evidence[];
  readonly state: string;
  readonly sessions: readonly FoundEvent[];
  readonly events: readonly FoundEvent[];
  readonly decisions: readonly ShownDecision[];
}

export interface DecisionList {
  readonly mode: string | null;
  readonly paused: boolean;
  readonly scope: string;
  readonly proposed: readonly ShownDecision[];
  readonly active: readonly ShownDecision[];
  readonly ended: readonly ShownDecision[];
  readonly trouble: string | null;
}

export interface Recording {
  readonly lines: readonly { readonly ts: string; readonly event: string; readonly message: string }[];
  readonly note: string | null;
}

export interface AuditReport {
  readonly ok: boolean;
  readonly summary: string;
  readonly entries: number;
  readonly faults: readonly { readonly sequence: number; readonly message: string }[];
  readonly lines: readonly {
    readonly sequence: number;
    readonly ts: string;
    readonly event: string;
    readonly message: string;
    readonly hash: string;
  }[];
}

export interface SessionReport {
  readonly events: readonly FoundEvent[];
  readonly talk: {
    readonly messages: readonly {
      readonly seconds: number;
      readonly from: 'source' | 'host';
      readonly length: number;
      readonly octets: string;
    }[];
    readonly packets: number;
    readonly isCut: boolean;
  } | null;
  readonly why: string | null;
}

export interface HostList {
  readonly hosts: readonly {
    readonly first: string;
    readonly last: string;
    readonly template: string;
    readonly personality: string | null;
    readonly ports: readonly string[];
  }[];
  readonly topology: {
    readonly entries: readonly { readonly router: string; readonly network: string }[];
    readonly routers: readonly {
      readonly address: string;
      readonly links: readonly string[];
      readonly routes: readonly {
        readonly network: string;
        readonly nextHop: string;
        readonly latencySeconds: number;
        readonly loss: number;
        readonly bandwidth: number | null;
      }[];
    }[];
  };
}

export interface HostReport {
  readonly address: string;
  readonly texts: readonly string[];
  readonly events: readonly FoundEvent[];
}

/** What a forecast is made from. */
export interface ForecastBasis {
  readonly monitored: readonly string[];
  readonly alarmed: AlarmedSeries | null;
  readonly reason: string | null;
}

export interface Growth {
  readonly points: readonly { readonly seconds: number; readonly sources: number }[];
  readonly monitored: number;
}

/** An answer that is none; its message is the server's sentence. */
export class AnswerFailure extends Error {
  /** No server of the studio is there: the pages are plain files. */
  readonly isNoServer: boolean;

  constructor(sentence: string, isNoServer = false) {
    super(sentence);
    this.isNoServer = isNoServer;
  }
}

/** The address of something below `api/`, beside the pages wherever they lie. */
export function apiAddress(path: string): string {
  return new URL(`api/${path}`, document.baseURI.replace(/#.*$/, '')).href;
}

/** Asks the server; rejects with an `AnswerFailure`. */
export function ask<T>(path: string): Promise<T> {
  return answer<T>(path, { headers: { accept: 'application/json' } });
}

/** Changes something; rejects with an `AnswerFailure`. */
export function change(path: string, body: object): Promise<Recording> {
  return answer<Recording>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function answer<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(apiAddress(path), init);
  } catch {
    throw new AnswerFailure('The server of the studio does not answer; is it still running?');
  }
  if (!(response.headers.get('content-type') ?? '').startsWith('application/json'))
    throw new AnswerFailure('No server of the studio is there.', true);
  const value = (await response.json()) as T & { readonly error?: string };
  if (!response.ok)
    throw new AnswerFailure(value.error ?? `The server answered with status ${response.status}.`);
  return value;
}
