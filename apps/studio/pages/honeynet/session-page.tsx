/** `/sessions/ID`: what both sides said, at its own speed, as text and as octets. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { decodeBase64, formatCount } from '@wormwood/base';
import type { JSX } from 'preact';
import type { PageProps } from '../shell/page.ts';
import type { SessionReport } from '../../server/interface/answers.ts';
import { apiAddress } from './api.ts';
import { HoneynetPage, Missing, useFetched } from './frame.tsx';
import { EventLines, HostLink, SourceLink } from './parts.tsx';
import { counted, figure, sessionIn, strange } from './words.ts';

type Talk = NonNullable<SessionReport['talk']>;
type Message = Talk['messages'][number];

const COLUMNS = 16;
const SHOWN_OCTETS = 4096;

export function SessionPage({ parameters }: PageProps): JSX.Element {
  const id = sessionIn(parameters['id']);
  const { value, failure } = useFetched<SessionReport>(id === null ? null : `sessions/${id}`);
  if (id === null)
    return (
      <HoneynetPage title="No such session">
        <Missing failure="The address of this page names no session; the list of sessions has the latest." />
      </HoneynetPage>
    );
  const opened = value?.events.find(({ event }) => event['event'] === 'flow.open')?.event;
  return (
    <HoneynetPage
      title={
        opened === undefined ? (
          'Session'
        ) : (
          <>
            <SourceLink address={opened['src_ip']} /> spoke with <HostLink address={opened['dst_ip']} />, port{' '}
            {strange(opened['dst_port'])}
          </>
        )
      }
    >
      {value === null ? (
        <Missing failure={failure} />
      ) : (
        <>
          {value.talk === null ? <p class="why">{value.why}</p> : <Conversation id={id} talk={value.talk} />}
          <section class="tail">
            <h2>Its events</h2>
            <EventLines events={value.events} label="Events of the session" omits="session" />
          </section>
        </>
      )}
    </HoneynetPage>
  );
}

function Conversation({ id, talk }: { readonly id: string; readonly talk: Talk }): JSX.Element {
  const isHex = useSignal(false);
  /** Seconds of the session that are shown; null: all. */
  const at = useSignal<number | null>(null);
  const { messages } = talk;
  const length = messages.at(-1)?.seconds ?? 0;
  useSignalEffect(() => {
    const now = at.value;
    const next = now === null ? undefined : messages.find(({ seconds }) => seconds > now);
    const wait = next === undefined ? 0 : (next.seconds - (now ?? 0)) * 1000;
    const timer = setTimeout(() => {
      // Behind the last message all of them are shown.
      if (now !== null) at.value = next?.seconds ?? null;
    }, wait);
    return () => clearTimeout(timer);
  });
  const shown = at.value === null ? messages : messages.filter(({ seconds }) => seconds <= (at.value ?? 0));
  return (
    <section aria-labelledby="talk-title">
      <h2 id="talk-title">
        {messages.length === 0
          ? 'Nobody said anything'
          : `${counted(messages.length, 'message')} in ${figure(length)} s`}
      </h2>
      <div class="tools">
        <button
          type="button"
          disabled={messages.length === 0}
          onClick={() => (at.value = at.value === null ? -1e-9 : null)}
        >
          {at.value === null ? 'Replay' : 'Show all'}
        </button>
        <button type="button" aria-pressed={isHex.value} onClick={() => (isHex.value = !isHex.value)}>
          Octets
        </button>
        <a class="button" href={apiAddress(`sessions/${id}/capture`)} download={`session-${id}.pcapng`}>
          Save pcapng
        </a>
      </div>
      <Strip messages={messages} length={length} />
      <ol class="talk" aria-live="polite">
        {shown.map((message, index) => (
          <Said key={index} message={message} isHex={isHex.value} />
        ))}
      </ol>
      {talk.isCut ? (
        <p class="soft">The session is longer than what is shown; the capture has all of it.</p>
      ) : null}
    </section>
  );
}

/** When each side spoke, and how much. */
function Strip({
  messages,
  length,
}: {
  readonly messages: readonly Message[];
  readonly length: number;
}): JSX.Element {
  return (
    <svg
      class="strip"
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role="img"
      aria-label="When each side spoke: the source above, the host below"
    >
      <line x1="0" x2="100" y1="5" y2="5" />
      {messages.map(({ seconds, from, length: octets }, index) => {
        const height = Math.min(5, 1 + Math.log10(octets + 1));
        return (
          <rect
            key={index}
            class={from}
            x={length === 0 ? 0 : (98.5 * seconds) / length}
            y={from === 'source' ? 5 - height : 5}
            width="1.5"
            height={height}
          />
        );
      })}
    </svg>
  );
}

function Said({
  message: { seconds, from, length, octets },
  isHex,
}: {
  readonly message: Message;
  readonly isHex: boolean;
}): JSX.Element {
  const bytes = octetsOf(octets);
  return (
    <li class={from}>
      <p class="soft">
        {from === 'source' ? 'Source' : 'Host'}, after {figure(seconds)} s, {formatCount(length)} octets
      </p>
      <pre tabIndex={0} aria-label={`${from === 'source' ? 'Source' : 'Host'} after ${figure(seconds)} s`}>
        {isHex ? hexadecimalOf(bytes) : textOf(bytes)}
      </pre>
    </li>
  );
}

function octetsOf(base64: string): Uint8Array {
  return (decodeBase64(base64) ?? new Uint8Array()).subarray(0, SHOWN_OCTETS);
}

/** Text as it is, line by line; what is not text of a line is written as its number. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) {
    if (octet === 0x0a) text += '\n';
    else if (octet === 0x09) text += '\t';
    else if (octet >= 0x20 && octet < 0x7f) text += String.fromCharCode(octet);
    else if (octet !== 0x0d) text += `\\x${octet.toString(16).padStart(2, '0')}`;
  }
  return text;
}

function hexadecimalOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let first = 0; first < bytes.length; first += COLUMNS) {
    const row = [...bytes.subarray(first, first + COLUMNS)];
    const hex = row.map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
    const text = row
      .map((octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.'))
      .join('');
    lines.push(`${first.toString(16).padStart(6, '0')}  ${hex.padEnd(3 * COLUMNS)} ${text}`);
  }
  return lines.join('\n');
}
