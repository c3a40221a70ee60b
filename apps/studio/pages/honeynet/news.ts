/** What the server sends by itself: one stream for all pages, which reconnects and goes on where it stopped. */
import { batch, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { FoundEvent, News, ServerState, StoreProgress } from '../../server/interface/answers.ts';
import { apiAddress, ask, AnswerFailure } from './api.ts';

/** Whether the server answers. */
export interface Connection {
  readonly kind: 'connecting' | 'alive' | 'lost' | 'none';
  /** Since when it is so, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/** Events that the live page shows. */
const TAIL_MAX = 30;
/** Pieces of news that wait for a frame; of more the earlier ones are left out. */
const WAITING_MAX = 3;
const RETRY_MS = 2000;
/** How long the numbers of events are kept, and how far apart they are at least. */
const PACE_MS = 125_000;
const PACE_STEP_MS = 500;

const currentConnection = signal<Connection>({ kind: 'connecting', sinceMs: Date.now() });
const currentState = signal<ServerState | null>(null);
const currentProgress = signal<StoreProgress | null>(null);
const currentTail = signal<readonly FoundEvent[]>([]);
const currentSkipped = signal(0);

/** Numbers of events with the times at which they were heard of, the latest last. */
const currentPace = signal<readonly { readonly atMs: number; readonly events: number }[]>([]);

export const pace: ReadonlySignal<readonly { readonly atMs: number; readonly events: number }[]> =
  currentPace;
export const connection: ReadonlySignal<Connection> = currentConnection;
export const serverState: ReadonlySignal<ServerState | null> = currentState;
export const progress: ReadonlySignal<StoreProgress | null> = currentProgress;
/** The latest events that the filter lets through, the latest first. */
export const tail: ReadonlySignal<readonly FoundEvent[]> = currentTail;
/** How often more came than were shown. */
export const skipped: ReadonlySignal<number> = currentSkipped;
/** The filter of the tail; what it cannot be is in `filterProblem`. */
export const filter: Signal<string> = signal('');
export const filterProblem: Signal<string | null> = signal(null);
/** While true, the tail stays as it is. */
export const paused: Signal<boolean> = signal(false);

let source: EventSource | null = null;
let lastId = '';
let isFollowing = false;

/** Begins to follow the server, once. */
export function follow(): void {
  if (isFollowing) return;
  isFollowing = true;
  effect(() => {
    const text = filter.value;
    currentTail.value = [];
    waiting.length = 0;
    lastId = '';
    open(text);
  });
}

function set(kind: Connection['kind']): void {
  if (currentConnection.peek().kind !== kind) currentConnection.value = { kind, sinceMs: Date.now() };
}

function open(text: string): void {
  source?.close();
  const query = new URLSearchParams({ filter: text, ...(lastId !== '' && { last: lastId }) });
  const stream = new EventSource(apiAddress(`stream?${query.toString()}`));
  source = stream;
  stream.addEventListener('news', (event: MessageEvent<string>) => {
    lastId = event.lastEventId;
    set('alive');
    filterProblem.value = null;
    wait(event.data);
  });
  stream.addEventListener('error', () => {
    void explain(text, stream);
  });
}

/** A stream that was refused says why only to whoever asks again. */
async function explain(text: string, stream: EventSource): Promise<void> {
  try {
    currentState.value = await ask<ServerState>('state');
    await ask(`events?limit=1&filter=${encodeURIComponent(text)}`);
  } catch (error) {
    if (error instanceof AnswerFailure && error.isNoServer) {
      stream.close();
      set('none');
      return;
    }
    if (error instanceof AnswerFailure && currentState.peek() !== null && text !== '')
      filterProblem.value = error.message;
    if (!(error instanceof AnswerFailure) || error.message.includes('does not answer')) set('lost');
  }
  if (stream.readyState === EventSource.CLOSED && stream === source)
    setTimeout(() => {
      if (stream === source) open(text);
    }, RETRY_MS);
}

function keepPace(events: number): void {
  const atMs = performance.now();
  const before = currentPace.peek();
  const last = before.at(-1);
  if (last !== undefined && atMs - last.atMs < PACE_STEP_MS) return;
  // The index was made anew: numbers begin again.
  const kept = events < (last?.events ?? 0) ? [] : before.filter((each) => atMs - each.atMs < PACE_MS);
  currentPace.value = [...kept, { atMs, events }];
}

/** Pieces that no frame has shown yet. A busy page takes one each frame, and a hidden one none. */
const waiting: string[] = [];
let isFrameAsked = false;

function wait(piece: string): void {
  waiting.push(piece);
  if (waiting.length > WAITING_MAX) {
    waiting.shift();
    currentSkipped.value++;
  }
  askFrame();
}

function askFrame(): void {
  if (isFrameAsked || waiting.length === 0) return;
  isFrameAsked = true;
  requestAnimationFrame(() => {
    isFrameAsked = false;
    const piece = waiting.shift();
    if (piece !== undefined) batch(() => take(JSON.parse(piece) as News));
    askFrame();
  });
}

function take({ progress: now, events, gap, state }: News): void {
  currentState.value = state;
  currentProgress.value = now;
  keepPace(now?.events ?? 0);
  if (paused.peek() || events.length === 0) return;
  const before = currentTail.peek();
  // The index was made anew: numbers begin again.
  const isAnew = (before[0]?.seq ?? 0) >= (events[0]?.seq ?? 0);
  if (gap !== null) currentSkipped.value++;
  currentTail.value = [...events.toReversed(), ...(isAnew ? [] : before)].slice(0, TAIL_MAX);
}
