/**
 * What the audit log proves by itself. Reads nothing but its entries, and knows nothing of the responder that wrote
 * them: a second opinion on every promise, for auditors and for tests.
 */
import { formatIpv4 } from '@wormwood/base';
import type { AuditEntry } from './audit-fact.ts';

/** A promise that was not kept, as the log itself shows. */
export interface AuditFault {
  readonly sequence: number;
  readonly message: string;
}

export interface AuditFindings {
  readonly faults: readonly AuditFault[];
  /** Acts that were begun and whose end is not recorded: in force, or to be asked about. */
  readonly open: readonly OpenAct[];
  /** Real acts, dry runs left out. */
  readonly applied: number;
  readonly released: number;
}

export interface OpenAct {
  readonly decision: string;
  readonly source: number;
  readonly expiresSeconds: number;
}

type EntryOf<Event> = Extract<AuditEntry, { event: Event }>;

interface Course {
  readonly added: EntryOf<'decision.add'>;
  approved: boolean;
  /** Begun, and not ended as far as the log knows. */
  begun: EntryOf<'response.begin'> | null;
  done: boolean;
  ended: boolean;
}

/** The log writes times to a microsecond: two of them, each rounded, and the sum of numbers that are no longer the same. */
const ROUNDING_SECONDS = 2e-6;
/** A minute, in which the scope limits the acts. */
const WINDOW_SECONDS = 60;

/** Checks the entries of a whole log, in order. */
export function checkAudit(entries: readonly AuditEntry[]): AuditFindings {
  const check = new AuditCheck();
  for (const entry of entries) check.read(entry);
  return check.findings();
}

class AuditCheck {
  readonly #faults: AuditFault[] = [];
  readonly #provenVerdicts = new Set<string>();
  readonly #courses = new Map<string, Course>();
  /** When each act was begun last, in that order. */
  readonly #begun = new Map<string, number>();
  #mode = 'dryRun';
  #paused = false;
  #scope: EntryOf<'scope.load'> | null = null;
  #applied = 0;
  #released = 0;

  read(entry: AuditEntry): void {
    switch (entry.event) {
      case 'respond.start':
        this.#mode = entry.mode;
        break;
      case 'respond.pause':
      case 'respond.resume':
        this.#paused = entry.event === 'respond.pause';
        break;
      case 'scope.load':
      case 'scope.refuse':
        this.#scope = entry.event === 'scope.load' ? entry : null;
        break;
      case 'verdict.infected':
        if (entry.unforgeable && entry.protocol === 'tcp') this.#provenVerdicts.add(entry.verdict);
        break;
      case 'verdict.suppress':
      case 'decision.none':
        break;
      case 'decision.add':
        if (this.#courses.has(entry.decision)) this.#fault(entry, 'The decision was made before.');
        this.#courses.set(entry.decision, {
          added: entry,
          approved: false,
          begun: null,
          done: false,
          ended: false,
        });
        break;
      default:
        this.#readCourse(entry);
    }
  }

  findings(): AuditFindings {
    const open = [...this.#courses].flatMap(([decision, { added, begun, ended }]) =>
      begun === null || ended || begun.dryRun
        ? []
        : [{ decision, source: added.source, expiresSeconds: begun.expiresSeconds }],
    );
    return { faults: this.#faults, open, applied: this.#applied, released: this.#released };
  }

  #readCourse(entry: AuditEntry & { readonly decision: string }): void {
    const course = this.#courses.get(entry.decision);
    if (course === undefined) return this.#fault(entry, 'The decision was never made.');
    if (course.ended) return this.#fault(entry, 'The decision had ended.');
    switch (entry.event) {
      case 'decision.approve':
        if (course.added.approval === 'required' && entry.by === 'scope') {
          this.#fault(entry, 'The scope asks a person to approve.');
        }
        course.approved = true;
        break;
      case 'decision.refuse':
      case 'decision.lapse':
        if (course.begun !== null) this.#fault(entry, 'The act was begun, and must be released.');
        course.ended = true;
        break;
      case 'decision.undo':
        course.ended = course.begun === null;
        break;
      case 'response.begin':
        this.#begin(course, entry);
        break;
      case 'response.done':
        this.#done(course, entry);
        break;
      case 'response.fail':
        if (entry.final && course.done) this.#fault(entry, 'The act was in force when it was given up.');
        course.ended = entry.final;
        break;
    }
  }

  #begin(course: Course, entry: EntryOf<'response.begin'>): void {
    const { added } = course;
    if (entry.key !== added.decision || entry.source !== added.source || entry.dryRun !== added.dryRun) {
      this.#fault(entry, 'The act is not the one that was decided.');
    }
    if (entry.step === 'apply') this.#beginApply(course, entry);
    else if (course.begun === null) this.#fault(entry, 'Nothing was applied that could be released.');
    course.begun = entry;
  }

  #beginApply({ added, approved, done }: Course, entry: EntryOf<'response.begin'>): void {
    if (!this.#provenVerdicts.has(added.verdict)) this.#fault(entry, 'The verdict could be forged.');
    if (!approved) this.#fault(entry, 'Nobody approved.');
    if (done) this.#fault(entry, 'It was in force already.');
    if (this.#paused) this.#fault(entry, 'Actions were paused.');
    if (this.#mode !== 'act' && !added.dryRun) this.#fault(entry, 'It was a dry run.');
    this.#checkScope(added, entry);
  }

  #checkScope({ ttlSeconds }: EntryOf<'decision.add'>, entry: EntryOf<'response.begin'>): void {
    const scope = this.#scope;
    if (scope === null) return this.#fault(entry, 'No scope was in force.');
    if (entry.timeSeconds >= scope.expiresSeconds) this.#fault(entry, 'The scope had expired.');
    if (!(entry.expiresSeconds <= entry.timeSeconds + ttlSeconds + ROUNDING_SECONDS))
      this.#fault(entry, 'It does not end in time.');
    this.#begun.delete(entry.key);
    this.#begun.set(entry.key, entry.timeSeconds);
    const inWindow = [...this.#begun.values()].filter((each) => each > entry.timeSeconds - WINDOW_SECONDS);
    if (inWindow.length > scope.actionsPerMinute) this.#fault(entry, 'Too many acts in a minute.');
  }

  #done(course: Course, entry: EntryOf<'response.done'>): void {
    if (course.begun === null) this.#fault(entry, 'It was never begun.');
    if (entry.step === 'apply') {
      if (course.done) this.#fault(entry, `${formatIpv4(entry.source)} was acted on twice.`);
      course.done = true;
    } else {
      course.ended = true;
    }
    if (course.added.dryRun) return;
    if (entry.step === 'apply') this.#applied++;
    else this.#released++;
  }

  #fault({ sequence }: AuditEntry, message: string): void {
    this.#faults.push({ sequence, message });
  }
}
