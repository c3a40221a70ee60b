/**
 * The service: it answers verdicts as they come, carries out what was approved, and ends what is over or may no longer
 * be in force. It locks the log for a moment at a time, so that people can approve, undo and pause while it works, and
 * looks at what they said, at the scope and at its signals before each act.
 */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { readVerdicts, type Responder, type ResponseMode, type Verdict } from '@wormwood/defense';
import { ResponderFailure } from './failure.ts';
import { nowSeconds, uptimeSeconds } from './machine-clock.ts';
import type { ResponseState } from './state.ts';
import { answerAndAct, mustBeDone } from './step.ts';

const LOOK_EVERY_MILLISECONDS = 500;
const RETRY_SECONDS = 2;
/** How often actuators are asked whether what they applied is still in force. */
const RECONCILE_SECONDS = 60;
const STRAYS_SHOWN = 3;
/** The clock of the wall runs with the uptime, or somebody set it. */
const CLOCK_STEP_SECONDS = 2;
/** Verdicts that wait for the next step; the writer is held up beyond them. */
const WAITING_MAX = 1000;

/** What whoever runs a service hears of it. */
export interface ServiceReport {
  /** A line that was added to the audit log, as JSON. */
  recorded(line: string): Promise<void>;
  say(sentence: string): void;
  warn(sentence: string): void;
}

/** What the last step has taken into account, and at which uptime the next one is due. */
interface Seen {
  readonly inputs: string;
  /** Whether others wrote the log since. */
  readonly isBehind: () => Promise<boolean>;
  readonly dueUptime: number | undefined;
  /** The clock of the wall less the uptime. */
  readonly clockSeconds: number;
}

/** One step after the other; a full disk or a file with a mistake is reported once and survived. */
export class Service {
  readonly #state: ResponseState;
  readonly #mode: ResponseMode;
  readonly #report: ServiceReport;
  #seen: Seen = { inputs: '', isBehind: async () => true, dueUptime: undefined, clockSeconds: 0 };
  /** Not answered yet, because of the present trouble. */
  #waiting: readonly Verdict[] = [];
  #trouble: string | null = null;
  #retryUptime = 0;
  #reconcileUptime = 0;
  /** The stray keys of each actuator that were reported last. */
  readonly #strays = new Map<string, string>();

  constructor(state: ResponseState, mode: ResponseMode, report: ServiceReport) {
    this.#state = state;
    this.#mode = mode;
    this.#report = report;
  }

  /** Does what is due now; rejects with a `ResponderFailure` if that cannot be done. */
  async once(signal: AbortSignal): Promise<void> {
    await this.#step([], signal);
  }

  /** Serves until `signal`; verdicts are read from `input`, one a line. What is wrong from the start rejects. */
  async serve(input: Readable | undefined, signal: AbortSignal): Promise<void> {
    const verdicts = input === undefined ? undefined : new VerdictStream(input, this.#report);
    try {
      await this.#step([], signal);
      while (!signal.aborted) {
        if (this.#isReady()) await this.#survive(verdicts?.take() ?? [], signal);
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
    return uptimeSeconds() >= this.#retryUptime;
  }

  async #survive(arrived: readonly Verdict[], signal: AbortSignal): Promise<void> {
    this.#waiting = [...this.#waiting, ...arrived];
    if (this.#trouble === null && this.#waiting.length === 0 && !(await this.#isNews())) return;
    try {
      await this.#step(this.#waiting, signal);
      this.#waiting = [];
      if (this.#trouble !== null) this.#report.say('Responses go on.');
      this.#trouble = null;
    } catch (error) {
      if (!(error instanceof ResponderFailure)) throw error;
      if (error.message !== this.#trouble) this.#report.warn(error.message);
      this.#trouble = error.message;
      this.#retryUptime = uptimeSeconds() + RETRY_SECONDS;
    }
  }

  /** Stamps are taken before what they are of is read: what changes meanwhile is news. */
  async #step(verdicts: readonly Verdict[], signal: AbortSignal): Promise<void> {
    const isStopping = (): boolean => signal.aborted;
    const inputs = this.#state.inputStamp();
    const clockSeconds = nowSeconds() - uptimeSeconds();
    const { responder, takeAdded, isBehind } = await this.#state.open(this.#mode);
    try {
      const isDone = await this.#state.whileActing(async () => {
        await this.#reconcile(responder);
        await answerAndAct(responder, verdicts, isStopping);
      }, signal);
      if (!isDone && !signal.aborted) {
        throw new ResponderFailure('failed', 'Another responder is at work on this state and does not end.');
      }
    } finally {
      for (const line of takeAdded()) await this.#report.recorded(line);
    }
    const dueSeconds = responder.nextDueSeconds();
    const dueUptime = dueSeconds === undefined ? undefined : uptimeSeconds() + (dueSeconds - nowSeconds());
    this.#seen = { inputs, isBehind, dueUptime, clockSeconds };
  }

  async #reconcile(responder: Responder): Promise<void> {
    if (uptimeSeconds() < this.#reconcileUptime) return;
    this.#reconcileUptime = uptimeSeconds() + RECONCILE_SECONDS;
    mustBeDone(await responder.reconcile());
    for (const [actuator, keys] of responder.strayKeys) {
      const text = keys.join(', ');
      if (keys.length > 0 && text !== this.#strays.get(actuator)) {
        this.#report.warn(strayWarning(actuator, keys));
      }
      this.#strays.set(actuator, text);
    }
  }

  async #isNews(): Promise<boolean> {
    const { inputs, isBehind, dueUptime, clockSeconds } = this.#seen;
    const uptime = uptimeSeconds();
    if (dueUptime !== undefined && dueUptime <= uptime) return true;
    if (uptime >= this.#reconcileUptime) return true;
    if (Math.abs(nowSeconds() - uptime - clockSeconds) > CLOCK_STEP_SECONDS) return true;
    return this.#state.inputStamp() !== inputs || isBehind();
  }
}

function strayWarning(actuator: string, keys: readonly string[]): string {
  const shown = keys.slice(0, STRAYS_SHOWN).join(', ');
  const rest = keys.length > STRAYS_SHOWN ? ` and ${keys.length - STRAYS_SHOWN} more` : '';
  return `${actuator} has in force what no decision asks for, and it is left alone: ${shown}${rest}.`;
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
