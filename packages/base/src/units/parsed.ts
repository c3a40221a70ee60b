/** The outcome of reading what a person wrote: a value, or a sentence that says what would have been right. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** The outcome of a success. */
export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** The outcome of a failure; `reason` is a sentence that names what is allowed. */
export function refused(reason: string): Parsed<never> {
  return { ok: false, reason };
}
