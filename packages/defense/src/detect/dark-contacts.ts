/**
 * Evidence from contacts to dark addresses: the test of `contact-model.ts`, once for all contacts and once for those
 * that completed a TCP handshake whose source address is proven.
 */
import { formatCount, formatDuration, type RandomStreams } from '@wormwood/base';
import type { Observation } from '../observation.ts';
import type { Evidence } from '../verdict.ts';
import { AddressProof } from './address-proof.ts';
import type { ContactModel } from './contact-model.ts';
import { DistinctCounts } from './distinct-counts.ts';
import {
  type EvidenceDetector,
  formatPort,
  isProvenHandshake,
  portKey,
  type Trail,
} from './evidence-detector.ts';
import { FavouritePort } from './favourite-port.ts';
import { KeyedHash } from './keyed-hash.ts';

const CONTACT_BITS = 128;
const HANDSHAKE_BITS = 64;
/** So many contacts to one address and port are a host that was told the wrong address, not one that searches. */
const MISCONFIGURED_FROM = 10;
const CONTACTS_MAX = 0xffffffff;

export interface DarkContactsOptions {
  readonly capacity: number;
  readonly model: ContactModel;
  readonly streams: RandomStreams;
}

export class DarkContacts implements EvidenceDetector {
  readonly bytesPerSource: number;
  readonly proof: AddressProof;
  readonly #model: ContactModel;
  readonly #all: AddressTrail;
  readonly #handshakes: AddressTrail;
  readonly #contacts: Uint32Array;

  constructor({ capacity, model, streams }: DarkContactsOptions) {
    const hash = new KeyedHash(streams.stream('detect/dark-contacts'));
    this.#model = model;
    this.#all = new AddressTrail({ rows: capacity, bitsPerRow: CONTACT_BITS, hash });
    this.#handshakes = new AddressTrail({ rows: capacity, bitsPerRow: HANDSHAKE_BITS, hash });
    this.#contacts = new Uint32Array(capacity);
    this.proof = new AddressProof(capacity);
    this.bytesPerSource =
      this.#all.bytesPerRow + this.#handshakes.bytesPerRow + this.proof.bytesPerSource + 4;
  }

  reset(slot: number): void {
    this.#all.clear(slot);
    this.#handshakes.clear(slot);
    this.#contacts[slot] = 0;
    this.proof.reset(slot);
  }

  observe(slot: number, observation: Observation): void {
    if (!observation.dark) return;
    const isNew = this.#all.add(slot, observation);
    // Whatever comes first counts as the contact, should the sensor have missed the packet that opened the flow.
    if (isNew || observation.kind === 'contact') {
      this.#contacts[slot] = Math.min((this.#contacts[slot] ?? 0) + 1, CONTACTS_MAX);
    }
    this.proof.observe(slot, observation);
    if (isProvenHandshake(observation)) this.#handshakes.add(slot, observation);
  }

  logLikelihoodRatio(slot: number, nowSeconds: number): number {
    return ratioOf(this.#model, this.#all, { slot, nowSeconds });
  }

  unforgeableLogLikelihoodRatio(slot: number, nowSeconds: number): number {
    return ratioOf(this.#model, this.#handshakes, { slot, nowSeconds });
  }

  evidence(slot: number, nowSeconds: number): readonly Evidence[] {
    const reached = this.#all.reached(slot);
    if (reached === 0) return [];
    const found = [this.#contactEvidence(slot, nowSeconds)];
    if (this.#handshakes.reached(slot) > 0) found.push(this.#handshakeEvidence(slot, nowSeconds));
    found.push(...this.proof.evidence(slot));
    return found;
  }

  /** First packets to dark addresses, whether new to the source or not. */
  contacts(slot: number): number {
    return this.#contacts[slot] ?? 0;
  }

  /** Whether the source keeps calling one and the same address. */
  isMisconfigured(slot: number): boolean {
    return this.#all.reached(slot) === 1 && this.contacts(slot) >= MISCONFIGURED_FROM;
  }

  /** Since when and on which port the source reached dark addresses; null for one that reached none. */
  trail(slot: number): Trail | null {
    return this.#all.trail(slot);
  }

  /** The same from proven handshakes alone; null as well when these came from several machines. */
  handshakeTrail(slot: number): Trail | null {
    return this.proof.isBound(slot) ? this.#handshakes.trail(slot) : null;
  }

  #contactEvidence(slot: number, nowSeconds: number): Evidence {
    const addresses = this.#all.addresses(slot);
    const contacts = this.contacts(slot);
    const seconds = nowSeconds - this.#all.firstSeconds(slot);
    const innocentGap = formatDuration(1 / this.#model.strayContactsPerSecond);
    const words = this.isMisconfigured(slot)
      ? `It called one dark address ${formatCount(contacts)} times and no other: misconfigured, not scanning.`
      : `It reached ${this.#all.addressWords(slot)} in ${formatDuration(seconds)}, ${contacts === 1 ? '' : 'mostly '}` +
        `on ${formatPort(this.#all.port(slot))}; an innocent host reaches another one every ${innocentGap} or less often.`;
    return {
      detector: 'dark-contacts',
      text: words,
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

/** The dark addresses that each source reached: since when, how many, on which port. */
class AddressTrail {
  readonly bytesPerRow: number;
  readonly #bitsPerRow: number;
  readonly #firstSeconds: Float64Array;
  readonly #reached: Uint8Array;
  readonly #counts: DistinctCounts;
  readonly #port: FavouritePort;

  constructor(options: { readonly rows: number; readonly bitsPerRow: number; readonly hash: KeyedHash }) {
    this.#bitsPerRow = options.bitsPerRow;
    this.#firstSeconds = new Float64Array(options.rows);
    this.#reached = new Uint8Array(options.rows);
    this.#counts = new DistinctCounts(options);
    this.#port = new FavouritePort(options.rows);
    this.bytesPerRow = 9 + this.#counts.bytesPerRow + this.#port.bytesPerSource;
  }

  clear(slot: number): void {
    if (this.#reached[slot] === 0) return;
    this.#reached[slot] = 0;
    this.#counts.clear(slot);
    this.#port.reset(slot);
  }

  /** Takes in a contact; returns whether its destination is new. */
  add(slot: number, observation: Observation): boolean {
    if (!this.#counts.add(slot, observation.destination)) return false;
    const reached = this.#reached[slot] ?? 0;
    if (reached === 0) this.#firstSeconds[slot] = observation.timeSeconds;
    // One bit each: at most 128.
    this.#reached[slot] = reached + 1;
    this.#port.add(slot, portKey(observation));
    return true;
  }

  firstSeconds(slot: number): number {
    return this.#firstSeconds[slot] ?? 0;
  }

  /** Addresses that were told apart from all before. */
  reached(slot: number): number {
    return this.#reached[slot] ?? 0;
  }

  /** Estimated number of addresses, those included that were taken for known. */
  addresses(slot: number): number {
    return Math.max(this.reached(slot), this.#counts.estimate(slot));
  }

  /** The number of addresses in words; beyond what the bits can tell, its order of magnitude. */
  addressWords(slot: number): string {
    if (this.reached(slot) === this.#bitsPerRow) return 'hundreds of dark addresses';
    const addresses = this.addresses(slot);
    return addresses === 1 ? 'one dark address' : `${formatCount(addresses)} dark addresses`;
  }

  port(slot: number): number {
    return this.#port.of(slot);
  }

  trail(slot: number): Trail | null {
    if (this.reached(slot) === 0) return null;
    return { firstSeconds: this.firstSeconds(slot), portKey: this.port(slot) };
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
