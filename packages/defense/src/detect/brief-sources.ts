/** Sources of which a first contact is all that there is to know: they give their row up for others, and get it again. */
import type { RandomStreams } from '@wormwood/base';
import type { DarkContacts } from '../evidence/dark-contacts.ts';
import { type FirstContact, FirstContacts } from '../evidence/first-contacts.ts';
import type { InfectionChain } from '../evidence/infection-chain.ts';
import { KeyedHash } from '../evidence/keyed-hash.ts';
import type { Octets } from '../evidence/source-rows.ts';
import type { WordObservation } from '../observation.ts';

/** First contacts that are remembered, for each row. */
const PER_ROW = 16;

export interface BriefSourcesOptions {
  /** A field of the rows, 1 while the source of the row is brief. */
  readonly brief: Octets;
  readonly capacity: number;
  readonly dark: DarkContacts;
  readonly chain: InfectionChain | null;
  readonly streams: RandomStreams;
}

export class BriefSources {
  readonly #dark: DarkContacts;
  readonly #chain: InfectionChain | null;
  readonly #contacts: FirstContacts;
  readonly #brief: Octets;

  constructor({ brief, capacity, dark, chain, streams }: BriefSourcesOptions) {
    this.#dark = dark;
    this.#chain = chain;
    const hash = new KeyedHash(streams.stream('detect/first-contacts'));
    this.#contacts = new FirstContacts(capacity * PER_ROW, hash);
    this.#brief = brief;
  }

  /** Sources without a row that are remembered, and the most of them. */
  get size(): number {
    return this.#contacts.size;
  }

  get capacity(): number {
    return this.#contacts.capacity;
  }

  /** Sources without a row that were forgotten to make room. */
  get evictions(): number {
    return this.#contacts.evictions;
  }

  get bytes(): number {
    return this.#contacts.bytes;
  }

  /** The row holds nothing. */
  begin(slot: number): void {
    this.#brief.set(slot, 1);
  }

  /** Takes in what the evidence took in before. */
  observe(slot: number, { dark, kind, marks = 0 }: WordObservation): void {
    if (this.#brief.get(slot) === 0) return;
    const isBrief = dark
      ? kind === 'contact' && this.#dark.isBrief(slot, marks)
      : this.#chain?.logLikelihoodRatio(slot) === 0;
    if (!isBrief) this.#brief.set(slot, 0);
  }

  /** Whether no more is known of the source of the row than a `FirstContact` holds. */
  isBrief(slot: number): boolean {
    return this.#brief.get(slot) === 1;
  }

  /** Remembers a source that gives its row up; returns whether nothing is lost. */
  keep(source: number, slot: number, lastSeconds: number): boolean {
    if (!this.isBrief(slot)) return false;
    const first = this.#dark.firstContact(slot, lastSeconds);
    if (first !== null) this.#contacts.keep(source, first);
    return true;
  }

  /** What was kept of a source, which is not kept any longer; null where nothing was. */
  take(source: number): FirstContact | null {
    return this.#contacts.take(source);
  }
}
