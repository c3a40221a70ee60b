/** A hitlist before another way of scanning: each entry of a host's part is a probe whose time is drawn. */
import { exponential, type RandomStream } from '@wormwood/base';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { pacedSeconds } from '../../dynamics/rate-changes.ts';
import type { HitlistShares } from '../../scan/hitlist.ts';
import { HostQueue } from '../individual/host-queue.ts';
import type { ScanWeights } from '../individual/scan-weights.ts';
import type { Hit, Outcome, Scanning } from '../individual/scanning.ts';

const IDLE = 0;
const LIST = 1;
const AFTER_LIST = 2;

export class HitlistScanning implements Scanning {
  readonly #then: Scanning;
  readonly #shares: HitlistShares;
  readonly #weights: ScanWeights;
  readonly #queue: HostQueue;
  readonly #phase: Uint8Array;
  #now = 0;
  /** Whether the probe being settled was one of the list. */
  #isListed = false;

  constructor(then: Scanning, shares: HitlistShares, weights: ScanWeights, outbreak: Outbreak) {
    this.#then = then;
    this.#shares = shares;
    this.#weights = weights;
    this.#queue = new HostQueue(outbreak.population.vulnerable, pacedSeconds(outbreak));
    this.#phase = new Uint8Array(outbreak.population.vulnerable);
  }

  rate(): number {
    return this.#then.rate();
  }

  nextSeconds(): number {
    return Math.min(this.#queue.firstTime(), this.#then.nextSeconds());
  }

  draw(hit: Hit, stream: RandomStream): void {
    this.#isListed = false;
    this.#then.draw(hit, stream);
  }

  take(hit: Hit): void {
    this.#isListed = this.#queue.firstTime() <= this.#then.nextSeconds();
    if (!this.#isListed) {
      this.#then.take(hit);
      return;
    }
    this.#now = this.#queue.firstTime();
    const host = this.#queue.takeFirst();
    hit.sender = host;
    hit.target = this.#shares.take(host);
  }

  settle(hit: Hit, outcome: Outcome, stream: RandomStream): boolean {
    if (!this.#isListed) return this.#then.settle(hit, outcome, stream);
    if (this.#phase[hit.sender] === LIST) this.#goOn(hit.sender, stream);
    return false;
  }

  restore(host: number): void {
    this.#then.restore(host);
  }

  withdraw(host: number): void {
    this.#then.withdraw(host);
  }

  infect(host: number, infector: number, stream: RandomStream): void {
    this.#shares.begin(host, infector);
    this.#then.infect(host, infector, stream);
  }

  start(host: number, seconds: number, stream: RandomStream): void {
    this.#now = seconds;
    this.#goOn(host, stream);
  }

  stop(host: number, seconds: number, stream: RandomStream): void {
    if (this.#phase[host] === AFTER_LIST) this.#then.stop(host, seconds, stream);
    this.#queue.remove(host);
    this.#phase[host] = IDLE;
  }

  listen(group: number, seconds: number, stream: RandomStream): void {
    this.#then.listen(group, seconds, stream);
  }

  #goOn(host: number, stream: RandomStream): void {
    const rate = this.#weights.weightOf(host) * this.#weights.quantumPerSecond;
    if (this.#shares.isDone(host)) {
      this.#phase[host] = AFTER_LIST;
      this.#then.start(host, this.#now, stream);
      return;
    }
    this.#phase[host] = LIST;
    this.#queue.set(host, rate > 0 ? this.#now + exponential(stream) / rate : Infinity);
  }
}
