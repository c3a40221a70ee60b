/**
 * What is due: pure functions of the ledger, of what holds at this moment, and of nothing else. The responder writes
 * the facts, calls the actuators, and asks again until nothing is due.
 */
import { printable } from '@wormwood/base';
import { formatIp, ipPrefixOf, isIpv6Prefix } from '@wormwood/wire';
import { isAtLeast, type Verdict } from '../verdict.ts';
import { NETWORK_BITS, type Target, targetOf } from './action.ts';
import type { AuditFact, ResponseMode } from './audit/audit-fact.ts';
import type { Decision } from './decision.ts';
import { type Refusal, refuseAge, refuseDeed, refuseVerdict, type Standing } from './guard.ts';
import { type Ledger, MINUTE_SECONDS } from './ledger.ts';
import type { Scope } from './scope.ts';
import { type AllowedAction, leastKindOf } from './scope-file.ts';
import { identifierOf } from './identifier.ts';

/** What holds at a moment, with the mode of the responder. */
export interface Moment extends Standing {
  readonly mode: ResponseMode;
}

/** Decisions that wait for approval or for their turn; more are not of use to anybody. */
export const WAITING_MAX = 1000;
/** Verdicts refused for the same reason that are recorded one by one in a minute; a flood must not fill the log. */
const ANSWERS_PER_MINUTE_MAX = 30;
/** After so many failures of an act that is known not to be in force, it is given up. */
export const APPLY_FAILURES_MAX = 3;
const RETRY_FIRST_SECONDS = 5;
const RETRY_SECONDS_MAX = 300;
const EVIDENCE_LENGTH_MAX = 1000;

/** Returns the answer to a verdict: the facts to record, none for one that was answered, or `suppressed` in a flood. */
export function answerVerdict(
  verdict: Verdict,
  ledger: Ledger,
  moment: Moment,
): readonly AuditFact[] | 'suppressed' {
  if (ledger.hasVerdict(printable(verdict.id))) return [];
  const answer = decisionsOn(verdict, ledger, moment);
  if (!('code' in answer)) return [verdictFact(verdict), ...answer];
  const before = moment.nowSeconds - MINUTE_SECONDS;
  if (ledger.answeredSince(answer.code, before) >= ANSWERS_PER_MINUTE_MAX) return 'suppressed';
  const { source, id } = verdict;
  return [verdictFact(verdict), { event: 'decision.none', source, verdict: id, ...answer }];
}

function decisionsOn(
  verdict: Verdict,
  ledger: Ledger,
  moment: Moment,
): readonly AuditFact[] | Refusal | { readonly code: string; readonly reason: string } {
  const refusal = refuseVerdict(verdict, moment);
  if (refusal !== undefined) return refusal;
  if (!moment.scope.ok) return { code: 'no-scope', reason: moment.scope.reason };
  if (ledger.waitingCount >= WAITING_MAX) {
    return { code: 'too-many-waiting', reason: `${WAITING_MAX} decisions wait already.` };
  }
  const kinds = moment.scope.scope.file.actions.map(leastKindOf);
  if (!kinds.some((least) => isAtLeast(verdict.kind, least))) {
    const reason = `The verdict says ${verdict.kind}, and the scope acts on hosts that are ${kinds[0] ?? 'infected'}.`;
    return { code: 'kind-not-allowed', reason };
  }
  const decisions = proposals(verdict, moment.scope.scope, ledger, moment);
  if (decisions.length > 0) return decisions;
  return { code: 'decided', reason: `Every action on ${formatIp(verdict.source)} is decided already.` };
}

function proposals(verdict: Verdict, scope: Scope, ledger: Ledger, moment: Moment): readonly AuditFact[] {
  const facts: AuditFact[] = [];
  for (const allowed of scope.file.actions) {
    if (!isAtLeast(verdict.kind, leastKindOf(allowed))) continue;
    const { action, actuator, ttlSeconds, approval } = allowed;
    const target = targetFor(verdict, allowed, moment);
    if (ledger.decisionOn({ ...target, action, actuator }) !== undefined) continue;
    facts.push({
      event: 'decision.add',
      // The count of entries makes it another decision if the same verdict ever comes back.
      decision: identifierOf(`${verdict.id} ${action} ${actuator} ${ledger.entryCount}`),
      verdict: verdict.id,
      judgedSeconds: verdict.timeSeconds,
      ...target,
      linkAddress: verdict.linkAddress ?? '',
      action,
      actuator,
      ttlSeconds,
      approval,
      lapsesSeconds: Math.min(
        moment.nowSeconds + ttlSeconds,
        verdict.timeSeconds + scope.file.verdictAgeMaxSeconds,
      ),
      dryRun: moment.mode === 'dryRun',
    });
  }
  return facts;
}

/** The host; or its whole network, where that is one source, the owner says so, and nothing there forbids it. */
function targetFor(verdict: Verdict, { action, actuator, ipv6 }: AllowedAction, moment: Moment): Target {
  const host = { source: verdict.source };
  if (ipv6 !== 'network' || verdict.prefix === undefined || verdict.linkAddress !== null) return host;
  const block = ipPrefixOf(verdict.source, NETWORK_BITS);
  if (!isIpv6Prefix(block)) return host;
  const network = { source: block.first, network: true };
  return refuseDeed({ ...network, action, actuator }, moment) === undefined ? network : host;
}

function verdictFact(verdict: Verdict): AuditFact {
  return {
    event: 'verdict.infected',
    source: verdict.source,
    protocol: verdict.protocol,
    port: verdict.port ?? 0,
    kind: verdict.kind,
    known: verdict.known?.name ?? '',
    verdict: verdict.id,
    sinceSeconds: verdict.sinceSeconds,
    observedSeconds: verdict.timeSeconds,
    contactsPerSecond: verdict.contactsPerSecond.estimate,
    falsePositiveRate: verdict.falsePositiveRate,
    missRate: verdict.missRate,
    unforgeable: verdict.unforgeable,
    signature: verdict.signature ?? '',
    linkAddress: verdict.linkAddress ?? '',
    caution: (verdict.caution ?? '').slice(0, EVIDENCE_LENGTH_MAX),
    evidence: verdict.evidence
      .map(({ text }) => text)
      .join(' ')
      .slice(0, EVIDENCE_LENGTH_MAX),
  };
}

/** Returns the changes that follow from time and standing alone. */
export function factsDue(ledger: Ledger, moment: Moment): readonly AuditFact[] {
  const facts: AuditFact[] = [];
  for (const decision of ledger.live.values()) {
    const fact = factDue(decision, ledger, moment);
    if (fact !== undefined) facts.push(fact);
  }
  return facts;
}

function factDue(decision: Decision, ledger: Ledger, moment: Moment): AuditFact | undefined {
  const { id, source, status, ending } = decision;
  const { nowSeconds } = moment;
  const about = { decision: id, source };
  if (ending !== null) return undefined;
  const refusal = refuseNow(decision, moment);
  if (status === 'proposed' || status === 'approved') {
    if (refusal !== undefined) return { event: 'decision.refuse', ...about, ...refusal };
    if (nowSeconds >= decision.lapsesSeconds) return { event: 'decision.lapse', ...about };
    const isApproved =
      decision.approval === 'automatic' &&
      approvalNow(decision, moment) === 'automatic' &&
      !ledger.isHeld(targetOf(decision), nowSeconds);
    return status === 'proposed' && isApproved
      ? { event: 'decision.approve', ...about, by: 'scope' }
      : undefined;
  }
  if (nowSeconds >= (decision.expiresSeconds ?? 0)) return { event: 'decision.expire', ...about };
  return refusal === undefined ? undefined : { event: 'decision.undo', ...about, by: 'wormwood', ...refusal };
}

/** Returns why this decision may not be carried out, or be in force, at this moment. */
export function refuseNow(decision: Decision, moment: Moment): { code: string; reason: string } | undefined {
  const isBegun = decision.status !== 'proposed' && decision.status !== 'approved';
  const refusal =
    refuseDeed(decision, moment) ?? (isBegun ? undefined : refuseAge(decision.judgedSeconds, moment));
  if (refusal !== undefined) return refusal;
  if (!isBegun && decision.approvedBy === 'scope' && approvalNow(decision, moment) === 'required') {
    return { code: 'approval-required', reason: 'The scope requires the approval of a person now.' };
  }
  if (decision.dryRun && moment.mode === 'act') {
    return {
      code: 'was-dry-run',
      reason: 'It was decided in a dry run, and this run carries responses out.',
    };
  }
  // What is in force ends in its time; what is not, or not surely, is not begun again.
  const isInForce = decision.status === 'active' || decision.status === 'releasing';
  if (isInForce || decision.dryRun || moment.mode === 'act') return undefined;
  return { code: 'dry-run', reason: 'It was decided for real, and this is a dry run.' };
}

function approvalNow({ action, actuator }: Decision, { scope }: Moment): Decision['approval'] {
  return (scope.ok ? scope.scope.allowed(action, actuator)?.approval : undefined) ?? 'required';
}

/** Returns the decisions whose act is to be ended now. Neither a pause nor a limit nor a lost scope holds them up. */
export function releasesDue(ledger: Ledger, { nowSeconds }: Moment): readonly Decision[] {
  return [...ledger.live.values()].filter((each) => each.ending !== null && each.retrySeconds <= nowSeconds);
}

/** Returns the decision to carry out next, if the limits let one through. */
export function nextToApply(ledger: Ledger, moment: Moment): Decision | undefined {
  if (ledger.paused || !moment.scope.ok) return undefined;
  const { nowSeconds } = moment;
  const { actionsPerMinute } = moment.scope.scope.file;
  const begun = ledger.begunSince(nowSeconds - MINUTE_SECONDS);
  for (const decision of ledger.live.values()) {
    const { status, ending, retrySeconds } = decision;
    const isDue = status === 'applying' || (status === 'approved' && !isFull(ledger, moment));
    if (!isDue || ending !== null || retrySeconds > nowSeconds) continue;
    if (begun.size >= actionsPerMinute && !begun.has(decision.id)) continue;
    if (refuseNow(decision, moment) === undefined) return decision;
  }
  return undefined;
}

/** Returns when something is due without anything happening, or undefined; not before `nowSeconds`. */
export function nextDueSeconds(ledger: Ledger, moment: Moment): number | undefined {
  const turnOf = turns(ledger, moment);
  let earliest = Infinity;
  for (const { id, status, ending, retrySeconds, lapsesSeconds, expiresSeconds } of ledger.live.values()) {
    const isWaiting = status === 'proposed' || status === 'approved';
    const endSeconds = isWaiting ? lapsesSeconds : (expiresSeconds ?? Infinity);
    earliest = Math.min(earliest, ending === null ? endSeconds : retrySeconds);
    if (ending === null && (status === 'applying' || (status === 'approved' && !isFull(ledger, moment)))) {
      earliest = Math.min(earliest, Math.max(retrySeconds, turnOf(id)));
    }
  }
  return earliest === Infinity ? undefined : Math.max(earliest, moment.nowSeconds);
}

/** Returns when the pause and the limit per minute let each act through. */
function turns(ledger: Ledger, { nowSeconds, scope }: Moment): (id: string) => number {
  if (ledger.paused || !scope.ok) return () => Infinity;
  const begun = ledger.begunSince(nowSeconds - MINUTE_SECONDS);
  const first = [...begun.values()].at(-scope.scope.file.actionsPerMinute);
  return (id) => (first === undefined || begun.has(id) ? nowSeconds : first + MINUTE_SECONDS);
}

/** Whether as many acts are in force as the scope allows. */
function isFull(ledger: Ledger, { scope }: Moment): boolean {
  return scope.ok && ledger.live.size - ledger.waitingCount >= scope.scope.file.activeActionsMax;
}

/** Returns when a step that failed so many times before is tried again. */
export function retryAt(nowSeconds: number, failures: number): number {
  return nowSeconds + Math.min(RETRY_FIRST_SECONDS * 2 ** failures, RETRY_SECONDS_MAX);
}
