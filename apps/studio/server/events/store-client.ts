/** The thread of the events as the server sees it: questions with answers, progress, and verdicts as they fall. */
import { Worker } from 'node:worker_threads';
import type { Verdict } from '@wormwood/defense';
import type { StoreProgress } from '../interface/answers.ts';
import type { QuestionName, StoreMessage, StoreQuestions, StoreRequest, StoreWork } from './messages.ts';

/** The thread runs what is built, wherever this file is read from. */
const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/server/events/store-thread.js' : './store-thread.js',
  import.meta.url,
);

/** Questions that wait; a page that asks faster than is answered is refused. */
const WAITING_MAX = 256;

interface Waiting {
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

/** The events cannot be asked now; the sentence says why. */
export class StoreUnavailable extends Error {}

export class StoreClient {
  readonly #thread: Worker;
  readonly #waiting: Map<number, Waiting> = new Map();
  readonly #changed: Set<() => void> = new Set();
  #asked = 0;
  #progress: StoreProgress | null = null;
  #failure: string | null = null;
  readonly #onVerdicts: (verdicts: readonly Verdict[]) => void;

  /** Begins to read the file; `onVerdicts` receives verdicts as they are reached. */
  constructor(work: StoreWork, onVerdicts: (verdicts: readonly Verdict[]) => void) {
    this.#onVerdicts = onVerdicts;
    // Flags of the main thread, such as those that let tests resolve packages to their sources, are not for built code.
    this.#thread = new Worker(THREAD, { workerData: work, execArgv: [] });
    this.#thread.on('message', (message: StoreMessage) => this.#receive(message));
    this.#thread.on('error', (error) => this.#fail(error instanceof Error ? error.message : String(error)));
    this.#thread.on('exit', () => this.#fail('it has ended'));
  }

  /** Null before the file was looked at. */
  get progress(): StoreProgress | null {
    return this.#progress;
  }

  /** Why the events are not read any more; null while they are. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Returns the answer; rejects with `StoreUnavailable`. */
  ask<Name extends QuestionName>(
    name: Name,
    ask: StoreQuestions[Name]['ask'],
  ): Promise<StoreQuestions[Name]['answer']> {
    if (this.#failure !== null)
      return Promise.reject(new StoreUnavailable(`The events are not read any more: ${this.#failure}.`));
    if (this.#waiting.size >= WAITING_MAX)
      return Promise.reject(
        new StoreUnavailable('Too many questions wait for an answer; ask again in a moment.'),
      );
    const id = ++this.#asked;
    const request: StoreRequest<Name> = { id, name, ask };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#thread.postMessage(request);
    });
  }

  /** Calls `listener` when there are more events, or the progress is another one; returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => void this.#changed.delete(listener);
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  #receive(message: StoreMessage): void {
    switch (message.kind) {
      case 'progress':
        this.#progress = message.progress;
        for (const listener of this.#changed) listener();
        break;
      case 'verdicts':
        this.#onVerdicts(message.verdicts);
        break;
      case 'answer':
        this.#take(message.id)?.resolve(message.value);
        break;
      case 'failure':
        this.#take(message.id)?.reject(
          new StoreUnavailable(`This could not be looked up: ${message.reason}.`),
        );
        break;
      default:
        throw message satisfies never;
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    for (const waiting of this.#waiting.values())
      waiting.reject(new StoreUnavailable(`The events are not read any more: ${reason}.`));
    this.#waiting.clear();
    for (const listener of this.#changed) listener();
  }
}
