/**
 * Scanning with every probe drawn and looked up by its address: the oracle of what `hosts` derives. A probe is sent by any
 * host that scans, with the chance that its scan rate gives it.
 */
import type { RandomStream } from '@wormwood/base';
import type { HitlistShares } from '../../scan/hitlist.ts';
import { RankedSums } from '../individual/ranked-sums.ts';
import type { ScanWeights } from '../individual/scan-weights.ts';
import type { Hit, Outcome, Scanning } from '../individual/scanning.ts';
import type { PlacedPopulation } from '../../placement/place-population.ts';
import { type DrawnScan, type NeighborScan, type Scan, type WalkedScan, Walks } from '../../scan/scan.ts';

const NOTHING = -1;

export class EachProbe implements Scanning {
  readonly #scan: Scan;
  readonly #shares: HitlistShares | undefined;
  readonly #weights: ScanWeights;
  readonly #placed: PlacedPopulation;
  readonly #scanning: RankedSums;
  readonly #what = new Map<number, number>();
  readonly #listening: boolean[];
  readonly #walks: Walks;
  readonly #hosts: number;
  #isFromList = false;
  #isRangeEnd = false;

  constructor(scan: Scan, shares: HitlistShares | undefined, placed: PlacedPopulation, weights: ScanWeights) {
    this.#scan = scan;
    this.#shares = shares;
    this.#weights = weights;
    this.#placed = placed;
    this.#hosts = placed.hostAddress.length;
    this.#scanning = new RankedSums(this.#hosts);
    this.#walks = new Walks(this.#hosts);
    this.#listening = placed.honeypotAddress.map(() => false);
    placed.hostAddress.forEach((address, host) => this.#what.set(address, host));
    placed.honeypotAddress.forEach((addresses, group) => {
      for (const address of addresses) this.#what.set(address, this.#hosts + group);
    });
  }

  rate(): number {
    return this.#scanning.total * this.#weights.quantumPerSecond;
  }

  nextSeconds(): number {
    return Infinity;
  }

  draw(hit: Hit, stream: RandomStream): void {
    const sender = this.#scanning.rankAt(stream.nextBelow(this.#scanning.total));
    hit.sender = sender;
    this.#isRangeEnd = false;
    this.#isFromList = this.#shares !== undefined && !this.#shares.isDone(sender);
    if (this.#isFromList) {
      hit.target = this.#shares!.take(sender);
      return;
    }
    const scan = this.#scan;
    if (scan.kind === 'neighbors') hit.target = anyNeighbor(scan, sender, stream);
    else if (scan.kind === 'drawn') hit.target = this.#drawn(scan, sender, stream);
    else hit.target = this.#walked(scan, sender);
  }

  take(): void {}

  settle({ sender }: Hit, outcome: Outcome, stream: RandomStream): boolean {
    if (this.#scan.kind !== 'walked' || this.#isFromList) return false;
    if (outcome === 'infected') this.#scan.succeeded(this.#walks, sender);
    else if (outcome === 'was-infected') this.#scan.metInfected(this.#walks, sender, stream);
    if (this.#isRangeEnd) this.#scan.finishedRange(this.#walks, sender, stream);
    return this.#walks.remaining(sender) === 0;
  }

  restore(): void {}

  withdraw(): void {}

  infect(host: number, infector: number, stream: RandomStream): void {
    this.#shares?.begin(host, infector);
    if (this.#scan.kind !== 'walked') return;
    const place = this.#scan.track.placeOf(this.#placed.hostAddress[host]!);
    const isByWalk = infector >= 0 && !this.#isFromList;
    this.#scan.begin(this.#walks, { host, infector, place, isByWalk }, stream);
  }

  start(host: number): void {
    this.#scanning.add(host, this.#weights.weightOf(host));
  }

  stop(host: number): void {
    this.#scanning.add(host, -this.#weights.weightOf(host));
  }

  listen(group: number): void {
    this.#listening[group] = true;
  }

  #drawn({ track, parts }: DrawnScan, sender: number, stream: RandomStream): number {
    let left = stream.nextDouble();
    for (const part of parts) {
      left -= part.probability;
      if (left >= 0) continue;
      if (part.kind === 'run') return this.#at(track.addressAt(part.first + stream.nextBelow(part.size)));
      const own = track.placeOf(this.#placed.hostAddress[sender]!);
      const [low, high] =
        part.kind === 'around' ? [own - part.distance, own + part.distance + 1] : blockOf(own, part);
      const first = Math.max(0, low);
      const end = Math.min(track.size, high);
      return this.#at(track.addressAt(first + stream.nextBelow(end - first)));
    }
    return NOTHING;
  }

  #walked({ track }: WalkedScan, sender: number): number {
    const place = this.#walks.next(sender);
    this.#walks.goOn(sender, 1);
    this.#isRangeEnd = this.#walks.remaining(sender) === 0;
    return this.#at(track.addressAt(place));
  }

  #at(address: number): number {
    const what = this.#what.get(address) ?? NOTHING;
    return what >= this.#hosts && !this.#listening[what - this.#hosts] ? NOTHING : what;
  }
}

/** The first place of the block around a place, and the one behind its last. */
function blockOf(
  place: number,
  { size, phase }: { readonly size: number; readonly phase: number },
): [first: number, end: number] {
  const first = Math.floor((place + phase) / size) * size - phase;
  return [first, first + size];
}

function anyNeighbor({ first, neighbor }: NeighborScan, host: number, stream: RandomStream): number {
  const known = first[host + 1]! - first[host]!;
  return known === 0 ? NOTHING : neighbor[first[host]! + stream.nextBelow(known)]!;
}
