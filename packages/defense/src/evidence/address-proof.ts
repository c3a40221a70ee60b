/**
 * What proves the address of each source: from which machine its proven handshakes came, and why others proved nothing.
 * Handshakes that are each proven, but by different machines, are not proof against either: the address changed hands.
 */
import { formatMac } from '@wormwood/wire';
import { FORGEABLE_REASONS, type ForgeableReason, type Observation } from '../observation.ts';
import type { Evidence } from '../verdict.ts';
import type { Doubles, Halves, SourceRows } from './source-rows.ts';

/** No handshake of the source is proven yet; MAC addresses are positive. */
const NONE = -1;
const BEYOND_ROUTER = 0;
/** Beside the bits of the reasons: the proven handshakes of the source came from several machines. */
const MOVED = 0x8000;

const BIT_OF: ReadonlyMap<ForgeableReason, number> = new Map(
  FORGEABLE_REASONS.map((reason, index) => [reason, 1 << index]),
);

const REASON_WORDS: Readonly<Record<ForgeableReason, string>> = {
  'no-link-address': 'nothing says which machine sent the frames, for the link is not Ethernet',
  'unknown-router':
    'the frames came neither from a known router nor from a host that the sensor asked for on its link',
  'arp-silent': 'nobody answered when the sensor asked its link for the address',
  'arp-conflict': 'more than one machine on the link claims the address',
  'arp-mismatch': 'another machine on the link has the address than the one that sent the frames',
  'address-changed': 'the frames came from several machines',
  'weak-sequence-numbers': 'the virtual host imitates a system whose sequence numbers can be guessed',
  'unknown-sensor': 'the answers came from no machine that is known as the sensor',
  'proof-pending': 'the sensor still waits for the owner of the address to answer on its link',
  'no-proof': 'the sensor does not say from which machine the frames came',
  'ndp-silent': 'nobody answered when the sensor asked its link for the address by neighbor discovery',
  'ndp-conflict': 'more than one machine on the link says that it has the address',
  'ndp-mismatch': 'another machine on the link has the address than the one that sent the frames',
};

export class AddressProof {
  /** Where the proven handshakes came from. */
  readonly #linkAddresses: Doubles;
  readonly #reasons: Halves;

  constructor(rows: SourceRows) {
    this.#linkAddresses = rows.doubles();
    this.#reasons = rows.halves();
  }

  reset(slot: number): void {
    this.#linkAddresses.set(slot, NONE);
    this.#reasons.set(slot, 0);
  }

  observe(slot: number, { kind, protocol, dark, linkAddress, forgeable }: Observation): void {
    if (kind !== 'handshake' || protocol !== 'tcp' || !dark) return;
    if (forgeable !== null) {
      this.#reasons.set(slot, this.#reasons.get(slot) | (BIT_OF.get(forgeable) ?? 0));
      return;
    }
    const from = linkAddress ?? BEYOND_ROUTER;
    if (this.#linkAddresses.get(slot) === NONE) this.#linkAddresses.set(slot, from);
    else if (this.#linkAddresses.get(slot) !== from) this.#reasons.set(slot, this.#reasons.get(slot) | MOVED);
  }

  /** Whether proven handshakes exist and all came from one machine on the link, or all over routers. */
  isBound(slot: number): boolean {
    return this.#linkAddresses.get(slot) !== NONE && (this.#reasons.get(slot) & MOVED) === 0;
  }

  /** The machine on the link that every proven handshake came from; null when there is no such machine. */
  linkAddress(slot: number): string | null {
    const from = this.#linkAddresses.get(slot);
    return from > BEYOND_ROUTER && this.isBound(slot) ? formatMac(from) : null;
  }

  /** Why handshakes of the source prove nothing. A pending proof is a reason only while nothing else is known. */
  reasons(slot: number): readonly ForgeableReason[] {
    const bits = this.#reasons.get(slot);
    const found = FORGEABLE_REASONS.filter(
      (reason) =>
        (bits & (BIT_OF.get(reason) ?? 0)) !== 0 || (reason === 'address-changed' && (bits & MOVED) !== 0),
    );
    const isSettled = this.#linkAddresses.get(slot) !== NONE || found.length > 1;
    return isSettled ? found.filter((reason) => reason !== 'proof-pending') : found;
  }

  /** The reasons in words; empty when every handshake counts. */
  evidence(slot: number): readonly Evidence[] {
    const reasons = this.reasons(slot);
    if (reasons.length === 0) return [];
    const words = reasons.map((reason) => REASON_WORDS[reason]).join('; ');
    const text = `Handshakes under its address do not count: ${words}.`;
    return [{ detector: 'address-proof', text, forgeable: true, figures: { reasons: reasons.length } }];
  }
}
