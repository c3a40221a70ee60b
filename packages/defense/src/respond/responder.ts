/**
 * The responder: verdicts in, acts out, everything between them in the audit log. It decides nothing itself: `guard.ts`
 * says what may be done, `plan.ts` what is due, `ledger.ts` what is so; here is the order of writing and doing. The line
 * that says an act is begun is synced before the actuator is called, and after a crash the actuator is asked about every
 * act that was begun and not seen to end.
 *
 * It starts nothing by itself. The app calls `step` when `offer` took something, and when `nextDueSeconds` has come.
 */
import { AddressSet, assert, type Clock } from '@wormwood/base';
import type { Verdict } from '../verdict.ts';
import type { ActionRequest, ActionStep, Actuator } from './action.ts';
import { dryRunOf } from './actuator/dry-run.ts';
import type { AppendOnlyFile } from './append-only-file.ts';
import type { AuditEntry, AuditFact, ResponseMode } from './audit/audit-fact.ts';
import { AuditLog } from './audit/audit-log.ts';
import type { Decision } from './decision.ts';
import type { FeedContent } from './feed/feed.ts';
import { feedContent } from './feed/feed-content.ts';
import { Ledger, type LedgerView } from './ledger.ts';
import { DONE, type Failed, failed, type Outcome } from './outcome.ts';
import {
  answerVerdict,
  APPLY_FAILURES_MAX,
  factsDue,
  type Moment,
  nextDueSeconds,
  nextToApply,
  refuseNow,
  releasesDue,
  retryAt,
} from './plan.ts';
import { Scope, type ScopeAdmission, type ScopeComponents, type ScopeDocument } from './scope.ts';

export interface ResponderComponents {
  /** Opened by nobody else. */
  readonly auditFile: AppendOnlyFile;
  /** Tells Unix seconds. */
  readonly clock: Clock;
  readonly scope: ScopeComponents & {
    /** Reads the scope file and its signature as they are now; asked at every step, so that deleting it ends all. */
    load(): Promise<ScopeDocument>;
  };
  readonly actuators: readonly Actuator[];
}

export interface ResponderOptions {
  /** Names the sensor in every line of the log. */
  readonly sensor: string;
  /** @default 'dryRun' */
  readonly mode?: ResponseMode;
  /** Protected beside what the scope file lists: the sensor itself, its gateway. @default none */
  readonly ownAddresses?: AddressSet;
}

export type ResponderOpening = { readonly ok: true; readonly responder: Responder } | Failed;

/** Verdicts that wait for the next step; further ones are counted and dropped. */
const INTAKE_MAX = 1000;
const SUPPRESSED_EVERY_SECONDS = 60;
const UNREAD: ScopeAdmission = { ok: false, code: 'missing', reason: 'The scope file was not read yet.' };

export class Responder {
  readonly mode: ResponseMode;
  readonly #log: AuditLog;
  readonly #ledger: Ledger;
  readonly #components: ResponderComponents;
  readonly #actuators: ReadonlyMap<string, Actuator>;
  readonly #ownAddresses: AddressSet;
  #admission: ScopeAdmission = UNREAD;
  #intake: Verdict[] = [];
  #suppressed = { count: 0, forgeable: 0 };
  #suppressedSeconds = -Infinity;
  /** Set at once by `pause`, before its line is written. */
  #halted = false;
  #fault: Failed | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    components: ResponderComponents,
    options: ResponderOptions,
    log: AuditLog,
    ledger: Ledger,
  ) {
    this.mode = options.mode ?? 'dryRun';
    this.#components = components;
    this.#ownAddresses = options.ownAddresses ?? AddressSet.empty;
    this.#actuators = new Map(components.actuators.map((each) => [each.name, each]));
    assert(this.#actuators.size === components.actuators.length, 'actuators have different names');
    this.#log = log;
    this.#ledger = ledger;
  }

  /** Verifies the audit log and restores the state from it; refuses if the log was changed or cannot be written. */
  static async open(components: ResponderComponents, options: ResponderOptions): Promise<ResponderOpening> {
    const ledger = new Ledger();
    let stray: AuditEntry | undefined;
    const opening = await AuditLog.open(components.auditFile, options.sensor, (entry) => {
      if (!ledger.record(entry)) stray ??= entry;
    });
    if (!opening.ok) return opening;
    if (stray !== undefined) {
      return failed(`Line ${stray.sequence} of the audit log is about a decision that was not alive.`);
    }
    const responder = new Responder(components, options, opening.log, ledger);
    const { mode } = responder;
    if (mode !== ledger.mode) await responder.#write([{ event: 'respond.start', mode }]);
    return responder.#fault ?? { ok: true, responder };
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
    return this.#fault;
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

  /** Does everything that is due; settles when it is done and recorded. */
  step(): Promise<Outcome> {
    return this.#inTurn(() => this.#step());
  }

  /** Ends the acts that are to be ended and begins none, whatever waits; settles when that is done and recorded. */
  release(): Promise<Outcome> {
    return this.#inTurn(async () => {
      if ((await this.#releaseDue()) && (await this.#sync())) return DONE;
      return this.#outcome();
    });
  }

  /** When `step` has something to do without anything being offered; undefined if nothing is waiting for a time. */
  nextDueSeconds(): number | undefined {
    return this.#fault === null ? nextDueSeconds(this.#ledger, this.#moment()) : undefined;
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

  /** No act is begun from now on, even if one is in the middle of a step; what is in force still ends in time. */
  pause(by: string, reason: string): Promise<Outcome> {
    this.#halted = true;
    return this.#asPerson(by, () => ({ event: 'respond.pause', by, reason }));
  }

  resume(by: string): Promise<Outcome> {
    return this.#asPerson(by, () => {
      this.#halted = false;
      return { event: 'respond.resume', by };
    });
  }

  /** What the feed of this actuator tells at this moment. */
  feed(actuator: string): FeedContent {
    return feedContent(actuator, this.#ledger, this.#moment());
  }

  async #step(): Promise<Outcome> {
    if (!(await this.#readScope())) return this.#outcome();
    // What is over, or void in this mode, must not stand in the way of what is decided anew.
    if (!(await this.#endWhatIsDue())) return this.#outcome();
    const moment = this.#moment();
    for (const verdict of this.#intake.splice(0)) {
      const answer = answerVerdict(verdict, this.#ledger, moment);
      if (answer === 'suppressed') this.#suppress(verdict);
      else if (!(await this.#write(answer))) return this.#outcome();
    }
    if (!(await this.#tellSuppressed()) || !(await this.#doWhatIsDue())) return this.#outcome();
    await this.#sync();
    return this.#outcome();
  }

  /** Ends what must end before it begins anything, and looks at the scope again before each act. */
  async #doWhatIsDue(): Promise<boolean> {
    for (;;) {
      if (!(await this.#endWhatIsDue())) return false;
      const next = this.#halted ? undefined : nextToApply(this.#ledger, this.#moment());
      if (next === undefined) return true;
      if (!(await this.#carryOut('apply', next)) || !(await this.#readScope())) return false;
    }
  }

  /** Records what follows from time and standing, and releases what that ends; false if the log failed. */
  async #endWhatIsDue(): Promise<boolean> {
    if (!(await this.#write(factsDue(this.#ledger, this.#moment())))) return false;
    return this.#releaseDue();
  }

  /** False if the log failed. */
  async #releaseDue(): Promise<boolean> {
    for (const decision of releasesDue(this.#ledger, this.#moment())) {
      if (!(await this.#carryOut('release', decision))) return false;
    }
    return true;
  }

  /** Takes one step of a decision; false if the log failed. */
  async #carryOut(step: ActionStep, decision: Decision): Promise<boolean> {
    const about = { decision: decision.id, source: decision.source, step, key: decision.id };
    const attempt = decision.failures + 1;
    const fail = (reason: string, final: boolean = false): Promise<boolean> => {
      const retrySeconds = retryAt(this.#nowSeconds(), decision.failures);
      return this.#write([{ event: 'response.fail', ...about, attempt, reason, final, retrySeconds }]);
    };
    const hand = this.#actuators.get(decision.actuator);
    if (hand === undefined || !hand.actions.includes(decision.action)) {
      // What was never begun is given up; what may be in force is tried again, when somebody has put the actuator back.
      return fail(`No actuator ${decision.actuator} can ${decision.action}.`, decision.status === 'approved');
    }
    const actuator = decision.dryRun ? dryRunOf(hand) : hand;
    const expiresSeconds = decision.expiresSeconds ?? this.#expiryOf(decision);
    const request = requestOf(decision, expiresSeconds - this.#nowSeconds());
    if (decision.status !== 'approved' && decision.status !== 'active') {
      // Begun once, and nobody saw it end: in an interruption, or in a failure.
      const answer = await actuator.isActive(request);
      if (!answer.ok) return fail(answer.reason);
      if (answer.active === (step === 'apply'))
        return this.#write([{ event: 'response.done', ...about, found: true }]);
      if (step === 'apply' && decision.failures >= APPLY_FAILURES_MAX)
        return fail('It was tried often enough.', true);
    }
    // Time has passed since it was planned; what is refused now is dealt with in the next round.
    if (step === 'apply' && (this.#halted || refuseNow(decision, this.#moment()) !== undefined)) return true;
    const { dryRun } = decision;
    const command = actuator.describe(step, request);
    const isBegun = await this.#write([
      { event: 'response.begin', ...about, attempt, expiresSeconds, dryRun, command },
    ]);
    if (!isBegun || !(await this.#sync())) return false;
    const result = await actuator[step](request);
    return result.ok
      ? this.#write([{ event: 'response.done', ...about, found: false }])
      : fail(result.reason);
  }

  /** The owner's permission ends with the scope, and every act with the permission. */
  #expiryOf({ ttlSeconds }: Decision): number {
    assert(this.#admission.ok, 'an act is begun only in a scope');
    return Math.min(this.#nowSeconds() + ttlSeconds, this.#admission.scope.file.expiresSeconds);
  }

  async #readScope(): Promise<boolean> {
    const { scope } = this.#components;
    const admission = await Scope.admit(await scope.load(), scope, this.#nowSeconds());
    this.#admission = admission;
    if (this.#ledger.scope === (admission.ok ? admission.scope.fingerprint : admission.code)) return true;
    if (!admission.ok) {
      return this.#write([{ event: 'scope.refuse', code: admission.code, reason: admission.reason }]);
    }
    const { file, fingerprint, signer, addresses } = admission.scope;
    const { owner, contact, expiresSeconds, actionsPerMinute } = file;
    const people = { owner, contact, signer };
    const limits = { expiresSeconds, addresses: addresses.size, actionsPerMinute };
    return this.#write([{ event: 'scope.load', fingerprint, ...people, ...limits }]);
  }

  #suppress(verdict: Verdict): false {
    this.#suppressed.count++;
    if (!verdict.unforgeable) this.#suppressed.forgeable++;
    return false;
  }

  async #tellSuppressed(): Promise<boolean> {
    const isTime = this.#nowSeconds() - this.#suppressedSeconds >= SUPPRESSED_EVERY_SECONDS;
    if (this.#suppressed.count === 0 || !isTime) return true;
    const told = this.#suppressed;
    this.#suppressed = { count: 0, forgeable: 0 };
    this.#suppressedSeconds = this.#nowSeconds();
    return this.#write([{ event: 'verdict.suppress', ...told }]);
  }

  async #asPerson(by: string, factOf: () => AuditFact | Failed): Promise<Outcome> {
    if (by.trim() === '') return failed('Say who does it.');
    return this.#inTurn(async () => {
      const fact = factOf();
      if (!('event' in fact)) return fact;
      if (await this.#write([fact])) await this.#sync();
      return this.#outcome();
    });
  }

  /** Lets one thing happen after the other. */
  #inTurn(work: () => Promise<Outcome>): Promise<Outcome> {
    const done = this.#turn.then(() => this.#fault ?? work());
    this.#turn = done;
    return done;
  }

  async #write(facts: readonly AuditFact[]): Promise<boolean> {
    if (facts.length === 0) return true;
    const written = await this.#log.append(facts, this.#nowSeconds(), (entry) => {
      assert(this.#ledger.record(entry), `entry ${entry.sequence} is about a decision that is alive`);
    });
    if (!written.ok)
      this.#fault = failed(`The audit log cannot be written, so nothing is done: ${written.reason}`);
    return written.ok;
  }

  async #sync(): Promise<boolean> {
    const synced = await this.#log.sync();
    if (!synced.ok)
      this.#fault = failed(`The audit log cannot be synced, so nothing is done: ${synced.reason}`);
    return synced.ok;
  }

  #outcome(): Outcome {
    return this.#fault ?? DONE;
  }

  /** Time as the log has it: a clock that was set back stands still until it has caught up. */
  #nowSeconds(): number {
    return Math.max(this.#components.clock.nowSeconds(), this.#ledger.timeSeconds);
  }

  #moment(): Moment {
    return {
      nowSeconds: this.#nowSeconds(),
      scope: this.#admission,
      ownAddresses: this.#ownAddresses,
      mode: this.mode,
    };
  }
}

function requestOf({ id, action, source }: Decision, secondsLeft: number): ActionRequest {
  return { key: id, action, source, secondsLeft };
}
