/**
 * Scanning of known hosts without the misses: a host with k neighbors, of which S are susceptible, reaches one of
 * these at the rate s S/k.
 */
import type { RandomStream } from '@wormwood/base';
import type { ScanWeights } from '../individual/scan-weights.ts';
import type { Hit, Scanning } from '../individual/scanning.ts';
import type { NeighborScan } from '../../scan/scan.ts';
import { ProductTree } from './product-tree.ts';

export class NeighborScanning implements Scanning {
  readonly #scan: NeighborScan;
  readonly #weights: ScanWeights;
  readonly #isSusceptible: Uint8Array;
  readonly #isScanning: Uint8Array;
  /** Of each host the number of susceptible neighbors. */
  readonly #susceptible: Int32Array;
  /** The hosts that have a host as a neighbor: the reversed graph. */
  readonly #known: NeighborScan;
  readonly #rate: ProductTree;

  constructor(scan: NeighborScan, weights: ScanWeights) {
    const hosts = scan.first.length - 1;
    this.#scan = scan;
    this.#weights = weights;
    this.#isSusceptible = new Uint8Array(hosts).fill(1);
    this.#isScanning = new Uint8Array(hosts);
    this.#susceptible = new Int32Array(hosts);
    for (let host = 0; host < hosts; host++)
      this.#susceptible[host] = scan.first[host + 1]! - scan.first[host]!;
    this.#known = reversed(scan);
    this.#rate = new ProductTree(hosts);
  }

  rate(): number {
    return this.#rate.total() * this.#weights.quantumPerSecond;
  }

  nextSeconds(): number {
    return Infinity;
  }

  draw(hit: Hit, stream: RandomStream): void {
    const sender = this.#rate.indexAt(stream.nextDouble() * this.#rate.total());
    const { first, neighbor } = this.#scan;
    let row = stream.nextBelow(this.#susceptible[sender]!);
    hit.sender = sender;
    hit.target = -1;
    for (let at = first[sender]!; at < first[sender + 1]!; at++) {
      if (this.#isSusceptible[neighbor[at]!] === 0) continue;
      if (row-- > 0) continue;
      hit.target = neighbor[at]!;
      return;
    }
  }

  take(): void {}

  settle(): boolean {
    return false;
  }

  restore(host: number): void {
    this.#change(host, 1);
  }

  withdraw(host: number): void {
    this.#change(host, -1);
  }

  infect(host: number): void {
    this.#change(host, -1);
  }

  start(host: number): void {
    this.#isScanning[host] = 1;
    this.#update(host);
  }

  stop(host: number): void {
    this.#isScanning[host] = 0;
    this.#update(host);
  }

  listen(): void {}

  #change(host: number, change: number): void {
    this.#isSusceptible[host]! += change;
    const { first, neighbor } = this.#known;
    for (let at = first[host]!; at < first[host + 1]!; at++) {
      this.#susceptible[neighbor[at]!]! += change;
      if (this.#isScanning[neighbor[at]!] === 1) this.#update(neighbor[at]!);
    }
  }

  #update(host: number): void {
    const degree = this.#scan.first[host + 1]! - this.#scan.first[host]!;
    const scans = this.#isScanning[host] === 1 && degree > 0;
    this.#rate.set(host, scans ? (this.#weights.weightOf(host) * this.#susceptible[host]!) / degree : 0);
  }
}

function reversed({ first, neighbor }: NeighborScan): NeighborScan {
  const hosts = first.length - 1;
  const count = new Int32Array(hosts + 1);
  for (const host of neighbor) count[host + 1]!++;
  for (let host = 0; host < hosts; host++) count[host + 1]! += count[host]!;
  const next = count.slice();
  const reverse = new Int32Array(neighbor.length);
  for (let host = 0; host < hosts; host++) {
    for (let at = first[host]!; at < first[host + 1]!; at++) reverse[next[neighbor[at]!]!++] = host;
  }
  return { kind: 'neighbors', first: count, neighbor: reverse };
}
