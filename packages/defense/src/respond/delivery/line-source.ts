/** Where messages come from: a file of events that grows. It is the spool too, so that nothing waits in memory. */
import type { AppendOnlyFile } from '../append-only-file.ts';

export interface SourceLine {
  readonly text: string;
  /** Where the next line begins, in octets. */
  readonly endOffset: number;
}

export interface LineSource {
  /** At most `linesMax` lines from this offset on, which is 0 or the end of a line. */
  read(fromOffset: number, linesMax: number): Promise<readonly SourceLine[]>;
  /** Names the file: another name is another file, whose offsets mean something else. Null while it is empty. */
  identity(): Promise<string | null>;
}

/** Returns the lines of a file that end at or before `end()`: what came later may yet vanish in a crash. */
export function linesOf(
  file: Pick<AppendOnlyFile, 'lines'> & Pick<LineSource, 'identity'>,
  end: () => number,
): LineSource {
  return {
    identity: () => file.identity(),
    async read(fromOffset, linesMax) {
      const lines: SourceLine[] = [];
      if (fromOffset >= end()) return lines;
      for await (const { text, endOffset, ended } of file.lines(fromOffset)) {
        if (!ended || endOffset > end()) break;
        lines.push({ text, endOffset });
        if (lines.length >= linesMax) break;
      }
      return lines;
    },
  };
}
