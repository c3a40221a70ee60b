/**
 * Probes that go to addresses close to the sender: how fast those of each scanning host reach a susceptible host or a honeypot
 * among them. How many are susceptible is only known as a bound, the number when it was last looked at, from which the probes
 * are drawn; one beyond the present number reaches nothing, and the bound is lowered. So a host that is no longer
 * susceptible changes one number and not those of all around it.
 */
import type { RandomStream } from '@wormwood/base';
import type { PlaceOrder } from '../individual/place-order.ts';
import { RankedSums } from '../individual/ranked-sums.ts';
import type { DrawnPart } from '../../scan/scan.ts';
import { ProductTree } from './product-tree.ts';

/** What was drawn: a host that is susceptible; a honeypot that listens, by its number among those around; or nothing. */
interface Reached {
  readonly host: number;
  readonly honeypot: number;
}

const NOTHING: Reached = { host: -1, honeypot: -1 };

export class OwnSurroundings {
  readonly #probability: number;
  /** For each host the first around it and the one behind the last, in the order of places, and the places around. */
  readonly #first: Int32Array;
  readonly #end: Int32Array;
  readonly #firstPlace: Float64Array;
  readonly #size: Float64Array;
  readonly #honeypots: Float64Array;
  readonly #bound: Int32Array;
  readonly #weight: Float64Array;
  readonly #susceptible: RankedSums;
  readonly #rate: ProductTree;

  /** `places` of the hosts in order; `hosts` also counts those that have none. */
  constructor(
    { probability, distance }: Extract<DrawnPart, { kind: 'around' }>,
    places: PlaceOrder,
    { hosts, trackSize }: { readonly hosts: number; readonly trackSize: number },
  ) {
    const { place } = places;
    this.#probability = probability;
    this.#firstPlace = Float64Array.from(place, (own) => Math.max(0, own - distance));
    this.#size = Float64Array.from(place, (own, host) => {
      return Math.min(trackSize, own + distance + 1) - this.#firstPlace[host]!;
    });
    this.#first = Int32Array.from(place, (_, host) => places.firstAtLeast(this.#firstPlace[host]!));
    this.#end = Int32Array.from(place, (_, host) => {
      return places.firstAtLeast(this.#firstPlace[host]! + this.#size[host]!);
    });
    this.#honeypots = new Float64Array(place.length);
    this.#bound = new Int32Array(place.length);
    this.#weight = new Float64Array(hosts);
    this.#susceptible = new RankedSums(place.length);
    this.#susceptible.fill(new Uint8Array(place.length).fill(1));
    this.#rate = new ProductTree(place.length);
  }

  /** In quanta of the scan rate. */
  rate(): number {
    return this.#rate.total();
  }

  addSusceptible(host: number): void {
    if (host >= this.#first.length) return;
    this.#susceptible.add(host, 1);
    // Whoever is around a host has it around itself.
    for (let other = this.#first[host]!; other < this.#end[host]!; other++) {
      if (this.#weight[other] === 0) continue;
      this.#bound[other]!++;
      this.#update(other);
    }
  }

  dropSusceptible(host: number): void {
    if (host < this.#first.length) this.#susceptible.add(host, -1);
  }

  setScanning(host: number, weight: number): void {
    if (host >= this.#first.length) return;
    this.#weight[host] = weight;
    if (weight > 0) this.#bound[host] = this.#susceptibleAround(host);
    this.#update(host);
  }

  /** Honeypots at these places begin to listen. */
  listen(places: PlaceOrder): void {
    for (let host = 0; host < this.#first.length; host++) {
      this.#honeypots[host]! += this.honeypotsAround(places, host);
    }
    this.#rate.fill((host) => this.#rateOf(host), this.#first.length);
  }

  /** How many of the honeypots at these places lie around a host. */
  honeypotsAround(places: PlaceOrder, host: number): number {
    const first = this.#firstPlace[host]!;
    return places.firstAtLeast(first + this.#size[host]!) - places.firstAtLeast(first);
  }

  /** The host whose share of the rate holds the point `target`. */
  senderAt(target: number): number {
    return this.#rate.indexAt(target);
  }

  draw(sender: number, stream: RandomStream): Reached {
    const bound = this.#bound[sender]!;
    const row = stream.nextBelow(bound + this.#honeypots[sender]!);
    if (row >= bound) return { host: -1, honeypot: row - bound };
    const before = this.#susceptible.before(this.#first[sender]!);
    const present = this.#susceptible.before(this.#end[sender]!) - before;
    if (row < present) return { host: this.#susceptible.rankAt(before + row), honeypot: -1 };
    this.#bound[sender] = present;
    this.#update(sender);
    return NOTHING;
  }

  #susceptibleAround(host: number): number {
    return this.#susceptible.before(this.#end[host]!) - this.#susceptible.before(this.#first[host]!);
  }

  #update(host: number): void {
    this.#rate.set(host, this.#rateOf(host));
  }

  #rateOf(host: number): number {
    const targets = this.#bound[host]! + this.#honeypots[host]!;
    return (this.#probability * this.#weight[host]! * targets) / this.#size[host]!;
  }
}
