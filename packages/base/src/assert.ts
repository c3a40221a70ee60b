/**
 * Assertions: what only a broken program can violate. Malformed input is never asserted; it is a value
 * (see `units/parsed.ts`).
 */

/** Throws an `Error` with `message` unless `condition` holds; narrows the condition for the caller. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** Never returns: marks a branch that the types rule out, such as the default of an exhaustive switch. */
export function unreachable(x: never): never {
  throw new Error(`unreachable: ${String(x)}`);
}
