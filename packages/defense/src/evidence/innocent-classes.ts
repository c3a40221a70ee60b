/**
 * Scanner, or one of several kinds of innocent host: the contacts of a source are weighed against each kind on its own, and
 * the source counts as a scanner only when each explains them worse by the promised factor. Each kind is a distribution
 * over its own unknowns, so that the ratio of scanner to kind is a martingale where a host of that kind is watched, and
 * exceeds 1/α at any time with probability α at most (Ville, Étude critique de la notion de collectif, 1939; Robbins,
 * "Statistical methods related to the law of the iterated logarithm", 1970). The model of the scanner can only cost power.
 *
 * | kind | what distinguishes it from a scanner |
 * | --- | --- |
 * | stray | it comes seldom: `stray-prior.ts` |
 * | list client, repeater | it has so many addresses and calls them again: a scanner meets new ones |
 * | shared address | its contacts go to the services that many clients use: `shared-address.ts` |
 *
 * What does not look like a contact at all is left out before: answers, middles of flows (`observe-packets.ts`).
 */
import { assert, log } from '@wormwood/base';
import type { Observation } from '../observation.ts';
import type { Doubt } from './address-trail.ts';
import { portKey } from './evidence-detector.ts';
import { OnePort, SharedAddress } from './shared-address.ts';
import type { Floats, Octets, SourceRows } from './source-rows.ts';
import { scannerLogDensity, type StrayPrior } from '../statistics/stray-prior.ts';
import { CHANCE_MARKS, NO_TOOL_WEIGHT, toolRatio } from '../observe/tool-marks.ts';

/** The kinds of innocent hosts that have a test. */
export const INNOCENT_KINDS = ['stray', 'list', 'shared'] as const;

export type InnocentKind = (typeof INNOCENT_KINDS)[number];

export interface InnocentClassesOptions {
  readonly rows: SourceRows;
  /** Watched addresses. */
  readonly monitored: number;
  /** Contacts per second of the slowest scanner that is to be found. */
  readonly slowestPerSecond: number;
  readonly stray: StrayPrior;
  /**
   * The probability that an innocent host that knows so many watched addresses knows one more. @default 1/2
   */
  readonly listContinues?: number | undefined;
}

/** Two points lie on every line. */
const ADDRESSES_MIN = 3;
const MARKED_MAX = 0xff;
const NO_MARK = { bit: 0, chance: 1 };
/** More contacts than anybody waits for. */
const CONTACTS_MAX = 2000;

export class InnocentClasses {
  readonly stray: StrayPrior;
  readonly #monitored: number;
  readonly #slowestPerSecond: number;
  readonly #continues: number;
  readonly #list: Floats;
  readonly #shared: SharedAddress;
  readonly #marks: Floats;
  /** Contacts to new addresses that bear each of the marks. */
  readonly #marked: Octets;
  /** What a new address weighs, by the number of those before it. */
  readonly #newWeights: Float64Array = new Float64Array(CONTACTS_MAX);

  constructor(options: InnocentClassesOptions) {
    const { rows, monitored, slowestPerSecond, stray, listContinues = 0.5 } = options;
    assert(listContinues > 0 && listContinues < 1, 'a list goes on with a probability');
    this.stray = stray;
    this.#monitored = monitored;
    this.#slowestPerSecond = slowestPerSecond;
    this.#continues = listContinues;
    this.#list = rows.floats();
    this.#marks = rows.floats();
    this.#marked = rows.octets(CHANCE_MARKS.length);
    this.#shared = new SharedAddress(rows);
    for (let reached = 0; reached < CONTACTS_MAX; reached++)
      this.#newWeights[reached] = this.#newWeightOf(reached);
  }

  reset(slot: number): void {
    this.#list.set(slot, 0);
    this.#shared.reset(slot);
    this.#marks.set(slot, 0);
    for (let i = 0; i < CHANCE_MARKS.length; i++) this.#marked.set(slot, 0, i);
  }

  /** Takes in a contact to an address that is new to the source, which had reached `reached` before. */
  meetNew(
    slot: number,
    observation: Pick<Observation, 'protocol' | 'destinationPort' | 'marks'>,
    reached: number,
  ): void {
    if (reached > 0) this.#list.set(slot, this.#list.get(slot) + this.#newWeight(reached));
    this.#shared.meet(slot, portKey(observation), reached);
    this.#meetMarks(slot, observation.marks ?? 0, reached + 1);
  }

  /** Whether the source, which reached one address, did not call it again. */
  isFresh(slot: number): boolean {
    return this.#list.get(slot) === 0;
  }

  /** Takes in a call, after a pause, to one of the `reached` addresses that the source knows. */
  meetAgain(slot: number, reached: number): void {
    // A scanner returns to that address with probability 1/M, somebody with a list with one of (1 − q)/n.
    const weight = log(reached / this.#monitored / (1 - this.#continues));
    this.#list.set(slot, this.#list.get(slot) + Math.min(weight, 0));
  }

  /** Takes in a call, after a pause, to an address of which nobody can say whether it is new. */
  meetUnsure(slot: number, reached: number, { ofNew, ofKnown }: Doubt): void {
    const known = Math.min(reached / this.#monitored, 1);
    const scanner = (1 - known) * ofNew + known * ofKnown;
    const client = this.#continues * ofNew + (1 - this.#continues) * ofKnown;
    this.#list.set(slot, this.#list.get(slot) + Math.min(log(scanner / client), 0));
  }

  /** ln of how much likelier the source is a scanner than a host of that kind, from the contacts after the first one. */
  ratioTo(kind: InnocentKind, slot: number, { addresses, seconds }: Reached): number {
    const marks = this.#marks.get(slot);
    if (kind === 'list') return this.#list.get(slot) + marks;
    if (kind === 'shared') return this.#shared.ratio(slot) + marks;
    return this.#strayRatio(Math.max(addresses - 1, 0), seconds) + marks;
  }

  /** The least of the ratios that the time takes no part in. */
  roughRatio(slot: number): number {
    return Math.min(this.#list.get(slot), this.#shared.ratio(slot)) + this.#marks.get(slot);
  }

  /** The least of these: that of the kind that explains the source best. */
  ratio(slot: number, reached: Reached): number {
    const least = this.roughRatio(slot);
    if (reached.addresses < ADDRESSES_MIN) return Math.min(least, 0);
    return Math.min(least, this.ratioTo('stray', slot, reached));
  }

  /** The same if only so many of the addresses counted, in that time. */
  ratioOfSome(slot: number, reached: Reached): number {
    let list = 0;
    for (let n = 1; n < Math.min(reached.addresses, CONTACTS_MAX); n++) list += this.#newWeight(n);
    return Math.min(list + this.#marks.get(slot), this.ratio(slot, reached));
  }

  /** The innocent kind that explains the source best. */
  nearestKind(slot: number, reached: Reached): InnocentKind {
    const ratios = INNOCENT_KINDS.map((kind) => this.ratioTo(kind, slot, reached));
    return INNOCENT_KINDS[ratios.indexOf(Math.min(...ratios))] ?? 'stray';
  }

  /**
   * The addresses that a scanner of one port must reach until the ratio is `upper`, if it comes as regularly as its rate
   * says; null when no number is enough. `portShare`: the innocent share of the port.
   */
  addressesNeeded(
    upper: number,
    scanner: { readonly contactsPerSecond: number; readonly portShare: number },
  ): number | null {
    let list = NO_TOOL_WEIGHT;
    const shared = new OnePort(scanner.portShare);
    for (let reached = 1; reached < Math.min(this.#monitored, CONTACTS_MAX); reached++) {
      list += this.#newWeight(reached);
      const others =
        NO_TOOL_WEIGHT +
        Math.min(shared.next(), this.#strayRatio(reached, reached / scanner.contactsPerSecond));
      if (reached + 1 >= ADDRESSES_MIN && Math.min(list, others) >= upper) return reached + 1;
    }
    return null;
  }

  #newWeight(reached: number): number {
    return this.#newWeights[reached] ?? this.#newWeightOf(reached);
  }

  #newWeightOf(reached: number): number {
    return log(Math.max(1 - reached / this.#monitored, 1e-9) / this.#continues);
  }

  #strayRatio(contacts: number, seconds: number): number {
    return (
      scannerLogDensity(this.#slowestPerSecond, contacts, seconds) - this.stray.logDensity(contacts, seconds)
    );
  }

  #meetMarks(slot: number, marks: number, contacts: number): void {
    let ratio = NO_TOOL_WEIGHT;
    for (let i = 0; i < CHANCE_MARKS.length; i++) {
      const { bit, chance } = CHANCE_MARKS[i] ?? NO_MARK;
      const marked = this.#marked.get(slot, i) + ((marks & bit) === 0 ? 0 : 1);
      if (marked === 0) continue;
      this.#marked.set(slot, Math.min(marked, MARKED_MAX), i);
      ratio = Math.max(ratio, toolRatio(chance, marked, contacts));
    }
    this.#marks.set(slot, ratio);
  }
}

/** Addresses that a source reached, and the seconds from the first one until now. */
export interface Reached {
  readonly addresses: number;
  readonly seconds: number;
}
