/**
 * One level of local preference: for each network that holds hosts how fast probes of its own hosts reach a susceptible one
 * or a honeypot in it.
 */
import type { DrawnPart } from '../scan/scan.ts';
import { firstAtLeast, type PlacedRanks } from './placed-ranks.ts';
import { ProductTree } from './product-tree.ts';

export class OwnNetworks {
  /** Of each network the first rank of its hosts, and one more at the end. */
  readonly firstRank: Int32Array;
  readonly #networkOf: Int32Array;
  readonly #probability: number;
  readonly #size: Float64Array;
  readonly #firstPlace: Float64Array;
  readonly #susceptible: Float64Array;
  readonly #weight: Float64Array;
  readonly #honeypots: Float64Array;
  readonly #rate: ProductTree;

  constructor(part: Extract<DrawnPart, { kind: 'own' }>, ranks: PlacedRanks, trackSize: number) {
    const { place, reached } = ranks;
    this.#probability = part.probability;
    this.#networkOf = new Int32Array(place.length).fill(-1);
    const number: number[] = [];
    const firstRank: number[] = [];
    for (let rank = 0; rank < reached; rank++) {
      const block = Math.floor((place[rank]! + part.phase) / part.size);
      if (number.at(-1) !== block) {
        number.push(block);
        firstRank.push(rank);
      }
      this.#networkOf[rank] = number.length - 1;
    }
    this.firstRank = Int32Array.from([...firstRank, reached]);
    this.#firstPlace = Float64Array.from(number, (block) => Math.max(0, block * part.size - part.phase));
    this.#size = Float64Array.from(number, (block, network) => {
      return Math.min(trackSize, (block + 1) * part.size - part.phase) - this.#firstPlace[network]!;
    });
    this.#susceptible = new Float64Array(number.length);
    for (let network = 0; network < number.length; network++) {
      this.#susceptible[network] = this.firstRank[network + 1]! - this.firstRank[network]!;
    }
    this.#weight = new Float64Array(number.length);
    this.#honeypots = new Float64Array(number.length);
    this.#rate = new ProductTree(number.length);
  }

  /** In quanta of the scan rate. */
  rate(): number {
    return this.#rate.total();
  }

  changeSusceptible(rank: number, change: number): void {
    const network = this.#networkOf[rank]!;
    if (network < 0) return;
    this.#susceptible[network]! += change;
    // Where nobody scans there is nothing to change.
    if (this.#weight[network]! > 0) this.#rate.set(network, this.#rateOf(network));
  }

  changeWeight(rank: number, change: number): void {
    const network = this.#networkOf[rank]!;
    if (network < 0) return;
    this.#weight[network]! += change;
    this.#rate.set(network, this.#rateOf(network));
  }

  /** Honeypots at these places, which rise, begin to listen. */
  listen(places: Float64Array): void {
    for (let network = 0; network < this.#size.length; network++) {
      this.#honeypots[network]! += this.honeypotsIn(places, network).count;
    }
    this.#rate.fill((network) => this.#rateOf(network), this.#size.length);
  }

  /** Which of the honeypots at these places lie in a network. */
  honeypotsIn(places: Float64Array, network: number): { readonly first: number; readonly count: number } {
    const first = firstAtLeast(places, this.#firstPlace[network]!);
    return { first, count: firstAtLeast(places, this.#firstPlace[network]! + this.#size[network]!) - first };
  }

  networkAt(target: number): number {
    return this.#rate.indexAt(target);
  }

  susceptibleIn(network: number): number {
    return this.#susceptible[network]!;
  }

  weightIn(network: number): number {
    return this.#weight[network]!;
  }

  honeypotCountIn(network: number): number {
    return this.#honeypots[network]!;
  }

  #rateOf(network: number): number {
    const targets = this.#susceptible[network]! + this.#honeypots[network]!;
    return (this.#probability * this.#weight[network]! * targets) / this.#size[network]!;
  }
}
