/** A finding in a file that a person wrote: the same object wherever a file is checked, printed or sent as JSON. */

export interface Diagnostic {
  /** An error stops the work that the file asks for; a warning does not. */
  readonly severity: 'error' | 'warning';
  /** Stable name of the kind of finding, in kebab-case. */
  readonly code: string;
  readonly file: string;
  /** Counted from 1, column in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What is allowed, or what was probably meant; empty when there is nothing to add. */
  readonly help: string;
  /** How many UTF-16 units of the line the finding covers; at least 1. */
  readonly length: number;
}
