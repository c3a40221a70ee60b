/** What a caller of the server can understand and change: one sentence, and the status that goes with it. */

/** HTTP statuses that the server answers with when it does not do what was asked. */
export type RefusalStatus = 400 | 403 | 404 | 405 | 409 | 413 | 415 | 421 | 429 | 500 | 503;

/** Ends a request with a sentence. */
export class Refusal extends Error {
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus, sentence: string) {
    super(sentence);
    this.name = 'Refusal';
    this.status = status;
  }
}
