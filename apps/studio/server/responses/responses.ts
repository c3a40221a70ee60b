/** The responses of a state directory, read and changed through the same code as `wormwood respond`. */
import { userInfo } from 'node:os';
import { formatDuration, formatTimestamp, printable } from '@wormwood/base';
import { AuditCheck, type AuditEntry, type Decision, formatTarget } from '@wormwood/defense';
import {
  approveDecision,
  auditSummary,
  decisionObject,
  linesAdded,
  nowSeconds,
  pauseFact,
  ResponderFailure,
  ResponseState,
  resumeFact,
  scopeSentence,
  undoDecision,
} from '@wormwood/responder';
import type { AuditLine, AuditReport, DecisionList, Recording, ShownDecision } from '../interface/answers.ts';
import { Refusal, type RefusalStatus } from '../sentence.ts';

const AUDIT_LINES_MAX = 500;
const ENDED_SHOWN = 50;

const STATUSES: Readonly<Record<ResponderFailure['kind'], RefusalStatus>> = {
  failed: 503,
  usage: 409,
  invalidFile: 503,
  missingPermission: 403,
};

export class Responses {
  readonly #state: ResponseState;
  readonly #by: string;
  /** One change after the other. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.#state = new ResponseState(directory);
    this.#by = `${callerName()} in the studio`;
  }

  /** Changes whenever the log does. */
  stamp(): string {
    return this.#state.logStamp();
  }

  async list(): Promise<DecisionList> {
    return answered(async () => {
      const { ledger, reading } = await this.#state.view();
      const admission = await this.#state.admission();
      const now = nowSeconds();
      const live = [...ledger.live.values()];
      const shown = (each: Decision): ShownDecision => shownDecision(each, now, ledger.paused);
      return {
        mode: ledger.mode,
        paused: ledger.paused,
        scope: scopeSentence(admission),
        now: formatTimestamp(now, 0),
        proposed: live.filter(({ status }) => status === 'proposed').map(shown),
        active: live.filter(({ status }) => status !== 'proposed').map(shown),
        ended: [...ledger.ended.values()].slice(-ENDED_SHOWN).toReversed().map(shown),
        trouble: reading.ok ? null : reading.reason,
      };
    });
  }

  approve(id: string): Promise<Recording> {
    return this.#change(async () =>
      recordingOf(await approveDecision(this.#state, id, this.#by, 'asBefore')),
    );
  }

  undo(id: string, reason: string): Promise<Recording> {
    return this.#change(async () => recordingOf(await undoDecision(this.#state, id, this.#by, reason)));
  }

  pause(reason: string): Promise<Recording> {
    return this.#change(async () => {
      const { added } = await this.#state.record(pauseFact(this.#by, reason));
      return { lines: printableLines(added), note: null };
    });
  }

  resume(): Promise<Recording> {
    return this.#change(async () => {
      const { added } = await this.#state.record(resumeFact(this.#by));
      return { lines: printableLines(added), note: null };
    });
  }

  /** Reads the whole log, checks its chain and its promises, and returns what it says. */
  async audit(): Promise<AuditReport> {
    return answered(async () => {
      const check = new AuditCheck();
      const lines: AuditLine[] = [];
      let [count, first] = [0, 1];
      const reading = await this.#state.readLog((entry: AuditEntry) => {
        if (count === 0) first = entry.sequence;
        count++;
        check.read(entry);
        lines.push(lineOf(entry));
        if (lines.length > 2 * AUDIT_LINES_MAX) lines.splice(0, AUDIT_LINES_MAX);
      });
      const findings = check.findings();
      return {
        ok: reading.ok && findings.faults.length === 0,
        summary: auditSummary(reading, { count, first }, findings),
        entries: count,
        faults: findings.faults.map(({ sequence, message }) => ({ sequence, message: printable(message) })),
        lines: lines.slice(-AUDIT_LINES_MAX).toReversed(),
      };
    });
  }

  async close(): Promise<void> {
    await this.#work.catch(() => undefined);
    await this.#state.close();
  }

  #change(work: () => Promise<Recording>): Promise<Recording> {
    const done = this.#work.catch(() => undefined).then(() => answered(work));
    this.#work = done;
    return done;
  }
}

/** A failure of the responder is a sentence for whoever asks. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ResponderFailure)) throw error;
    throw new Refusal(STATUSES[error.kind], error.message);
  }
}

function recordingOf({ open, acted }: Awaited<ReturnType<typeof approveDecision>>): Recording {
  const note = acted
    ? null
    : 'It is recorded. Another responder is at work on this state and carries it out, or `wormwood respond run` does.';
  return { lines: printableLines(open.takeAdded()), note };
}

function printableLines(added: readonly string[]): Recording['lines'] {
  return linesAdded(added).map(({ ts, event, message }) => ({ ts, event, message: printable(message) }));
}

function lineOf({
  sequence,
  timeSeconds,
  event,
  message,
  hash,
}: AuditEntry & { readonly hash?: string }): AuditLine {
  return {
    sequence,
    ts: formatTimestamp(timeSeconds, 0),
    event,
    message: printable(message),
    hash: (hash ?? '').slice(0, 16),
  };
}

function shownDecision(decision: Decision, now: number, paused: boolean): ShownDecision {
  const { expiresSeconds, lapsesSeconds, status, ending } = decision;
  const isOver = status === 'ended' || ending !== null;
  return {
    decision: decisionObject(decision),
    secondsLeft: Math.max(0, Math.round((expiresSeconds ?? lapsesSeconds) - now)),
    approving: status === 'proposed' && !isOver ? approvingWords(decision, paused) : null,
    undoing: isOver ? null : undoingWords(decision),
  };
}

/** What approval would do, before it is given. */
function approvingWords(decision: Decision, paused: boolean): string {
  const { action, actuator, ttlSeconds, dryRun } = decision;
  const host = formatTarget(decision);
  const time = formatDuration(ttlSeconds);
  if (dryRun)
    return (
      `This is a dry run: your yes is recorded, and nothing is done to ${host}. ` +
      `With --act, ${actuator} would carry out ${action} for ${time}.`
    );
  const when = paused ? 'once actions go on again' : 'now';
  return (
    `The actuator ${actuator} carries out ${action} on ${host} ${when}, for ${time}; then it ends by itself. ` +
    'Undo ends it before.'
  );
}

/** What a no would do. */
function undoingWords(decision: Decision): string {
  const { action, actuator, status, dryRun } = decision;
  const host = formatTarget(decision);
  if (status === 'proposed' || status === 'approved')
    return `Nothing is done to ${host}: the proposal of ${action} with ${actuator} ends.`;
  if (dryRun) return `The dry run of ${action} on ${host} ends; nothing was done.`;
  return `The actuator ${actuator} releases ${host} from ${action} now.`;
}

function callerName(): string {
  const { SUDO_USER } = process.env;
  if (SUDO_USER !== undefined && SUDO_USER !== '') return SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the list of users, as in containers.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
