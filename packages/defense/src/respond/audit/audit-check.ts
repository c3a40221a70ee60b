/**
 * What the audit log proves by itself. Reads nothing but its entries, one after the other, and nothing of the
 * responder that wrote them: a second opinion on every promise, for auditors and for tests. It holds what is alive and
 * little more, so that the log of years needs no more memory than that of a day.
 */
import { printable } from '@wormwood/base';
import { type IpAddress, ipPrefixOf, IpSet, isIpv6Prefix, parseIpPrefix } from '@wormwood/wire';
import { blockOf, isNetwork, NETWORK_BITS, type Target, targetOf } from '../action.ts';
import { CLOCK_SKEW_SECONDS_MAX } from '../guard.ts';
import { Ledger } from '../ledger.ts';
import { NEVER_ACTED_ON } from '../scope.ts';
import { isAtLeast, type VerdictKind } from '../../verdict.ts';
import { type AllowedAction, extentOf, leastKindOf, scopeProblems } from '../scope-file.ts';
import { permissionTime } from '../timekeeping.ts';
import type { AuditEntry, AuditFacts } from './audit-fact.ts';
import { identifierOfEntry } from './audit-line.ts';
import { ClockCheck } from './clock-check.ts';
import { Course, type CourseEntry, ROUNDING_SECONDS, says } from './course.ts';
import { sentenceOf } from './sentence.ts';

/** A promise that was not kept, as the log itself shows. */
export interface AuditFault {
  readonly sequence: number;
  readonly message: string;
}

/** What a log says of the promises of a responder. */
export interface AuditFindings {
  /** The first thousand. */
  readonly faults: readonly AuditFault[];
  /** Acts that were begun and whose end is not recorded: in force, or to be asked about. */
  readonly open: readonly OpenAct[];
  /** Real acts, dry runs left out. */
  readonly applied: number;
  readonly released: number;
}

export interface OpenAct {
  readonly decision: string;
  readonly source: IpAddress;
  readonly expiresSeconds: number;
}

type EntryOf<Event> = Extract<AuditEntry, { event: Event }>;

interface ScopeInForce {
  readonly content: AuditFacts['scope.load'];
  readonly addresses: IpSet;
  readonly protectedAddresses: IpSet;
}

interface KnownVerdict {
  readonly source: IpAddress;
  readonly linkAddress: string;
  readonly observedSeconds: number;
  readonly isProven: boolean;
  readonly kind: VerdictKind;
  /** The source is known to the owner or the public. */
  readonly isKnown: boolean;
}

/** A minute, in which the scope limits the acts. */
const WINDOW_SECONDS = 60;
const FAULTS_MAX = 1000;
const VERDICTS_MAX = 10_000;
const ENDED_MAX = 10_000;

/** Checks the entries of a whole log, in order. */
export function checkAudit(entries: Iterable<AuditEntry>): AuditFindings {
  const check = new AuditCheck();
  for (const entry of entries) check.read(entry);
  return check.findings();
}

export class AuditCheck {
  readonly #faults: AuditFault[] = [];
  readonly #clock = new ClockCheck();
  /** What a snapshot must hold. */
  readonly #ledger = new Ledger();
  readonly #verdicts = new Map<string, KnownVerdict>();
  readonly #courses = new Map<string, Course>();
  readonly #ended = new Set<string>();
  /** When each act was begun last, in that order. */
  readonly #begun = new Map<string, number>();
  #mode = 'dryRun';
  #paused = false;
  #scope: ScopeInForce | null = null;
  #own: IpSet = IpSet.empty;
  /** No act in force ends before. */
  #firstExpirySeconds = Infinity;
  #permissionSeconds = 0;
  #applied = 0;
  #released = 0;

  /** Takes in the next entry. */
  read(entry: AuditEntry): void {
    this.#readLine(entry);
    if (entry.event === 'log.snapshot') this.#readSnapshot(entry);
    else if (!this.#ledger.record(entry)) this.#fault(entry, 'It is about a decision that was not alive.');
    const { boot } = this.#ledger;
    this.#permissionSeconds = permissionTime(this.#ledger, entry.timeSeconds, {
      wallSeconds: entry.timeSeconds,
      uptimeSeconds: entry.uptimeSeconds,
      boot: boot ?? '',
    });
    switch (entry.event) {
      case 'respond.start':
        this.#mode = entry.mode;
        break;
      case 'respond.pause':
      case 'respond.resume':
        this.#paused = entry.event === 'respond.pause';
        break;
      case 'respond.protect':
        this.#own = IpSet.of(entry.prefixes);
        break;
      case 'scope.load':
        this.#loadScope(entry);
        break;
      case 'scope.refuse':
        this.#scope = null;
        break;
      case 'clock.set':
        this.#setClock(entry);
        break;
      case 'clock.boot':
      case 'log.snapshot':
        break;
      case 'verdict.infected':
        this.#readVerdict(entry);
        break;
      case 'verdict.suppress':
        this.#checkNothingOverdue(entry);
        if (!(entry.count >= 1 && entry.forgeable >= 0 && entry.forgeable <= entry.count))
          this.#fault(entry, 'So many verdicts cannot be.');
        break;
      case 'decision.none':
        this.#checkNothingOverdue(entry);
        if (this.#verdicts.get(entry.verdict)?.source !== entry.source)
          this.#fault(entry, 'There was no such verdict about this host.');
        break;
      case 'decision.add':
        this.#add(entry);
        break;
      default:
        this.#readCourse(entry);
    }
  }

  findings(): AuditFindings {
    const open = [...this.#courses.values()].flatMap(({ added, begun, expiresSeconds }) =>
      begun === null || added.dryRun
        ? []
        : [{ decision: added.decision, source: added.source, expiresSeconds: expiresSeconds ?? 0 }],
    );
    return { faults: this.#faults, open, applied: this.#applied, released: this.#released };
  }

  /** What every line must be, whatever it says. */
  #readLine(entry: AuditEntry): void {
    const time = this.#clock.read(entry);
    if (time !== undefined) this.#fault(entry, time);
    if (entry.message !== sentenceOf(entry)) this.#fault(entry, 'Its sentence says something else.');
    if (entry.id !== identifierOfEntry(entry)) this.#fault(entry, 'Its identifier is that of another place.');
    const texts = Object.values(entry).filter((value) => typeof value === 'string');
    if (texts.some((text) => printable(text) !== text))
      this.#fault(entry, 'It holds characters that steer a terminal.');
  }

  #readSnapshot(entry: EntryOf<'log.snapshot'>): void {
    const isFirst = this.#ledger.entryCount === 0;
    if (!isFirst && (entry.state !== this.#ledger.state() || entry.log !== this.#ledger.log)) {
      this.#fault(entry, 'The snapshot is not the sum of what stands before it.');
    }
    if (!this.#ledger.record(entry)) return this.#fault(entry, 'The snapshot cannot be read.');
    if (!isFirst) return;
    // What stands before it is not here; it is taken as it is.
    const { paused, mode, scopeLoad, ownPrefixes, boot, live } = this.#ledger;
    this.#paused = paused;
    this.#mode = mode ?? 'dryRun';
    this.#own = IpSet.of(
      (ownPrefixes ?? '').split(' ').flatMap((text) => {
        const prefix = parseIpPrefix(text);
        return prefix.ok ? [prefix.value] : [];
      }),
    );
    this.#scope = scopeLoad === null ? null : scopeInForce(scopeLoad);
    this.#clock.restore(boot);
    for (const [id, time] of this.#ledger.begunSince(-Infinity)) this.#begun.set(id, time);
    for (const decision of live.values()) this.#courses.set(decision.id, Course.ofSnapshot(decision));
    this.#firstExpirySeconds = 0;
  }

  #loadScope(entry: EntryOf<'scope.load'>): void {
    this.#scope = scopeInForce(entry);
    for (const { message } of scopeProblems({ version: 1, ...entry }, this.#permissionSeconds))
      this.#fault(entry, message);
    if (entry.addresses !== extentOf(this.#scope.addresses))
      this.#fault(entry, 'Its prefixes cover another number of addresses.');
  }

  #setClock({ timeSeconds, fromSeconds, isElapsedKnown }: EntryOf<'clock.set'>): void {
    const shift = timeSeconds - fromSeconds;
    if (shift >= 0) return;
    for (const course of this.#courses.values()) course.shift(shift, isElapsedKnown ? null : timeSeconds);
    for (const [id, time] of this.#begun) this.#begun.set(id, time + shift);
    for (const [id, verdict] of this.#verdicts)
      this.#verdicts.set(id, { ...verdict, observedSeconds: verdict.observedSeconds + shift });
    this.#firstExpirySeconds = 0;
  }

  #readVerdict(entry: EntryOf<'verdict.infected'>): void {
    const { verdict, source, linkAddress, observedSeconds, unforgeable, protocol } = entry;
    this.#checkNothingOverdue(entry);
    if (!entry.more) this.#fault(entry, 'The verdict has no answer.');
    if (entry.sinceSeconds > observedSeconds) this.#fault(entry, 'It was observed before it began.');
    const isProven = unforgeable && protocol === 'tcp';
    const { kind, known } = entry;
    const remembered = { source, linkAddress, observedSeconds, isProven, kind, isKnown: known !== '' };
    remember(this.#verdicts, verdict, remembered, VERDICTS_MAX);
  }

  #add(entry: EntryOf<'decision.add'>): void {
    const { decision, verdict, ttlSeconds, approval, lapsesSeconds, timeSeconds } = entry;
    const isOfNetwork = isNetwork(entry);
    this.#checkNothingOverdue(entry);
    const known = this.#verdicts.get(verdict);
    const isOther =
      known === undefined ||
      !isAbout(entry, known) ||
      known.linkAddress !== entry.linkAddress ||
      Math.abs(known.observedSeconds - entry.judgedSeconds) > ROUNDING_SECONDS;
    const scope = this.#scope?.content;
    const allowed = this.#allowed(entry);
    const latest = Math.min(
      timeSeconds + ttlSeconds,
      entry.judgedSeconds + (scope?.verdictAgeMaxSeconds ?? 0),
    );
    const isDecided = [...this.#courses.values()].some(
      ({ added }) =>
        added.source === entry.source &&
        isNetwork(added) === isOfNetwork &&
        added.action === entry.action &&
        added.actuator === entry.actuator,
    );
    this.#faultsAt(entry, [
      ...says(this.#courses.has(decision) || this.#ended.has(decision), 'The decision was made before.'),
      ...says(isOther, 'There was no such verdict about this host.'),
      ...says(isDecided, 'The same action on this host was decided already.'),
      ...says(entry.dryRun !== (this.#mode === 'dryRun'), 'It was decided in another mode.'),
      ...says(lapsesSeconds > latest + ROUNDING_SECONDS, 'It waits for longer than it may.'),
      ...says(
        known !== undefined && allowed !== undefined && !isAtLeast(known.kind, leastKindOf(allowed)),
        'The verdict does not say enough for this action.',
      ),
      ...says(known?.isKnown === true, 'The source is known, and nothing acts on it.'),
      ...says(allowed?.ttlSeconds !== ttlSeconds, 'The scope has another time for this action.'),
      ...says(allowed?.approval !== approval, 'The scope asks for another approval.'),
      ...says(
        isOfNetwork && allowed?.ipv6 !== 'network',
        'The scope does not allow this action on whole networks.',
      ),
      ...this.#hostFaults(targetOf(entry)),
      ...this.#ageFaults(entry.judgedSeconds, timeSeconds),
    ]);
    this.#courses.set(decision, new Course(entry, entry, known?.isProven === true));
  }

  #readCourse(entry: CourseEntry): void {
    const course = this.#courses.get(entry.decision);
    if (course === undefined) {
      const isEnded = this.#ended.has(entry.decision);
      return this.#fault(entry, isEnded ? 'The decision had ended.' : 'The decision was never made.');
    }
    const isApply = entry.event === 'response.begin' && entry.step === 'apply';
    if (isApply) this.#beginApply(course, entry);
    if (entry.event === 'decision.approve' && entry.by === 'scope') this.#approveByScope(course, entry);
    this.#faultsAt(entry, course.read(entry));
    if (course.expiresSeconds !== null)
      this.#firstExpirySeconds = Math.min(this.#firstExpirySeconds, course.expiresSeconds);
    if (entry.event === 'response.done') this.#count(course, entry.step);
    if (!course.hasEnded) return;
    this.#courses.delete(entry.decision);
    remember(this.#ended, entry.decision, true, ENDED_MAX);
  }

  #count(course: Course, step: 'apply' | 'release'): void {
    if (course.added.dryRun) return;
    if (step === 'release') this.#released++;
    else if (!course.isCounted) this.#applied++;
    course.isCounted = true;
  }

  #approveByScope({ added }: Course, entry: EntryOf<'decision.approve'>): void {
    this.#checkNothingOverdue(entry);
    this.#faultsAt(entry, [
      ...says(this.#allowed(added)?.approval !== 'automatic', 'The scope asks a person to approve.'),
      ...says(
        this.#ledger.isHeld(targetOf(added), entry.timeSeconds),
        'A person had ended an action on this host.',
      ),
    ]);
  }

  #beginApply(course: Course, entry: EntryOf<'response.begin'>): void {
    const { added } = course;
    const isFirst = course.begun === null;
    const isReleaseDue = [...this.#courses.values()].some(
      (each) => each.isEnding && each.retrySeconds <= entry.timeSeconds - ROUNDING_SECONDS,
    );
    this.#checkNothingOverdue(entry);
    this.#faultsAt(entry, [
      ...says(!course.isProven, 'The verdict could be forged.'),
      ...says(course.approvedBy === null, 'Nobody approved.'),
      ...says(this.#paused, 'Actions were paused.'),
      ...says(this.#mode !== 'act' && !added.dryRun, 'It was a dry run.'),
      ...says(isReleaseDue, 'Another act was to be released first.'),
      ...says(isFirst && entry.timeSeconds >= course.lapsesSeconds, 'It had lapsed.'),
      ...this.#hostFaults(targetOf(added)),
      ...(isFirst ? this.#ageFaults(course.judgedSeconds, entry.timeSeconds) : []),
      ...this.#permissionFaults(course, entry),
      ...this.#limitFaults(isFirst, entry),
    ]);
  }

  #permissionFaults(
    { added, approvedBy, expiresSeconds }: Course,
    entry: EntryOf<'response.begin'>,
  ): string[] {
    const scope = this.#scope?.content;
    const allowed = this.#allowed(added);
    if (scope === undefined || allowed === undefined) {
      return scope === undefined ? [] : ['The scope does not allow this action with this actuator.'];
    }
    // Where the clock was set back, the owner's time is nearer than it seems.
    const leftSeconds = Math.min(allowed.ttlSeconds, scope.expiresSeconds - this.#permissionSeconds);
    const latest = entry.timeSeconds + Math.min(added.ttlSeconds, leftSeconds) + ROUNDING_SECONDS;
    const isPerson = approvedBy !== null && approvedBy !== 'scope';
    return [
      ...says(this.#permissionSeconds >= scope.expiresSeconds, 'The scope had expired.'),
      ...says(expiresSeconds === null && !(entry.expiresSeconds <= latest), 'It does not end in time.'),
      ...says(allowed.approval === 'required' && !isPerson, 'The scope asks a person to approve.'),
    ];
  }

  #limitFaults(isFirst: boolean, { key, timeSeconds }: EntryOf<'response.begin'>): string[] {
    const scope = this.#scope?.content;
    const since = timeSeconds - WINDOW_SECONDS;
    const isKnown = (this.#begun.get(key) ?? -Infinity) > since;
    this.#begun.delete(key);
    this.#begun.set(key, timeSeconds);
    for (const [id, time] of this.#begun) {
      if (time > since) break;
      this.#begun.delete(id);
    }
    const active = [...this.#courses.values()].filter(({ begun }) => begun !== null).length;
    const isCrowd = !isKnown && this.#begun.size > (scope?.actionsPerMinute ?? Infinity);
    return [
      ...says(isCrowd, 'Too many acts in a minute.'),
      ...says(isFirst && active >= (scope?.activeActionsMax ?? Infinity), 'Too many acts at the same time.'),
    ];
  }

  #hostFaults(target: Target): string[] {
    const scope = this.#scope;
    if (scope === null) return ['No scope was in force.'];
    const block = blockOf(target);
    const isProtected =
      NEVER_ACTED_ON.meets(block) || this.#own.meets(block) || scope.protectedAddresses.meets(block);
    return [
      ...says(!scope.addresses.covers(block), 'The host is outside the scope.'),
      ...says(isProtected, 'The host is protected.'),
    ];
  }

  #ageFaults(judgedSeconds: number, timeSeconds: number): string[] {
    const ageSeconds = timeSeconds - judgedSeconds;
    const limit = this.#scope?.content.verdictAgeMaxSeconds ?? Infinity;
    return [
      ...says(ageSeconds > limit + ROUNDING_SECONDS, 'The verdict was too old.'),
      ...says(-ageSeconds > CLOCK_SKEW_SECONDS_MAX + ROUNDING_SECONDS, 'The verdict came from the future.'),
    ];
  }

  #allowed(deed: { readonly action: string; readonly actuator: string }): AllowedAction | undefined {
    return this.#scope?.content.actions.find(
      ({ action, actuator }) => action === deed.action && actuator === deed.actuator,
    );
  }

  /** Whoever decides or begins has ended first what is over. */
  #checkNothingOverdue(entry: AuditEntry): void {
    const { timeSeconds } = entry;
    if (timeSeconds < this.#firstExpirySeconds) return;
    this.#firstExpirySeconds = Infinity;
    for (const course of this.#courses.values()) {
      const { expiresSeconds, isEnding } = course;
      if (expiresSeconds === null || isEnding) continue;
      if (timeSeconds >= expiresSeconds + ROUNDING_SECONDS && !course.isOverdueReported) {
        course.isOverdueReported = true;
        this.#fault(entry, `The act of decision ${course.added.decision} stayed in force beyond its time.`);
      }
      this.#firstExpirySeconds = Math.min(this.#firstExpirySeconds, expiresSeconds);
    }
  }

  #faultsAt(entry: AuditEntry, messages: readonly string[]): void {
    for (const message of messages) this.#fault(entry, message);
  }

  #fault({ sequence }: AuditEntry, message: string): void {
    if (this.#faults.length < FAULTS_MAX) this.#faults.push({ sequence, message });
  }
}

function scopeInForce(content: AuditFacts['scope.load']): ScopeInForce {
  return {
    content,
    addresses: IpSet.of(content.prefixes),
    protectedAddresses: IpSet.of(content.protectedPrefixes),
  };
}

/** Whether the decision is about the host of the verdict, or about its network. */
function isAbout(entry: EntryOf<'decision.add'>, known: KnownVerdict): boolean {
  if (!isNetwork(entry)) return entry.source === known.source;
  const network = typeof known.source === 'bigint' ? ipPrefixOf(known.source, NETWORK_BITS) : null;
  return (
    entry.linkAddress === '' && network !== null && isIpv6Prefix(network) && network.first === entry.source
  );
}

/** Adds a key and forgets the oldest beyond `maximum`. */
function remember<T>(known: Map<string, T> | Set<string>, key: string, value: T, maximum: number): void {
  if (known instanceof Set) known.add(key);
  else known.set(key, value);
  for (const oldest of known.keys()) {
    if (known.size <= maximum) return;
    known.delete(oldest);
  }
}
