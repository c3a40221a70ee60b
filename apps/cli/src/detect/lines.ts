/** Splits the octets of a file of events into numbered lines as they arrive. */
import { StringDecoder } from 'node:string_decoder';

export interface NumberedLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Longer lines are not events; the rest is dropped, and the reader then rejects the line. */
const LINE_LENGTH_MAX = 1_000_001;
const LINE_FEED = 0x0a;

export class LineSplitter {
  readonly #decoder: StringDecoder = new StringDecoder('utf8');
  #rest = '';
  #line: number;
  #unfinishedLength = 0;

  /** Counts on from the lines that were read before. */
  constructor(linesBefore = 0) {
    this.#line = linesBefore;
  }

  /** Lines so far, those before among them. */
  get count(): number {
    return this.#line;
  }

  /** Octets of the line that no line feed has ended yet. */
  get unfinishedLength(): number {
    return this.#unfinishedLength;
  }

  /** Takes the next octets and returns the lines that they complete. */
  push(chunk: Buffer): readonly NumberedLine[] {
    const feed = chunk.lastIndexOf(LINE_FEED);
    this.#unfinishedLength = feed < 0 ? this.#unfinishedLength + chunk.length : chunk.length - feed - 1;
    const parts = this.#decoder.write(chunk).split('\n');
    const last = parts.pop() ?? '';
    const lines = parts.map((part) => {
      const text = this.#rest + part;
      this.#rest = '';
      return { text, line: ++this.#line };
    });
    if (this.#rest.length < LINE_LENGTH_MAX) this.#rest += last.slice(0, LINE_LENGTH_MAX);
    return lines;
  }

  /** Returns the last line, which lacks a line feed; null when there is none. */
  end(): NumberedLine | null {
    const text = this.#rest + this.#decoder.end();
    this.#rest = '';
    this.#unfinishedLength = 0;
    return text === '' ? null : { text, line: ++this.#line };
  }
}
