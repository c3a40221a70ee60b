/** The terminal as commands use it: data on stdout, messages and progress on stderr, colours where they are wanted. */
import picocolors from 'picocolors';
import { progressBar, progressLines, silentProgress, type Progress } from './progress.ts';

type Colors = ReturnType<typeof picocolors.createColors>;

export interface Terminal {
  /** Colours for text on stdout, and for text on stderr. */
  readonly stdout: Colors;
  readonly stderr: Colors;
  /** Columns of stdout; of the variable COLUMNS, or 80, where it is not a terminal. */
  readonly columns: number;
  /** Writes data and a line feed to stdout; resolves once the system has accepted it. */
  print(text: string): Promise<void>;
  /** Writes a message to stderr; silent with `--quiet`. */
  say(text: string): void;
  /** Writes to stderr, even with `--quiet`. */
  warn(text: string): void;
  progress(label: string): Progress;
}

export interface TerminalOptions {
  readonly quiet?: boolean | undefined;
  /** False for `--no-color`. */
  readonly color?: boolean | undefined;
}

export function openTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr } = process;
  const isQuiet = options.quiet === true;
  const warn = (text: string): void => {
    stderr.write(`${text}\n`);
  };
  const say = isQuiet ? () => undefined : warn;
  return {
    stdout: picocolors.createColors(wantsColor(stdout, options)),
    stderr: picocolors.createColors(wantsColor(stderr, options)),
    columns: Math.max(COLUMNS_MIN, stdout.isTTY ? stdout.columns : columnsOf(process.env['COLUMNS'])),
    print: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
      }),
    say,
    warn,
    progress: (label) => {
      if (isQuiet) return silentProgress;
      return stderr.isTTY ? progressBar(stderr, label) : progressLines(say, label);
    },
  };
}

const COLUMNS_MIN = 40;
const COLUMNS_USUAL = 80;

function columnsOf(variable: string | undefined): number {
  return /^[1-9][0-9]{0,3}$/.test(variable ?? '') ? Number(variable) : COLUMNS_USUAL;
}

/** Returns the text with line breaks in place of spaces, so that no line of several words is longer than `columns`. */
export function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .map((paragraph) => {
      const lines: string[] = [];
      for (const word of paragraph.split(' ')) {
        const line = lines.at(-1);
        if (line === undefined || line.length + 1 + word.length > columns) lines.push(word);
        else lines[lines.length - 1] = `${line} ${word}`;
      }
      return lines.join('\n');
    })
    .join('\n');
}

/**
 * https://no-color.org: a NO_COLOR that is not empty means no colours; otherwise terminals that support them get them. A pipe
 * has no `isTTY` at all, and given an undefined answer the library decides by itself: the variable CI would switch colours on.
 */
function wantsColor(stream: { readonly isTTY?: boolean }, options: TerminalOptions): boolean {
  const { NO_COLOR, TERM } = process.env;
  if (options.color === false || (NO_COLOR !== undefined && NO_COLOR !== '')) return false;
  return stream.isTTY === true && TERM !== 'dumb';
}
