/** Asking a running sensor through its control socket. */
import { type IncomingMessage, request } from 'node:http';
import { CommandFailure, errorCode, EXIT, systemReason } from '../exit-code.ts';
import type { PrintOptions } from '../command-options.ts';

/** What the commands take that ask a running sensor. */
export interface NetAskOptions extends PrintOptions {
  readonly control: string;
}

/** Returns the answer to `path` as it arrives. */
export function openAnswer(socketPath: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path }, (response) => {
      if (response.statusCode === 200) resolve(response);
      else reject(new CommandFailure(EXIT.failed, `The sensor answers with code ${response.statusCode}.`));
    });
    asked.on('error', (error) => reject(failureOf(socketPath, error)));
    asked.end();
  });
}

/** Returns the answer to `path`, which is one JSON value. */
export async function ask<T>(socketPath: string, path: string): Promise<T> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await openAnswer(socketPath, path)) chunks.push(chunk as Uint8Array);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
}

function failureOf(socketPath: string, error: unknown): CommandFailure {
  const code = errorCode(error);
  const isAbsent = code === 'ENOENT' || code === 'ECONNREFUSED';
  const isForbidden = code === 'EACCES' || code === 'EPERM';
  return new CommandFailure(
    isForbidden ? EXIT.missingCapability : EXIT.failed,
    isAbsent
      ? `No sensor listens at ${socketPath}; start one with \`wormwood net up\`, or name its --control.`
      : `Cannot ask the sensor at ${socketPath}: ${systemReason(error)}.`,
    { cause: error },
  );
}
