/**
 * Evidence from contacts to dark addresses: the test of `innocent-classes.ts`, or that of `contact-model.ts` where the
 * detector compares, once for all contacts and once for those that completed a TCP handshake whose source address is proven.
 */
import { exp, formatCount, formatDuration, type RandomStreams } from '@wormwood/base';
import type { WordObservation } from '../observation.ts';
import type { Evidence } from '../verdict.ts';
import { AddressProof } from './address-proof.ts';
import { AddressTrail, type Novelty } from './address-trail.ts';
import type { ContactModel } from '../statistics/contact-model.ts';
import {
  type EvidenceDetector,
  formatPort,
  isProvenHandshake,
  portOf,
  type Trail,
} from './evidence-detector.ts';
import { CONTACTS_MAX as REPEATED_MAX, type FirstContact } from './first-contacts.ts';
import type { InnocentClasses, InnocentKind, Reached } from './innocent-classes.ts';
import { KeyedHash } from './keyed-hash.ts';
import { RecentPairs } from './recent-pairs.ts';
import type { Octets, SourceRows, Words } from './source-rows.ts';
import { CHANCE_MARKS, TOOL_MARKS } from '../observe/tool-marks.ts';

/** So many contacts to one address and port are a host with a wrong address, not one that searches. */
const MISCONFIGURED_FROM = 10;
const CONTACTS_MAX = 0xffffffff;

export interface DarkContactsOptions {
  readonly rows: SourceRows;
  readonly model: ContactModel;
  /** Null where the test of the model is compared. */
  readonly classes: InnocentClasses | null;
  readonly streams: RandomStreams;
}

const KIND_WORDS: Readonly<Record<InnocentKind, string>> = {
  stray: 'a host that strays here now and then',
  list: 'a client with a list of addresses',
  shared: 'many clients behind one address',
};
/** Beyond so many times nobody compares. */
const TIMES_MAX = 1e9;
/** A source that has a list is this much likelier to have one than to scan. */
const LISTED_BELOW = -4.6;
/** Marks that count for something; the others are only named. */
const WEIGHED_MARKS = CHANCE_MARKS.reduce((all, { bit }) => all | bit, 0);

export class DarkContacts implements EvidenceDetector {
  readonly bytesPerSource: number = 0;
  readonly proof: AddressProof;
  readonly #model: ContactModel;
  readonly #classes: InnocentClasses | null;
  readonly #recent: RecentPairs;
  readonly #all: AddressTrail;
  readonly #handshakes: AddressTrail;
  readonly #contacts: Words;
  readonly #marks: Octets;

  constructor({ rows, model, classes, streams }: DarkContactsOptions) {
    const stream = streams.stream('detect/dark-contacts');
    const hash = new KeyedHash(stream);
    this.#model = model;
    this.#classes = classes;
    this.#recent = new RecentPairs(new KeyedHash(stream));
    this.proof = new AddressProof(rows);
    this.#contacts = rows.words();
    this.#marks = rows.octets();
    this.#all = new AddressTrail({ rows, hash });
    this.#handshakes = new AddressTrail({ rows, hash });
  }

  /** Beside what each source takes. */
  get bytes(): number {
    return this.#recent.bytes;
  }

  reset(slot: number): void {
    this.#all.clear(slot);
    this.#handshakes.clear(slot);
    this.#contacts.set(slot, 0);
    this.#marks.set(slot, 0);
    this.#classes?.reset(slot);
    this.proof.reset(slot);
  }

  observe(slot: number, observation: WordObservation): void {
    if (!observation.dark) return;
    const reached = this.#all.reached(slot);
    const novelty = this.#all.add(slot, observation);
    if (this.#classes !== null) this.#weigh(slot, observation, { novelty, reached });
    // Whatever comes first counts as the contact, should the sensor have missed the packet that opened the flow.
    if (novelty === 'new' || observation.kind === 'contact') {
      const { packets = 1 } = observation;
      this.#contacts.set(slot, Math.min(this.#contacts.get(slot) + packets, CONTACTS_MAX));
    }
    this.proof.observe(slot, observation);
    if (isProvenHandshake(observation)) this.#handshakes.add(slot, observation);
  }

  /** Whether a `FirstContact` holds all that contacts showed of the source, of which the latest had these marks. */
  isBrief(slot: number, marks: number): boolean {
    if ((marks & WEIGHED_MARKS) !== 0 || this.#all.reached(slot) !== 1) return false;
    return this.contacts(slot) <= REPEATED_MAX && this.#classes?.isFresh(slot) === true;
  }

  /** What there is to know of a brief source; null where it reached no dark address. */
  firstContact(slot: number, lastSeconds: number): FirstContact | null {
    if (this.#all.reached(slot) === 0) return null;
    return {
      destination: this.#all.firstAddresses(slot)[0] ?? 0,
      portKey: this.#all.port(slot),
      marks: this.marks(slot),
      contacts: this.contacts(slot),
      firstSeconds: this.#all.firstSeconds(slot),
      lastSeconds,
    };
  }

  /** The same contact, taken in by a row that holds nothing. */
  restore(slot: number, { destination, portKey, marks, contacts, firstSeconds }: FirstContact): void {
    const { protocol, port } = portOf(portKey);
    const contact = { timeSeconds: firstSeconds, destination, protocol, destinationPort: port, marks };
    this.#all.add(slot, contact);
    this.#classes?.meetNew(slot, contact, 0);
    this.#contacts.set(slot, contacts);
    this.#marks.set(slot, marks);
  }

  logLikelihoodRatio(slot: number, nowSeconds: number): number {
    if (this.#classes === null) return ratioOf(this.#model, this.#all, { slot, nowSeconds });
    return this.#all.reached(slot) === 0 ? 0 : this.#classes.ratio(slot, this.reached(slot, nowSeconds));
  }

  unforgeableLogLikelihoodRatio(slot: number, nowSeconds: number): number {
    const trail = this.#handshakes;
    if (this.#classes === null) return ratioOf(this.#model, trail, { slot, nowSeconds });
    const addresses = trail.reached(slot);
    if (addresses === 0) return 0;
    const seconds = Math.max(nowSeconds - trail.firstSeconds(slot), 0);
    return Math.min(
      this.#classes.ratioOfSome(slot, { addresses, seconds }),
      this.logLikelihoodRatio(slot, nowSeconds),
    );
  }

  evidence(slot: number, nowSeconds: number): readonly Evidence[] {
    const reached = this.#all.reached(slot);
    if (reached === 0) return [];
    const found = [this.#contactEvidence(slot, nowSeconds)];
    if (this.#handshakes.reached(slot) > 0) found.push(this.#handshakeEvidence(slot, nowSeconds));
    found.push(...this.#markEvidence(slot), ...this.proof.evidence(slot));
    return found;
  }

  /** First packets to dark addresses, whether new to the source or not. */
  contacts(slot: number): number {
    return this.#contacts.get(slot);
  }

  /** Whether the source keeps calling one and the same address, or the same few. */
  isMisconfigured(slot: number): boolean {
    if (this.#all.reached(slot) === 1 && this.contacts(slot) >= MISCONFIGURED_FROM) return true;
    const none = { addresses: 0, seconds: 0 };
    return (this.#classes?.ratioTo('list', slot, none) ?? 0) <= LISTED_BELOW;
  }

  /** Addresses reached, and the time since the first of them. */
  reached(slot: number, nowSeconds: number): Reached {
    const seconds = Math.max(nowSeconds - this.#all.firstSeconds(slot), 0);
    return { addresses: this.#all.reached(slot), seconds };
  }

  /** Seconds from the first address to the latest new one. */
  spanSeconds(slot: number): number {
    return this.#all.newestSeconds(slot) - this.#all.firstSeconds(slot);
  }

  /** What there is for a scanner, without the time: cheap enough to compare many sources. */
  roughRatio(slot: number): number {
    return this.#classes?.roughRatio(slot) ?? 0;
  }

  /** The first addresses in the order in which they were reached. */
  firstAddresses(slot: number): Uint32Array {
    return this.#all.firstAddresses(slot);
  }

  /** All marks that contacts of the source bore, bits of `synMark`. */
  marks(slot: number): number {
    return this.#marks.get(slot);
  }

  /** Since when and on which port the source reached dark addresses; null for one that reached none. */
  trail(slot: number): Trail | null {
    return this.#all.trail(slot);
  }

  /** The same from proven handshakes alone; null as well when these came from several machines. */
  handshakeTrail(slot: number): Trail | null {
    return this.proof.isBound(slot) ? this.#handshakes.trail(slot) : null;
  }

  /** Whether it may prove more of a judged source: a contact alone does not, unless handshakes wait for it. */
  addsToProof(slot: number, { kind, marks = 0 }: Pick<WordObservation, 'kind' | 'marks'>): boolean {
    return kind !== 'contact' || marks !== 0 || this.handshakeTrail(slot) !== null;
  }

  /** `reached`: addresses before this contact. */
  #weigh(
    slot: number,
    observation: WordObservation,
    { novelty, reached }: { readonly novelty: Novelty; readonly reached: number },
  ): void {
    const { source, destination, timeSeconds, kind, marks = 0 } = observation;
    this.#marks.set(slot, this.#marks.get(slot) | marks);
    const isNew = novelty === 'new';
    if (isNew) this.#classes?.meetNew(slot, observation, reached);
    if (kind !== 'contact' && !isNew) return;
    const belongs = this.#recent.belongs(source, destination, timeSeconds);
    if (isNew || belongs) return;
    if (novelty === 'known') this.#classes?.meetAgain(slot, reached);
    else this.#classes?.meetUnsure(slot, reached, this.#all.doubt(slot));
  }

  #contactWords(slot: number, nowSeconds: number): string {
    const contacts = this.contacts(slot);
    const reached = this.#all.reached(slot);
    if (reached === 1 && this.isMisconfigured(slot))
      return `It called one dark address ${formatCount(contacts)} times and no other: misconfigured, not scanning.`;
    const { seconds } = this.reached(slot, nowSeconds);
    const where =
      this.#all.trail(slot)?.hasPort === true ? `on ${formatPort(this.#all.port(slot))}` : 'on many ports';
    const what =
      `It reached ${this.#all.addressWords(slot)} in ${formatDuration(seconds)},` +
      ` ${contacts === 1 || where === 'on many ports' ? '' : 'mostly '}${where}`;
    if (this.#classes === null) {
      const innocentGap = formatDuration(1 / this.#model.strayContactsPerSecond);
      return `${what}; an innocent host reaches another one every ${innocentGap} or less often.`;
    }
    if (this.isMisconfigured(slot))
      return `${what}, and called the same ones again: it has a list of addresses.`;
    const nearest = KIND_WORDS[this.#classes.nearestKind(slot, this.reached(slot, nowSeconds))];
    const ratio = this.logLikelihoodRatio(slot, nowSeconds);
    if (ratio <= 0) return `${what}; ${nearest} does the same.`;
    const times = Math.min(exp(ratio), TIMES_MAX);
    return (
      `${what}; a scanner explains that ${formatCount(Number(times.toPrecision(2)))} times better than ${nearest},` +
      ` the best innocent explanation.`
    );
  }

  #markEvidence(slot: number): readonly Evidence[] {
    const marks = this.marks(slot);
    return TOOL_MARKS.filter(({ bit }) => (marks & bit) !== 0).map(({ name, words, bit }) => ({
      detector: `mark-${name}`,
      text: `${words.charAt(0).toUpperCase()}${words.slice(1)}.`,
      forgeable: true,
      figures: { mark: bit },
    }));
  }

  #contactEvidence(slot: number, nowSeconds: number): Evidence {
    const addresses = this.#all.addresses(slot);
    const contacts = this.contacts(slot);
    const seconds = nowSeconds - this.#all.firstSeconds(slot);
    return {
      detector: 'dark-contacts',
      text: this.#contactWords(slot, nowSeconds),
      forgeable: true,
      figures: {
        addresses,
        contacts,
        seconds,
        logLikelihoodRatio: this.logLikelihoodRatio(slot, nowSeconds),
        threshold: this.#model.thresholds.upper,
      },
    };
  }

  #handshakeEvidence(slot: number, nowSeconds: number): Evidence {
    const addresses = this.#handshakes.addresses(slot);
    const seconds = nowSeconds - this.#handshakes.firstSeconds(slot);
    const isBound = this.proof.isBound(slot);
    const linkAddress = this.proof.linkAddress(slot);
    const conclusion = !isBound
      ? 'but from several machines, so that they prove nothing about one'
      : linkAddress === null
        ? 'its own address is not forged'
        : `its own address is not forged and belongs to ${linkAddress} on the sensor's link`;
    return {
      detector: 'handshakes',
      text:
        `It completed TCP handshakes with ${this.#handshakes.addressWords(slot)}` +
        ` in ${formatDuration(seconds)}${isBound ? ':' : ','} ${conclusion}.`,
      forgeable: !isBound,
      figures: {
        addresses,
        seconds,
        logLikelihoodRatio: this.unforgeableLogLikelihoodRatio(slot, nowSeconds),
        threshold: this.#model.thresholds.upper,
      },
    };
  }
}

/** The first address only starts the clock: every source is looked at because it reached one. */
function ratioOf(
  model: ContactModel,
  trail: AddressTrail,
  { slot, nowSeconds }: { readonly slot: number; readonly nowSeconds: number },
): number {
  const reached = trail.reached(slot);
  if (reached === 0) return 0;
  const quietSeconds = Math.max(nowSeconds - trail.firstSeconds(slot), 0);
  return (reached - 1) * model.weightPerAddress - quietSeconds * model.lossPerSecond;
}
