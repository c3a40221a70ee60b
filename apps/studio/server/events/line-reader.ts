/**
 * Lines of a file that grows, with their places, as far as they are complete. It says when the file was cut or another one
 * stands in its place. Reads are synchronous: it works in a thread of its own.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** A complete line: its text, and its octets in the file without the line feed. */
export interface PlacedLine {
  /** Empty for a line that is too long to be an event. */
  readonly text: string;
  readonly offset: number;
  readonly length: number;
}

const CHUNK_OCTETS = 1 << 20;
const LINE_OCTETS_MAX = 1_000_000;
const FIRST_LINE_OCTETS_MAX = 65_536;
const LINE_FEED = 0x0a;

export class LineReader {
  readonly #path: string;
  readonly #chunk: Buffer = Buffer.allocUnsafe(CHUNK_OCTETS + LINE_OCTETS_MAX);
  #descriptor: number;
  /** Where the next line begins. */
  #offset: number;

  /** Opens the file; throws the system's error. */
  constructor(path: string, offset = 0) {
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  get sizeOctets(): number {
    return fstatSync(this.#descriptor).size;
  }

  goTo(offset: number): void {
    this.#offset = offset;
  }

  /** Passes complete lines on, about a megabyte of them at most; returns how many octets they had. */
  read(visit: (line: PlacedLine) => void): number {
    const chunk = this.#chunk;
    const filled = readSync(this.#descriptor, chunk, 0, chunk.length, this.#offset);
    const start = this.#offset;
    const limit = Math.min(filled, CHUNK_OCTETS);
    let at = 0;
    while (at < limit) {
      const feed = chunk.indexOf(LINE_FEED, at);
      if (feed < 0 || feed >= filled) break;
      const text = feed - at > LINE_OCTETS_MAX ? '' : chunk.toString('utf8', at, feed);
      visit({ text, offset: start + at, length: feed - at });
      at = feed + 1;
    }
    if (at === 0 && filled === chunk.length) {
      // A line without end: it is passed over, in pieces.
      visit({ text: '', offset: start, length: filled });
      at = filled;
    }
    this.#offset += at;
    return at;
  }

  /** Returns the text of the line at a place. */
  textAt(offset: number, length: number): string {
    const octets = Buffer.alloc(Math.min(length, LINE_OCTETS_MAX));
    const { length: filled } = octets.subarray(
      0,
      readSync(this.#descriptor, octets, 0, octets.length, offset),
    );
    return octets.toString('utf8', 0, filled);
  }

  /** Returns the hash of the first line, by which a file is known; empty while that line is not complete. */
  firstLineHash(): string {
    const head = Buffer.alloc(FIRST_LINE_OCTETS_MAX);
    const filled = readSync(this.#descriptor, head, 0, head.length, 0);
    const feed = head.subarray(0, filled).indexOf(LINE_FEED);
    if (feed < 0 && filled < head.length) return '';
    return createHash('sha256')
      .update(head.subarray(0, feed < 0 ? filled : feed))
      .digest('hex');
  }

  /** Goes to the file that stands at the path now; returns whether it is another one, or the same one cut. */
  followRotation(): boolean {
    const mine = fstatSync(this.#descriptor);
    const now = statSync(this.#path, { throwIfNoEntry: false });
    if (now === undefined) return false;
    const isOther = now.ino !== mine.ino || now.dev !== mine.dev;
    if (!isOther && now.size >= this.#offset) return false;
    if (isOther) {
      const next = openSync(this.#path, 'r');
      closeSync(this.#descriptor);
      this.#descriptor = next;
    }
    this.#offset = 0;
    return true;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
