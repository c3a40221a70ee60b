/**
 * The port that more than half of a source's contacts go to, if there is one, in ten bytes per source: contacts to the
 * candidate add a vote, others take one away, and whoever finds no vote left becomes the candidate.
 *
 * Source: Boyer, Moore, "MJRTY: a fast majority vote algorithm", 1991.
 */
import type { Halves, SourceRows, Words } from './source-rows.ts';

const COUNT_MAX = 0xffff;

export class FavouritePort {
  readonly #keys: Words;
  readonly #votes: Halves;
  /** Contacts, and those to the candidate since it became one. */
  readonly #contacts: Halves;
  readonly #favours: Halves;

  constructor(rows: SourceRows) {
    this.#keys = rows.words();
    this.#votes = rows.halves();
    this.#contacts = rows.halves();
    this.#favours = rows.halves();
  }

  reset(slot: number): void {
    this.#votes.set(slot, 0);
    this.#contacts.set(slot, 0);
    this.#favours.set(slot, 0);
  }

  add(slot: number, key: number): void {
    const votes = this.#votes.get(slot);
    const contacts = this.#contacts.get(slot);
    if (contacts < COUNT_MAX) this.#contacts.set(slot, contacts + 1);
    if (votes === 0) {
      if (this.#keys.get(slot) !== key || contacts === 0) this.#favours.set(slot, 0);
      this.#keys.set(slot, key);
      this.#votes.set(slot, 1);
    } else if (this.#keys.get(slot) !== key) {
      this.#votes.set(slot, votes - 1);
      return;
    } else if (votes < COUNT_MAX) this.#votes.set(slot, votes + 1);
    if (contacts < COUNT_MAX) this.#favours.set(slot, this.#favours.get(slot) + 1);
  }

  /** The key of the candidate, for a slot that had a contact. */
  of(slot: number): number {
    return this.#keys.get(slot);
  }

  /** Whether more than half of the contacts surely went to the candidate. */
  dominates(slot: number): boolean {
    return 2 * this.#favours.get(slot) > this.#contacts.get(slot);
  }
}
