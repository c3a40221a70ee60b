/**
 * Scanning by walks, without the misses: where the next target on a host's way lies is looked up, d probes ahead, and its
 * d-th probe is sent after a Gamma(d) time over its scan rate. If targets appear meanwhile, honeypots that begin to listen,
 * each of the d − 1 probes before has been sent by then with the fraction of the time that has passed, and the way is
 * looked up anew from there.
 *
 * A host that is infected now and stays so will be met infected; such meetings are followed at once, without an event.
 *
 * Where hosts can become susceptible again, or a walker notices infected ones, all hosts stay targets and the probe
 * shows in which state it finds them; otherwise only susceptible hosts are.
 */
import { binomial, gamma, poisson, type RandomStream } from '@wormwood/base';
import { HostQueue } from '../individual/host-queue.ts';
import type { ScanSetup } from '../individual/scan-setup.ts';
import type { ScanWeights } from '../individual/scan-weights.ts';
import type { Hit, Outcome, Scanning } from '../individual/scanning.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { pacedSeconds } from '../../dynamics/rate-changes.ts';
import { type NewWalker, type WalkedScan, Walks } from '../../scan/scan.ts';
import { IndexSet } from './index-set.ts';
import { nextTarget, type Step, walkTargets, type WalkTargets } from './walk-targets.ts';

const NO_TARGET = -1;
/** Stands in place of a target: the host gives up then. */
const GIVES_UP = -2;

export class WalkScanning implements Scanning {
  readonly #scan: WalkedScan;
  readonly #weights: ScanWeights;
  readonly #targets: WalkTargets;
  readonly #walks: Walks;
  readonly #queue: HostQueue;
  readonly #hosts: number;
  readonly #keepsHosts: boolean;
  /** Whether a host that stops may continue later, or at another rate. */
  readonly #mayResume: boolean;
  /** Where whoever is infected stays so and walks on without a break, those that are; meetings with them need no event. */
  readonly #infected: IndexSet | undefined;
  readonly #horizonSeconds: number;
  readonly #new: NewWalker = { host: -1, infector: -1, place: -1, isByWalk: false };
  readonly #step: Step = { entry: -1, probes: 0 };
  #now = 0;
  #isRangeEnd = false;
  /** The host whose probe has been taken and is not settled yet. */
  #walker = -1;
  /** The target that was met last and the place after it: from there the next target is known without a search. */
  #met = -1;
  #placeBehind = -1;

  constructor(scan: WalkedScan, outbreak: Outbreak, setup: ScanSetup) {
    const { vulnerable, rebootRatePerSecond = 0, churnRatePerSecond = 0 } = outbreak.population;
    this.#hosts = vulnerable;
    this.#scan = scan;
    this.#weights = setup.weights;
    this.#targets = walkTargets(scan.track, setup);
    this.#walks = new Walks(vulnerable);
    this.#horizonSeconds = pacedSeconds(outbreak);
    this.#queue = new HostQueue(vulnerable, this.#horizonSeconds, this.#walks.times);
    const staysInfected =
      outbreak.honeypots.length === 0 &&
      (outbreak.countermeasures ?? []).length === 0 &&
      rebootRatePerSecond === 0 &&
      churnRatePerSecond === 0;
    const mayBreak = outbreak.worm.dormancy !== undefined;
    this.#infected =
      scan.noticesInfected && staysInfected && !mayBreak ? new IndexSet(vulnerable) : undefined;
    const isHeld = (outbreak.countermeasures ?? []).some(
      ({ kind }) => kind === 'throttle' || kind === 'quarantine',
    );
    this.#mayResume = isHeld || mayBreak;
    this.#keepsHosts = scan.noticesInfected || rebootRatePerSecond > 0 || churnRatePerSecond > 0;
  }

  rate(): number {
    return 0;
  }

  nextSeconds(): number {
    return this.#queue.firstTime();
  }

  draw(): void {}

  take(hit: Hit): void {
    this.#now = this.#queue.firstTime();
    const host = this.#queue.takeFirst();
    const entry = this.#walks.target(host);
    this.#walks.goOn(host, this.#walks.probes(host));
    this.#isRangeEnd = entry !== GIVES_UP && this.#walks.remaining(host) === 0;
    this.#walker = host;
    this.#met = entry;
    this.#placeBehind = this.#walks.next(host);
    hit.sender = host;
    hit.target = entry < 0 ? -1 : this.#targets.whatAt(entry);
  }

  settle({ sender }: Hit, outcome: Outcome, stream: RandomStream): boolean {
    if (outcome === 'infected') this.#scan.succeeded(this.#walks, sender);
    else if (outcome === 'was-infected') this.#scan.metInfected(this.#walks, sender, stream);
    if (this.#isRangeEnd) this.#scan.finishedRange(this.#walks, sender, stream);
    const hasGivenUp = this.#walks.remaining(sender) === 0;
    if (this.#walks.isScanning(sender) && !hasGivenUp) this.#schedule(sender, stream);
    this.#walker = -1;
    return hasGivenUp;
  }

  restore(): void {}

  withdraw(host: number): void {
    this.#dropTarget(host);
  }

  infect(host: number, infector: number, stream: RandomStream): void {
    this.#dropTarget(host);
    this.#infected?.add(host);
    const entry = this.#targets.entryOf(host);
    const walker = this.#new;
    walker.host = host;
    walker.infector = infector;
    walker.place = entry < 0 ? -1 : this.#targets.order.place[entry]!;
    walker.isByWalk = infector >= 0 && infector === this.#walker;
    this.#scan.begin(this.#walks, walker, stream);
  }

  start(host: number, seconds: number, stream: RandomStream): void {
    this.#now = seconds;
    this.#walks.setScanning(host, true);
    this.#schedule(host, stream);
  }

  stop(host: number, seconds: number, stream: RandomStream): void {
    if (this.#mayResume && host !== this.#walker) {
      this.#now = seconds;
      this.#interrupt(host, stream);
    }
    this.#walks.setScanning(host, false);
    this.#queue.remove(host);
  }

  listen(group: number, seconds: number, stream: RandomStream): void {
    this.#targets.listen(group);
    this.#now = seconds;
    for (let host = 0; host < this.#hosts; host++) {
      if (!this.#walks.isScanning(host)) continue;
      this.#interrupt(host, stream);
      this.#schedule(host, stream);
    }
  }

  #dropTarget(host: number): void {
    const entry = this.#targets.entryOf(host);
    if (entry >= 0 && !this.#keepsHosts) this.#targets.present.remove(entry);
  }

  /** Moves a host on by the probes that it has sent of its stretch, or of one on which there is nothing. */
  #interrupt(host: number, stream: RandomStream): void {
    const since = this.#walks.since(host);
    if (!this.#queue.has(host)) {
      if (this.#walks.remaining(host) !== Infinity) return;
      const rate = this.#weights.weightOf(host) * this.#weights.quantumPerSecond;
      this.#walks.goOn(host, poisson(stream, rate * (this.#now - since)));
      return;
    }
    const whole = this.#queue.timeOf(host) - since;
    const passed = whole > 0 ? Math.min(1, (this.#now - since) / whole) : 0;
    this.#walks.goOn(host, binomial(stream, this.#walks.probes(host) - 1, passed));
  }

  /** Sets the next probe of a host that matters: the first that does not meet one of which it is known how. */
  #schedule(host: number, stream: RandomStream): void {
    const walks = this.#walks;
    const step = this.#step;
    const rate = this.#weights.weightOf(host) * this.#weights.quantumPerSecond;
    walks.setStretch(host, this.#now, 0, NO_TARGET);
    if (walks.remaining(host) === 0 || rate === 0) {
      this.#queue.remove(host);
      return;
    }
    let entry = this.#firstEntry(host);
    let time = this.#now;
    for (;;) {
      nextTarget(this.#targets, walks.next(host), entry, walks, host, step);
      const left = walks.remaining(host);
      if (step.probes > left) {
        step.entry = NO_TARGET;
        step.probes = left;
      }
      if (step.probes === Infinity) {
        this.#queue.remove(host);
        return;
      }
      time += gamma(stream, step.probes) / rate;
      if (time > this.#horizonSeconds || !this.#isForeseen(step.entry)) break;
      if (this.#follow(host, step, stream)) {
        walks.setStretch(host, this.#now, 0, GIVES_UP);
        this.#queue.set(host, time);
        return;
      }
      entry = this.#targets.order.firstAtLeast(walks.next(host));
    }
    walks.setStretch(host, this.#now, step.probes, step.entry);
    this.#queue.set(host, time);
  }

  /** The first target at or behind the next place of a host. */
  #firstEntry(host: number): number {
    const from = this.#walks.next(host);
    const isBehind = host === this.#walker && from === this.#placeBehind && this.#met >= 0;
    return isBehind && from > this.#walks.arcFirst(host)
      ? this.#met + 1
      : this.#targets.order.firstAtLeast(from);
  }

  /** Whether a stretch that leads to an entry, or to the end of a range, has no other effect than on its host. */
  #isForeseen(entry: number): boolean {
    if (this.#infected === undefined) return false;
    return entry < 0 || this.#infected.has(this.#targets.whatAt(entry));
  }

  /** Follows such a stretch of a host; returns whether it gives up at its end. */
  #follow(host: number, { entry, probes }: Step, stream: RandomStream): boolean {
    this.#walks.goOn(host, probes);
    const isRangeEnd = this.#walks.remaining(host) === 0;
    if (entry >= 0) this.#scan.metInfected(this.#walks, host, stream);
    if (isRangeEnd) this.#scan.finishedRange(this.#walks, host, stream);
    return this.#walks.remaining(host) === 0;
  }
}
