/** Where the lines of a log go: as texts, or, from whoever writes a million a second, as octets that are written in place. */

export interface LineSink {
  /** Where the line stands for which `reserve` made room; another array after each call. */
  readonly octets: Uint8Array;
  /** Takes a line with its newline. */
  write(line: string): void;
  /** Makes room for a line of at most so many octets; returns its offset in `octets`, or -1 where it has to be dropped. */
  reserve(lengthMax: number): number;
  /** Takes the line that begins where `reserve` said and ends, with its newline, before `end`. */
  commit(end: number): void;
}
