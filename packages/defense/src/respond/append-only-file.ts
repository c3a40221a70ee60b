/** A file of lines to which lines are only ever added, as the audit log needs it; an app puts a real file behind it. */
import type { Outcome } from './outcome.ts';

export interface AppendOnlyFile {
  /**
   * Adds whole lines, each with its `\n`, at the end and in one write. When it fails or is cut off, a part of the text
   * may be there.
   */
  append(text: string): Promise<Outcome>;
  /** Settles well when everything appended so far survives a loss of power. */
  sync(): Promise<Outcome>;
  /** Yields the lines from this offset on (in octets, the beginning of a line); rejects if the file cannot be read. */
  lines(fromOffset: number): AsyncIterable<FileLine>;
  /** Cuts off everything from this offset on. */
  cut(offset: number): Promise<Outcome>;
}

export interface FileLine {
  /** Without its end; octets that are no UTF-8 as U+FFFD. */
  readonly text: string;
  /** Where the line after begins. */
  readonly endOffset: number;
  /** False for a last line that lacks its `\n`. */
  readonly ended: boolean;
}
