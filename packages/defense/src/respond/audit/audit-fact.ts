/**
 * What the audit log records: every verdict that was answered, every decision with its reason, every act before it is
 * begun and after it is done. State is nothing but the sum of these facts, so that reading the log again restores it.
 *
 * Names stay stable, for other programs read them (the event format: one JSON object a line).
 */
import type { IpAddress, IpPrefix } from '@wormwood/wire';
import type { ActionKind, ActionStep } from '../action.ts';
import type { AllowedAction } from '../scope-file.ts';
import { VERDICT_KINDS, type VerdictKind } from '../../verdict.ts';

/** `dryRun`: everything is decided and recorded, and no actuator is called. */
export type ResponseMode = 'dryRun' | 'act';

interface OfHost {
  readonly source: IpAddress;
}

interface OfDecision extends OfHost {
  readonly decision: string;
}

interface OfResponse extends OfDecision {
  readonly step: ActionStep;
  /** The same in every attempt. */
  readonly key: string;
}

interface ByPerson {
  readonly by: string;
  readonly reason: string;
}

interface Reason {
  /** A word for programs, such as `outside-scope`. */
  readonly code: string;
  readonly reason: string;
}

/** Each event with its fields. */
export interface AuditFacts {
  /** From here on the responder works in this mode. */
  'respond.start': { readonly mode: ResponseMode };
  'respond.pause': ByPerson;
  'respond.resume': { readonly by: string };
  /** A scope came into force. */
  'scope.load': {
    /** SHA-256 of its file. */
    readonly fingerprint: string;
    readonly owner: string;
    readonly contact: string;
    readonly signer: string;
    readonly expiresSeconds: number;
    readonly addresses: number;
    readonly addressesMax: number;
    readonly prefixes: readonly IpPrefix[];
    readonly protectedPrefixes: readonly IpPrefix[];
    readonly actions: readonly AllowedAction[];
    readonly actionsPerMinute: number;
    readonly activeActionsMax: number;
    readonly verdictAgeMaxSeconds: number;
  };
  /** None is in force from here on. */
  'scope.refuse': Reason;
  /** From here on these addresses are protected beside those of the scope: the machine's own, its gateways, name servers. */
  'respond.protect': { readonly prefixes: readonly IpPrefix[] };
  /** The machine was started: from here on uptimes count from that start. */
  'clock.boot': { readonly boot: string };
  /**
   * The clock was set: it shows the time of this entry where `fromSeconds` was due. Set back, all times that the log
   * waits for move with it. `isElapsedKnown` is false after a restart of the machine: then what is in force ends at once.
   */
  'clock.set': { readonly fromSeconds: number; readonly isElapsedKnown: boolean };
  /** The first line of a segment: all state, so that nothing before it need be read. */
  'log.snapshot': {
    /** The identifier of the first entry of the whole log. */
    readonly log: string;
    /** Octets of the log before this line. */
    readonly offset: number;
    /** State as JSON: what `Ledger.state` returns. */
    readonly state: string;
  };
  'verdict.infected': OfHost & {
    readonly protocol: 'tcp' | 'udp' | 'icmp';
    /** 0 where no port had most of the contacts. */
    readonly port: number;
    readonly kind: VerdictKind;
    /** Who the source is known to be; empty for a stranger. */
    readonly known: string;
    readonly verdict: string;
    readonly sinceSeconds: number;
    readonly observedSeconds: number;
    readonly contactsPerSecond: number;
    readonly falsePositiveRate: number;
    readonly missRate: number;
    readonly unforgeable: boolean;
    /** Empty when content took no part. */
    readonly signature: string;
    /** Link address of a host on the sensor's link, such as `00:16:3e:00:00:09`; empty for one beyond a router. */
    readonly linkAddress: string;
    /** What the owner should rule out first; empty when nothing hints at it. */
    readonly caution: string;
    readonly evidence: string;
  };
  /** So many further verdicts were not recorded one by one; of them, so many on evidence that can be forged. */
  'verdict.suppress': { readonly count: number; readonly forgeable: number };
  /** The verdict leads to no action. */
  'decision.none': OfHost & Reason & { readonly verdict: string };
  'decision.add': OfDecision & {
    /** It is about a whole IPv6 network, whose first address is `source`. */
    readonly network?: boolean;
    readonly verdict: string;
    /** When the detector gave the verdict. */
    readonly judgedSeconds: number;
    /** Of the verdict. */
    readonly linkAddress: string;
    readonly action: ActionKind;
    readonly actuator: string;
    readonly ttlSeconds: number;
    /** When it is of no use any more if it was not carried out. */
    readonly lapsesSeconds: number;
    readonly approval: 'required' | 'automatic';
    readonly dryRun: boolean;
  };
  'decision.approve': OfDecision & { readonly by: string };
  /** It may not be done after all: what holds now differs from what held when it was proposed. */
  'decision.refuse': OfDecision & Reason;
  /** Nobody approved of it, or no limit let it through, while it was of use. */
  'decision.lapse': OfDecision;
  /** Ended by a person (`code` is `undone`), or because it may not be in force any more. */
  'decision.undo': OfDecision & ByPerson & { readonly code: string };
  /** Its time in force is over. */
  'decision.expire': OfDecision;
  /** Written and synced before the actuator is called. */
  'response.begin': OfResponse & {
    /** From 1. */
    readonly attempt: number;
    readonly expiresSeconds: number;
    readonly dryRun: boolean;
    readonly command: string;
  };
  /** The actuator says that an act in force is there no longer, though nobody here ended it; it is applied again. */
  'response.lost': OfResponse & { readonly reason: string };
  /** `found`: the actuator was asked after an interruption and said that it had been done. */
  'response.done': OfResponse & { readonly found: boolean };
  'response.fail': OfResponse & {
    readonly attempt: number;
    readonly reason: string;
    /** True when it is given up; then nothing is in force. */
    readonly final: boolean;
    readonly retrySeconds: number;
  };
}

/** The name of a kind of fact, as the log writes it: `decision.add`. */
export type AuditEvent = keyof AuditFacts;

/** One thing that happened. */
export type AuditFact = {
  [Event in AuditEvent]: { readonly event: Event } & AuditFacts[Event];
}[AuditEvent];

/** A fact in its place in the log. */
export type AuditEntry = AuditFact & {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly timeSeconds: number;
  /** Seconds since the machine was started, sleep included: no setting of the clock changes them. */
  readonly uptimeSeconds: number;
  /** UUID, version 7. */
  readonly id: string;
  readonly sensor: string;
  /** True if the next line belongs to it: facts that hold together or, torn by a crash, not at all. */
  readonly more: boolean;
  /** The fact as a sentence. */
  readonly message: string;
  /** SHA-256 of the line before, hexadecimal; zeros in the first. */
  readonly previous: string;
};

/** How a field is written: `time` as RFC 3339, `address` as people write it; a list holds the words that are allowed. */
export type FieldKind =
  | 'text'
  | 'number'
  | 'flag'
  | 'time'
  | 'address'
  | 'prefixes'
  | 'actions'
  | readonly string[];

type KindOf<Value> = Value extends boolean
  ? 'flag'
  : Value extends IpAddress
    ? 'number' | 'time' | 'address'
    : Value extends readonly IpPrefix[]
      ? 'prefixes'
      : Value extends readonly AllowedAction[]
        ? 'actions'
        : string extends Value
          ? 'text'
          : readonly string[];

type FieldKinds = {
  readonly [Event in AuditEvent]: {
    readonly [Field in keyof AuditFacts[Event]]-?: KindOf<NonNullable<AuditFacts[Event][Field]>>;
  };
};

const HOST = { source: 'address' } as const;
const DECISION = { decision: 'text', ...HOST } as const;
const RESPONSE = { ...DECISION, step: ['apply', 'release'], key: 'text' } as const;
const REASON = { code: 'text', reason: 'text' } as const;
const PERSON = { by: 'text', reason: 'text' } as const;

/** The fields of each event in the order of the line. */
export const FIELD_KINDS: FieldKinds = {
  'respond.start': { mode: ['dryRun', 'act'] },
  'respond.pause': PERSON,
  'respond.resume': { by: 'text' },
  'scope.load': {
    fingerprint: 'text',
    owner: 'text',
    contact: 'text',
    signer: 'text',
    expiresSeconds: 'time',
    addresses: 'number',
    addressesMax: 'number',
    prefixes: 'prefixes',
    protectedPrefixes: 'prefixes',
    actions: 'actions',
    actionsPerMinute: 'number',
    activeActionsMax: 'number',
    verdictAgeMaxSeconds: 'number',
  },
  'scope.refuse': REASON,
  'respond.protect': { prefixes: 'prefixes' },
  'clock.boot': { boot: 'text' },
  'clock.set': { fromSeconds: 'time', isElapsedKnown: 'flag' },
  'log.snapshot': { log: 'text', offset: 'number', state: 'text' },
  'verdict.infected': {
    ...HOST,
    protocol: ['tcp', 'udp', 'icmp'],
    port: 'number',
    kind: VERDICT_KINDS,
    known: 'text',
    verdict: 'text',
    sinceSeconds: 'time',
    observedSeconds: 'time',
    contactsPerSecond: 'number',
    falsePositiveRate: 'number',
    missRate: 'number',
    unforgeable: 'flag',
    signature: 'text',
    linkAddress: 'text',
    caution: 'text',
    evidence: 'text',
  },
  'verdict.suppress': { count: 'number', forgeable: 'number' },
  'decision.none': { ...HOST, verdict: 'text', ...REASON },
  'decision.add': {
    ...DECISION,
    network: 'flag',
    verdict: 'text',
    judgedSeconds: 'time',
    linkAddress: 'text',
    action: ['block', 'quarantine', 'patch'],
    actuator: 'text',
    ttlSeconds: 'number',
    lapsesSeconds: 'time',
    approval: ['required', 'automatic'],
    dryRun: 'flag',
  },
  'decision.approve': { ...DECISION, by: 'text' },
  'decision.refuse': { ...DECISION, ...REASON },
  'decision.lapse': DECISION,
  'decision.undo': { ...DECISION, ...PERSON, code: 'text' },
  'decision.expire': DECISION,
  'response.begin': {
    ...RESPONSE,
    attempt: 'number',
    expiresSeconds: 'time',
    dryRun: 'flag',
    command: 'text',
  },
  'response.lost': { ...RESPONSE, reason: 'text' },
  'response.done': { ...RESPONSE, found: 'flag' },
  'response.fail': { ...RESPONSE, attempt: 'number', reason: 'text', final: 'flag', retrySeconds: 'time' },
};

/** The names of all events of the audit log. */
export const AUDIT_EVENTS: readonly AuditEvent[] = Object.keys(FIELD_KINDS) as AuditEvent[];
