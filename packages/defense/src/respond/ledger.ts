/**
 * The state of all responses: the sum of the audit log. `record` is the one place where it changes, the same for a fact
 * just written and for one read after a restart, so that a restart cannot lead to another state. It holds what is alive
 * and, bounded, what was lately; the log itself holds everything.
 */
import { unreachable } from '@wormwood/base';
import { formatIp, formatIpPrefix, ipPrefixOf, parseIp } from '@wormwood/wire';
import { formatTarget, isNetwork, NETWORK_BITS, type Target, targetOf } from './action.ts';
import type { AuditEntry, AuditFacts, ResponseMode } from './audit/audit-fact.ts';
import type { Decision } from './decision.ts';
import type { KnownTime } from './timekeeping.ts';

/** The span of every limit "per minute". */
export const MINUTE_SECONDS = 60;
const ENDED_MAX = 200;
const VERDICTS_MAX = 10_000;

type EntryOf<Event> = Extract<AuditEntry, { event: Event }>;

/** What others may look at. */
export interface LedgerView {
  readonly paused: boolean;
  /** How the responder worked last; null for an empty log. */
  readonly mode: ResponseMode | null;
  /** How many entries the log has. */
  readonly entryCount: number;
  /** In the order of their proposal. */
  readonly live: ReadonlyMap<string, Decision>;
  /** The latest that ended, oldest first; among them every one whose act would still be in force. */
  readonly ended: ReadonlyMap<string, Decision>;
}

export class Ledger implements LedgerView, KnownTime {
  paused = false;
  mode: ResponseMode | null = null;
  /** Fingerprint of the scope in force, or the code of the refusal. */
  scope: string | null = null;
  /** What came into force with it; null while none is in force. */
  scopeLoad: AuditFacts['scope.load'] | null = null;
  /** The addresses of this machine, as they were recorded last; null if they never were. */
  ownPrefixes: string | null = null;
  /** Of the last entry. */
  timeSeconds = 0;
  uptimeSeconds = 0;
  boot: string | null = null;
  anchor = { timeSeconds: 0, uptimeSeconds: 0 };
  /** Identifier of the first entry of the log; null for an empty one. */
  log: string | null = null;
  /** How many entries the log has. */
  entryCount = 0;
  readonly live: Map<string, Decision> = new Map();
  readonly ended: Map<string, Decision> = new Map();
  /** Live decisions that are neither active nor at work. */
  waitingCount = 0;
  readonly #deeds = new Map<string, string>();
  readonly #verdicts = new Set<string>();
  /** When each act was begun last, in that order. */
  readonly #begun = new Map<string, number>();
  readonly #answered = new Map<string, number[]>();
  readonly #held = new Map<number | string, number>();

  /** Takes in one entry of the log; false if it is about a decision that is not alive, which no responder writes. */
  record(entry: AuditEntry): boolean {
    if (entry.event === 'log.snapshot' && this.entryCount === 0 && !this.#restore(entry.state)) return false;
    this.log ??= entry.id;
    if (entry.event === 'clock.set') this.#setClock(entry);
    this.timeSeconds = entry.timeSeconds;
    this.uptimeSeconds = entry.uptimeSeconds;
    this.entryCount = entry.sequence;
    switch (entry.event) {
      case 'respond.pause':
      case 'respond.resume':
        this.paused = entry.event === 'respond.pause';
        break;
      case 'scope.load':
      case 'scope.refuse':
        this.scope = entry.event === 'scope.load' ? entry.fingerprint : entry.code;
        this.scopeLoad = entry.event === 'scope.load' ? scopeLoadOf(entry) : null;
        break;
      case 'respond.protect':
        this.ownPrefixes = entry.prefixes.map(formatIpPrefix).join(' ');
        break;
      case 'clock.boot':
        this.boot = entry.boot;
        this.anchor = { timeSeconds: entry.timeSeconds, uptimeSeconds: entry.uptimeSeconds };
        break;
      case 'verdict.infected':
        this.#remember(entry.verdict);
        break;
      case 'decision.none':
        this.#note(this.#answeredWith(entry.code), entry.timeSeconds);
        break;
      case 'decision.add':
        this.#add(entry);
        break;
      case 'respond.start':
        // What was answered in a dry run may be asked again to be carried out, and the other way round.
        if (entry.mode !== this.mode) this.#verdicts.clear();
        this.mode = entry.mode;
        break;
      case 'verdict.suppress':
      case 'clock.set':
      case 'log.snapshot':
        break;
      default:
        return this.#change(entry);
    }
    return true;
  }

  /** Whether this verdict was answered, as far back as is remembered. */
  hasVerdict(verdict: string): boolean {
    return this.#verdicts.has(verdict);
  }

  /** The live decision about the same action on the same host, if there is one. */
  decisionOn(deed: Pick<Decision, NameField>): Decision | undefined {
    return this.live.get(this.#deeds.get(nameOf(deed)) ?? '');
  }

  /**
   * The acts begun since then, each with the time at which it was begun last, oldest first. An act that is begun again
   * after an interruption is the same act.
   */
  begunSince(timeSeconds: number): ReadonlyMap<string, number> {
    return new Map([...this.#begun].filter(([, each]) => each > timeSeconds));
  }

  /** How many verdicts were answered with this refusal since then. */
  answeredSince(code: string, timeSeconds: number): number {
    return this.#answeredWith(code).filter((each) => each > timeSeconds).length;
  }

  /** Whether a person ended an action on this host that would still be in force: then a person decides about the next. */
  isHeld(target: Target, timeSeconds: number): boolean {
    return holdKeys(target).asked.some((key) => (this.#held.get(key) ?? -Infinity) > timeSeconds);
  }

  /** Everything as JSON, for the snapshot at the beginning of a segment; the same state gives the same text. */
  state(): string {
    const { paused, mode, scope, scopeLoad, ownPrefixes } = this;
    const { timeSeconds, uptimeSeconds, boot, anchor, log, entryCount } = this;
    const state = {
      paused,
      mode,
      scope,
      scopeLoad,
      ownPrefixes,
      timeSeconds,
      uptimeSeconds,
      boot,
      anchor,
      log,
      entryCount,
      live: Array.from(this.live.values(), writtenDecision),
      ended: Array.from(this.ended.values(), writtenDecision),
      verdicts: [...this.#verdicts],
      begun: [...this.#begun],
      answered: [...this.#answered],
      held: [...this.#held],
    } satisfies LedgerState;
    return JSON.stringify(state, (_, value: unknown) =>
      typeof value === 'bigint' ? formatIp(value) : value,
    );
  }

  /** Takes over a snapshot; false for a text that is none. */
  #restore(text: string): boolean {
    const state = readState(text);
    if (state === undefined) return false;
    const { live, ended, verdicts, begun, answered, held, ...plain } = state;
    Object.assign(this, plain);
    this.#forget();
    for (const decision of live.map(readDecision)) this.#put(decision);
    for (const decision of ended.map(readDecision)) this.ended.set(decision.id, decision);
    for (const verdict of verdicts) this.#verdicts.add(verdict);
    for (const [id, time] of begun) this.#begun.set(id, time);
    for (const [code, times] of answered) this.#answered.set(code, [...times]);
    for (const [key, until] of held) this.#held.set(key, until);
    return true;
  }

  /** Empties the state, to be restored from a snapshot. */
  reset(): void {
    this.entryCount = 0;
    this.log = null;
    this.#forget();
  }

  #forget(): void {
    this.waitingCount = 0;
    for (const each of [this.live, this.ended, this.#deeds, this.#verdicts, this.#begun]) each.clear();
    for (const each of [this.#answered, this.#held]) each.clear();
  }

  #add(entry: EntryOf<'decision.add'>): void {
    this.#put({
      id: entry.decision,
      verdict: entry.verdict,
      judgedSeconds: entry.judgedSeconds,
      ...targetOf(entry),
      linkAddress: entry.linkAddress === '' ? null : entry.linkAddress,
      action: entry.action,
      actuator: entry.actuator,
      ttlSeconds: entry.ttlSeconds,
      approval: entry.approval,
      dryRun: entry.dryRun,
      status: 'proposed',
      proposedSeconds: entry.timeSeconds,
      lapsesSeconds: entry.lapsesSeconds,
      approvedBy: null,
      expiresSeconds: null,
      failures: 0,
      retrySeconds: entry.timeSeconds,
      ending: null,
      sequence: entry.sequence,
    });
  }

  #change(entry: Exclude<AuditEntry, { event: NoDecision }>): boolean {
    const decision = this.live.get(entry.decision);
    if (decision === undefined) return false;
    if (entry.event === 'decision.undo' && entry.code === 'undone') this.#hold(decision);
    if (entry.event === 'response.begin' && entry.step === 'apply') this.#noteBegun(entry);
    this.#put({ ...decision, ...changeOf(decision, entry), sequence: entry.sequence });
    return true;
  }

  #put(decision: Decision): void {
    const before = this.live.get(decision.id);
    this.waitingCount += Number(isWaiting(decision)) - Number(before !== undefined && isWaiting(before));
    if (decision.status === 'ended') {
      this.live.delete(decision.id);
      this.#deeds.delete(nameOf(decision));
      this.ended.set(decision.id, decision);
      this.#forgetEnded();
    } else {
      this.live.set(decision.id, decision);
      this.#deeds.set(nameOf(decision), decision.id);
    }
  }

  /** A feed shows its readers for as long as they would have kept it that an act has ended; then it may be forgotten. */
  #forgetEnded(): void {
    for (const [id, { expiresSeconds }] of this.ended) {
      if (this.ended.size <= ENDED_MAX) return;
      if ((expiresSeconds ?? 0) <= this.timeSeconds) this.ended.delete(id);
    }
  }

  /** The clock was set: what waits for a time waits as long as before, or ends if it is unknown how long that was. */
  #setClock({ timeSeconds, fromSeconds, isElapsedKnown }: EntryOf<'clock.set'>): void {
    const shift = timeSeconds - fromSeconds;
    if (shift >= 0) return;
    for (const [id, decision] of this.live) {
      const shifted = shiftedDecision(decision, shift);
      const endsNow = !isElapsedKnown && shifted.expiresSeconds !== null;
      this.live.set(id, endsNow ? { ...shifted, expiresSeconds: timeSeconds } : shifted);
    }
    for (const [id, decision] of this.ended) this.ended.set(id, shiftedDecision(decision, shift));
    for (const [id, time] of this.#begun) this.#begun.set(id, time + shift);
    for (const [code, times] of this.#answered)
      this.#answered.set(
        code,
        times.map((time) => time + shift),
      );
    for (const [key, until] of this.#held) this.#held.set(key, until + shift);
  }

  #hold(decision: Decision): void {
    for (const [key, until] of this.#held) if (until <= this.timeSeconds) this.#held.delete(key);
    for (const key of holdKeys(decision).noted) this.#held.set(key, this.timeSeconds + decision.ttlSeconds);
  }

  #noteBegun({ decision, timeSeconds }: EntryOf<'response.begin'>): void {
    this.#begun.delete(decision);
    this.#begun.set(decision, timeSeconds);
    for (const [id, time] of this.#begun) {
      if (time > timeSeconds - MINUTE_SECONDS) return;
      this.#begun.delete(id);
    }
  }

  #remember(verdict: string): void {
    this.#verdicts.add(verdict);
    if (this.#verdicts.size > VERDICTS_MAX) {
      for (const oldest of this.#verdicts) {
        this.#verdicts.delete(oldest);
        break;
      }
    }
  }

  #answeredWith(code: string): number[] {
    const times = this.#answered.get(code) ?? [];
    this.#answered.set(code, times);
    return times;
  }

  /** Adds a time and forgets those that no limit looks at any more. */
  #note(times: number[], timeSeconds: number): void {
    times.push(timeSeconds);
    const firstKept = times.findIndex((each) => each > timeSeconds - MINUTE_SECONDS);
    times.splice(0, firstKept);
  }
}

/** What a snapshot holds. */
type LedgerState = Pick<
  Ledger,
  | 'paused'
  | 'mode'
  | 'scope'
  | 'scopeLoad'
  | 'ownPrefixes'
  | 'timeSeconds'
  | 'uptimeSeconds'
  | 'boot'
  | 'anchor'
  | 'log'
  | 'entryCount'
> & {
  readonly live: readonly WrittenDecision[];
  readonly ended: readonly WrittenDecision[];
  readonly verdicts: readonly string[];
  readonly begun: readonly (readonly [string, number])[];
  readonly answered: readonly (readonly [string, readonly number[]])[];
  readonly held: readonly (readonly [number | string, number])[];
};

/** As JSON has it: an IPv6 address as a text. */
type WrittenDecision = Omit<Decision, 'source'> & { readonly source: number | string };

function writtenDecision(decision: Decision): WrittenDecision {
  const { source } = decision;
  return { ...decision, source: typeof source === 'bigint' ? formatIp(source) : source };
}

/** The first address of an IPv6 prefix, which JSON has as a text. */
function readAddress(value: unknown): unknown {
  const address = typeof value === 'string' ? parseIp(value) : undefined;
  return address?.ok === true ? address.value : value;
}

function readDecision(written: WrittenDecision): Decision {
  const { source } = written;
  const address = typeof source === 'number' ? undefined : parseIp(source);
  return { ...written, source: address?.ok === true ? address.value : Number(source) };
}

/**
 * Under which names an ended action is noted, and which are asked for. An action on a network waits for a person after one on a
 * host of it, and the other way round.
 */
function holdKeys(target: Target): {
  readonly noted: readonly (number | string)[];
  readonly asked: readonly (number | string)[];
} {
  const { source } = target;
  if (typeof source === 'number') return { noted: [source], asked: [source] };
  const network = formatIpPrefix(ipPrefixOf(source, NETWORK_BITS));
  const hostsOf = `hosts of ${network}`;
  if (isNetwork(target)) return { noted: [network], asked: [network, hostsOf] };
  const host = formatTarget(target);
  return { noted: [host, hostsOf], asked: [host, network] };
}

/** The chain proves that the text is what was written there; a text that is not JSON was never written. */
function readState(text: string): LedgerState | undefined {
  try {
    return JSON.parse(text, (name, value: unknown) =>
      name === 'first' ? readAddress(value) : value,
    ) as LedgerState;
  } catch {
    return undefined;
  }
}

/** The fact without its place in the log. */
function scopeLoadOf(entry: EntryOf<'scope.load'>): AuditFacts['scope.load'] {
  const { fingerprint, owner, contact, signer, expiresSeconds, addresses, addressesMax } = entry;
  const { prefixes, protectedPrefixes, actions } = entry;
  const { actionsPerMinute, activeActionsMax, verdictAgeMaxSeconds } = entry;
  return {
    fingerprint,
    owner,
    contact,
    signer,
    expiresSeconds,
    addresses,
    addressesMax,
    prefixes,
    protectedPrefixes,
    actions,
    actionsPerMinute,
    activeActionsMax,
    verdictAgeMaxSeconds,
  };
}

function shiftedDecision(decision: Decision, shift: number): Decision {
  return {
    ...decision,
    judgedSeconds: decision.judgedSeconds + shift,
    proposedSeconds: decision.proposedSeconds + shift,
    lapsesSeconds: decision.lapsesSeconds + shift,
    retrySeconds: decision.retrySeconds + shift,
    expiresSeconds: decision.expiresSeconds === null ? null : decision.expiresSeconds + shift,
  };
}

/** Events that are about no decision, or about one that is not there yet. */
type NoDecision =
  | 'respond.start'
  | 'respond.pause'
  | 'respond.resume'
  | 'scope.load'
  | 'scope.refuse'
  | 'verdict.infected'
  | 'verdict.suppress'
  | 'respond.protect'
  | 'clock.boot'
  | 'clock.set'
  | 'log.snapshot'
  | 'decision.none'
  | 'decision.add';

/** What an entry changes in its decision. */
function changeOf(decision: Decision, entry: Exclude<AuditEntry, { event: NoDecision }>): Partial<Decision> {
  const isBegun = decision.status !== 'proposed' && decision.status !== 'approved';
  switch (entry.event) {
    case 'decision.approve':
      return { status: 'approved', approvedBy: entry.by };
    case 'decision.refuse':
      return { status: 'ended', ending: entry.code };
    case 'decision.lapse':
      return { status: 'ended', ending: 'lapsed' };
    case 'decision.undo':
      // What is begun may be in force; it ends when it is released.
      return { ending: entry.code, ...(isBegun ? dueAt(entry.timeSeconds) : { status: 'ended' }) };
    case 'decision.expire':
      return { ending: 'expired', ...dueAt(entry.timeSeconds) };
    case 'response.begin':
      return {
        status: entry.step === 'apply' ? 'applying' : 'releasing',
        expiresSeconds: entry.expiresSeconds,
      };
    case 'response.lost':
      return { status: 'applying', ...dueAt(entry.timeSeconds) };
    case 'response.done':
      return { status: entry.step === 'apply' ? 'active' : 'ended', ...dueAt(entry.timeSeconds) };
    case 'response.fail':
      if (entry.final) return { status: 'ended', ending: decision.ending ?? 'failed' };
      return { failures: decision.failures + 1, retrySeconds: entry.retrySeconds };
    default:
      return unreachable(entry);
  }
}

/** A new step begins with no failures, at once. */
function dueAt(timeSeconds: number): Pick<Decision, 'failures' | 'retrySeconds'> {
  return { failures: 0, retrySeconds: timeSeconds };
}

function isWaiting({ status }: Decision): boolean {
  return status === 'proposed' || status === 'approved';
}

type NameField = 'source' | 'network' | 'action' | 'actuator';

function nameOf({ action, actuator, ...target }: Pick<Decision, NameField>): string {
  return `${target.source} ${isNetwork(target)} ${action} ${actuator}`;
}
