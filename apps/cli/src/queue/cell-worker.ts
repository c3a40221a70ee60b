/**
 * Takes cells from Redis and computes them, one a thread. A cell whose worker died is computed alone the next time, so that one
 * that kills its process takes no other with it; after the third death it is given up.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell, CellOutcome } from '@wormwood/study';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { MessageTooLarge, packMessage, unpackMessage } from './message.ts';
import { isRefusingData, PREFIX, queueName, type RedisLink } from './redis-link.ts';

const CLAIM_MS = 10_000;
/** A claim is renewed, and the claims of others are looked at, so many times in its life. */
const RENEWALS = 3;
/** Deaths after which a cell is still tried again. */
const DEATHS_MAX = 2;
/** How long a call for the next cell waits, in seconds. */
const WAIT_SECONDS = 1;
const RETRY_MS = 1000;

export interface CellWorkerOptions {
  readonly version: string;
  readonly threads: number;
  /** Returns the outcome, or undefined when it was ended. */
  readonly compute: (cell: Cell) => Promise<CellOutcome | undefined>;
  readonly signal: AbortSignal;
  readonly say: (sentence: string) => void;
  /** Called after each cell that was computed here. */
  readonly onDone: () => void;
  /**
   * A worker that has not renewed its claim on a cell for this long counts as dead.
   * @default ten seconds
   */
  readonly claimMs?: number;
}

/** Works until `signal` is aborted; what is under way then goes back to the queue. */
export async function workOnCells(link: RedisLink, options: CellWorkerOptions): Promise<void> {
  const { version, threads, signal, claimMs = CLAIM_MS } = options;
  const worker = new Worker(queueName(version), null, {
    connection: link.commands,
    prefix: PREFIX,
    skipVersionCheck: true,
    drainDelay: WAIT_SECONDS,
    lockDuration: claimMs,
    stalledInterval: Math.round(claimMs / RENEWALS),
    maxStalledCount: DEATHS_MAX,
  });
  // The link says when Redis is gone.
  worker.on('error', () => undefined);
  await worker.startStalledCheckTimer();
  const running = new Map<
    string,
    { readonly job: Job; readonly token: string; readonly done: Promise<void> }
  >();
  const renewal = setInterval(() => {
    for (const { job, token } of running.values()) job.extendLock(token, claimMs).catch(() => undefined);
  }, claimMs / RENEWALS);
  const start = (job: Job, token: string): void => {
    const key = `${job.id} ${token}`;
    const done = workOn(job, token, options).finally(() => running.delete(key));
    running.set(key, { job, token, done });
  };
  const all = (): Promise<unknown> => Promise.all([...running.values()].map(({ done }) => done));
  try {
    while (!signal.aborted) {
      if (running.size >= threads) {
        await Promise.race([...running.values()].map(({ done }) => done));
        continue;
      }
      const token = randomUUID();
      const job = await nextJob(worker, token, options);
      if (job === undefined) continue;
      const isSuspect = job.stalledCounter > 0;
      if (isSuspect) await all();
      start(job, token);
      if (isSuspect) await all();
    }
    await all();
  } finally {
    clearInterval(renewal);
    await worker.close(true).catch(() => undefined);
  }
}

/** Returns the next job, undefined if there is none for a second or Redis refuses. */
async function nextJob(worker: Worker, token: string, { say }: CellWorkerOptions): Promise<Job | undefined> {
  try {
    return (await worker.getNextJob(token)) ?? undefined;
  } catch (error) {
    if (isRefusingData(error))
      say('Redis takes no more data: its memory or its disk is full. Waiting for room.');
    await sleep(RETRY_MS);
    return undefined;
  }
}

async function workOn(job: Job, token: string, options: CellWorkerOptions): Promise<void> {
  const { compute, onDone } = options;
  if (job.deferredFailure !== undefined) {
    const reason = `its worker died ${DEATHS_MAX + 1} times while computing it; it may need more memory than workers have`;
    return await deliver(() => job.moveToFailed(new UnrecoverableError(reason), token), options);
  }
  let outcome: CellOutcome | undefined;
  try {
    outcome = await compute(unpackMessage(String(job.data)) as Cell);
  } catch (error) {
    // Not the cell's fault as far as we know: another worker may have more memory.
    return await deliver(() => job.moveToFailed(error as Error, token), options);
  }
  if (outcome === undefined) return await deliver(() => job.moveToWait(token), options);
  const message = messageOf(outcome);
  await deliver(() => job.moveToCompleted(message, token, false), options);
  onDone();
}

function messageOf(outcome: CellOutcome): string {
  try {
    return packMessage(outcome);
  } catch (error) {
    if (!(error instanceof MessageTooLarge)) throw error;
    return packMessage({ id: outcome.id, ok: false, reason: `its result is too large: ${error.message}` });
  }
}

/** Repeats until Redis takes it. A claim that was lost meanwhile is not a loss: whoever has it now delivers the same result. */
async function deliver(move: () => Promise<unknown>, { say, signal }: CellWorkerOptions): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      await move();
      return;
    } catch (error) {
      if (!isRefusingData(error)) return;
      if (isFirst) say('Redis takes no more data: its memory or its disk is full. Waiting for room.');
      if (signal.aborted) return;
      await sleep(RETRY_MS);
    }
  }
}
