/**
 * Hosts by network, in each of which those that are susceptible stand first, then those that scan, then the others: so that
 * any one of either is found at once, and a change of state is a swap or two.
 */
import type { RandomStream } from '@wormwood/base';

export class NetworkMembers {
  /** Of each network, counts of hosts. */
  readonly susceptible: Int32Array;
  readonly scanning: Int32Array;
  /** Network of each host; −1 for one in none. */
  readonly #networkOf: Int32Array;
  readonly #first: Int32Array;
  /** Hosts, network by network, and where each stands. */
  readonly #member: Int32Array;
  readonly #at: Int32Array;

  /** `firstHost` of each network, and the one behind the last network; all begin susceptible. */
  constructor(firstHost: Int32Array, hosts: number) {
    const networks = firstHost.length - 1;
    this.#first = firstHost;
    this.#networkOf = new Int32Array(hosts).fill(-1);
    this.susceptible = new Int32Array(networks);
    this.scanning = new Int32Array(networks);
    this.#member = new Int32Array(hosts);
    for (let host = 0; host < hosts; host++) this.#member[host] = host;
    this.#at = this.#member.slice();
    for (let network = 0; network < networks; network++) {
      this.susceptible[network] = firstHost[network + 1]! - firstHost[network]!;
      this.#networkOf.fill(network, firstHost[network], firstHost[network + 1]);
    }
  }

  /** −1 for a host in none. */
  networkOf(host: number): number {
    return this.#networkOf[host]!;
  }

  dropSusceptible(host: number, network: number): void {
    const behind = this.#first[network]! + --this.susceptible[network]!;
    this.#swap(host, behind);
    this.#swap(host, behind + this.scanning[network]!);
  }

  /** A susceptible host scans at once: it is the last of those and the first of these. */
  promote(host: number, network: number): void {
    this.#swap(host, this.#first[network]! + --this.susceptible[network]!);
    this.scanning[network]!++;
  }

  addSusceptible(host: number, network: number): void {
    const behind = this.#first[network]! + this.susceptible[network]!++;
    this.#swap(host, behind + this.scanning[network]!);
    this.#swap(host, behind);
  }

  addScanning(host: number, network: number): void {
    this.#swap(host, this.#first[network]! + this.susceptible[network]! + this.scanning[network]!++);
  }

  dropScanning(host: number, network: number): void {
    this.#swap(host, this.#first[network]! + this.susceptible[network]! + --this.scanning[network]!);
  }

  anySusceptible(network: number, stream: RandomStream): number {
    return this.#member[this.#first[network]! + stream.nextBelow(this.susceptible[network]!)]!;
  }

  anyScanning(network: number, stream: RandomStream): number {
    const first = this.#first[network]! + this.susceptible[network]!;
    return this.#member[first + stream.nextBelow(this.scanning[network]!)]!;
  }

  #swap(host: number, to: number): void {
    const other = this.#member[to]!;
    const at = this.#at[host]!;
    this.#member[at] = other;
    this.#at[other] = at;
    this.#member[to] = host;
    this.#at[host] = to;
  }
}
