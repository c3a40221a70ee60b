/**
 * The service: it answers verdicts as they come, carries out what was approved, and ends what is over or may no longer
 * be in force. Between two steps it holds no lock, so that people can approve, undo and pause.
 */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { readVerdicts, type ResponseMode, type Verdict } from '@wormwood/defense';
import { ResponderFailure } from './failure.ts';
import { nowSeconds, type ResponseState } from './state.ts';
import { answerAll } from './step.ts';

const LOOK_EVERY_MILLISECONDS = 500;
const RETRY_SECONDS = 2;
/** Verdicts that wait for the next step; the writer is held up beyond them. */
const WAITING_MAX = 1000;

/** What whoever runs a service hears of it. */
export interface ServiceReport {
  /** A line that was added to the audit log, as JSON. */
  recorded(line: string): Promise<void>;
  say(sentence: string): void;
  warn(sentence: string): void;
}

/** What the last step has taken into account, and when the next one is due. */
interface Seen {
  readonly inputs: string;
  readonly log: string;
  readonly dueSeconds: number | undefined;
}

/** One step after the other; a full disk or a file with a mistake is reported once and survived. */
export class Service {
  readonly #state: ResponseState;
  readonly #mode: ResponseMode;
  readonly #report: ServiceReport;
  #seen: Seen = { inputs: '', log: '', dueSeconds: undefined };
  /** Not answered yet, because of the present trouble. */
  #waiting: readonly Verdict[] = [];
  #trouble: string | null = null;
  #retrySeconds = 0;

  constructor(state: ResponseState, mode: ResponseMode, report: ServiceReport) {
    this.#state = state;
    this.#mode = mode;
    this.#report = report;
  }

  /** Does what is due now; rejects with a `ResponderFailure` if that cannot be done. */
  once(): Promise<void> {
    return this.#step([]);
  }

  /** Serves until `signal`; verdicts are read from `input`, one a line. What is wrong from the start rejects. */
  async serve(input: Readable | undefined, signal: AbortSignal): Promise<void> {
    const verdicts = input === undefined ? undefined : new VerdictStream(input, this.#report);
    try {
      await this.#step([]);
      while (!signal.aborted) {
        if (this.#isReady()) await this.#survive(verdicts?.take() ?? []);
        const arrival = this.#isReady() ? verdicts?.arrival() : undefined;
        const waking = arrival === undefined ? signal : AbortSignal.any([signal, arrival]);
        // Only the signal rejects it: seconds from verdict to action are what an outbreak grows by.
        await delay(LOOK_EVERY_MILLISECONDS, undefined, { signal: waking }).catch(() => undefined);
      }
    } finally {
      verdicts?.close();
    }
  }

  /** False while a trouble is waited out; verdicts are then left where they are. */
  #isReady(): boolean {
    return nowSeconds() >= this.#retrySeconds;
  }

  async #survive(arrived: readonly Verdict[]): Promise<void> {
    this.#waiting = [...this.#waiting, ...arrived];
    if (this.#trouble === null && this.#waiting.length === 0 && !this.#isNews()) return;
    try {
      await this.#step(this.#waiting);
      this.#waiting = [];
      if (this.#trouble !== null) this.#report.say('It goes on.');
      this.#trouble = null;
    } catch (error) {
      if (!(error instanceof ResponderFailure)) throw error;
      if (error.message !== this.#trouble) this.#report.warn(error.message);
      this.#trouble = error.message;
      this.#retrySeconds = nowSeconds() + RETRY_SECONDS;
    }
  }

  /** Stamps are taken where nobody can slip in between: of the inputs before they are read, of the log under the lock. */
  async #step(verdicts: readonly Verdict[]): Promise<void> {
    const inputs = this.#state.inputStamp();
    this.#seen = await this.#state.respond(this.#mode, async ({ responder, takeAdded }) => {
      await answerAll(responder, verdicts);
      for (const line of takeAdded()) await this.#report.recorded(line);
      return { inputs, log: this.#state.logStamp(), dueSeconds: responder.nextDueSeconds() };
    });
  }

  #isNews(): boolean {
    const { inputs, log, dueSeconds } = this.#seen;
    if (dueSeconds !== undefined && dueSeconds <= nowSeconds()) return true;
    return this.#state.inputStamp() !== inputs || this.#state.logStamp() !== log;
  }
}

/** Verdicts from a stream, one a line; a line that holds none is reported and left out. */
class VerdictStream {
  readonly #lines: ReturnType<typeof createInterface>;
  #waiting: Verdict[] = [];
  #arrival: AbortController = new AbortController();

  constructor(input: Readable, report: ServiceReport) {
    this.#lines = createInterface({ input, crlfDelay: Infinity });
    this.#lines.on('line', (line) => {
      if (line.trim() === '') return;
      const reading = readVerdicts(line);
      if (reading.ok) this.#waiting.push(...reading.value);
      else report.warn(`a line of standard input is left out: ${reading.reason}`);
      this.#arrival.abort();
      if (this.#waiting.length >= WAITING_MAX) this.#lines.pause();
    });
    this.#lines.on('close', () => report.say('No more verdicts come; what is in force ends in its time.'));
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
