/** What came of something that the world may refuse: a disk, a firewall, a network. Never a rejected promise. */

export type Outcome = { readonly ok: true } | Failed;

/** Why not, as a sentence or the words of the system. */
export interface Failed {
  readonly ok: false;
  readonly reason: string;
}

/** The outcome of what succeeded. */
export const DONE: Outcome = { ok: true };

/** Returns the outcome of what failed, with its reason in words. */
export function failed(reason: string): Failed {
  return { ok: false, reason };
}
