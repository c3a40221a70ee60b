/**
 * The audit log: facts in lines, each line carrying the hash of the one before, so that no line can be changed, taken
 * out or put in between without the rest saying so. Only its end can vanish unseen; every message that leaves the house
 * names the sequence number and hash of its entry, which witnesses how far the log had come.
 *
 * It is a write-ahead log too: an act is begun only after its line is synced. A line torn by a crash never led to
 * anything, and is cut off when the log is opened; so are lines before it that hold only together with it.
 */
import { hexadecimal, sha256, utf8 } from '@wormwood/base';
import type { AppendOnlyFile } from '../append-only-file.ts';
import { DONE, type Failed, failed, type Outcome } from '../outcome.ts';
import type { AuditEntry, AuditFact } from './audit-fact.ts';
import { entryOf, lineOf, readLine } from './audit-line.ts';

/** What stands in the first line instead of a hash. */
const NO_HASH = '0'.repeat(64);

/** How far a log goes. */
export interface AuditHead {
  readonly sequence: number;
  /** Of the last entry; 0 for an empty log. */
  readonly timeSeconds: number;
  /** SHA-256 of the last line. */
  readonly hash: string;
  /** Where the next line begins, in octets. */
  readonly endOffset: number;
}

export type AuditReading =
  | { readonly ok: true; readonly head: AuditHead; readonly torn: boolean }
  | (Failed & { readonly head: AuditHead });

const EMPTY: AuditHead = { sequence: 0, timeSeconds: 0, hash: NO_HASH, endOffset: 0 };

/**
 * Reads a log from its beginning, handing each entry to `visit`, and verifies the chain. A last line without an end is
 * torn, and so are last lines that lack what belongs to them: no fault, but no entries either. Any other line that does
 * not fit is a fault, and the reading ends before it.
 */
export async function readAuditLog(
  file: AppendOnlyFile,
  visit: (entry: AuditEntry) => void,
): Promise<AuditReading> {
  let head = EMPTY;
  let whole = EMPTY;
  let together: AuditEntry[] = [];
  for await (const line of file.lines(0)) {
    if (!line.ended) return { ok: true, head: whole, torn: true };
    const reading = readLine(line.text);
    const fault = reading.ok ? misfit(reading.value, head) : reading.reason;
    if (!reading.ok || fault !== undefined) {
      const reason = `Line ${head.sequence + 1} of the audit log is not what was written there. ${fault}`;
      return { ...failed(reason), head: whole };
    }
    const entry = reading.value;
    head = {
      sequence: entry.sequence,
      timeSeconds: entry.timeSeconds,
      hash: hexadecimal(sha256(utf8(line.text))),
      endOffset: line.endOffset,
    };
    together.push(entry);
    if (entry.more) continue;
    whole = head;
    together.forEach(visit);
    together = [];
  }
  return { ok: true, head: whole, torn: head !== whole };
}

function misfit(entry: AuditEntry, head: AuditHead): string | undefined {
  if (entry.sequence !== head.sequence + 1) return 'Lines before it are missing or were put in.';
  if (entry.previous !== head.hash) return 'The line before it was changed.';
  if (entry.timeSeconds < head.timeSeconds) return 'It is older than the line before it.';
  return undefined;
}

export type AuditLogOpening = { readonly ok: true; readonly log: AuditLog } | Failed;

/** A log open for writing; one at a time, which the app sees to with a lock. */
export class AuditLog {
  readonly #file: AppendOnlyFile;
  readonly #sensor: string;
  #head: AuditHead;
  #syncedOffset: number;

  private constructor(file: AppendOnlyFile, sensor: string, head: AuditHead) {
    this.#file = file;
    this.#sensor = sensor;
    this.#head = head;
    this.#syncedOffset = head.endOffset;
  }

  /** Verifies the log, hands its entries to `visit`, cuts off a torn line, and opens it for writing at its end. */
  static async open(
    file: AppendOnlyFile,
    sensor: string,
    visit: (entry: AuditEntry) => void,
  ): Promise<AuditLogOpening> {
    const reading = await readAuditLog(file, visit);
    if (!reading.ok) return reading;
    if (reading.torn) {
      const cut = await file.cut(reading.head.endOffset);
      if (!cut.ok) return cut;
    }
    // What was read may still be only in the machine's memory; nothing is built on it before it is safe.
    const synced = await file.sync();
    return synced.ok ? { ok: true, log: new AuditLog(file, sensor, reading.head) } : synced;
  }

  get head(): AuditHead {
    return this.#head;
  }

  /** Octets that survive a loss of power: what messages are made of ends here. */
  get syncedOffset(): number {
    return this.#syncedOffset;
  }

  /**
   * Adds the facts in one write, to hold together, and hands their entries, as a later reading will have them, to
   * `visit`; it does not sync. Time never runs backwards in the log: an earlier `timeSeconds` counts as the time of the
   * entry before. After a failure the log must be opened anew.
   */
  async append(
    facts: readonly AuditFact[],
    timeSeconds: number,
    visit: (entry: AuditEntry) => void,
  ): Promise<Outcome> {
    let head = this.#head;
    let text = '';
    const entries = facts.map((fact, index) => {
      const place = {
        more: index < facts.length - 1,
        sequence: head.sequence + 1,
        timeSeconds: Math.max(timeSeconds, head.timeSeconds),
        sensor: this.#sensor,
        previous: head.hash,
      };
      const line = lineOf(entryOf(fact, place));
      const reading = readLine(line);
      if (!reading.ok) throw new Error(`the log cannot read what it writes: ${reading.reason}`);
      const octets = utf8(line);
      text += `${line}\n`;
      head = {
        sequence: place.sequence,
        timeSeconds: reading.value.timeSeconds,
        hash: hexadecimal(sha256(octets)),
        endOffset: head.endOffset + octets.length + 1,
      };
      return reading.value;
    });
    const written = await this.#file.append(text);
    if (!written.ok) return written;
    this.#head = head;
    entries.forEach(visit);
    return DONE;
  }

  /** Settles well when everything appended so far survives a loss of power. */
  async sync(): Promise<Outcome> {
    const { endOffset } = this.#head;
    if (endOffset === this.#syncedOffset) return DONE;
    const synced = await this.#file.sync();
    if (synced.ok) this.#syncedOffset = endOffset;
    return synced;
  }
}
