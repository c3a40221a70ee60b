/**
 * Computes cells on other machines: a job of BullMQ for each cell, under the cell's own name, so that no cell is there twice.
 * Events report what is done; since events are lost when a connection breaks or Redis starts again, the asker also looks
 * after its cells every few seconds, and asks again for those that Redis does not know any more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell, CellOutcome, CellQueue } from '@wormwood/study';
import { type JobsOptions, Queue, QueueEvents } from 'bullmq';
import { MessageTooLarge, packMessage, unpackMessage } from './message.ts';
import { isRefusingData, PREFIX, queueName, type RedisLink } from './redis-link.ts';

/** Cells that Redis holds of one asker at a time, and the octets of their messages. */
const HELD_CELLS_MAX = 2000;
const HELD_OCTETS_MAX = 2 ** 26;
const BATCH = 250;
const LOOK_MS = 3000;
const TURN_MS = 250;
/** Redis is asked again after this long when it takes no data, twice as long each time. */
const REFUSED_MS = 500;
const REFUSED_MS_MAX = 8000;
/** What nobody fetches is dropped after a day. */
const KEPT_SECONDS = 86_400;
/** At the end Redis may be gone; what it still holds of us is not worth waiting for. */
const FAREWELL_MS = 2000;

const JOB: JobsOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 1000 },
  removeOnComplete: { age: KEPT_SECONDS },
  removeOnFail: { age: KEPT_SECONDS },
};

export interface RedisQueueOptions {
  readonly version: string;
  /** Results of earlier askers are not taken. */
  readonly isForced: boolean;
  readonly say: (sentence: string) => void;
}

/** Returns a queue whose cells are computed by whoever runs `wormwood worker` with the same Redis and version. */
export function redisQueue(link: RedisLink, options: RedisQueueOptions): CellQueue {
  return {
    compute: async (cells, report, signal) => {
      const asker = new Asker(link, options, report);
      try {
        await asker.run(cells, signal);
      } finally {
        await Promise.race([asker.close(), sleep(FAREWELL_MS, undefined, { ref: false })]);
      }
    },
  };
}

interface Held {
  readonly cell: Cell;
  readonly octets: number;
}

interface Finished {
  readonly id: string;
  readonly ok: boolean;
  /** The message of the worker, or the reason. */
  readonly text: string;
}

/** What Redis holds of ours: the cells whose results we wait for. */
class HeldCells {
  readonly cells: Map<string, Held> = new Map();
  #octets = 0;

  /** Takes a cell and returns its message; throws `MessageTooLarge`. */
  take(cell: Cell): string {
    const message = packMessage(cell);
    this.cells.set(cell.id, { cell, octets: message.length });
    this.#octets += message.length;
    return message;
  }

  /** Returns whether the cell was among them. */
  release(id: string): boolean {
    this.#octets -= this.cells.get(id)?.octets ?? 0;
    return this.cells.delete(id);
  }

  hasRoom(): boolean {
    return this.cells.size < HELD_CELLS_MAX && this.#octets < HELD_OCTETS_MAX;
  }
}

class Asker {
  readonly #link: RedisLink;
  readonly #options: RedisQueueOptions;
  readonly #report: (outcome: CellOutcome) => void;
  readonly #queue: Queue;
  readonly #held = new HeldCells();
  /** Closes the connection that waits for events. */
  #deafen = (): void => undefined;
  #wake = (): void => undefined;
  /** Why results cannot be kept. */
  #failure: unknown;
  /** How long Redis is left alone because it takes no data, 0 while it does. */
  #refusedMs = 0;

  constructor(link: RedisLink, options: RedisQueueOptions, report: (outcome: CellOutcome) => void) {
    this.#link = link;
    this.#options = options;
    this.#report = report;
    this.#queue = new Queue(queueName(options.version), {
      connection: link.commands,
      prefix: PREFIX,
      skipVersionCheck: true,
    });
    // The link says when Redis is gone.
    this.#queue.on('error', () => undefined);
  }

  async run(cells: readonly Cell[], signal: { readonly aborted: boolean }): Promise<void> {
    await this.#listen();
    const left = cells.toReversed();
    let lookAt = performance.now() + LOOK_MS;
    while ((left.length > 0 || this.#held.cells.size > 0) && !signal.aborted) {
      await this.#fill(left, signal);
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await (this.#refusedMs > 0 ? sleep(this.#refusedMs) : Promise.race([woken, sleep(TURN_MS)]));
      if (performance.now() >= lookAt) {
        left.push(...(await unlessAborted(this.#lookAfter(), signal, [])));
        lookAt = performance.now() + LOOK_MS;
      }
      if (this.#failure !== undefined) throw this.#failure;
    }
  }

  async close(): Promise<void> {
    // Cells that a worker has begun are finished and kept for whoever asks next.
    await Promise.all([...this.#held.cells.keys()].map((id) => this.#queue.remove(id).catch(() => 0)));
    this.#deafen();
  }

  async #listen(): Promise<void> {
    // A cell may be done before we listen, so listening begins with the events from now on.
    const [last] = await this.#link.commands.xrevrange(this.#queue.toKey('events'), '+', '-', 'COUNT', 1);
    const connection = this.#link.connect();
    const events = new QueueEvents(this.#queue.name, {
      connection,
      prefix: PREFIX,
      skipVersionCheck: true,
      lastEventId: last?.[0] ?? '0',
    });
    events.on('error', () => undefined);
    events.on('completed', ({ jobId, returnvalue }) =>
      this.#settle({ id: jobId, ok: true, text: returnvalue }),
    );
    events.on('failed', ({ jobId, failedReason }) =>
      this.#settle({ id: jobId, ok: false, text: failedReason }),
    );
    this.#deafen = () => {
      events.close().catch(() => undefined);
      connection.disconnect();
    };
  }

  #settle({ id, ok, text }: Finished): void {
    if (!this.#held.release(id)) return;
    try {
      this.#report(ok ? outcomeOf(id, text) : { id, ok: false, reason: text });
    } catch (error) {
      this.#failure ??= error;
    }
    this.#queue.remove(id).catch(() => undefined);
    this.#wake();
  }

  /** Hands over cells from the end of `left` while there is room. */
  async #fill(left: Cell[], signal: { readonly aborted: boolean }): Promise<void> {
    const { say } = this.#options;
    while (left.length > 0 && this.#held.hasRoom() && !signal.aborted) {
      const batch = left.splice(-BATCH);
      const refused = await unlessAborted(this.#offer(batch), signal, batch);
      left.push(...refused);
      if (refused.length > 0) {
        if (this.#refusedMs === 0)
          say(
            'Redis takes no more data: its memory or its disk is full. Waiting; results make room as they come.',
          );
        this.#refusedMs = Math.min(Math.max(REFUSED_MS, 2 * this.#refusedMs), REFUSED_MS_MAX);
        return;
      }
      if (this.#refusedMs > 0) say('Redis takes cells again.');
      this.#refusedMs = 0;
    }
  }

  /** Hands cells to Redis, the last first; returns those that it did not take. */
  async #offer(cells: readonly Cell[]): Promise<readonly Cell[]> {
    const known = await this.#lookUp(cells);
    const refused = new Set<Cell>();
    const offerOne = async (cell: Cell): Promise<void> => {
      try {
        const message = this.#held.take(cell);
        const finished = known.get(cell.id)?.finished;
        if (finished?.ok === true && !this.#options.isForced) return this.#settle(finished);
        if (finished !== undefined) await this.#queue.remove(cell.id);
        await this.#queue.add('cell', message, { ...JOB, jobId: cell.id });
      } catch (error) {
        this.#held.release(cell.id);
        if (error instanceof MessageTooLarge)
          this.#report({ id: cell.id, ok: false, reason: tooLarge(error) });
        else if (isRefusingData(error)) refused.add(cell);
        else throw error;
      }
    };
    await Promise.all(cells.toReversed().map(offerOne));
    return cells.filter((cell) => refused.has(cell));
  }

  /** Takes results whose event we missed, and returns the cells that Redis does not know any more. */
  async #lookAfter(): Promise<readonly Cell[]> {
    const cells = [...this.#held.cells.values()].map(({ cell }) => cell);
    const lost: Cell[] = [];
    for (let first = 0; first < cells.length; first += BATCH) {
      const batch = cells.slice(first, first + BATCH);
      const known = await this.#lookUp(batch);
      for (const cell of batch) {
        const { isThere = false, finished } = known.get(cell.id) ?? {};
        if (finished !== undefined) this.#settle(finished);
        else if (!isThere && this.#held.release(cell.id)) lost.push(cell);
      }
    }
    return lost.toReversed();
  }

  /** Returns what Redis knows of cells. */
  async #lookUp(cells: readonly Cell[]): Promise<ReadonlyMap<string, Known>> {
    const pipeline = this.#link.commands.pipeline();
    for (const { id } of cells)
      pipeline.hmget(this.#queue.toKey(id), 'data', 'finishedOn', 'returnvalue', 'failedReason');
    const answers = (await pipeline.exec()) ?? [];
    return new Map(
      cells.map(({ id }, index): [string, Known] => {
        const [error, fields] = answers[index] ?? [];
        if (error instanceof Error) throw error;
        return [id, knownOf(id, (fields ?? []) as readonly (string | null)[])];
      }),
    );
  }
}

interface Known {
  readonly isThere: boolean;
  readonly finished?: Finished;
}

function knownOf(id: string, [data, finishedOn, value, reason]: readonly (string | null)[]): Known {
  if (typeof data !== 'string') return { isThere: false };
  if (typeof finishedOn !== 'string') return { isThere: true };
  const finished: Finished =
    typeof value === 'string'
      ? { id, ok: true, text: String(JSON.parse(value)) }
      : { id, ok: false, text: reason ?? 'its worker did not say why' };
  return { isThere: true, finished };
}

/** Resolves with `otherwise` once the signal is aborted: Redis may be gone, and nothing comes from it. */
async function unlessAborted<Value>(
  work: Promise<Value>,
  signal: { readonly aborted: boolean },
  otherwise: Value,
): Promise<Value> {
  const ended = new AbortController();
  const watch = async (): Promise<Value> => {
    while (!signal.aborted) await sleep(TURN_MS, undefined, { signal: ended.signal });
    return otherwise;
  };
  try {
    return await Promise.race([work, watch()]);
  } finally {
    ended.abort();
    work.catch(() => undefined);
  }
}

function outcomeOf(id: string, text: string): CellOutcome {
  try {
    const outcome = unpackMessage(text) as CellOutcome;
    if (outcome.id === id) return outcome;
  } catch {
    // Reported below.
  }
  return { id, ok: false, reason: 'its worker returned something else than the result of this cell' };
}

function tooLarge({ message }: Error): string {
  return `the scenario is too large for the queue: ${message}. Compute it with --on local`;
}
