/**
 * The audit log: facts in lines, each line carrying the hash of the one before, so that no line can be changed, taken
 * out or put in between without the rest saying so. Only its end can vanish unseen; every message that leaves the house
 * names the sequence number and hash of its entry, which witnesses how far the log had come.
 *
 * It is a write-ahead log too: an act is begun only after its line is synced. A line torn by a crash never led to
 * anything, and is cut off when the log is opened; so are lines before it that hold only together with it. A log of years
 * is kept in segments: each begins with a snapshot of all state, a line of the same chain, and is read by itself.
 */
import { hexadecimal, sha256, utf8 } from '@wormwood/base';
import { type AppendOnlyFile, type FileLine, isSegmented } from '../append-only-file.ts';
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

/** Where the log ends, and whether its last line is incomplete; or where its chain breaks, and the head before that. */
export type AuditReading =
  | { readonly ok: true; readonly head: AuditHead; readonly torn: boolean }
  | (Failed & { readonly head: AuditHead });

/** Takes an entry; the reading goes on when it settles. */
export type Visit = (entry: AuditEntry) => void | Promise<void>;

const EMPTY_HEAD: AuditHead = { sequence: 0, timeSeconds: 0, hash: NO_HASH, endOffset: 0 };

/**
 * Reads lines of a log, from its beginning or from where `head` ends, hands each entry to `visit`, and verifies the
 * chain. A last line without an end is torn, and so are last lines that lack what belongs to them: no fault, but no
 * entries either. Any other line that does not fit is a fault, and the reading ends before it. A reading that begins
 * with the snapshot of a segment verifies the chain from there.
 */
export async function readAuditLog(
  lines: AsyncIterable<FileLine>,
  visit: Visit,
  head: AuditHead = EMPTY_HEAD,
): Promise<AuditReading> {
  let last = head;
  let whole = head;
  let together: AuditEntry[] = [];
  for await (const line of lines) {
    if (!line.ended) return { ok: true, head: whole, torn: true };
    const reading = readLine(line.text);
    const octets = utf8(line.text);
    const startOffset = line.endOffset - octets.length - 1;
    const fault = reading.ok ? misfit(reading.value, last, startOffset) : reading.reason;
    if (!reading.ok || fault !== undefined) {
      const reason = `Line ${last.sequence + 1} of the audit log is not what was written there. ${fault}`;
      return { ...failed(reason), head: whole };
    }
    const entry = reading.value;
    last = {
      sequence: entry.sequence,
      timeSeconds: entry.timeSeconds,
      hash: hexadecimal(sha256(octets)),
      endOffset: line.endOffset,
    };
    together.push(entry);
    if (entry.more) continue;
    whole = last;
    for (const each of together) {
      const visited = visit(each);
      if (visited !== undefined) await visited;
    }
    together = [];
  }
  return { ok: true, head: whole, torn: last !== whole };
}

function misfit(entry: AuditEntry, head: AuditHead, startOffset: number): string | undefined {
  if (entry.event === 'log.snapshot') {
    if (entry.offset !== startOffset) return 'It does not stand where it says.';
    if (head === EMPTY_HEAD && startOffset > 0) return undefined;
  }
  if (entry.sequence !== head.sequence + 1) return 'Lines before it are missing or were put in.';
  if (entry.previous !== head.hash) return 'The line before it was changed.';
  if (entry.timeSeconds < head.timeSeconds && entry.event !== 'clock.set')
    return 'It is older than the line before it.';
  return undefined;
}

export type AuditLogOpening = { readonly ok: true; readonly log: AuditLog } | Failed;

/** When entries are written, by both clocks of the machine. */
export interface EntryTime {
  readonly timeSeconds: number;
  readonly uptimeSeconds: number;
}

/** A log open for writing; one at a time, which the app sees to with a lock. */
export class AuditLog {
  readonly #file: AppendOnlyFile;
  readonly #sensor: string;
  #startOffset: number;
  #head: AuditHead;
  #syncedOffset: number;

  private constructor(file: AppendOnlyFile, sensor: string, startOffset: number, head: AuditHead) {
    this.#file = file;
    this.#sensor = sensor;
    this.#startOffset = startOffset;
    this.#head = head;
    this.#syncedOffset = head.endOffset;
  }

  /** Verifies the present segment, hands its entries to `visit`, cuts off a torn line, and opens it for writing at its end. */
  static async open(file: AppendOnlyFile, sensor: string, visit: Visit): Promise<AuditLogOpening> {
    const extent = isSegmented(file) ? await file.extent() : { ok: true as const, startOffset: 0 };
    if (!extent.ok) return extent;
    const head = await readWhole(file, visit, extent.startOffset, EMPTY_HEAD);
    return head.ok ? { ok: true, log: new AuditLog(file, sensor, extent.startOffset, head.value) } : head;
  }

  get head(): AuditHead {
    return this.#head;
  }

  /** Octets that survive a loss of power: what messages are made of ends here. */
  get syncedOffset(): number {
    return this.#syncedOffset;
  }

  /** Whether it is time for a new segment. */
  get isLong(): boolean {
    if (!isSegmented(this.#file)) return false;
    return this.#head.endOffset - this.#startOffset >= this.#file.segmentOctetsMax;
  }

  /** Hands to `visit` what other processes wrote since; `restart` is called first if that is a new segment. */
  async catchUp(visit: Visit, restart: () => void): Promise<Outcome> {
    if (!isSegmented(this.#file)) return DONE;
    const extent = await this.#file.extent();
    if (!extent.ok) return extent;
    const isNew = extent.startOffset !== this.#startOffset;
    if (!isNew && extent.endOffset === this.#head.endOffset) return DONE;
    if (isNew) restart();
    else if (extent.endOffset < this.#head.endOffset) return failed('The audit log was cut short.');
    const head = await readWhole(this.#file, visit, extent.startOffset, isNew ? EMPTY_HEAD : this.#head);
    if (!head.ok) return head;
    this.#startOffset = extent.startOffset;
    this.#head = head.value;
    this.#syncedOffset = head.value.endOffset;
    return DONE;
  }

  /**
   * Adds the facts in one write, to hold together, and hands their entries, as a later reading will have them, to
   * `visit`; it does not sync. After a failure the log must be opened anew.
   */
  async append(
    facts: readonly AuditFact[],
    time: EntryTime,
    visit: (entry: AuditEntry) => void,
  ): Promise<Outcome> {
    const { text, entries, head } = this.#linesOf(facts, time);
    const written = await this.#file.append(text);
    if (!written.ok) return written;
    this.#head = head;
    entries.forEach(visit);
    return DONE;
  }

  /** Begins a new segment with a snapshot of all state; the log goes on in the old one if that fails. */
  async rotate(
    log: string,
    state: string,
    time: EntryTime,
    visit: (entry: AuditEntry) => void,
  ): Promise<Outcome> {
    if (!isSegmented(this.#file)) return DONE;
    const offset = this.#head.endOffset;
    const { text, entries, head } = this.#linesOf([{ event: 'log.snapshot', log, offset, state }], time);
    const rotated = await this.#file.rotate(text);
    if (!rotated.ok) return rotated;
    this.#startOffset = offset;
    this.#head = head;
    this.#syncedOffset = head.endOffset;
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

  #linesOf(
    facts: readonly AuditFact[],
    time: EntryTime,
  ): { readonly text: string; readonly entries: readonly AuditEntry[]; readonly head: AuditHead } {
    let head = this.#head;
    let text = '';
    const entries = facts.map((fact, index) => {
      const place = {
        ...time,
        more: index < facts.length - 1,
        sequence: head.sequence + 1,
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
    return { text, entries, head };
  }
}

/** Reads to the end and cuts off what is torn; what was read is safe from a loss of power before anything is built on it. */
async function readWhole(
  file: AppendOnlyFile,
  visit: Visit,
  startOffset: number,
  from: AuditHead,
): Promise<{ readonly ok: true; readonly value: AuditHead } | Failed> {
  const reading = await readAuditLog(file.lines(Math.max(startOffset, from.endOffset)), visit, from);
  if (!reading.ok) return reading;
  if (reading.torn) {
    const cut = await file.cut(Math.max(startOffset, reading.head.endOffset));
    if (!cut.ok) return cut;
  }
  const synced = await file.sync();
  return synced.ok ? { ok: true, value: reading.head } : synced;
}
