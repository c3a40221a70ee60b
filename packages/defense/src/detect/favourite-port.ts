/**
 * The port that more than half of a source's contacts go to, if there is one, in six bytes per source: contacts to the
 * candidate add a vote, others take one away, and whoever finds no vote left becomes the candidate.
 *
 * Source: Boyer, Moore, "MJRTY: a fast majority vote algorithm", 1991.
 */

const VOTES_MAX = 0xffff;

export class FavouritePort {
  readonly bytesPerSource: number = 6;
  readonly #keys: Uint32Array;
  readonly #votes: Uint16Array;

  constructor(capacity: number) {
    this.#keys = new Uint32Array(capacity);
    this.#votes = new Uint16Array(capacity);
  }

  reset(slot: number): void {
    this.#votes[slot] = 0;
  }

  add(slot: number, key: number): void {
    const votes = this.#votes[slot] ?? 0;
    if (votes === 0) {
      this.#keys[slot] = key;
      this.#votes[slot] = 1;
    } else if (this.#keys[slot] !== key) this.#votes[slot] = votes - 1;
    else if (votes < VOTES_MAX) this.#votes[slot] = votes + 1;
  }

  /** The key of the candidate, for a slot that had a contact. */
  of(slot: number): number {
    return this.#keys[slot] ?? 0;
  }
}
