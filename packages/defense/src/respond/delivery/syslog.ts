/** Messages as lines of syslog, RFC 5424. */
import { utf8 } from '@wormwood/base';
import type { Outcome } from '../outcome.ts';
import type { EventLine } from './event-line.ts';
import type { Transport } from './transport.ts';

/** Sends lines to a syslog collector: the app supplies it. */
export interface SyslogSender {
  /** Settles well when the line was handed over: to a collector over TCP or TLS, or merely to the network over UDP. */
  send(line: string): Promise<Outcome>;
}

/** RFC 5424 §6.2.1: log audit. */
const FACILITY = 13;
const SEVERITIES: ReadonlyMap<string, number> = new Map([
  ['response.fail', 3],
  ['verdict.infected', 4],
  ['scope.refuse', 4],
  ['decision.undo', 4],
]);
const NOTICE = 5;
/** RFC 5612: the enterprise number for documentation; the house has none of its own. */
const STRUCTURE = 'wormwood@32473';

/** Returns the transport that writes each event of a message as a line. */
export function syslogTransport(sender: SyslogSender): Transport {
  return {
    async send({ events }) {
      for (const event of events) {
        const sent = await sender.send(syslogLine(event));
        if (!sent.ok) return { kind: 'failed', reason: sent.reason };
      }
      return { kind: 'delivered' };
    },
  };
}

/** Returns the event as a line without an end: RFC 5424 §6. */
export function syslogLine({ id, ts, event, sensor, message, source, fields }: EventLine): string {
  const priority = FACILITY * 8 + (SEVERITIES.get(event) ?? NOTICE);
  const parameters = { id, sequence: fields['sequence'], src_ip: source, decision: fields['decision'] };
  const structure = Object.entries(parameters)
    .filter(([, value]) => typeof value === 'number' || (typeof value === 'string' && value !== ''))
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`);
  const header = `<${priority}>1 ${ts} ${printable(sensor, 255)} wormwood - ${printable(event, 32)}`;
  // §6.4: a message in UTF-8 begins with the byte order mark.
  return `${header} [${STRUCTURE}${structure.join('')}] \ufeff${message.replaceAll(/\p{Cc}/gu, ' ')}`;
}

/** Returns the line with its length before it, as a stream needs it: RFC 6587 §3.4.1. */
export function syslogFrame(line: string): string {
  return `${utf8(line).length} ${line}`;
}

/** §6.3.3: the three characters that end a value. */
function escaped(value: string): string {
  return value.replaceAll(/["\\\]]/g, String.raw`\$&`);
}

/** §6: a header field is printable ASCII without blanks. */
function printable(text: string, lengthMax: number): string {
  const shown = text.replaceAll(/[^!-~]/gu, '_').slice(0, lengthMax);
  return shown === '' ? '-' : shown;
}
