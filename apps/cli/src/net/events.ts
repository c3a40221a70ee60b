/** `wormwood net events`: events of the running sensor as they happen. */
import { printable } from '@wormwood/base';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal } from '../output/terminal.ts';
import { linesOf, type NetAskOptions, openAnswer, printableJson } from './ask.ts';

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
  let hasEnded = false;
  answer.on('aborted', () => (hasEnded = true));
  const interrupt = catchInterrupt(() => {
    hasEnded = true;
    answer.destroy();
  });
  try {
    for await (const line of linesOf(answer, options.control)) {
      await terminal.print(options.json ? printableJson(line) : render(JSON.parse(line) as ShownEvent));
      if (!options.follow) break;
    }
  } catch (error) {
    // The sensor has ended, or Ctrl-C was pressed.
    if (!hasEnded) throw error;
  } finally {
    interrupt.release();
    answer.destroy();
  }
  return EXIT.ok;
}

function render({ ts, event, message }: ShownEvent): string {
  return printable(`${ts} ${event.padEnd(15)} ${message}`);
}
