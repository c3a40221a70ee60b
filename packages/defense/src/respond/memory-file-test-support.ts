/**
 * A disk in memory for tests: what was appended but not synced may vanish, stay or stay in part when the machine stops,
 * and any operation may be the last.
 */
import { utf8 } from '@wormwood/base';
import type { Extent, FileLine, SegmentedFile } from './append-only-file.ts';
import { DONE, failed, type Outcome } from './outcome.ts';

/** Thrown in place of everything that a stopped machine would still have done. */
export class Stop extends Error {}

/** Counts the operations of a machine and stops it at one of them, before or after that operation took effect. */
export class Fate {
  #left: number;
  /** Operations so far. */
  count = 0;
  stopped = false;

  constructor(stopAt: number = Infinity) {
    this.#left = stopAt;
  }

  /** One point at which the machine may stop. */
  pass(): void {
    this.count++;
    if (this.stopped || --this.#left < 0) {
      this.stopped = true;
      throw new Stop();
    }
  }
}

/** What becomes of unsynced text when the machine stops. */
export type Unsynced = 'kept' | 'lost' | 'torn';

export class MemoryFile implements SegmentedFile {
  /** The present segment. */
  text = '';
  /** The segments before it. */
  readonly older: string[] = [];
  segmentOctetsMax: number = Infinity;
  /** Octets that can be appended though the disk is full. */
  reserved = 0;
  #syncedLength = 0;
  #cached: { readonly text: string; readonly lines: readonly FileLine[] } = { text: '', lines: [] };
  fate: Fate = new Fate();
  /** Set to let writing fail, as on a full disk, once the reserve is used up. */
  full = false;

  async append(text: string): Promise<Outcome> {
    this.fate.pass();
    if (this.full && this.reserved < text.length) {
      this.text += text.slice(0, text.length / 2);
      return failed('No space left on device.');
    }
    if (this.full) this.reserved -= text.length;
    this.text += text;
    this.fate.pass();
    return DONE;
  }

  async sync(): Promise<Outcome> {
    this.fate.pass();
    this.#syncedLength = this.text.length;
    this.fate.pass();
    return DONE;
  }

  async *lines(fromOffset: number): AsyncIterable<FileLine> {
    this.fate.pass();
    for (const line of this.#lines()) if (line.endOffset > fromOffset) yield line;
  }

  /** Looking changes nothing, so that a stop here is one before what comes next. */
  async extent(): Promise<Extent> {
    const startOffset = lengthOf(this.older);
    return { ok: true, startOffset, endOffset: startOffset + lengthOf([this.text]) };
  }

  async rotate(line: string): Promise<Outcome> {
    this.fate.pass();
    if (this.full) return failed('No space left on device.');
    this.older.push(this.text);
    this.text = line;
    this.#syncedLength = line.length;
    this.fate.pass();
    return DONE;
  }

  async reserve(octets: number): Promise<Outcome> {
    if (this.full && this.reserved < octets) return failed('No space left on device.');
    this.reserved = Math.max(this.reserved, octets);
    return DONE;
  }

  /** As long as the test lasts it is one log, unless the test says otherwise. */
  name = '00000000-0000-7000-8000-000000000001';

  async identity(): Promise<string | null> {
    return this.whole === '' ? null : this.name;
  }

  /** The whole log, all segments. */
  get whole(): string {
    return [...this.older, this.text].join('');
  }

  async cut(offset: number): Promise<Outcome> {
    this.fate.pass();
    const startOffset = lengthOf(this.older);
    this.text = this.#lines()
      .filter((line) => line.ended && line.endOffset <= offset && line.endOffset > startOffset)
      .map((line) => `${line.text}\n`)
      .join('');
    this.#syncedLength = Math.min(this.#syncedLength, this.text.length);
    this.fate.pass();
    return DONE;
  }

  #lines(): readonly FileLine[] {
    const { whole } = this;
    if (this.#cached.text !== whole) this.#cached = { text: whole, lines: splitLines(whole) };
    return this.#cached.lines;
  }

  /** Whether there is text that a stop of the machine may take away. */
  get isLoose(): boolean {
    return this.text.length > this.#syncedLength;
  }

  /** The machine starts again: what became of the unsynced end is decided, and a new fate begins. */
  restart(unsynced: Unsynced, fate: Fate = new Fate()): void {
    const loose = this.text.length - this.#syncedLength;
    const kept = unsynced === 'kept' ? loose : unsynced === 'lost' ? 0 : Math.floor(loose / 2);
    this.text = this.text.slice(0, this.#syncedLength + kept);
    this.#syncedLength = this.text.length;
    this.fate = fate;
  }
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + utf8(text).length, 0);
}

function splitLines(whole: string): readonly FileLine[] {
  const texts = whole.split('\n');
  let offset = 0;
  return texts.flatMap((text, index) => {
    const ended = index < texts.length - 1;
    offset += utf8(text).length + (ended ? 1 : 0);
    return ended || text !== '' ? [{ text, endOffset: offset, ended }] : [];
  });
}
