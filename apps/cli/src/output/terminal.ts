/** The terminal as commands see it: data on stdout, talk and progress on stderr, colours where they are wanted. */
import picocolors from 'picocolors';
import { progressBar, progressLines, silentProgress, type Progress } from './progress.ts';

type Colors = ReturnType<typeof picocolors.createColors>;

export interface Terminal {
  /** For text on stdout, for text on stderr. */
  readonly stdout: Colors;
  readonly stderr: Colors;
  /** Columns of stdout; 100 where it is no terminal. */
  readonly columns: number;
  /** Writes data to stdout, a line feed added, and waits until it is handed over. */
  print(text: string): Promise<void>;
  /** Talk on stderr; silent with `--quiet`. */
  say(text: string): void;
  /** What must be seen even with `--quiet`, on stderr. */
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
    columns: stdout.isTTY ? Math.max(40, stdout.columns) : 100,
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

/**
 * https://no-color.org: NO_COLOR set to anything but nothing means no; then only terminals that can. A pipe has no `isTTY`
 * at all, and the library takes an undefined answer for its own, in which the variable CI is enough for colours.
 */
function wantsColor(stream: { readonly isTTY?: boolean }, options: TerminalOptions): boolean {
  const { NO_COLOR, TERM } = process.env;
  if (options.color === false || (NO_COLOR !== undefined && NO_COLOR !== '')) return false;
  return stream.isTTY === true && TERM !== 'dumb';
}
