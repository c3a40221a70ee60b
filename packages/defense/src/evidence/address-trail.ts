/**
 * The watched addresses that each source reached: since when, how many, on which port. The first 32 are kept as they are,
 * further ones in a bitmap of 512, which cannot distinguish some of them from others.
 */
import { formatCount } from '@wormwood/base';
import type { WordObservation } from '../observation.ts';
import { DistinctCounts } from './distinct-counts.ts';
import { portKey, type Trail } from './evidence-detector.ts';
import { FavouritePort } from './favourite-port.ts';
import type { KeyedHash } from './keyed-hash.ts';
import type { Doubles, Halves, SourceRows, Words } from './source-rows.ts';

const EXACT = 32;
const BITS = 512;
/** Beyond so many the estimate is not a number to print. */
const MANY = 512;
const REACHED_MAX = 0xffff;

/** Probabilities that a destination leaves unsure whether it is new. */
export interface Doubt {
  readonly ofNew: number;
  readonly ofKnown: number;
}

/** Whether a destination is new to its source; unsure where only its bit is known. */
export type Novelty = 'new' | 'known' | 'unsure';

/** What is noted of a contact. */
export type DarkContact = Pick<
  WordObservation,
  'timeSeconds' | 'destination' | 'protocol' | 'destinationPort'
>;

export class AddressTrail {
  readonly #firstSeconds: Doubles;
  readonly #newestSeconds: Doubles;
  readonly #reached: Halves;
  readonly #addresses: Words;
  readonly #counts: DistinctCounts;
  readonly #port: FavouritePort;

  constructor({ rows, hash }: { readonly rows: SourceRows; readonly hash: KeyedHash }) {
    this.#firstSeconds = rows.doubles();
    this.#newestSeconds = rows.doubles();
    this.#reached = rows.halves();
    // What every contact asks for lies before what is large.
    this.#port = new FavouritePort(rows);
    this.#addresses = rows.words(EXACT);
    this.#counts = new DistinctCounts({ rows, bitsPerRow: BITS, hash });
  }

  clear(slot: number): void {
    if (this.#reached.get(slot) === 0) return;
    this.#reached.set(slot, 0);
    this.#counts.clear(slot);
    this.#port.reset(slot);
  }

  /** Takes in a contact. */
  add(slot: number, observation: DarkContact): Novelty {
    const { destination } = observation;
    const reached = this.#reached.get(slot);
    // An address that sets a bit is new; only where its bit is set already it may be one of those that are kept.
    if (!this.#counts.add(slot, destination)) {
      const kept = Math.min(reached, EXACT);
      for (let i = 0; i < kept; i++) if (this.#addresses.get(slot, i) === destination) return 'known';
      if (reached >= EXACT) return 'unsure';
    }
    if (reached < EXACT) this.#addresses.set(slot, destination, reached);
    if (reached === 0) this.#firstSeconds.set(slot, observation.timeSeconds);
    this.#newestSeconds.set(slot, observation.timeSeconds);
    if (reached < REACHED_MAX) this.#reached.set(slot, reached + 1);
    this.#port.add(slot, portKey(observation));
    return 'new';
  }

  firstSeconds(slot: number): number {
    return this.#firstSeconds.get(slot);
  }

  /** When the latest new address was reached. */
  newestSeconds(slot: number): number {
    return this.#newestSeconds.get(slot);
  }

  /** Addresses that were distinguished from all before. */
  reached(slot: number): number {
    return this.#reached.get(slot);
  }

  /** How likely a new address is taken for one that may be known, and how likely a known one is. */
  doubt(slot: number): Doubt {
    const reached = this.reached(slot);
    return {
      ofNew: reached < EXACT ? 0 : this.#counts.share(slot),
      ofKnown: Math.max(reached - EXACT, 0) / Math.max(reached, 1),
    };
  }

  /** The first addresses in the order in which they were reached, 32 at most. */
  firstAddresses(slot: number): Uint32Array {
    return this.#addresses.of(slot, Math.min(this.reached(slot), EXACT));
  }

  /** Number of addresses; estimated beyond the first 32. */
  addresses(slot: number): number {
    const reached = this.reached(slot);
    return reached <= EXACT ? reached : Math.max(reached, this.#counts.estimate(slot));
  }

  /** The number of addresses in words; beyond what the bits can show, its order of magnitude. */
  addressWords(slot: number): string {
    if (this.addresses(slot) > MANY) return 'hundreds of dark addresses';
    const addresses = this.addresses(slot);
    return addresses === 1 ? 'one dark address' : `${formatCount(addresses)} dark addresses`;
  }

  /** The port of most contacts, and whether more than half of them went there. */
  port(slot: number): number {
    return this.#port.of(slot);
  }

  trail(slot: number): Trail | null {
    if (this.reached(slot) === 0) return null;
    return {
      firstSeconds: this.firstSeconds(slot),
      portKey: this.port(slot),
      hasPort: this.#port.dominates(slot),
    };
  }
}
