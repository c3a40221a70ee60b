/** The course of one decision as the audit log has it, and what each of its entries may say at that point. */
import { unreachable } from '@wormwood/base';
import { formatIp } from '@wormwood/wire';
import { formatTarget, type Target } from '../action.ts';
import type { Decision } from '../decision.ts';
import { APPLY_FAILURES_MAX } from '../plan.ts';
import type { AuditEntry } from './audit-fact.ts';

type EntryOf<Event> = Extract<AuditEntry, { event: Event }>;

/** An entry about a decision that was made before. */
export type CourseEntry = Exclude<
  Extract<AuditEntry, { readonly decision: string }>,
  { event: 'decision.add' }
>;

/** The log writes times to a microsecond: two of them, each rounded, and the sum of numbers that are no longer the same. */
export const ROUNDING_SECONDS = 2e-6;

export interface Added extends Target {
  readonly decision: string;
  readonly linkAddress: string;
  readonly action: Decision['action'];
  readonly actuator: string;
  readonly ttlSeconds: number;
  readonly approval: Decision['approval'];
  readonly dryRun: boolean;
}

export class Course {
  readonly added: Added;
  /** Whether the verdict was proven when the decision was made. */
  readonly isProven: boolean;
  judgedSeconds: number;
  lapsesSeconds: number;
  approvedBy: string | null = null;
  /** The step that was begun last; null before the first. */
  begun: 'apply' | 'release' | null = null;
  /** Begun, and neither done nor failed since. */
  isAtWork = false;
  expiresSeconds: number | null = null;
  isInForce = false;
  /** It is to be released. */
  isEnding = false;
  hasEnded = false;
  failures = 0;
  retrySeconds: number = -Infinity;
  /** Applied and released acts are counted once, though some are applied again. */
  isCounted = false;
  isOverdueReported = false;

  constructor(added: Added, times: { judgedSeconds: number; lapsesSeconds: number }, isProven: boolean) {
    this.added = added;
    this.judgedSeconds = times.judgedSeconds;
    this.lapsesSeconds = times.lapsesSeconds;
    this.isProven = isProven;
  }

  /** Returns the course of a decision in a snapshot, whose beginning is not there to be checked. */
  static ofSnapshot(decision: Decision): Course {
    const { id, linkAddress, status, expiresSeconds } = decision;
    const course = new Course({ ...decision, decision: id, linkAddress: linkAddress ?? '' }, decision, true);
    const isBegun = status !== 'proposed' && status !== 'approved';
    return Object.assign(course, {
      approvedBy: decision.approvedBy,
      begun: !isBegun ? null : status === 'releasing' ? 'release' : 'apply',
      isAtWork: status === 'applying' || status === 'releasing',
      expiresSeconds,
      isInForce: status === 'active' || status === 'releasing',
      isEnding: decision.ending !== null,
      failures: decision.failures,
      retrySeconds: decision.retrySeconds,
    });
  }

  /** The clock was set back: what waits for a time waits as long as before, or ends now. */
  shift(seconds: number, endsAtSeconds: number | null): void {
    this.judgedSeconds += seconds;
    this.lapsesSeconds += seconds;
    this.retrySeconds += seconds;
    if (this.expiresSeconds !== null) this.expiresSeconds = endsAtSeconds ?? this.expiresSeconds + seconds;
  }

  /** Takes in an entry; returns what it cannot say at this point. Whether an act may begin at all is judged elsewhere. */
  read(entry: CourseEntry): readonly string[] {
    if (entry.source !== this.added.source) return ['It names another host than the decision.'];
    switch (entry.event) {
      case 'decision.approve':
        return this.#approve(entry);
      case 'decision.refuse':
      case 'decision.lapse':
        return this.#void(entry);
      case 'decision.undo':
      case 'decision.expire':
        return this.#end(entry);
      case 'response.begin':
        return this.#begin(entry);
      case 'response.done':
        return this.#done(entry);
      case 'response.lost':
        return this.#lose(entry);
      case 'response.fail':
        return this.#fail(entry);
      default:
        return unreachable(entry);
    }
  }

  #approve({ by }: EntryOf<'decision.approve'>): readonly string[] {
    const faults = [
      ...says(this.approvedBy !== null, 'It was approved before.'),
      ...says(by.trim() === '', 'Nobody is named who approved.'),
      ...says(this.added.approval === 'required' && by === 'scope', 'The scope asks a person to approve.'),
    ];
    this.approvedBy = by;
    return faults;
  }

  #void({ event, timeSeconds }: EntryOf<'decision.refuse' | 'decision.lapse'>): readonly string[] {
    this.hasEnded = true;
    const isEarly = event === 'decision.lapse' && timeSeconds < this.lapsesSeconds - ROUNDING_SECONDS;
    return [
      ...says(this.begun !== null, 'The act was begun, and must be released.'),
      ...says(isEarly, 'There was time left to carry it out.'),
    ];
  }

  #end({ event, timeSeconds }: EntryOf<'decision.undo' | 'decision.expire'>): readonly string[] {
    const expiresSeconds = this.expiresSeconds ?? Infinity;
    const isEarly = event === 'decision.expire' && timeSeconds < expiresSeconds - ROUNDING_SECONDS;
    const faults = [
      ...says(this.isEnding, 'It was ending already.'),
      ...says(isEarly, 'Its time was not over.'),
    ];
    if (this.begun === null) this.hasEnded = true;
    else this.isEnding = true;
    this.#restart(timeSeconds);
    return faults;
  }

  #begin(entry: EntryOf<'response.begin'>): readonly string[] {
    const { step, key, attempt, expiresSeconds, timeSeconds, dryRun, command } = entry;
    const { added } = this;
    const isOther = key !== added.decision || dryRun !== added.dryRun;
    const isOtherTime =
      this.expiresSeconds !== null && Math.abs(expiresSeconds - this.expiresSeconds) > ROUNDING_SECONDS;
    const names = [formatTarget(added), added.linkAddress].filter((each) => each !== '');
    const faults = [
      ...says(isOther, 'The act is not the one that was decided.'),
      ...says(isOtherTime, 'Its end was moved.'),
      ...says(attempt !== this.failures + 1, 'Its attempts were counted wrongly.'),
      ...says(timeSeconds < this.retrySeconds - ROUNDING_SECONDS, 'It was tried again too early.'),
      ...says(!names.every((each) => namesHost(command, each)), 'The command is about another host.'),
      ...(step === 'apply'
        ? [
            ...says(this.isInForce, 'It was in force already.'),
            ...says(this.isEnding, 'It was to be ended.'),
            ...says(attempt > APPLY_FAILURES_MAX, 'It was tried too often.'),
          ]
        : [
            ...says(this.begun === null, 'Nothing was applied that could be released.'),
            ...says(!this.isEnding, 'Nothing had ended it.'),
          ]),
    ];
    this.begun = step;
    this.isAtWork = true;
    this.expiresSeconds ??= expiresSeconds;
    return faults;
  }

  #done({ step, key, found, timeSeconds, source }: EntryOf<'response.done'>): readonly string[] {
    const faults = [
      ...says(key !== this.added.decision, 'The act is not the one that was decided.'),
      ...says(this.begun === null, 'It was never begun.'),
      ...says(!found && (!this.isAtWork || this.begun !== step), 'This step was not begun.'),
    ];
    if (step === 'apply') {
      faults.push(...says(this.isInForce, `${formatIp(source)} was acted on twice.`));
      this.isInForce = true;
    } else {
      faults.push(...says(!this.isEnding, 'Nothing had ended it.'));
      this.hasEnded = true;
    }
    this.isAtWork = false;
    this.#restart(timeSeconds);
    return faults;
  }

  #lose({ timeSeconds, step }: EntryOf<'response.lost'>): readonly string[] {
    const isPossible = this.isInForce && !this.isEnding && step === 'apply';
    this.isInForce = false;
    this.isAtWork = true;
    this.#restart(timeSeconds);
    return says(!isPossible, 'Nothing was in force that could be lost.');
  }

  #fail({ attempt, final, retrySeconds, timeSeconds, step }: EntryOf<'response.fail'>): readonly string[] {
    const faults = [
      ...says(!this.isAtWork || this.begun !== step, 'This step was not begun.'),
      ...says(attempt !== this.failures + 1, 'Its attempts were counted wrongly.'),
      ...says(final && this.isInForce, 'The act was in force when it was given up.'),
      ...says(final && step === 'release', 'A release was given up.'),
      ...says(!final && retrySeconds < timeSeconds, 'It is to be tried again before it failed.'),
    ];
    this.failures++;
    this.isAtWork = false;
    this.retrySeconds = retrySeconds;
    this.hasEnded = final;
    return faults;
  }

  #restart(timeSeconds: number): void {
    this.failures = 0;
    this.retrySeconds = timeSeconds;
  }
}

/** Returns the sentence in a list if `isWrong`. */
export function says(isWrong: boolean, sentence: string): string[] {
  return isWrong ? [sentence] : [];
}

/** Whether the address stands in the command as a word of its own. */
function namesHost(command: string, address: string): boolean {
  const at = command.indexOf(address);
  if (at < 0) return false;
  const around = `${command.charAt(at - 1)}${command.charAt(at + address.length)}`;
  return !/[0-9a-f.:]/i.test(around.replaceAll(/^\.|\.$/g, '')) || namesHost(command.slice(at + 1), address);
}
