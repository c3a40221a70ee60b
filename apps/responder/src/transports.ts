/** How messages leave this machine: HTTP, a TCP connection to a collector of syslog, the mail program of the system. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { systemReason } from '@wormwood/base';
import {
  DONE,
  failed,
  type HttpSender,
  type MailSender,
  mailTransport,
  type SyslogSender,
  syslogFrame,
  syslogTransport,
  type Transport,
  webhookTransport,
} from '@wormwood/defense';
import type { DeliveryEntry } from '@wormwood/files/respond';
import { ResponderFailure } from './failure.ts';
import { readSecret } from './trusted-file.ts';
import { commandRunner } from './command-runner.ts';

const SYSLOG_MILLISECONDS_MAX = 20_000;
const MAIL_SECONDS_MAX = 60;

/** Returns the transport of a delivery. */
export function transportOf(entry: DeliveryEntry): Transport {
  if (entry.kind === 'syslog') return syslogTransport(syslogSender(entry.host, entry.port));
  if (entry.kind === 'webhook') {
    const { url, preset, authorizationFile } = entry;
    if (!URL.canParse(url)) throw new ResponderFailure('invalidFile', `${entry.name}: ${url} is not a URL.`);
    const headers = authorizationFile === undefined ? {} : { authorization: readSecret(authorizationFile) };
    return webhookTransport(httpSender, { url, preset, headers });
  }
  const [first, ...others] = entry.to;
  if (first === undefined) throw new ResponderFailure('invalidFile', `${entry.name} mails to nobody.`);
  return mailTransport(mailSender(entry.program), { from: entry.from, to: [first, ...others] });
}

/** Node's own client and not `fetch`, whose promise stays open when a receiver closes the connection at once (Node 20). */
const httpSender: HttpSender = {
  send: ({ method, url, headers, body, timeoutSeconds }) =>
    new Promise((resolve) => {
      const notSent = (error: unknown): void => {
        const reason = `The receiver cannot be reached: ${systemReason(error)}.`;
        resolve({ kind: 'notSent', reason });
      };
      const send = url.startsWith('https:') ? httpsRequest : httpRequest;
      const length = String(Buffer.byteLength(body));
      const request = send(url, { method, headers: { ...headers, 'content-length': length } }, (response) => {
        clearTimeout(timer);
        // What it says beside its status is of no use, and need not end.
        response.destroy();
        const retryAfter = response.headers['retry-after'] ?? null;
        resolve({ kind: 'answered', status: response.statusCode ?? 0, retryAfter });
      });
      const timer = setTimeout(() => request.destroy(new Error('it does not answer')), timeoutSeconds * 1000);
      request.on('error', (error) => {
        clearTimeout(timer);
        notSent(error);
      });
      request.end(body);
    }),
};

/** A connection a line: the only sign that a collector gives is that it took the octets and closed well. */
function syslogSender(host: string, port: number): SyslogSender {
  return {
    async send(line) {
      const socket = connect({ host, port, timeout: SYSLOG_MILLISECONDS_MAX });
      socket.on('timeout', () => socket.destroy(new Error('it does not answer')));
      socket.resume();
      try {
        await once(socket, 'connect');
        socket.end(syslogFrame(line));
        await once(socket, 'close');
        return DONE;
      } catch (error) {
        return failed(`The collector cannot be reached: ${systemReason(error)}.`);
      }
    },
  };
}

function mailSender(program: string): MailSender {
  const runner = commandRunner(() => undefined);
  return {
    async send({ from, to }, text) {
      const result = await runner.run({
        program,
        arguments: ['-i', '-f', from, '--', ...to],
        // The program reads lines as this system ends them.
        input: text.replaceAll('\r\n', '\n'),
        timeoutSeconds: MAIL_SECONDS_MAX,
      });
      if (result.kind !== 'exited') return failed(result.reason);
      return result.code === 0 ? DONE : failed(`${program} ended with code ${result.code}.`);
    },
  };
}
