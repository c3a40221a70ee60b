/** How programs are run: by an app, never through a shell, with the arguments as a list. */

export interface CommandRunner {
  /** Settles when the program has ended, was ended for taking too long, or could not be started; never rejects. */
  run(command: Command): Promise<CommandResult>;
}

/** A program to run, without a shell. */
export interface Command {
  /** Absolute path. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** Given to the program on its standard input, which then ends. */
  readonly input: string;
  readonly timeoutSeconds: number;
  /** Characters of output that are kept. @default 65,536 */
  readonly outputLengthMax?: number;
}

/** How a program ended; `notRun` where it could not be started. */
export type CommandResult =
  | {
      readonly kind: 'exited';
      readonly code: number;
      /** What it printed, up to `outputLengthMax`. */
      readonly output: string;
      readonly errorOutput: string;
    }
  | { readonly kind: 'notRun' | 'timedOut'; readonly reason: string };

const COMMAND_TIMEOUT_SECONDS = 30;
const REASON_LENGTH_MAX = 300;

/** Returns a command with the usual time to finish. */
export function commandOf(program: string, args: readonly string[], input: string = ''): Command {
  return { program, arguments: args, input, timeoutSeconds: COMMAND_TIMEOUT_SECONDS };
}

/** Returns why a result is not a success, in the words of the program where it had some. */
export function reasonOf(result: CommandResult): string {
  if (result.kind !== 'exited') return result.reason;
  const words = (result.errorOutput.trim() || result.output.trim()).replaceAll(/\s+/g, ' ');
  return `It ended with code ${result.code}${words === '' ? '.' : `: ${words.slice(0, REASON_LENGTH_MAX)}`}`;
}
