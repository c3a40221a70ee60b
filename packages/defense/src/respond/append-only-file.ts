/** A file of lines to which lines are only ever added, as the audit log needs it; an app puts real files behind it. */
import type { Failed, Outcome } from './outcome.ts';

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

/** A log that lasts for years: written by several processes in turn, kept in segments, with room for the ends of acts. */
export interface SegmentedFile extends AppendOnlyFile {
  /** From which size on a new segment is begun. */
  readonly segmentOctetsMax: number;
  /** Where the present segment begins and ends, counted in octets of the whole log; looked up anew each time. */
  extent(): Promise<Extent | Failed>;
  /** Begins a new segment with this line, all or nothing even in a crash; everything before it is synced. */
  rotate(line: string): Promise<Outcome>;
  /** Sees to it that so many octets can be appended though the disk fills up; fails if there is no room for them. */
  reserve(octets: number): Promise<Outcome>;
}

/** The octets that a file holds, from the first that is kept to its end. */
export interface Extent {
  readonly ok: true;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** A line of a file, and where the next one begins. */
export interface FileLine {
  /** Without its end; octets that are not UTF-8 as U+FFFD. */
  readonly text: string;
  /** Where the line after begins. */
  readonly endOffset: number;
  /** False for a last line that lacks its `\n`. */
  readonly ended: boolean;
}

export function isSegmented(file: AppendOnlyFile): file is SegmentedFile {
  return 'extent' in file;
}
