/** What does not hold yet of the rules in surface.test.ts. This list may only shrink. */

/** Exported by a package without a doc comment. */
export const UNDOCUMENTED: ReadonlySet<string> = new Set(['hosts']);
