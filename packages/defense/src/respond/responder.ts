/**
 * The responder: verdicts in, acts out, everything between them in the audit log. It decides nothing itself: `guard.ts`
 * says what may be done, `plan.ts` what is due, `ledger.ts` what is so; here is the order of writing and doing. The line
 * that says an act is begun is synced before the actuator is called, and after a crash the actuator is asked about every
 * act that was begun and not seen to end.
 *
 * The log is locked for a moment at a time: to take in what others wrote, look at the clock, the scope and the pause, and
 * write what follows. While an actuator is at work it is not locked, so that a pause takes effect before the next act.
 *
 * It starts nothing by itself. The app calls `step` when `offer` took something, and when `nextDueSeconds` has come.
 */
import { assert } from '@wormwood/base';
import { formatIpPrefix, IpSet } from '@wormwood/wire';
import type { Verdict } from '../verdict.ts';
import type { ActionRequest, ActionStep, Actuator } from './action.ts';
import { dryRunOf } from './actuator/dry-run.ts';
import { isSegmented } from './append-only-file.ts';
import type { AuditFact, ResponseMode } from './audit/audit-fact.ts';
import { type LogTime, SharedLog, type SharedLogComponents } from './audit/shared-log.ts';
import { type Decision, requestOf } from './decision.ts';
import type { FeedContent } from './feed/feed.ts';
import { feedContent } from './feed/feed-content.ts';
import type { Ledger, LedgerView } from './ledger.ts';
import { DONE, type Failed, failed, type Outcome } from './outcome.ts';
import {
  answerVerdict,
  APPLY_FAILURES_MAX,
  factsDue,
  type Moment,
  nextDueSeconds,
  nextToApply,
  releasesDue,
  retryAt,
} from './plan.ts';
import { Scope, type ScopeAdmission, type ScopeComponents, type ScopeDocument } from './scope.ts';
import { extentOf } from './scope-file.ts';

export interface ResponderComponents extends SharedLogComponents {
  readonly scope: ScopeComponents & {
    /** Reads the scope file and its signature as they are now; asked before every act, so that deleting it ends all. */
    load(): Promise<ScopeDocument>;
  };
  /** One responder at a time calls them, which the app sees to with another lock. */
  readonly actuators: readonly Actuator[];
}

export interface ResponderOptions {
  /** Names the sensor in every line of the log. */
  readonly sensor: string;
  /** `asBefore`: as the log was written last, `dryRun` for an empty one. @default 'dryRun' */
  readonly mode?: ResponseMode | 'asBefore';
  /** Protected beside what the scope file lists: the sensor itself, its gateway. @default none */
  readonly ownAddresses?: IpSet;
}

export type ResponderOpening = { readonly ok: true; readonly responder: Responder } | Failed;

/** Verdicts that wait for the next step; further ones are counted and dropped. */
const INTAKE_MAX = 1000;
const SUPPRESSED_EVERY_SECONDS = 60;
/** Room for the lines that end one act, whatever its failures, and for those that say why nothing else is done. */
const END_OCTETS = 4096;
const RESERVE_OCTETS = 65_536;
/** An act that is about to end is not missed. */
const RECONCILE_MARGIN_SECONDS = 5;
const UNREAD: ScopeAdmission = {
  ok: false,
  code: 'missing',
  reason: 'The scope file has not been read yet.',
};

type AboutStep = Pick<Extract<AuditFact, { event: 'response.done' }>, 'decision' | 'source' | 'step' | 'key'>;

/** Something to be done outside the lock: a question to an actuator, or an act whose beginning is recorded. */
interface Task {
  readonly kind: 'ask' | 'do';
  readonly step: ActionStep;
  /** As it was when the task was planned. */
  readonly decision: Decision;
  readonly actuator: Actuator;
  readonly request: ActionRequest;
}

export class Responder {
  readonly #log: SharedLog;
  readonly #ledger: Ledger;
  /** Undefined for a responder that works as the log was written last. */
  readonly #mode: ResponseMode | undefined;
  readonly #components: ResponderComponents;
  readonly #strayKeys = new Map<string, readonly string[]>();
  readonly #actuators: ReadonlyMap<string, Actuator>;
  readonly #ownAddresses: IpSet;
  #admission: ScopeAdmission = UNREAD;
  #intake: Verdict[] = [];
  #suppressed = { count: 0, forgeable: 0 };
  #suppressedSeconds = -Infinity;
  /** Why nothing is begun for the moment: the disk has no room for the ends of acts. */
  #shortage: Failed | null = null;
  #steps: Promise<unknown> = Promise.resolve();

  private constructor(components: ResponderComponents, options: ResponderOptions, log: SharedLog) {
    const { mode = 'dryRun' } = options;
    this.#mode = mode === 'asBefore' ? undefined : mode;
    this.#components = components;
    this.#ownAddresses = options.ownAddresses ?? IpSet.empty;
    this.#actuators = new Map(components.actuators.map((each) => [each.name, each]));
    assert(this.#actuators.size === components.actuators.length, 'actuators have different names');
    this.#log = log;
    this.#ledger = log.ledger;
  }

  /** Verifies the audit log and restores the state from it; refuses if the log was changed or cannot be written. */
  static async open(components: ResponderComponents, options: ResponderOptions): Promise<ResponderOpening> {
    const opening = await SharedLog.open(components, options.sensor);
    if (!opening.ok) return opening;
    const responder = new Responder(components, options, opening.log);
    await responder.#underLock(async () => true);
    return responder.fault ?? { ok: true, responder };
  }

  get mode(): ResponseMode {
    return this.#mode ?? this.#ledger.mode ?? 'dryRun';
  }

  get ledger(): LedgerView {
    return this.#ledger;
  }

  /** Why the scope file allows nothing, or the scope in force, as of the last step. */
  get scope(): ScopeAdmission {
    return this.#admission;
  }

  /** Set once the log cannot be written: nothing is done any more, and the responder must be opened anew. */
  get fault(): Failed | null {
    return this.#log.fault;
  }

  /** Keys that each actuator had in force when it was asked last, though no decision that is alive has them. */
  get strayKeys(): ReadonlyMap<string, readonly string[]> {
    return this.#strayKeys;
  }

  /** Octets of the audit log that survive a loss of power; messages are made of what stands before. */
  get syncedOffset(): number {
    return this.#log.syncedOffset;
  }

  /** Takes in a verdict for the next step; never waits. False if too many wait already: it is counted and dropped. */
  offer(verdict: Verdict): boolean {
    const times = [verdict.timeSeconds, verdict.sinceSeconds];
    assert(
      times.every((each) => each >= 0 && each < 2 ** 32),
      'a verdict has Unix times',
    );
    if (this.#intake.length >= INTAKE_MAX) return this.#suppress(verdict);
    this.#intake.push(verdict);
    return true;
  }

  /** Records the answers to what was offered, and does nothing yet; what is not recorded must be offered again. */
  answer(): Promise<Outcome> {
    return this.#afterSteps(async () => {
      await this.#underLock((moment) => this.#answerIntake(moment));
      return this.#outcome();
    });
  }

  /** Does everything that is due, and ends between two acts once `isStopping`; settles when it is done and recorded. */
  step(isStopping: () => boolean = () => false): Promise<Outcome> {
    return this.#afterSteps(async () => {
      // What is over, or void in this mode, must not stand in the way of what is decided anew.
      this.#shortage = null;
      const ended = await this.#doWhatIsDue('releases', isStopping);
      if (!ended.ok || isStopping()) return ended;
      await this.#underLock((moment) => this.#answerIntake(moment));
      return this.#doWhatIsDue('everything', isStopping);
    });
  }

  /** Ends the acts that are to be ended and begins none, whatever waits; settles when that is done and recorded. */
  release(isStopping: () => boolean = () => false): Promise<Outcome> {
    return this.#afterSteps(() => this.#doWhatIsDue('releases', isStopping));
  }

  /** Asks actuators that others can change behind its back what is in force; what is lost is recorded and due again. */
  reconcile(): Promise<Outcome> {
    return this.#afterSteps(async () => {
      for (const actuator of this.#actuators.values()) await this.#reconcile(actuator);
      return this.#outcome();
    });
  }

  /** When `step` has something to do without anything being offered; undefined if nothing is waiting for a time. */
  nextDueSeconds(): number | undefined {
    return this.fault === null
      ? nextDueSeconds(this.#ledger, this.#moment(this.#log.lookingTime()))
      : undefined;
  }

  /** A person says yes to a decision that waits for it. */
  approve(decision: string, by: string): Promise<Outcome> {
    return this.#asPerson(by, () => {
      const found = this.#ledger.live.get(decision);
      if (found?.status !== 'proposed') return failed('No such decision waits for approval.');
      return { event: 'decision.approve', decision, source: found.source, by };
    });
  }

  /** A person ends a decision: one that waits is void, one in force is released at the next step. */
  undo(decision: string, by: string, reason: string): Promise<Outcome> {
    return this.#asPerson(by, () => {
      const found = this.#ledger.live.get(decision);
      if (found === undefined) return failed('There is no such decision, or it has ended.');
      if (found.ending !== null) return failed('It is ending already.');
      return { event: 'decision.undo', decision, source: found.source, by, code: 'undone', reason };
    });
  }

  /** No act is begun once this settles, even if a step is at work; what is in force still ends in time. */
  pause(by: string, reason: string): Promise<Outcome> {
    return this.#asPerson(by, () => ({ event: 'respond.pause', by, reason }));
  }

  resume(by: string): Promise<Outcome> {
    return this.#asPerson(by, () => ({ event: 'respond.resume', by }));
  }

  /** What the feed of this actuator contains at this moment. */
  feed(actuator: string): FeedContent {
    return feedContent(actuator, this.#ledger, this.#moment(this.#log.lookingTime()));
  }

  async #answerIntake(moment: Moment): Promise<boolean> {
    const offered = this.#intake.splice(0);
    if (offered.length === 0 && this.#suppressed.count === 0) return true;
    if (!(await this.#hasRoom())) return true;
    if (!(await this.#write(factsDue(this.#ledger, moment)))) return false;
    for (const verdict of offered) {
      const answer = answerVerdict(verdict, this.#ledger, moment);
      if (answer === 'suppressed') this.#suppress(verdict);
      else if (!(await this.#write(answer))) return false;
    }
    return this.#writeSuppressed();
  }

  /** One task after the other: ends before beginnings, and everything looked at anew before each. */
  async #doWhatIsDue(which: 'everything' | 'releases', isStopping: () => boolean): Promise<Outcome> {
    while (!isStopping()) {
      const task = await this.#underLock((moment) => this.#nextTask(which, moment));
      if (task === undefined || task === 'nothing') break;
      await this.#perform(task, isStopping);
    }
    return this.#outcome();
  }

  /** Records what follows from time and standing, and what is begun next. */
  async #nextTask(which: 'everything' | 'releases', moment: Moment): Promise<Task | 'nothing' | undefined> {
    if (!(await this.#write(factsDue(this.#ledger, moment)))) return undefined;
    for (;;) {
      const [release] = releasesDue(this.#ledger, moment);
      const decision = release ?? (which === 'everything' ? await this.#nextToApply(moment) : undefined);
      if (decision === undefined) return 'nothing';
      const step = release === undefined ? 'apply' : 'release';
      const actuator = this.#actuatorOf(decision);
      if (actuator !== undefined) {
        const request = requestOf(decision, this.#expiryOf(decision, moment) - moment.nowSeconds);
        const isBegun = decision.status === 'applying' || decision.status === 'releasing';
        // Begun once, and nobody saw it end: in an interruption, or in a failure.
        if (isBegun) return { kind: 'ask', step, decision, actuator, request };
        return this.#begin({ kind: 'do', step, decision, actuator, request }, moment);
      }
      // What was never begun is given up; what may be in force is tried again, when somebody has put the actuator back.
      const reason = `No actuator ${decision.actuator} can ${decision.action}.`;
      if (!(await this.#fail(decision, step, reason, decision.status === 'approved'))) return undefined;
    }
  }

  async #nextToApply(moment: Moment): Promise<Decision | undefined> {
    const decision = nextToApply(this.#ledger, moment);
    return decision === undefined || (await this.#hasRoom()) ? decision : undefined;
  }

  #actuatorOf({ actuator, action, dryRun }: Decision): Actuator | undefined {
    const found = this.#actuators.get(actuator);
    if (found === undefined || !found.actions.includes(action)) return undefined;
    return dryRun ? dryRunOf(found) : found;
  }

  /** Records that the task is begun; undefined if the log failed. */
  async #begin(task: Task, moment: Moment): Promise<Task | undefined> {
    const { step, decision, actuator, request } = task;
    const isBegun = await this.#write([
      {
        event: 'response.begin',
        ...aboutStep(decision, step),
        attempt: decision.failures + 1,
        expiresSeconds: this.#expiryOf(decision, moment),
        dryRun: decision.dryRun,
        command: actuator.describe(step, request),
      },
    ]);
    return isBegun ? { ...task, kind: 'do' } : undefined;
  }

  async #perform(task: Task, isStopping: () => boolean): Promise<void> {
    const next = task.kind === 'ask' ? await this.#ask(task, isStopping) : task;
    if (next === undefined || next === 'nothing') return;
    const { step, decision, actuator, request } = next;
    const result = await actuator[step](request);
    await this.#underLock(async () => {
      if (!result.ok) return this.#fail(decision, step, result.reason);
      return this.#write([{ event: 'response.done', ...aboutStep(decision, step), found: false }]);
    });
  }

  /** Asks whether the act is in force, and begins what is still to be done. */
  async #ask(task: Task, isStopping: () => boolean): Promise<Task | 'nothing' | undefined> {
    const { step, decision, actuator, request } = task;
    const answer = await actuator.isActive(request);
    return this.#underLock(async (moment) => {
      // Somebody changed it meanwhile, or it is time for something else: it is planned anew.
      if (this.#ledger.live.get(decision.id)?.sequence !== decision.sequence) return 'nothing';
      if (!answer.ok) return this.#nothingIf(await this.#fail(decision, step, answer.reason));
      if (answer.active === (step === 'apply')) {
        const done: AuditFact = { event: 'response.done', ...aboutStep(decision, step), found: true };
        return this.#nothingIf(await this.#write([done]));
      }
      if (isStopping()) return 'nothing';
      if (step === 'apply') {
        if (decision.failures >= APPLY_FAILURES_MAX) {
          return this.#nothingIf(await this.#fail(decision, step, 'It was tried often enough.', true));
        }
        if (!(await this.#write(factsDue(this.#ledger, moment)))) return undefined;
        if (releasesDue(this.#ledger, moment).length > 0) return 'nothing';
        if ((await this.#nextToApply(moment))?.id !== decision.id) return 'nothing';
      }
      return this.#begin(task, moment);
    });
  }

  #nothingIf(isWritten: boolean): 'nothing' | undefined {
    return isWritten ? 'nothing' : undefined;
  }

  async #fail(
    decision: Decision,
    step: ActionStep,
    reason: string,
    final: boolean = false,
  ): Promise<boolean> {
    const failures = this.#ledger.live.get(decision.id)?.failures ?? decision.failures;
    const retrySeconds = retryAt(this.#log.time.timeSeconds, failures);
    const attempt = failures + 1;
    return this.#write([
      { event: 'response.fail', ...aboutStep(decision, step), attempt, reason, final, retrySeconds },
    ]);
  }

  async #reconcile(actuator: Actuator): Promise<void> {
    const before = [...this.#ledger.live.values()].filter(
      (each) => each.actuator === actuator.name && each.status === 'active' && !each.dryRun,
    );
    if (actuator.keysInForce === undefined) return;
    const known = new Set(this.#ledger.live.keys());
    const answer = await actuator.keysInForce();
    const reason = answer.ok ? 'somebody else ended it.' : answer.reason;
    await this.#underLock(async ({ nowSeconds }) => {
      const found = answer.ok ? [...answer.keys] : [];
      const strays = found.filter((key) => !known.has(key) && !this.#ledger.live.has(key));
      this.#strayKeys.set(actuator.name, strays);
      for (const { id, sequence } of before) {
        const decision = this.#ledger.live.get(id);
        if (decision?.sequence !== sequence || decision.ending !== null) continue;
        const isEnding = (decision.expiresSeconds ?? 0) < nowSeconds + RECONCILE_MARGIN_SECONDS;
        if (isEnding || (answer.ok && answer.keys.has(id))) continue;
        const lost: AuditFact = { event: 'response.lost', ...aboutStep(decision, 'apply'), reason };
        if (!(await this.#write([lost]))) return false;
      }
      return true;
    });
  }

  /** The owner's permission ends with the scope, and every act with the permission. What was begun ends as it was to. */
  #expiryOf(decision: Decision, { nowSeconds, permissionSeconds }: Moment): number {
    const { action, actuator, ttlSeconds, expiresSeconds } = decision;
    if (expiresSeconds !== null) return expiresSeconds;
    assert(this.#admission.ok, 'an act is begun only in a scope');
    const { scope } = this.#admission;
    const permittedSeconds = scope.file.expiresSeconds - permissionSeconds;
    const allowedSeconds = scope.allowed(action, actuator)?.ttlSeconds ?? 0;
    return nowSeconds + Math.min(ttlSeconds, allowedSeconds, permittedSeconds);
  }

  /** Whether the ends of all acts in force, and of one more, can be recorded though the disk fills up. */
  async #hasRoom(): Promise<boolean> {
    const { auditFile } = this.#components;
    if (!isSegmented(auditFile)) return true;
    const inForce = this.#ledger.live.size - this.#ledger.waitingCount;
    const reserved = await auditFile.reserve(RESERVE_OCTETS + (inForce + 1) * END_OCTETS);
    this.#shortage = reserved.ok
      ? null
      : failed(`There is no room for the audit log, so nothing is begun: ${reserved.reason}`);
    return reserved.ok;
  }

  async #readScope(): Promise<boolean> {
    const { scope } = this.#components;
    const admission = await Scope.admit(await scope.load(), scope, this.#log.time.permissionSeconds);
    this.#admission = admission;
    if (this.#ledger.scope === (admission.ok ? admission.scope.fingerprint : admission.code)) return true;
    if (!admission.ok) {
      return this.#write([{ event: 'scope.refuse', code: admission.code, reason: admission.reason }]);
    }
    const { file, fingerprint, signer, addresses } = admission.scope;
    const { version: _, ...content } = file;
    const event = 'scope.load';
    return this.#write([{ event, fingerprint, signer, addresses: extentOf(addresses), ...content }]);
  }

  #suppress(verdict: Verdict): false {
    this.#suppressed.count++;
    if (!verdict.unforgeable) this.#suppressed.forgeable++;
    return false;
  }

  async #writeSuppressed(): Promise<boolean> {
    const { timeSeconds } = this.#log.time;
    const isTime = Math.abs(timeSeconds - this.#suppressedSeconds) >= SUPPRESSED_EVERY_SECONDS;
    if (this.#suppressed.count === 0 || !isTime) return true;
    const counts = this.#suppressed;
    this.#suppressed = { count: 0, forgeable: 0 };
    this.#suppressedSeconds = timeSeconds;
    return this.#write([{ event: 'verdict.suppress', ...counts }]);
  }

  async #asPerson(by: string, factOf: () => AuditFact | Failed): Promise<Outcome> {
    if (by.trim() === '') return failed('Say who does it.');
    const refused = await this.#underLock(async () => {
      const fact = factOf();
      if (!('event' in fact)) return fact;
      await this.#write([fact]);
      return DONE;
    });
    return this.fault ?? refused ?? DONE;
  }

  /** Lets one step happen after the other; what a person says comes in between. */
  #afterSteps(work: () => Promise<Outcome>): Promise<Outcome> {
    const done = this.#steps.then(() => this.fault ?? work());
    this.#steps = done;
    return done;
  }

  /** Does `work` while nobody else writes the log, knowing all that stands there, the scope, and the time. */
  #underLock<T>(work: (moment: Moment) => Promise<T>): Promise<T | undefined> {
    return this.#log.underLock(async () => {
      if (!(await this.#recordChanges()) || !(await this.#readScope())) return undefined;
      return work(this.#moment(this.#log.time));
    });
  }

  /** Records what is different now: the mode, and the addresses of this machine. */
  async #recordChanges(): Promise<boolean> {
    const { mode } = this;
    const isStart = this.#mode !== undefined && mode !== this.#ledger.mode;
    if (isStart && !(await this.#write([{ event: 'respond.start', mode }]))) return false;
    const prefixes = this.#ownAddresses.prefixes();
    if (prefixes.map(formatIpPrefix).join(' ') === (this.#ledger.ownPrefixes ?? '')) return true;
    return this.#write([{ event: 'respond.protect', prefixes }]);
  }

  #write(facts: readonly AuditFact[]): Promise<boolean> {
    return this.#log.write(facts);
  }

  #outcome(): Outcome {
    return this.fault ?? this.#shortage ?? DONE;
  }

  #moment({ timeSeconds, permissionSeconds }: Omit<LogTime, 'uptimeSeconds'>): Moment {
    const { mode } = this;
    return {
      nowSeconds: timeSeconds,
      permissionSeconds,
      mode,
      scope: this.#admission,
      ownAddresses: this.#ownAddresses,
    };
  }
}

function aboutStep({ id, source }: Decision, step: ActionStep): AboutStep {
  return { decision: id, source, step, key: id };
}
