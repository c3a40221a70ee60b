/** What a person can understand and change: one sentence, and whose fault it is, from which a program makes its exit code. */

/**
 * `usage`: the call does not fit the state. `invalidFile`: a file of the owner has a mistake. `missingPermission`: the
 * system does not allow it, or a file can be written by others. `failed`: everything else that the world may refuse.
 */
export type FailureKind = 'failed' | 'usage' | 'invalidFile' | 'missingPermission';

/** Why the responder cannot go on, in a sentence for its owner; the kind decides the exit code. */
export class ResponderFailure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'ResponderFailure';
    this.kind = kind;
  }
}
