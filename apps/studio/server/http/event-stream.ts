/**
 * What is new, as server-sent events. A stream keeps a number and nothing else: it asks for what came since when its reader
 * has taken the piece before, so a slow page costs no memory. Of more events than a page can show it gets the latest, and the
 * numbers between which it can fetch the rest.
 */
import type { EventFilter } from '../events/filter.ts';
import type { FoundEvent, News, ServerState, StoreProgress } from '../interface/answers.ts';
import { clippedEvents } from './clip.ts';

/** What a stream is made from. */
export interface StreamParts {
  readonly filter: EventFilter;
  /** The number of the last event that the page has; null: it has none. */
  readonly lastEventId: number | null;
  /** What else a page shows at once: the sensor, decisions, troubles. */
  readonly state: () => ServerState;
  readonly progress: () => StoreProgress | null;
  /** The latest events after a number, the latest first. */
  readonly eventsAfter: (filter: EventFilter, after: number, limit: number) => Promise<readonly FoundEvent[]>;
  /** Calls back once there is something new; returns what ends that. */
  readonly onChange: (listener: () => void) => () => void;
  readonly onClose: () => void;
}

/** A few more than a page shows. */
const EVENTS_MAX = 40;
/** A page receives news so often at the most. */
const INTERVAL_MS = 250;
/** And so often at the least, so that it knows that the server is there. */
const HEARTBEAT_MS = 2000;

/** Returns the octets of the stream, made as they are read. */
export function eventStream(parts: StreamParts): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const stop = new AbortController();
  let cursor = parts.lastEventId;
  let isFirst = true;
  const close = (): void => {
    if (stop.signal.aborted) return;
    stop.abort();
    parts.onClose();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!isFirst) await pause(parts, cursor ?? 0, stop.signal);
        if (stop.signal.aborted) return;
        try {
          const { news, id } = await newsAfter(parts, cursor);
          cursor = id;
          const retry = isFirst ? 'retry: 1000\n' : '';
          isFirst = false;
          controller.enqueue(
            encoder.encode(`${retry}id: ${id ?? 0}\nevent: news\ndata: ${JSON.stringify(news)}\n\n`),
          );
        } catch {
          // The store has ended; the page connects again and learns why.
          close();
          controller.close();
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

async function newsAfter(
  { filter, progress, eventsAfter, state }: StreamParts,
  cursor: number | null,
): Promise<{ readonly news: News; readonly id: number | null }> {
  const now = progress();
  const lastSeq = now?.lastSeq ?? 0;
  // A number from before the index was made anew is none of this one's.
  const isKnown = cursor !== null && cursor <= lastSeq;
  const after = isKnown ? cursor : 0;
  const found = lastSeq > after ? await eventsAfter(filter, after, EVENTS_MAX) : [];
  const events = clippedEvents(found.toReversed());
  const first = events[0]?.seq;
  const gap = isKnown && found.length === EVENTS_MAX && first !== undefined ? { after, before: first } : null;
  return {
    news: { progress: now, events, gap, state: state() },
    id: Math.max(lastSeq, events.at(-1)?.seq ?? 0),
  };
}

/** Waits until there is something new, but never shorter than the interval nor longer than the heartbeat. */
async function pause(
  { onChange, progress }: StreamParts,
  cursor: number,
  signal: AbortSignal,
): Promise<void> {
  await sleep(INTERVAL_MS, signal);
  if (signal.aborted || (progress()?.lastSeq ?? 0) !== cursor) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      release();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, HEARTBEAT_MS);
    const release = onChange(end);
    signal.addEventListener('abort', end);
  });
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}
