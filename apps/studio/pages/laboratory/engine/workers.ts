/** The workers of the page. What nobody waits for any more is ended with its worker, and the next task starts a fresh one. */
import type { Answer, Task, Yield } from './task.ts';

const WORKERS_MAX = 4;

interface Job {
  readonly task: Task;
  readonly signal: AbortSignal;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
}

/** How many tasks are under way at the same time. */
export const workerCount: number = Math.max(
  1,
  Math.min(WORKERS_MAX, (navigator.hardwareConcurrency || 2) - 1),
);

const idle: Worker[] = [];
const waiting: Job[] = [];
let busy = 0;

/** Nobody waits for the task any more. */
export class Cancelled extends Error {}

/** Has a worker do a task, when one is free; rejects with `Cancelled` once the signal is aborted. */
export function inWorker<Kind extends Task['kind']>(
  task: Extract<Task, { kind: Kind }>,
  signal: AbortSignal,
): Promise<Yield[Kind]> {
  return new Promise((resolve, reject) => {
    waiting.push({ task, signal, resolve, reject });
    next();
  });
}

function next(): void {
  while (busy < workerCount) {
    const job = waiting.shift();
    if (job === undefined) return;
    if (job.signal.aborted) job.reject(new Cancelled());
    else start(job);
  }
}

function start({ task, signal, resolve, reject }: Job): void {
  const worker = idle.pop() ?? new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const listeners = new AbortController();
  const once = { signal: listeners.signal };
  busy++;
  const release = (keep: boolean): void => {
    listeners.abort();
    busy--;
    if (keep) idle.push(worker);
    else worker.terminate();
    next();
  };
  const abort = (): void => {
    release(false);
    reject(new Cancelled());
  };
  const take = ({ data }: MessageEvent<Answer>): void => {
    release(true);
    if (data.ok) resolve(data.value as never);
    else reject(new Error(data.reason));
  };
  const fail = (event: ErrorEvent): void => {
    event.preventDefault();
    release(false);
    reject(new Error(event.message || 'A worker of the page could not start.'));
  };
  signal.addEventListener('abort', abort, once);
  worker.addEventListener('message', take, once);
  worker.addEventListener('error', fail, once);
  worker.postMessage(task);
}
