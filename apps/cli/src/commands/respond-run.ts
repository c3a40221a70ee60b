/**
 * `wormwood respond run`: the service. It answers verdicts as they come, carries out what was approved, and ends what is
 * over or may not be in force any more. Between two steps it holds no lock, so that people can approve, undo and pause.
 */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { readVerdicts, type Verdict } from '@wormwood/defense';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import type { RespondRunOptions } from '../tree/respond-commands.ts';
import { nowSeconds, ResponseState } from './respond-state.ts';
import { answerAll, modeOf } from './respond-step.ts';
import { sentenceLine } from './respond-words.ts';

const LOOK_EVERY_MILLISECONDS = 500;
/** Verdicts that wait for the next step; whoever writes them waits then. */
const WAITING_MAX = 1000;

/** What the last step has taken into account, and when the next one is due. */
interface Seen {
  readonly inputs: string;
  readonly log: string;
  readonly dueSeconds: number | undefined;
}

export async function run(input: '-' | undefined, options: RespondRunOptions): Promise<ExitCode> {
  if (input === '-' && options.once) {
    throw new CommandFailure(
      EXIT.usage,
      'What stands on standard input is answered once by `respond propose -`.',
    );
  }
  const terminal = openTerminal(options);
  const state = new ResponseState(options.state);
  const interrupt = catchInterrupt(() => terminal.say('Ending; what is in force stays so.'));
  const verdicts = input === '-' ? new VerdictStream(terminal) : undefined;
  let seen: Seen = { inputs: '', log: '', dueSeconds: undefined };
  try {
    while (!interrupt.interrupted()) {
      const arrived = verdicts?.take() ?? [];
      if (arrived.length > 0 || isNews(state, seen)) {
        seen = await stepOnce(state, arrived, { options, terminal });
        if (options.once) break;
      }
      const arrival = verdicts?.arrival();
      const signal = arrival === undefined ? interrupt.signal : AbortSignal.any([interrupt.signal, arrival]);
      // Only the signal rejects it: seconds from verdict to action are what an outbreak grows by.
      await delay(LOOK_EVERY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
    return EXIT.ok;
  } finally {
    verdicts?.close();
    await state.close();
    interrupt.release();
  }
}

function isNews(state: ResponseState, { inputs, log, dueSeconds }: Seen): boolean {
  if (dueSeconds !== undefined && dueSeconds <= nowSeconds()) return true;
  return state.inputStamp() !== inputs || state.logStamp() !== log;
}

/** Stamps are taken where nobody can slip in between: of the inputs before they are read, of the log under the lock. */
async function stepOnce(
  state: ResponseState,
  verdicts: readonly Verdict[],
  { options, terminal }: { readonly options: RespondRunOptions; readonly terminal: Terminal },
): Promise<Seen> {
  const inputs = state.inputStamp();
  return state.respond(modeOf(options), async ({ responder, takeAdded }) => {
    await answerAll(responder, verdicts);
    for (const line of takeAdded())
      await terminal.print(options.json ? line : sentenceLine(JSON.parse(line)));
    return { inputs, log: state.logStamp(), dueSeconds: responder.nextDueSeconds() };
  });
}

/** Verdicts from standard input, one a line; a line that is none is told and left out. */
class VerdictStream {
  readonly #lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  #waiting: Verdict[] = [];
  #arrival: AbortController = new AbortController();

  constructor(terminal: Terminal) {
    this.#lines.on('line', (line) => {
      if (line.trim() === '') return;
      const reading = readVerdicts(line);
      if (reading.ok) this.#waiting.push(...reading.value);
      else terminal.warn(`wormwood: a line of standard input is left out: ${reading.reason}`);
      this.#arrival.abort();
      if (this.#waiting.length >= WAITING_MAX) this.#lines.pause();
    });
    this.#lines.on('close', () => terminal.say('No more verdicts come; what is in force ends in its time.'));
  }

  /** Fires when there is something to take. */
  arrival(): AbortSignal {
    return this.#arrival.signal;
  }

  take(): readonly Verdict[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#arrival = new AbortController();
    this.#lines.resume();
    return taken;
  }

  close(): void {
    this.#lines.removeAllListeners('close');
    this.#lines.close();
  }
}
