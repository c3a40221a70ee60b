/**
 * Delivery: carries events to one receiver, in order, each until it is taken. It follows a file of events with a cursor, so
 * that whoever writes the events never waits for a receiver, an outage of any length costs no memory, and a crash loses
 * nothing. A message that was sent and not seen to be taken is sent again under the same key.
 *
 * It starts nothing by itself. The app calls `step` when the file has grown, and when `nextDueSeconds` has come.
 */
import { assert, type Clock, type RandomStream } from '@wormwood/base';
import type { Outcome } from '../outcome.ts';
import { type EventLine, readEventLine } from './event-line.ts';
import type { LineSource, SourceLine } from './line-source.ts';
import type { OutgoingMessage, Transport } from './transport.ts';

export interface DeliveryComponents {
  readonly source: LineSource;
  readonly cursor: CursorFile;
  readonly transport: Transport;
  /** Tells Unix seconds. */
  readonly clock: Clock;
  /** Spreads the attempts of many deliveries: a stream of its own, such as `respond/delivery/NAME`. */
  readonly random: RandomStream;
}

/** A small file that is replaced as a whole: after a crash it holds what was written last or before that. */
export interface CursorFile {
  /** Null if it was never written. */
  read(): Promise<string | null>;
  write(text: string): Promise<Outcome>;
}

export interface DeliveryOptions {
  /** Which events are reported. @default all */
  readonly selects?: (event: EventLine) => boolean;
  /** Gathers the events of so many seconds into one message. @default 0: each event is a message */
  readonly digestSeconds?: number;
}

/** How a delivery fares, since it was made. */
export interface DeliveryStatus {
  readonly delivered: number;
  readonly refused: number;
  /** The last trouble in the receiver's words; null once something went well. */
  readonly trouble: string | null;
  /** Attempts in a row that failed. */
  readonly failures: number;
}

/** What is held in memory at most. */
const LINES_MAX = 256;
const DIGEST_EVENTS_MAX = 100;
const RETRY_FIRST_SECONDS = 1;
const RETRY_SECONDS_MAX = 300;
/** A receiver that asks for more is asked again sooner. */
const RETRY_AFTER_SECONDS_MAX = 3600;

/**
 * `log`: the file that the offsets are of; null before anything was read. `after`: everything before was delivered.
 * `through`: what lies between is one message that may have been sent.
 */
interface Cursor {
  readonly log: string | null;
  readonly after: number;
  readonly through: number | null;
}

interface Batch {
  readonly message: OutgoingMessage;
  readonly through: number;
}

export class Delivery {
  readonly #components: DeliveryComponents;
  readonly #selects: (event: EventLine) => boolean;
  readonly #digestSeconds: number;
  #cursor: Cursor;
  #read: readonly SourceLine[] = [];
  #retrySeconds = -Infinity;
  #digestDueSeconds: number | undefined;
  #status: DeliveryStatus = { delivered: 0, refused: 0, trouble: null, failures: 0 };
  #isAtWork = false;

  private constructor(components: DeliveryComponents, options: DeliveryOptions, cursor: Cursor) {
    this.#components = components;
    this.#selects = options.selects ?? (() => true);
    this.#digestSeconds = options.digestSeconds ?? 0;
    assert(this.#digestSeconds >= 0, 'a digest gathers for a while');
    this.#cursor = cursor;
  }

  /** Continues where the cursor stands; a cursor that cannot be read begins again, and receivers drop what they had. */
  static async open(components: DeliveryComponents, options: DeliveryOptions = {}): Promise<Delivery> {
    return new Delivery(components, options, readCursor(await components.cursor.read()));
  }

  get status(): DeliveryStatus {
    return this.#status;
  }

  /** Sends what is due; settles when nothing is left or an attempt failed. While one step is at work another is none. */
  async step(): Promise<void> {
    if (this.#isAtWork || this.#nowSeconds() < this.#retrySeconds) return;
    this.#isAtWork = true;
    await this.#lookAtSource();
    while (await this.#sendNext());
    this.#isAtWork = false;
  }

  /** When `step` has something to do though nothing was added; undefined if nothing waits. */
  nextDueSeconds(): number | undefined {
    if (this.#status.failures > 0) return Math.max(this.#retrySeconds, this.#nowSeconds());
    return this.#digestDueSeconds;
  }

  /** A log that was begun anew is delivered from its beginning: the offsets of the one before mean nothing in it. */
  async #lookAtSource(): Promise<void> {
    const log = await this.#components.source.identity();
    if (log === null || log === this.#cursor.log) return;
    this.#cursor = { log, after: 0, through: null };
    this.#read = [];
  }

  /** True if a message was dealt with and there may be another. */
  async #sendNext(): Promise<boolean> {
    const batch = await this.#nextBatch();
    if (batch === undefined) return false;
    // A digest must be the same when it is sent again, though there may be more events by then.
    if (this.#digestSeconds > 0 && this.#cursor.through === null) {
      const marked = await this.#moveTo({ ...this.#cursor, through: batch.through });
      if (!marked.ok) return this.#failed(marked.reason);
    }
    const result = await this.#components.transport.send(batch.message);
    if (result.kind === 'failed') return this.#failed(result.reason, result.retryAfterSeconds);
    const { delivered, refused } = this.#status;
    this.#status =
      result.kind === 'delivered'
        ? { delivered: delivered + 1, refused, trouble: null, failures: 0 }
        : { delivered, refused: refused + 1, trouble: result.reason, failures: 0 };
    const moved = await this.#moveTo({ ...this.#cursor, after: batch.through, through: null });
    // It goes on in memory: at worst, after a crash, the receiver drops what it had.
    if (!moved.ok) this.#status = { ...this.#status, trouble: moved.reason };
    return true;
  }

  async #nextBatch(): Promise<Batch | undefined> {
    this.#digestDueSeconds = undefined;
    for (;;) {
      const { after, through } = this.#cursor;
      const lines = await this.#linesAfter(after);
      const last = lines.at(-1);
      if (last === undefined) return undefined;
      const events = lines
        .filter(({ endOffset }) => through === null || endOffset <= through)
        .flatMap(({ text, endOffset }) => {
          const event = readEventLine(text);
          return event !== undefined && this.#selects(event) ? [{ event, endOffset }] : [];
        });
      const [first, ...others] = events.slice(0, this.#digestSeconds > 0 ? DIGEST_EVENTS_MAX : 1);
      if (first === undefined) {
        this.#cursor = { ...this.#cursor, after: through ?? last.endOffset, through: null };
        continue;
      }
      const isFull =
        others.length + 1 === DIGEST_EVENTS_MAX || (others.length > 0 && lines.length === LINES_MAX);
      const dueSeconds = first.event.timeSeconds + this.#digestSeconds;
      if (through === null && !isFull && this.#nowSeconds() < dueSeconds) {
        this.#digestDueSeconds = dueSeconds;
        return undefined;
      }
      const message: OutgoingMessage = {
        key: others.length === 0 ? first.event.id : `${first.event.id}+${others.length}`,
        events: [first.event, ...others.map(({ event }) => event)],
      };
      return { message, through: (others.at(-1) ?? first).endOffset };
    }
  }

  /** What was read and not sent yet; a digest looks at all there is by now. */
  async #linesAfter(after: number): Promise<readonly SourceLine[]> {
    this.#read = this.#read.filter(({ endOffset }) => endOffset > after);
    if (this.#read.length === 0 || this.#digestSeconds > 0) {
      this.#read = await this.#components.source.read(after, LINES_MAX);
    }
    return this.#read;
  }

  async #moveTo(cursor: Cursor): Promise<Outcome> {
    const written = await this.#components.cursor.write(JSON.stringify({ version: 2, ...cursor }));
    if (written.ok || cursor.through === null) this.#cursor = cursor;
    return written;
  }

  /** Exponential back-off; half of each pause is chance, so that many senders do not come back as one. */
  #failed(trouble: string, retryAfterSeconds: number = 0): false {
    const { failures } = this.#status;
    const longest = Math.min(RETRY_FIRST_SECONDS * 2 ** failures, RETRY_SECONDS_MAX);
    const pause = longest * (0.5 + 0.5 * this.#components.random.nextDouble());
    const asked = Math.min(retryAfterSeconds, RETRY_AFTER_SECONDS_MAX);
    this.#retrySeconds = this.#nowSeconds() + Math.max(pause, asked);
    this.#status = { ...this.#status, trouble, failures: failures + 1 };
    return false;
  }

  #nowSeconds(): number {
    return this.#components.clock.nowSeconds();
  }
}

function readCursor(text: string | null): Cursor {
  const match = /^\{"version":2,"log":"([0-9a-f-]{36})","after":(\d{1,15}),"through":(\d{1,15}|null)\}$/.exec(
    text ?? '',
  );
  if (match === null) return { log: null, after: 0, through: null };
  const [, log = null, after, through] = match;
  return { log, after: Number(after), through: through === 'null' ? null : Number(through) };
}
