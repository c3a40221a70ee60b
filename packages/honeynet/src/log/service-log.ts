/** Honeyd's service log (docs/honeynet.md#honeyds-logs): what scripts write to their standard error, one line each. */
import { formatIp } from '@wormwood/wire';
import type { Flow } from '@wormwood/netstack';
import { formatHoneydTime } from './honeyd-time.ts';
import { protocolOf } from './packet-log.ts';

/** When a line was written, and where local clocks stood. */
export interface LogMoment {
  /** Seconds since 1970. */
  readonly seconds: number;
  readonly offsetSeconds: number;
}

/** Controls, and the marks that are not seen themselves but reorder or break a line. */
const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Returns the line of the log with its newline; a dot stands for every character that would steer a terminal. */
export function serviceLogLine(moment: LogMoment, flow: Flow, protocol: number, text: string): string {
  const time = formatHoneydTime(moment.seconds, moment.offsetSeconds);
  const source = `${formatIp(flow.remoteAddress)} ${flow.remotePort}`;
  const destination = `${formatIp(flow.localAddress)} ${flow.localPort}`;
  return `${time} ${protocolOf(protocol)} ${source} ${destination}: |${text.replaceAll(STEERING, '.')}|\n`;
}
