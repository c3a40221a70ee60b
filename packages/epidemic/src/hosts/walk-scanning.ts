/**
 * Scanning by walks, without the misses: where the next target on a host's way lies is looked up, d probes ahead, and its
 * d-th probe is sent after a Gamma(d) time over its scan rate. If targets appear meanwhile, honeypots that begin to listen,
 * each of the d − 1 probes before has been sent by then with the fraction of the time that has passed, and the way is
 * looked up anew from there.
 *
 * Where hosts can become susceptible again, or a walker notices infected ones, all hosts stay targets and the probe
 * shows in which state it finds them; otherwise only susceptible hosts are.
 */
import { binomial, gamma, poisson, type RandomStream } from '@wormwood/base';
import { HostQueue } from '../individuals/host-queue.ts';
import type { ScanWeights } from '../individuals/scan-weights.ts';
import type { Hit, Outcome, Scanning } from '../individuals/scanning.ts';
import type { Outbreak } from '../outbreak.ts';
import type { PlacedPopulation } from '../population.ts';
import { type WalkedScan, type Walks, walksOf } from '../scan/scan.ts';
import { nextTarget, type Step, walkTargets, type WalkTargets } from './walk-targets.ts';

export class WalkScanning implements Scanning {
  readonly #scan: WalkedScan;
  readonly #weights: ScanWeights;
  readonly #targets: WalkTargets;
  readonly #walks: Walks;
  readonly #queue: HostQueue;
  readonly #isScanning: Uint8Array;
  readonly #keepsHosts: boolean;
  /** Of each scheduled stretch: when it began, its probes and what it leads to, −1 for the end of the range. */
  readonly #since: Float64Array;
  readonly #probes: Float64Array;
  readonly #entry: Int32Array;
  readonly #step: Step = { entry: -1, probes: 0 };
  #now = 0;
  #isRangeEnd = false;

  constructor(scan: WalkedScan, outbreak: Outbreak, placed: PlacedPopulation, weights: ScanWeights) {
    const { vulnerable, rebootRatePerSecond = 0, churnRatePerSecond = 0 } = outbreak.population;
    this.#scan = scan;
    this.#weights = weights;
    this.#targets = walkTargets(scan.track, placed);
    this.#walks = walksOf(vulnerable);
    this.#queue = new HostQueue(vulnerable);
    this.#isScanning = new Uint8Array(vulnerable);
    this.#keepsHosts = scan.noticesInfected || rebootRatePerSecond > 0 || churnRatePerSecond > 0;
    this.#since = new Float64Array(vulnerable);
    this.#probes = new Float64Array(vulnerable);
    this.#entry = new Int32Array(vulnerable);
  }

  rate(): number {
    return 0;
  }

  nextSeconds(): number {
    return this.#queue.firstTime();
  }

  draw(): void {}

  take(hit: Hit): void {
    const host = this.#queue.first();
    this.#now = this.#queue.firstTime();
    this.#queue.remove(host);
    const entry = this.#entry[host]!;
    this.#goOn(host, this.#probes[host]!);
    this.#isRangeEnd = this.#walks.remaining[host] === 0;
    hit.sender = host;
    hit.target = entry < 0 ? -1 : this.#targets.what[entry]!;
  }

  settle({ sender }: Hit, outcome: Outcome, stream: RandomStream): boolean {
    if (outcome === 'infected') this.#scan.succeeded(this.#walks, sender);
    else if (outcome === 'was-infected') this.#scan.metInfected(this.#walks, sender, stream);
    if (this.#isRangeEnd) this.#scan.finishedRange(this.#walks, sender, stream);
    if (this.#isScanning[sender] === 1) this.#schedule(sender, stream);
    return this.#walks.remaining[sender] === 0;
  }

  restore(): void {}

  withdraw(host: number): void {
    this.#dropTarget(host);
  }

  infect(host: number, infector: number, stream: RandomStream): void {
    this.#dropTarget(host);
    const entry = this.#targets.entryOf[host]!;
    const place = entry < 0 ? -1 : this.#targets.place[entry]!;
    this.#scan.begin(this.#walks, { host, infector, place }, stream);
  }

  start(host: number, seconds: number, stream: RandomStream): void {
    this.#now = seconds;
    this.#isScanning[host] = 1;
    this.#schedule(host, stream);
  }

  stop(host: number): void {
    this.#isScanning[host] = 0;
    this.#queue.remove(host);
  }

  listen(group: number, seconds: number, stream: RandomStream): void {
    this.#targets.listen(group);
    this.#now = seconds;
    for (let host = 0; host < this.#isScanning.length; host++) {
      if (this.#isScanning[host] !== 1) continue;
      this.#interrupt(host, stream);
      this.#schedule(host, stream);
    }
  }

  #dropTarget(host: number): void {
    const entry = this.#targets.entryOf[host]!;
    if (entry >= 0 && !this.#keepsHosts) this.#targets.present.remove(entry);
  }

  /** Moves a host on by the probes that it has sent of its stretch, or of one on which there is nothing. */
  #interrupt(host: number, stream: RandomStream): void {
    if (!this.#queue.has(host)) {
      if (this.#walks.remaining[host] !== Infinity) return;
      const rate = this.#weights.weight[host]! * this.#weights.quantumPerSecond;
      this.#goOn(host, poisson(stream, rate * (this.#now - this.#since[host]!)));
      return;
    }
    const whole = this.#queue.timeOf(host) - this.#since[host]!;
    const passed = whole > 0 ? Math.min(1, (this.#now - this.#since[host]!) / whole) : 0;
    this.#goOn(host, binomial(stream, this.#probes[host]! - 1, passed));
  }

  #goOn(host: number, probes: number): void {
    const { next, remaining, arcFirst, arcSize } = this.#walks;
    const gone = next[host]! - arcFirst[host]! + probes;
    next[host] = arcFirst[host]! + (gone % arcSize[host]!);
    remaining[host]! -= probes;
  }

  #schedule(host: number, stream: RandomStream): void {
    const { next, remaining, arcFirst, arcSize } = this.#walks;
    const step = this.#step;
    this.#since[host] = this.#now;
    const left = remaining[host]!;
    const weight = this.#weights.weight[host]!;
    if (left === 0 || weight === 0) {
      this.#queue.remove(host);
      return;
    }
    nextTarget(this.#targets, next[host]!, { first: arcFirst[host]!, size: arcSize[host]! }, step);
    if (step.probes > left) {
      step.entry = -1;
      step.probes = left;
    }
    if (step.probes === Infinity) {
      this.#queue.remove(host);
      return;
    }
    this.#entry[host] = step.entry;
    this.#probes[host] = step.probes;
    const rate = weight * this.#weights.quantumPerSecond;
    this.#queue.set(host, this.#now + gamma(stream, step.probes) / rate);
  }
}
