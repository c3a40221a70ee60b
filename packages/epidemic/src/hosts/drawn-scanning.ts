/**
 * Scanning by independent probes, without the misses: probes of a host that go to a run of M places reach one of its S
 * susceptible hosts and H honeypots at the rate s (S + H)/M, whatever the strategy, so the next that reaches something is
 * drawn from the sum of these over all runs and hosts, then the run, the sender by its scan rate, the target at random.
 */
import type { RandomStream } from '@wormwood/base';
import { RankedSums } from '../individuals/ranked-sums.ts';
import type { ScanWeights } from '../individuals/scan-weights.ts';
import type { Hit, Scanning } from '../individuals/scanning.ts';
import type { PlacedPopulation } from '../population.ts';
import type { DrawnScan } from '../scan/scan.ts';
import { OwnNetworks } from './own-networks.ts';
import { firstAtLeast, type PlacedRanks, rankByPlace } from './placed-ranks.ts';

/** A run of places that any host may probe. */
interface OpenRun {
  readonly probability: number;
  readonly size: number;
  readonly firstRank: number;
  readonly endRank: number;
  susceptible: number;
  /** Listening honeypots. */
  honeypots: number;
  /** Of each group of honeypots the first in the run, and how many. */
  readonly inGroup: readonly { readonly first: number; readonly count: number }[];
}

export class DrawnScanning implements Scanning {
  readonly #ranks: PlacedRanks;
  readonly #weights: ScanWeights;
  readonly #hosts: number;
  readonly #runs: readonly OpenRun[];
  readonly #own: readonly OwnNetworks[];
  readonly #susceptible: RankedSums;
  readonly #scanning: RankedSums;
  readonly #listening: boolean[];

  constructor(scan: DrawnScan, placed: PlacedPopulation, weights: ScanWeights) {
    const ranks = rankByPlace(scan.track, placed);
    const hosts = placed.hostAddress.length;
    this.#ranks = ranks;
    this.#weights = weights;
    this.#hosts = hosts;
    const runs: OpenRun[] = [];
    const own: OwnNetworks[] = [];
    for (const part of scan.parts) {
      if (part.kind === 'own') own.push(new OwnNetworks(part, ranks, scan.track.size));
      else runs.push(openRun(part, ranks));
    }
    this.#runs = runs;
    this.#own = own;
    this.#susceptible = new RankedSums(hosts);
    this.#susceptible.fill(new Float64Array(hosts).fill(1));
    this.#scanning = new RankedSums(hosts);
    this.#listening = placed.honeypotAddress.map(() => false);
  }

  rate(): number {
    let sum = 0;
    for (const run of this.#runs) sum += this.#rateOfRun(run);
    for (const networks of this.#own) sum += networks.rate();
    return sum * this.#weights.quantumPerSecond;
  }

  nextSeconds(): number {
    return Infinity;
  }

  draw(hit: Hit, stream: RandomStream): void {
    let left = (stream.nextDouble() * this.rate()) / this.#weights.quantumPerSecond;
    for (const run of this.#runs) {
      const rate = this.#rateOfRun(run);
      if (left < rate) {
        this.#drawInRun(run, hit, stream);
        return;
      }
      left -= rate;
    }
    for (const [index, networks] of this.#own.entries()) {
      const rate = networks.rate();
      if (left < rate || index === this.#own.length - 1) {
        this.#drawInNetwork(networks, Math.min(left, rate), hit, stream);
        return;
      }
      left -= rate;
    }
    // Rounding led beyond the last run.
    hit.target = -1;
  }

  take(): void {}

  settle(): boolean {
    return false;
  }

  restore(host: number): void {
    this.#changeSusceptible(host, 1);
  }

  withdraw(host: number): void {
    this.#changeSusceptible(host, -1);
  }

  infect(host: number): void {
    this.#changeSusceptible(host, -1);
  }

  start(host: number): void {
    this.#changeWeight(host, this.#weights.weight[host]!);
  }

  stop(host: number): void {
    this.#changeWeight(host, -this.#weights.weight[host]!);
  }

  listen(group: number): void {
    this.#listening[group] = true;
    for (const run of this.#runs) run.honeypots += run.inGroup[group]!.count;
    for (const networks of this.#own) networks.listen(this.#ranks.honeypotPlace[group]!);
  }

  #rateOfRun({ probability, susceptible, honeypots, size }: OpenRun): number {
    return (probability * this.#scanning.total * (susceptible + honeypots)) / size;
  }

  #changeSusceptible(host: number, change: number): void {
    const rank = this.#ranks.rankOf[host]!;
    this.#susceptible.add(rank, change);
    for (const run of this.#runs) {
      if (rank >= run.firstRank && rank < run.endRank) run.susceptible += change;
    }
    for (const networks of this.#own) networks.changeSusceptible(rank, change);
  }

  #changeWeight(host: number, change: number): void {
    const rank = this.#ranks.rankOf[host]!;
    this.#scanning.add(rank, change);
    for (const networks of this.#own) networks.changeWeight(rank, change);
  }

  #drawInRun(run: OpenRun, hit: Hit, stream: RandomStream): void {
    hit.sender = this.#senderAt(stream.nextBelow(this.#scanning.total));
    const row = stream.nextBelow(run.susceptible + run.honeypots);
    if (row < run.susceptible) {
      hit.target = this.#susceptibleAt(run.firstRank, row);
      return;
    }
    let left = row - run.susceptible;
    hit.target = -1;
    for (const [group, { count }] of run.inGroup.entries()) {
      if (!this.#listening[group]) continue;
      if (left < count) {
        hit.target = this.#hosts + group;
        return;
      }
      left -= count;
    }
  }

  #drawInNetwork(networks: OwnNetworks, target: number, hit: Hit, stream: RandomStream): void {
    const network = networks.networkAt(target);
    const firstRank = networks.firstRank[network]!;
    const before = this.#scanning.before(firstRank);
    hit.sender = this.#senderAt(before + stream.nextBelow(networks.weightIn(network)));
    const susceptible = networks.susceptibleIn(network);
    const row = stream.nextBelow(susceptible + networks.honeypotCountIn(network));
    if (row < susceptible) {
      hit.target = this.#susceptibleAt(firstRank, row);
      return;
    }
    let left = row - susceptible;
    hit.target = -1;
    for (const [group, places] of this.#ranks.honeypotPlace.entries()) {
      if (!this.#listening[group]) continue;
      const { count } = networks.honeypotsIn(places, network);
      if (left < count) {
        hit.target = this.#hosts + group;
        return;
      }
      left -= count;
    }
  }

  /** The host in whose part of the sum of all weights a point lies. */
  #senderAt(point: number): number {
    return this.#ranks.hostAt[this.#scanning.rankAt(point)]!;
  }

  #susceptibleAt(firstRank: number, row: number): number {
    return this.#ranks.hostAt[this.#susceptible.rankAt(this.#susceptible.before(firstRank) + row)]!;
  }
}

function openRun(
  {
    probability,
    first,
    size,
  }: { readonly probability: number; readonly first: number; readonly size: number },
  { place, honeypotPlace }: PlacedRanks,
): OpenRun {
  const firstRank = firstAtLeast(place, first);
  const endRank = firstAtLeast(place, first + size);
  return {
    probability,
    size,
    firstRank,
    endRank,
    susceptible: endRank - firstRank,
    honeypots: 0,
    inGroup: honeypotPlace.map((places) => {
      const from = firstAtLeast(places, first);
      return { first: from, count: firstAtLeast(places, first + size) - from };
    }),
  };
}
