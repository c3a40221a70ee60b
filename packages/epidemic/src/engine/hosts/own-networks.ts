/**
 * One level of local preference: for each network that holds hosts how fast probes of its own hosts reach a susceptible one
 * or a honeypot in it.
 */
import type { PlaceOrder } from '../individual/place-order.ts';
import type { DrawnPart } from '../../scan/scan.ts';
import { type MemberRecords, NetworkMembers } from './network-members.ts';
import { ProductTree } from './product-tree.ts';

export class OwnNetworks {
  readonly members: NetworkMembers;
  /** Of each network its first host, and one more at the end. */
  readonly firstHost: Int32Array;
  readonly #probability: number;
  readonly #size: Float64Array;
  readonly #firstPlace: Float64Array;
  readonly #weight: Float64Array;
  readonly #honeypots: Float64Array;
  readonly #rate: ProductTree;

  /** `places` of the hosts in order; `records` are also for those that have none. */
  constructor(
    part: Extract<DrawnPart, { kind: 'own' }>,
    { place }: PlaceOrder,
    { records, trackSize }: { readonly records: MemberRecords; readonly trackSize: number },
  ) {
    this.#probability = part.probability;
    const blocks: number[] = [];
    const firstHost: number[] = [];
    for (let host = 0; host < place.length; host++) {
      const block = Math.floor((place[host]! + part.phase) / part.size);
      if (blocks.at(-1) === block) continue;
      blocks.push(block);
      firstHost.push(host);
    }
    this.firstHost = Int32Array.from([...firstHost, place.length]);
    this.members = new NetworkMembers(this.firstHost, records);
    this.#firstPlace = Float64Array.from(blocks, (block) => Math.max(0, block * part.size - part.phase));
    this.#size = Float64Array.from(blocks, (block, network) => {
      return Math.min(trackSize, (block + 1) * part.size - part.phase) - this.#firstPlace[network]!;
    });
    this.#weight = new Float64Array(blocks.length);
    this.#honeypots = new Float64Array(blocks.length);
    this.#rate = new ProductTree(blocks.length);
  }

  /** In quanta of the scan rate. */
  rate(): number {
    return this.#rate.total();
  }

  addSusceptible(host: number): void {
    const network = this.members.networkOf(host);
    if (network < 0) return;
    this.members.addSusceptible(host, network);
    this.#rate.set(network, this.#rateOf(network));
  }

  dropSusceptible(host: number): void {
    const network = this.members.networkOf(host);
    if (network < 0) return;
    this.members.dropSusceptible(host, network);
    this.#rate.set(network, this.#rateOf(network));
  }

  /** A susceptible host is infected and scans at once. */
  promote(host: number, weight: number): void {
    const network = this.members.networkOf(host);
    if (network < 0) return;
    this.members.promote(host, network);
    this.#weight[network]! += weight;
    this.#rate.set(network, this.#rateOf(network));
  }

  addScanning(host: number, weight: number): void {
    const network = this.members.networkOf(host);
    if (network < 0) return;
    this.members.addScanning(host, network);
    this.#weight[network]! += weight;
    this.#rate.set(network, this.#rateOf(network));
  }

  dropScanning(host: number, weight: number): void {
    const network = this.members.networkOf(host);
    if (network < 0) return;
    this.members.dropScanning(host, network);
    this.#weight[network]! -= weight;
    this.#rate.set(network, this.#rateOf(network));
  }

  /** Honeypots at these places begin to listen. */
  listen(places: PlaceOrder): void {
    for (let network = 0; network < this.#size.length; network++) {
      this.#honeypots[network]! += this.honeypotsIn(places, network);
    }
    this.#rate.fill((network) => this.#rateOf(network), this.#size.length);
  }

  /** How many of the honeypots at these places lie in a network. */
  honeypotsIn(places: PlaceOrder, network: number): number {
    const first = this.#firstPlace[network]!;
    return places.firstAtLeast(first + this.#size[network]!) - places.firstAtLeast(first);
  }

  networkAt(target: number): number {
    return this.#rate.indexAt(target);
  }

  weightIn(network: number): number {
    return this.#weight[network]!;
  }

  honeypotCountIn(network: number): number {
    return this.#honeypots[network]!;
  }

  #rateOf(network: number): number {
    const targets = this.members.susceptible[network]! + this.#honeypots[network]!;
    return (this.#probability * this.#weight[network]! * targets) / this.#size[network]!;
  }
}
