/** The studio's server as the pages ask it. The shapes of its answers are the server's own. */

import type { Recording } from '../../server/interface/answers.ts';

/** An answer that is none; its message is the server's sentence. */
export class AnswerFailure extends Error {
  /** No server of the studio is there: the pages are plain files. */
  readonly isNoServer: boolean;

  constructor(sentence: string, isNoServer = false) {
    super(sentence);
    this.isNoServer = isNoServer;
  }
}

/** The address of something below `api/`, beside the pages wherever they lie. */
export function apiAddress(path: string): string {
  return new URL(`api/${path}`, document.baseURI.replace(/#.*$/, '')).href;
}

/** Asks the server; rejects with an `AnswerFailure`. */
export function ask<T>(path: string): Promise<T> {
  return answer<T>(path, { headers: { accept: 'application/json' } });
}

/** Changes something; rejects with an `AnswerFailure`. */
export function change(path: string, body: object): Promise<Recording> {
  return answer<Recording>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function answer<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(apiAddress(path), init);
  } catch {
    throw new AnswerFailure('The server of the studio does not answer; is it still running?');
  }
  if (!(response.headers.get('content-type') ?? '').startsWith('application/json'))
    throw new AnswerFailure('No server of the studio is there.', true);
  const value = (await response.json()) as T & { readonly error?: string };
  if (!response.ok)
    throw new AnswerFailure(value.error ?? `The server answered with status ${response.status}.`);
  return value;
}
