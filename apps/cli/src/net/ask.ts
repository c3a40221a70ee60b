/** Requests to a running sensor through its control socket. */
import { type IncomingMessage, request } from 'node:http';
import { CommandFailure, errorCode, EXIT, systemReason } from '../exit-code.ts';
import type { PrintOptions } from '../command-options.ts';

/** More than the answer of a sensor with a million bindings, and than any event. */
const ANSWER_BYTES_MAX = 256 << 20;
const LINE_LENGTH_MAX = 1 << 20;

/** Options of the commands that query a running sensor. */
export interface NetAskOptions extends PrintOptions {
  readonly control: string;
}

/** Returns the answer to `path` as it arrives. */
export function openAnswer(socketPath: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path }, (response) => {
      if (response.statusCode === 200) resolve(response);
      else reject(new CommandFailure(EXIT.failed, `The sensor answered with status ${response.statusCode}.`));
    });
    asked.on('error', (error) => reject(failureOf(socketPath, error)));
    asked.end();
  });
}

/** Returns the answer to `path`, which is one JSON value. */
export async function ask<T>(socketPath: string, path: string): Promise<T> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of await openAnswer(socketPath, path)) {
    length += (chunk as Uint8Array).length;
    if (length > ANSWER_BYTES_MAX) throw tooLong(socketPath);
    chunks.push(chunk as Uint8Array);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
  } catch (error) {
    throw new CommandFailure(
      EXIT.failed,
      `The program that listens at ${socketPath} is not a sensor: its answer is not JSON.`,
      {
        cause: error,
      },
    );
  }
}

/** Yields the lines of an answer as they arrive; a line that never ends is refused. */
export async function* linesOf(answer: AsyncIterable<unknown>, socketPath: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > LINE_LENGTH_MAX) throw tooLong(socketPath);
  }
}

/** Returns equivalent JSON in which every character that could control a terminal is escaped. */
export function printableJson(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function tooLong(socketPath: string): CommandFailure {
  return new CommandFailure(EXIT.failed, `The answer of ${socketPath} does not end; is it a sensor?`);
}

function failureOf(socketPath: string, error: unknown): CommandFailure {
  const code = errorCode(error);
  const isAbsent = code === 'ENOENT' || code === 'ECONNREFUSED';
  const isForbidden = code === 'EACCES' || code === 'EPERM';
  return new CommandFailure(
    isForbidden ? EXIT.missingCapability : EXIT.failed,
    isAbsent
      ? `No sensor listens at ${socketPath}; start one with \`wormwood net up\`, or name its socket with --control.`
      : `Cannot query the sensor at ${socketPath}: ${systemReason(error)}.`,
    { cause: error },
  );
}
