/** `wormwood net events`: events of the running sensor as they happen. */
import { createInterface } from 'node:readline';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal } from '../output/terminal.ts';
import { type NetAskOptions, openAnswer } from './ask.ts';

export interface NetEventsOptions extends NetAskOptions {
  readonly follow?: true;
}

interface ShownEvent {
  readonly ts: string;
  readonly event: string;
  readonly message: string;
}

export async function netEvents(options: NetEventsOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const answer = await openAnswer(options.control, '/events');
  const interrupt = catchInterrupt(() => answer.destroy());
  try {
    for await (const line of createInterface({ input: answer })) {
      await terminal.print(options.json ? line : render(JSON.parse(line) as ShownEvent));
      if (!options.follow) break;
    }
  } catch (error) {
    // The sensor has ended, or Ctrl-C has ended us.
    if (!answer.destroyed) throw error;
  } finally {
    interrupt.release();
    answer.destroy();
  }
  return EXIT.ok;
}

function render({ ts, event, message }: ShownEvent): string {
  return `${ts} ${event.padEnd(15)} ${message}`;
}
