/** `wormwood respond run`: the service that answers verdicts, carries out decisions and ends them in time. */
import { ResponseState, Service } from '@wormwood/responder';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal } from '../output/terminal.ts';
import { modeOf, type RespondActOptions } from './options.ts';
import { sentenceLine } from './words.ts';

export interface RespondRunOptions extends RespondActOptions {
  readonly once?: true;
}

export async function run(input: '-' | undefined, options: RespondRunOptions): Promise<ExitCode> {
  if (input === '-' && options.once) {
    throw new CommandFailure(
      EXIT.usage,
      'Verdicts on standard input are answered once by `respond propose -`.',
    );
  }
  const terminal = openTerminal(options);
  const state = new ResponseState(options.state);
  const interrupt = catchInterrupt(() => terminal.say('Ending; actions that are in force stay in force.'));
  const service = new Service(state, modeOf(options), {
    recorded: (line) => terminal.print(options.json ? line : sentenceLine(JSON.parse(line))),
    say: (sentence) => terminal.say(sentence),
    warn: (sentence) => terminal.warn(`wormwood: ${sentence}`),
  });
  try {
    if (options.once) await service.once(interrupt.signal);
    else await service.serve(input === '-' ? process.stdin : undefined, interrupt.signal);
    return EXIT.ok;
  } finally {
    await state.close();
    interrupt.release();
  }
}
