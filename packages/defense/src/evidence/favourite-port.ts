/**
 * The port that more than half of a source's contacts go to, if there is one, in ten bytes per source: contacts to the
 * candidate add a vote, others take one away, and whoever finds no vote left becomes the candidate.
 *
 * Source: Boyer, Moore, "MJRTY: a fast majority vote algorithm", 1991.
 */

const COUNT_MAX = 0xffff;

export class FavouritePort {
  readonly bytesPerSource: number = 10;
  readonly #keys: Uint32Array;
  readonly #votes: Uint16Array;
  /** Contacts, and those to the candidate since it became one. */
  readonly #contacts: Uint16Array;
  readonly #favours: Uint16Array;

  constructor(capacity: number) {
    this.#keys = new Uint32Array(capacity);
    this.#votes = new Uint16Array(capacity);
    this.#contacts = new Uint16Array(capacity);
    this.#favours = new Uint16Array(capacity);
  }

  reset(slot: number): void {
    this.#votes[slot] = 0;
    this.#contacts[slot] = 0;
    this.#favours[slot] = 0;
  }

  add(slot: number, key: number): void {
    const votes = this.#votes[slot] ?? 0;
    const contacts = this.#contacts[slot] ?? 0;
    if (contacts < COUNT_MAX) this.#contacts[slot] = contacts + 1;
    if (votes === 0) {
      if (this.#keys[slot] !== key || contacts === 0) this.#favours[slot] = 0;
      this.#keys[slot] = key;
      this.#votes[slot] = 1;
    } else if (this.#keys[slot] !== key) {
      this.#votes[slot] = votes - 1;
      return;
    } else if (votes < COUNT_MAX) this.#votes[slot] = votes + 1;
    if (contacts < COUNT_MAX) this.#favours[slot] = (this.#favours[slot] ?? 0) + 1;
  }

  /** The key of the candidate, for a slot that had a contact. */
  of(slot: number): number {
    return this.#keys[slot] ?? 0;
  }

  /** Whether more than half of the contacts surely went to the candidate. */
  dominates(slot: number): boolean {
    return 2 * (this.#favours[slot] ?? 0) > (this.#contacts[slot] ?? 0);
  }
}
