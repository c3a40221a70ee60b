/** `wormwood studio`: serves the pages until a signal ends it. */
import { statSync } from 'node:fs';
import { printable } from '@wormwood/base';
import { type RunningStudio, startStudio } from '@wormwood/studio';
import type { PrintOptions } from '../command-options.ts';
import { CommandFailure, errorCode, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { VERSION } from '../version.ts';

export interface StudioCommandOptions extends PrintOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly events?: string;
  readonly control?: string;
  readonly state?: string;
  readonly capture?: string;
  readonly token?: true;
  readonly demo?: true;
}

export async function studio(options: StudioCommandOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { events, control, state, capture, demo } = options;
  if (demo && [events, control, state, capture].some((each) => each !== undefined))
    throw new CommandFailure(
      EXIT.usage,
      '--demo brings its own honeynet; leave out --events, --control, --state and --capture.',
    );
  if (events !== undefined) checkEvents(events);
  const interrupt = catchInterrupt(() => terminal.say('\nEnding.'));
  try {
    const running = await started(options, terminal);
    const { url, port, token } = running;
    await terminal.print(options.json ? JSON.stringify({ url, port, token }) : url);
    terminal.say(wordsOf(options));
    await new Promise<void>((resolve) => {
      interrupt.signal.addEventListener('abort', () => resolve());
      if (interrupt.interrupted()) resolve();
    });
    await running.close();
    return EXIT.ok;
  } finally {
    interrupt.release();
  }
}

async function started(options: StudioCommandOptions, terminal: Terminal): Promise<RunningStudio> {
  const { listen, events, control, state, capture, token, demo } = options;
  try {
    return await startStudio({
      version: VERSION,
      ...listen,
      events: events ?? null,
      control: control ?? null,
      state: state ?? null,
      capture: capture ?? null,
      demo: demo === true,
      // What the demonstration blocks belongs to no one.
      writable: token === true || demo === true,
      onTrouble: (sentence) => terminal.warn(`wormwood: ${printable(sentence)}`),
    });
  } catch (error) {
    const isInUse = errorCode(error) === 'EADDRINUSE';
    const why = isInUse
      ? 'another program listens there; name another port, or 0 for a free one'
      : systemReason(error);
    throw new CommandFailure(EXIT.failed, `Cannot listen on ${listen.host}:${listen.port}: ${why}.`, {
      cause: error,
    });
  }
}

/** A file that is not there yet is waited for; what can never be one is refused. */
function checkEvents(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile())
    throw new CommandFailure(EXIT.invalidFile, `${printable(path)} is not a regular file of events.`);
}

function wordsOf({ token, demo, state }: StudioCommandOptions): string {
  const end = 'Ctrl-C ends it.';
  if (demo)
    return `Open this address in a browser: a honeynet in memory, and decisions that you may approve. ${end}`;
  if (token) return `Open this address in a browser; whoever has it may approve, undo and pause. ${end}`;
  const reading = state === undefined ? '' : ' It only reads; --token lets you approve, undo and pause.';
  return `Open this address in a browser.${reading} ${end}`;
}
