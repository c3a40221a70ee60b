/**
 * Hosts by network, in each of which those that are susceptible stand first, then those that scan, then the others: so that
 * any one of either is found at once, and a change of state is a swap or two.
 */
import type { RandomStream } from '@wormwood/base';

/** Where a host stands in the list of members, and its network. */
const AT = 0;
const NETWORK = 1;
const WORDS = 2;

/** Room for what members of several kinds of networks keep of a host, side by side: most changes of a host concern all. */
export class MemberRecords {
  readonly words: Int32Array;
  readonly stride: number;
  readonly hosts: number;
  #taken = 0;

  constructor(hosts: number, kinds: number) {
    this.hosts = hosts;
    this.stride = WORDS * kinds;
    this.words = new Int32Array(hosts * this.stride);
  }

  /** Returns where in the record of each host the next kind of networks may keep its words. */
  take(): number {
    return WORDS * this.#taken++;
  }
}

export class NetworkMembers {
  /** Of each network, counts of hosts. */
  readonly susceptible: Int32Array;
  readonly scanning: Int32Array;
  readonly #words: Int32Array;
  readonly #stride: number;
  readonly #offset: number;
  readonly #first: Int32Array;
  /** Hosts, network by network. */
  readonly #member: Int32Array;

  /** `firstHost` of each network, and the one behind the last network; all begin susceptible. */
  constructor(firstHost: Int32Array, records: MemberRecords) {
    const networks = firstHost.length - 1;
    const { hosts, words, stride } = records;
    this.#words = words;
    this.#stride = stride;
    this.#offset = records.take();
    this.#first = firstHost;
    this.susceptible = new Int32Array(networks);
    this.scanning = new Int32Array(networks);
    this.#member = new Int32Array(hosts);
    for (let host = 0; host < hosts; host++) {
      const record = host * stride + this.#offset;
      this.#member[host] = host;
      words[record + AT] = host;
      words[record + NETWORK] = -1;
    }
    for (let network = 0; network < networks; network++) {
      this.susceptible[network] = firstHost[network + 1]! - firstHost[network]!;
      for (let host = firstHost[network]!; host < firstHost[network + 1]!; host++) {
        words[host * stride + this.#offset + NETWORK] = network;
      }
    }
  }

  /** −1 for a host in none. */
  networkOf(host: number): number {
    return this.#words[host * this.#stride + this.#offset + NETWORK]!;
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
    const words = this.#words;
    const place = host * this.#stride + this.#offset + AT;
    const other = this.#member[to]!;
    const at = words[place]!;
    this.#member[at] = other;
    words[other * this.#stride + this.#offset + AT] = at;
    this.#member[to] = host;
    words[place] = to;
  }
}
