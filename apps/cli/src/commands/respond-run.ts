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
const RETRY_SECONDS = 2;
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
  const service = new Service(state, { options, terminal });
  try {
    // What is wrong from the start is for whoever starts it.
    await service.step([]);
    while (options.once !== true && !interrupt.interrupted()) {
      if (service.isReady()) await service.survive(verdicts?.take() ?? []);
      const arrival = service.isReady() ? verdicts?.arrival() : undefined;
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

interface ServiceComponents {
  readonly options: RespondRunOptions;
  readonly terminal: Terminal;
}

/** One step after the other; a full disk or a file with a mistake is told once and survived. */
class Service {
  readonly #state: ResponseState;
  readonly #components: ServiceComponents;
  #seen: Seen = { inputs: '', log: '', dueSeconds: undefined };
  /** Not answered yet, because of the present trouble. */
  #waiting: readonly Verdict[] = [];
  #trouble: string | null = null;
  #retrySeconds = 0;

  constructor(state: ResponseState, components: ServiceComponents) {
    this.#state = state;
    this.#components = components;
  }

  /** False while a trouble is waited out; verdicts are then left where they are. */
  isReady(): boolean {
    return nowSeconds() >= this.#retrySeconds;
  }

  async survive(arrived: readonly Verdict[]): Promise<void> {
    this.#waiting = [...this.#waiting, ...arrived];
    if (this.#trouble === null && this.#waiting.length === 0 && !isNews(this.#state, this.#seen)) return;
    const { terminal } = this.#components;
    try {
      await this.step(this.#waiting);
      this.#waiting = [];
      if (this.#trouble !== null) terminal.say('It goes on.');
      this.#trouble = null;
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      if (error.message !== this.#trouble) terminal.warn(`wormwood: ${error.message}`);
      this.#trouble = error.message;
      this.#retrySeconds = nowSeconds() + RETRY_SECONDS;
    }
  }

  /** Stamps are taken where nobody can slip in between: of the inputs before they are read, of the log under the lock. */
  async step(verdicts: readonly Verdict[]): Promise<void> {
    const { options, terminal } = this.#components;
    const inputs = this.#state.inputStamp();
    this.#seen = await this.#state.respond(modeOf(options), async ({ responder, takeAdded }) => {
      await answerAll(responder, verdicts);
      for (const line of takeAdded()) {
        await terminal.print(options.json ? line : sentenceLine(JSON.parse(line)));
      }
      return { inputs, log: this.#state.logStamp(), dueSeconds: responder.nextDueSeconds() };
    });
  }
}

function isNews(state: ResponseState, { inputs, log, dueSeconds }: Seen): boolean {
  if (dueSeconds !== undefined && dueSeconds <= nowSeconds()) return true;
  return state.inputStamp() !== inputs || state.logStamp() !== log;
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
