/**
 * Scanning by independent probes, without the misses: probes of a host that go to a run of M places reach one of its S
 * susceptible hosts and H honeypots at the rate s (S + H)/M, whatever the strategy, so the next that reaches something is
 * drawn from the sum of these over all runs and hosts, then the run, the sender by its scan rate, the target at random.
 */
import type { RandomStream } from '@wormwood/base';
import { orderPlaces, type PlaceOrder } from '../individual/place-order.ts';
import { RankedSums } from '../individual/ranked-sums.ts';
import type { ScanSetup } from '../individual/scan-setup.ts';
import type { ScanWeights } from '../individual/scan-weights.ts';
import type { Hit, Scanning } from '../individual/scanning.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { DrawnPart, DrawnScan } from '../../scan/scan.ts';
import { MemberRecords, NetworkMembers } from './network-members.ts';
import { OwnNetworks } from './own-networks.ts';
import { OwnSurroundings } from './own-surroundings.ts';

/** A run of places that any host may probe; its hosts are the one network of `members`. */
interface OpenRun {
  readonly probability: number;
  readonly size: number;
  readonly members: NetworkMembers;
  /** Of each group, honeypots in the run. */
  readonly inGroup: readonly number[];
  /** Those that listen. */
  honeypots: number;
}

export class DrawnScanning implements Scanning {
  readonly #weights: ScanWeights;
  readonly #hosts: number;
  /** Of each group the places of honeypots that probes reach. */
  readonly #honeypots: readonly PlaceOrder[];
  readonly #runs: readonly OpenRun[];
  /** Those that hold some of the hosts only, and so have lists of their own. */
  readonly #runsApart: readonly OpenRun[];
  readonly #own: readonly OwnNetworks[];
  readonly #around: readonly OwnSurroundings[];
  /** All hosts, those too that no probe reaches. */
  readonly #everyone: NetworkMembers;
  /** Weights of those that scan, where they differ. */
  readonly #scanning: RankedSums | undefined;
  #scanningWeight = 0;
  readonly #listening: boolean[];
  readonly #isLatent: boolean;
  /** A host that is infected and has not begun to scan, still among the susceptible ones; −1 for none. */
  #infected = -1;

  constructor(scan: DrawnScan, { worm }: Outbreak, { placed, hostPlaces, weights }: ScanSetup) {
    this.#isLatent = (worm.latentSeconds ?? 0) > 0;
    const { track } = scan;
    const hosts = placed.hostAddress.length;
    this.#weights = weights;
    this.#hosts = hosts;
    const records = new MemberRecords(hosts, 1 + scan.parts.filter(({ kind }) => kind !== 'around').length);
    this.#everyone = new NetworkMembers(Int32Array.of(0, hosts), records);
    this.#honeypots = placed.honeypotAddress.map((addresses) => {
      const found = addresses.map((address) => track.placeOf(address)).filter((place) => place >= 0);
      return orderPlaces(found, track.size);
    });
    const runs: OpenRun[] = [];
    const own: OwnNetworks[] = [];
    const around: OwnSurroundings[] = [];
    const sizes = { hosts, records, trackSize: track.size };
    const everyone = this.#everyone;
    for (const part of scan.parts) {
      if (part.kind === 'own') own.push(new OwnNetworks(part, hostPlaces, sizes));
      else if (part.kind === 'around') around.push(new OwnSurroundings(part, hostPlaces, sizes));
      else runs.push(openRun(part, { hostPlaces, honeypots: this.#honeypots, everyone, records }));
    }
    this.#runs = runs;
    this.#runsApart = runs.filter(({ members }) => members !== this.#everyone);
    this.#own = own;
    this.#around = around;
    this.#scanning = weights.areAlike ? undefined : new RankedSums(hosts);
    this.#listening = placed.honeypotAddress.map(() => false);
  }

  rate(): number {
    let sum = 0;
    for (const run of this.#runs) sum += this.#rateOfRun(run);
    for (const networks of this.#own) sum += networks.rate();
    for (const surroundings of this.#around) sum += surroundings.rate();
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
    for (let index = 0; index < this.#own.length; index++) {
      const networks = this.#own[index]!;
      const rate = networks.rate();
      if (left < rate) {
        this.#drawInNetwork(networks, left, hit, stream);
        return;
      }
      left -= rate;
    }
    for (const surroundings of this.#around) {
      const rate = surroundings.rate();
      if (left < rate) {
        this.#drawAround(surroundings, left, hit, stream);
        return;
      }
      left -= rate;
    }
    // Rounding led beyond the last run, which happens about once in 2^50 draws.
    this.draw(hit, stream);
  }

  take(): void {}

  settle(): boolean {
    return false;
  }

  restore(host: number): void {
    if (host === this.#infected) {
      this.#infected = -1;
      return;
    }
    this.#everyone.addSusceptible(host, 0);
    for (const { members } of this.#runsApart) {
      if (members.networkOf(host) === 0) members.addSusceptible(host, 0);
    }
    for (const networks of this.#own) networks.addSusceptible(host);
    for (const surroundings of this.#around) surroundings.addSusceptible(host);
  }

  withdraw(host: number): void {
    this.#everyone.dropSusceptible(host, 0);
    for (const { members } of this.#runsApart) {
      if (members.networkOf(host) === 0) members.dropSusceptible(host, 0);
    }
    for (const networks of this.#own) networks.dropSusceptible(host);
    for (const surroundings of this.#around) surroundings.dropSusceptible(host);
  }

  infect(host: number): void {
    // If it scans at once, this is one change instead of two. Until then a probe may find it infected.
    if (this.#infected >= 0) this.withdraw(this.#infected);
    this.#infected = this.#isLatent ? -1 : host;
    if (this.#isLatent) this.withdraw(host);
  }

  start(host: number): void {
    const weight = this.#weights.weightOf(host);
    this.#scanningWeight += weight;
    this.#scanning?.add(host, weight);
    for (const surroundings of this.#around) {
      if (host === this.#infected) surroundings.dropSusceptible(host);
      surroundings.setScanning(host, weight);
    }
    if (host !== this.#infected) {
      this.#everyone.addScanning(host, 0);
      for (const networks of this.#own) networks.addScanning(host, weight);
      return;
    }
    this.#infected = -1;
    this.#everyone.promote(host, 0);
    for (const { members } of this.#runsApart) {
      if (members.networkOf(host) === 0) members.dropSusceptible(host, 0);
    }
    for (const networks of this.#own) networks.promote(host, weight);
  }

  stop(host: number): void {
    const weight = this.#weights.weightOf(host);
    this.#scanningWeight -= weight;
    this.#scanning?.add(host, -weight);
    this.#everyone.dropScanning(host, 0);
    for (const networks of this.#own) networks.dropScanning(host, weight);
    for (const surroundings of this.#around) surroundings.setScanning(host, 0);
  }

  listen(group: number): void {
    this.#listening[group] = true;
    for (const run of this.#runs) run.honeypots += run.inGroup[group]!;
    for (const networks of this.#own) networks.listen(this.#honeypots[group]!);
    for (const surroundings of this.#around) surroundings.listen(this.#honeypots[group]!);
  }

  #rateOfRun({ probability, members, honeypots, size }: OpenRun): number {
    return (probability * this.#scanningWeight * (members.susceptible[0]! + honeypots)) / size;
  }

  #drawInRun(run: OpenRun, hit: Hit, stream: RandomStream): void {
    const sender =
      this.#scanning === undefined
        ? this.#everyone.anyScanning(0, stream)
        : this.#scanning.rankAt(stream.nextBelow(this.#scanning.total));
    hit.sender = sender;
    const susceptible = run.members.susceptible[0]!;
    const row = run.honeypots === 0 ? 0 : stream.nextBelow(susceptible + run.honeypots);
    if (row < susceptible) hit.target = run.members.anySusceptible(0, stream);
    else hit.target = this.#honeypotInRun(row - susceptible, run);
  }

  // Functions that close over a draw have methods of their own: to make room for them costs more than most draws do.
  #honeypotInRun(row: number, { inGroup }: OpenRun): number {
    return this.#honeypotAt(row, (group) => inGroup[group]!);
  }

  #drawInNetwork(networks: OwnNetworks, target: number, hit: Hit, stream: RandomStream): void {
    const network = networks.networkAt(target);
    const { members } = networks;
    hit.sender = this.#senderIn(networks, network, stream);
    const susceptible = members.susceptible[network]!;
    const honeypots = networks.honeypotCountIn(network);
    const row = honeypots === 0 ? 0 : stream.nextBelow(susceptible + honeypots);
    if (row < susceptible) hit.target = members.anySusceptible(network, stream);
    else hit.target = this.#honeypotInNetwork(row - susceptible, networks, network);
  }

  #honeypotInNetwork(row: number, networks: OwnNetworks, network: number): number {
    return this.#honeypotAt(row, (group) => networks.honeypotsIn(this.#honeypots[group]!, network));
  }

  #drawAround(surroundings: OwnSurroundings, target: number, hit: Hit, stream: RandomStream): void {
    const sender = surroundings.senderAt(target);
    const { host, honeypot } = surroundings.draw(sender, stream);
    hit.sender = sender;
    hit.target = host;
    if (honeypot >= 0) hit.target = this.#honeypotAround(honeypot, surroundings, sender);
  }

  #honeypotAround(row: number, surroundings: OwnSurroundings, sender: number): number {
    return this.#honeypotAt(row, (group) => surroundings.honeypotsAround(this.#honeypots[group]!, sender));
  }

  #senderIn(networks: OwnNetworks, network: number, stream: RandomStream): number {
    if (this.#scanning === undefined) return networks.members.anyScanning(network, stream);
    const before = this.#scanning.before(networks.firstHost[network]!);
    return this.#scanning.rankAt(before + stream.nextBelow(networks.weightIn(network)));
  }

  /** The group of the honeypot at `row` of those that listen, of which each group has `inGroup`. */
  #honeypotAt(row: number, inGroup: (group: number) => number): number {
    let left = row;
    for (let group = 0; group < this.#listening.length; group++) {
      if (!this.#listening[group]) continue;
      left -= inGroup(group);
      if (left < 0) return this.#hosts + group;
    }
    return -1;
  }
}

function openRun(
  { probability, first, size }: Extract<DrawnPart, { kind: 'run' }>,
  {
    hostPlaces,
    honeypots,
    everyone,
    records,
  }: {
    readonly hostPlaces: PlaceOrder;
    readonly honeypots: readonly PlaceOrder[];
    readonly everyone: NetworkMembers;
    readonly records: MemberRecords;
  },
): OpenRun {
  const all = everyone.susceptible[0]!;
  const firstHost = hostPlaces.firstAtLeast(first);
  const endHost = hostPlaces.firstAtLeast(first + size);
  const isAll = firstHost === 0 && endHost === all;
  return {
    probability,
    size,
    members: isAll ? everyone : new NetworkMembers(Int32Array.of(firstHost, endHost), records),
    inGroup: honeypots.map((places) => places.firstAtLeast(first + size) - places.firstAtLeast(first)),
    honeypots: 0,
  };
}
