/** Actions, conditions and times of day as `honeyd.conf` writes them (docs/honeynet.md#actions-of-ports). */
import { nearest } from '@wormwood/base';
import type { Condition, PortAction, TransportProtocol } from '../model.ts';
import { isQuotation, type TokenReader } from './token-reader.ts';

const PORT_MAX = 65_535;
const PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;
const ACTION_WORDS = ['open', 'closed', 'reset', 'filtered', 'block', 'tarpit', 'internal', 'proxy'] as const;

export function readProtocol(reader: TokenReader): TransportProtocol {
  return reader.expectWord(PROTOCOLS, 'a protocol');
}

export function readPortNumber(reader: TokenReader, what: string): number {
  return reader.expectNumber(what, { min: 0, max: PORT_MAX, whole: true });
}

/** `open`, `closed`, `filtered`, a script, `internal "…"`, `proxy host:port`, each of the last three after `tarpit` too. */
export function readAction(reader: TokenReader): PortAction {
  const at = reader.peek();
  const action = readActionWords(reader);
  reader.places.note(action, at);
  return action;
}

/** Words that people write for an action. */
const MEANT: ReadonlyMap<string, (typeof ACTION_WORDS)[number]> = new Map([
  ['accept', 'open'],
  ['allow', 'open'],
  ['pass', 'open'],
  ['permit', 'open'],
  ['deny', 'block'],
  ['drop', 'block'],
  ['ignore', 'block'],
  ['refuse', 'reset'],
  ['reject', 'reset'],
]);

function readActionWords(reader: TokenReader): PortAction {
  const tarpit = reader.accept('tarpit');
  const token = reader.peek();
  if (isQuotation(token)) {
    return { kind: 'script', command: reader.expectQuoted('a command').text, tarpit };
  }
  if (token.kind !== 'word' || reader.isAtLineEnd)
    return reader.fault(token, 'action-expected', reader.describe(token, 'an action'), actionHelp());
  reader.take();
  switch (token.text) {
    case 'open':
      return { kind: 'open', tarpit };
    case 'closed':
    case 'reset':
    case 'filtered':
    case 'block': {
      if (tarpit)
        reader.note(
          'error',
          token,
          'tarpit-without-answer',
          `Nothing answers at a ${token.text} port that could be slow.`,
          '',
        );
      return { kind: token.text === 'closed' || token.text === 'reset' ? 'closed' : 'filtered' };
    }
    case 'internal':
      return { kind: 'internal', service: reader.expectQuoted('a service').text, tarpit };
    case 'proxy':
      return readProxy(reader, tarpit);
    default: {
      const meant = MEANT.get(token.text.toLowerCase()) ?? nearest(token.text, ACTION_WORDS);
      reader.note(
        'warning',
        token,
        'bare-command',
        `"${token.text}" is not an action and is taken for a command to run.`,
        `${meant === undefined ? '' : `Did you mean "${meant}"? `}Put a command in double quotes.`,
      );
      return { kind: 'script', command: token.text, tarpit };
    }
  }
}

function actionHelp(): string {
  return `Allowed: ${ACTION_WORDS.join(', ')}, or a command in double quotes.`;
}

function readProxy(reader: TokenReader, tarpit: boolean): PortAction {
  const host = reader.take();
  if (host.kind !== 'address' && host.kind !== 'word') {
    reader.fault(
      host,
      'proxy-host',
      `"${host.text}" stands where the host of a proxy is expected.`,
      'Write proxy HOST:PORT.',
    );
  }
  if (!reader.accept(':')) {
    reader.fault(reader.peek(), 'proxy-port', 'A proxy needs a port.', 'Write proxy HOST:PORT.');
  }
  const port = reader.take();
  const isPort =
    port.kind === 'number' && Number.isInteger(Number(port.text)) && Number(port.text) <= PORT_MAX;
  if (!isPort && port.kind !== 'word') {
    reader.fault(
      port,
      'proxy-port',
      `"${port.text}" is not a port.`,
      'A number up to 65535, or a variable such as $dport.',
    );
  }
  return { kind: 'proxy', host: host.text, port: port.text, tarpit };
}

/** True if a condition begins here. */
export function startsCondition(reader: TokenReader): boolean {
  const token = reader.peek();
  return token.kind === 'word' && ['source', 'time', 'otherwise', ...PROTOCOLS].includes(token.text);
}

export function readCondition(reader: TokenReader): Condition {
  const word = reader.expectWord(['source', 'time', 'otherwise', ...PROTOCOLS], 'a condition');
  if (word === 'otherwise') return { kind: 'otherwise' };
  if (word === 'time') return readTimeSpan(reader);
  if (word !== 'source') return { kind: 'protocol', protocol: word };
  const what = reader.expectWord(['os', 'ip'], 'os or ip');
  reader.expectWord(['='], '=');
  if (what === 'os') return { kind: 'source-os', name: reader.expectQuoted('a system').text };
  if (reader.peek().kind === 'network') {
    const { address, prefixLength } = reader.expectNetwork('A source');
    return { kind: 'source-ip', first: address, last: address + 2 ** (32 - prefixLength) - 1 };
  }
  const address = reader.expectAddress('A source');
  return { kind: 'source-ip', first: address, last: address };
}

function readTimeSpan(reader: TokenReader): Condition {
  reader.expectWord(['between'], 'between');
  const fromMinute = readTimeOfDay(reader);
  reader.expectWord(['-'], 'a dash');
  return { kind: 'time', fromMinute, toMinute: readTimeOfDay(reader) };
}

/** Minutes after midnight. Midnight is 12:00am, noon 12:00pm; quoted, `hh:mm:ss` and `hh:mm:ss AM` are read too. */
function readTimeOfDay(reader: TokenReader): number {
  const token = reader.peek();
  if (token.kind === 'quoted') {
    const parts = /^(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?$/.exec(
      reader.expectQuoted('a time').text.trim(),
    );
    const minutes = parts && minutesOfDay(Number(parts[1]), Number(parts[2]), parts[4]?.toLowerCase());
    return (
      minutes ??
      reader.fault(token, 'bad-time', `"${token.text}" is not a time of day.`, 'Write "14:30:00" or 2:30pm.')
    );
  }
  const hour = reader.expectNumber('An hour', { min: 0, max: 23, whole: true });
  reader.expectWord([':'], 'a colon');
  const minute = reader.expectNumber('A minute', { min: 0, max: 59, whole: true });
  const half = reader.expectWord(['am', 'pm'], 'am or pm');
  return (
    minutesOfDay(hour, minute, half) ??
    reader.fault(token, 'bad-time', `${hour} is not an hour with ${half}.`, '1 to 12.')
  );
}

function minutesOfDay(hour: number, minute: number, half: string | undefined): number | null {
  if (minute > 59 || hour > 23) return null;
  if (half === undefined) return hour * 60 + minute;
  if (hour < 1 || hour > 12) return null;
  return ((hour % 12) + (half === 'pm' ? 12 : 0)) * 60 + minute;
}
