/** What stands around every page of the honeynet: whether the server and its feeds are there, and since when they are not. */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { Empty } from '../shell/empty.tsx';
import { AnswerFailure, ask } from './api.ts';
import { connection, follow, progress, serverState } from './news.ts';
import { NoServer } from './no-server.tsx';
import { clockTime } from './words.ts';
import '../style/honeynet.css';

/** What a page fetches: the answer, or why there is none. */
export interface Fetched<T> {
  readonly value: T | null;
  readonly failure: string | null;
}

/** Fetches now, and again whenever what `again` returns changes. */
export function useFetched<T>(path: string | null, again: () => unknown = () => null): Fetched<T> {
  const fetched = useSignal<Fetched<T>>({ value: null, failure: null });
  const wanted = useSignal(path);
  wanted.value = path;
  const fetchInto = async (now: string): Promise<void> => {
    let next: Fetched<T>;
    try {
      next = { value: await ask<T>(now), failure: null };
    } catch (error) {
      const failure = error instanceof AnswerFailure ? error.message : String(error);
      next = { value: fetched.peek().value, failure };
    }
    if (wanted.peek() === now) fetched.value = next;
  };
  // News comes four times a second; only another value of this is worth a question.
  const key = useComputed(() => JSON.stringify(again()));
  useSignalEffect(() => {
    void key.value;
    const now = wanted.value;
    if (now === null) return;
    void fetchInto(now);
  });
  return fetched.value;
}

/** A page of the honeynet with its first line, and above it what is wrong. */
export function HoneynetPage({
  title,
  children,
}: {
  readonly title: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element {
  follow();
  if (connection.value.kind === 'none') return <NoServer />;
  return (
    <div class="honeynet">
      <Troubles />
      <h1>{title}</h1>
      {children}
    </div>
  );
}

/** Sentences about what is wrong, each with since when where that is known. */
function Troubles(): JSX.Element {
  const { kind, sinceMs } = connection.value;
  const since = clockTime(sinceMs / 1000);
  const sensor = serverState.value?.sensor ?? null;
  const sentences = [
    ...(kind === 'lost'
      ? [`The server of the studio has not answered since ${since} UTC. It is asked again by itself.`]
      : []),
    ...(sensor !== null && !sensor.connected
      ? [
          `The sensor has not answered since ${clockTime(sensor.sinceSeconds)} UTC. ${sensor.failure ?? ''}` +
            ' It is asked again by itself.',
        ]
      : []),
    ...(serverState.value?.eventsFailure === null || serverState.value === null
      ? []
      : [`The events are not read any more: ${serverState.value.eventsFailure}. Start the studio again.`]),
    ...(progress.value?.troubles ?? []),
  ];
  return (
    <div class="troubles" role="status">
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <Reading />
    </div>
  );
}

/** What a sensor writes between two looks is no backlog. */
const BEHIND_OCTETS = 1 << 20;

/** How far a long file is read and judged. */
function Reading(): JSX.Element | null {
  const now = progress.value;
  if (now === null || now.sizeOctets === 0) return null;
  const read = now.readOctets / now.sizeOctets;
  const judged = now.judgedOctets / now.sizeOctets;
  if (now.sizeOctets - now.readOctets > BEHIND_OCTETS)
    return <p>Reading the events: {Math.floor(read * 100)}%. What is shown is of the part that is read.</p>;
  if (now.monitored.length > 0 && now.sizeOctets - now.judgedOctets > BEHIND_OCTETS)
    return <p>Judging the sources: {Math.floor(judged * 100)}% of the events. Verdicts may still change.</p>;
  return null;
}

/** What a page shows instead of an answer. */
export function Missing({ failure }: { readonly failure: string | null }): JSX.Element {
  if (failure === null) return <p class="loading">Loading …</p>;
  return <Empty title="There is nothing to show yet">{failure}</Empty>;
}
