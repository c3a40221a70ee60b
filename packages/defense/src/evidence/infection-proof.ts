/**
 * What proves that a scanning host is infected, beyond that it scans. A scanner that is not a worm looks alike in its contacts;
 * what a worm cannot help is to send itself. Each proof has a name in the verdict.
 *
 * - `payload`: it sent the same payload to most of the honeypots that it sent anything to, five at least. Messages with
 *   which programs usually begin (`greeting.ts`) prove nothing, nor does what bears the mark of a scanning tool;
 * - `chain`: an infected host contacted it on the port that it now scans (`infection-chain.ts`);
 * - `signature`: the hash of what it sent is on the owner's list;
 * - `worm`: it does what one named worm does (`named-worms.ts`);
 * - `role`: it is a host of the owner, and nothing that the owner wrote down makes it scan.
 */
import { formatCount } from '@wormwood/base';
import { synMark } from '@wormwood/wire';
import type { WordObservation } from '../observation.ts';
import type { Evidence, InfectionProof } from '../verdict.ts';
import { DistinctCounts } from './distinct-counts.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { NAMED_WORMS } from './named-worms.ts';
import type { SourceRows } from './source-rows.ts';

export interface InfectionProofOptions {
  readonly rows: SourceRows;
  readonly hash: KeyedHash;
  /** Hosts of the owner, none of which scans unless it is known to. */
  readonly own: { contains(source: number): boolean } | null;
  /** SHA-256 of payloads that prove an infection, hexadecimal, each with its name. */
  readonly signatures: ReadonlyMap<string, string>;
}

/** A proof, and what it rests on. */
export interface FoundProof {
  readonly proof: InfectionProof;
  readonly evidence: Evidence;
}

const HONEYPOTS_MIN = 5;
const MOST = 0.75;
const ADDRESS_BITS = 64;
const WORM_CONTACTS_MIN = 5;
const COUNT_MAX = 0xff;
const SCANNING_TOOLS = synMark.zmap | synMark.masscan;

export class InfectionProofs {
  readonly bytesPerSource: number = 16;
  readonly #options: InfectionProofOptions;
  readonly #payload: Uint32Array;
  readonly #votes: Uint8Array;
  /** Honeypots to which that payload was sent, and those to which any was. */
  readonly #same: DistinctCounts;
  readonly #any: DistinctCounts;
  /** The payload came over proven handshakes alone. */
  readonly #isProven: Uint8Array;
  readonly #signature: Uint8Array;
  readonly #worm: Uint8Array;
  readonly #wormContacts: Uint8Array;
  readonly #signatureNames: readonly string[];
  readonly #signatureIndex: ReadonlyMap<string, number>;

  constructor(options: InfectionProofOptions) {
    const { rows, hash, signatures } = options;
    const { capacity } = rows;
    this.#options = options;
    this.#payload = new Uint32Array(capacity);
    this.#votes = new Uint8Array(capacity);
    this.#same = new DistinctCounts({ rows, bitsPerRow: ADDRESS_BITS, hash });
    this.#any = new DistinctCounts({ rows, bitsPerRow: ADDRESS_BITS, hash });
    this.#isProven = new Uint8Array(capacity);
    this.#signature = new Uint8Array(capacity);
    this.#worm = new Uint8Array(capacity);
    this.#wormContacts = new Uint8Array(capacity);
    this.#signatureNames = [...signatures.values()];
    this.#signatureIndex = new Map([...signatures.keys()].map((each, index) => [each, index]));
  }

  reset(slot: number): void {
    this.#votes[slot] = 0;
    this.#signature[slot] = 0;
    this.#worm[slot] = 0;
    this.#wormContacts[slot] = 0;
    this.#same.clear(slot);
    this.#any.clear(slot);
  }

  observe(slot: number, observation: WordObservation): void {
    if (!observation.dark) return;
    if (observation.kind === 'payload' || (observation.marks ?? 0) !== 0)
      this.#observeWorm(slot, observation);
    if (observation.kind === 'payload' && observation.payloadHash !== null)
      this.#observePayload(slot, observation, observation.payloadHash);
  }

  /** The first proof that holds; null for a scanner that nothing proves infected. `marks`: those of its contacts. */
  proofOf(slot: number, source: number, marks: number): FoundProof | null {
    return (
      this.#signatureProof(slot) ??
      this.#payloadProof(slot, marks) ??
      this.#wormProof(slot) ??
      this.#roleProof(source)
    );
  }

  #observePayload(slot: number, observation: WordObservation, payloadHash: string): void {
    const { destination, protocol, forgeable, greeting = null } = observation;
    const listed = this.#signatureIndex.get(payloadHash);
    if (listed !== undefined) this.#signature[slot] = Math.min(listed + 1, COUNT_MAX);
    if (greeting !== null) return;
    this.#any.add(slot, destination);
    const key = this.#options.hash.ofText(payloadHash);
    const votes = this.#votes[slot] ?? 0;
    if (votes === 0 || this.#payload[slot] === key) {
      if (votes === 0) {
        this.#same.clear(slot);
        this.#isProven[slot] = 1;
      }
      this.#payload[slot] = key;
      this.#votes[slot] = Math.min(votes + 1, COUNT_MAX);
      this.#same.add(slot, destination);
      if (protocol !== 'tcp' || forgeable !== null) this.#isProven[slot] = 0;
    } else this.#votes[slot] = votes - 1;
  }

  #observeWorm(slot: number, observation: WordObservation): void {
    const found = NAMED_WORMS.findIndex((worm) => worm.matches(observation)) + 1;
    if (found === 0) return;
    const isSame = this.#worm[slot] === found;
    this.#worm[slot] = found;
    this.#wormContacts[slot] = isSame ? Math.min((this.#wormContacts[slot] ?? 0) + 1, COUNT_MAX) : 1;
  }

  #payloadProof(slot: number, marks: number): FoundProof | null {
    if ((this.#votes[slot] ?? 0) === 0 || (marks & SCANNING_TOOLS) !== 0) return null;
    const honeypots = this.#same.estimate(slot);
    const all = this.#any.estimate(slot);
    if (honeypots < HONEYPOTS_MIN || honeypots < MOST * all) return null;
    const text = `It sent the same payload to ${formatCount(honeypots)} honeypots, and it is not a usual greeting.`;
    return foundProof('payload', text, { honeypots }, this.#isProven[slot] === 0);
  }

  #signatureProof(slot: number): FoundProof | null {
    const index = this.#signature[slot] ?? 0;
    if (index === 0) return null;
    const name = this.#signatureNames[index - 1] ?? '';
    return foundProof(
      'signature',
      `It sent what the list of signatures calls ${name}.`,
      { signature: index },
      true,
    );
  }

  #wormProof(slot: number): FoundProof | null {
    const contacts = this.#wormContacts[slot] ?? 0;
    const worm = NAMED_WORMS[(this.#worm[slot] ?? 0) - 1];
    if (worm === undefined || contacts < WORM_CONTACTS_MIN) return null;
    return foundProof('worm', `Its contacts are those of ${worm.name}.`, { contacts }, true);
  }

  #roleProof(source: number): FoundProof | null {
    if (this.#options.own?.contains(source) !== true) return null;
    return foundProof('role', 'It is a host of the owner, and nothing allows it to scan.', {}, false);
  }
}

function foundProof(
  proof: InfectionProof,
  text: string,
  figures: Readonly<Record<string, number>>,
  forgeable: boolean,
): FoundProof {
  return { proof, evidence: { detector: `proof-${proof}`, text, forgeable, figures } };
}
