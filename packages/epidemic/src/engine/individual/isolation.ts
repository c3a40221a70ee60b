/**
 * Which hosts the watches of dynamic quarantine isolate. An infected host has clocks for it. Of a susceptible one it matters
 * only when a probe comes: then it is drawn, from what was known last. Isolated or not, a host changes between the two at the
 * rates λ and μ = 1/T, so after t seconds it is isolated with probability π + (x − π) e^{−(λ+μ)t}, π = λ/(λ + μ), x = 1 if
 * it was, else 0.
 */
import { exp, exponential, type RandomStream } from '@wormwood/base';
import type { Watch } from '../../dynamics/host-measures.ts';
import type { HostClocks } from './host-clocks.ts';

export class Isolation {
  readonly #watches: readonly Watch[];
  readonly #watched: Uint8Array;
  readonly #clocks: HostClocks;
  /** Watches that isolate a host, as bits, as known at `#known`. */
  readonly #isolated: Uint8Array;
  readonly #known: Float64Array;
  readonly #start: Float64Array;

  constructor(watches: readonly Watch[], watched: Uint8Array, clocks: HostClocks) {
    this.#watches = watches;
    this.#watched = watched;
    this.#clocks = clocks;
    this.#isolated = new Uint8Array(watched.length);
    this.#known = new Float64Array(watched.length);
    this.#start = new Float64Array(watches.length).fill(Infinity);
  }

  begin(watch: number, nowSeconds: number): void {
    this.#start[watch] = nowSeconds;
  }

  /** Sets the first alarms on a host that is infected now, or was when the watch began. */
  watchInfected(host: number, watch: number, nowSeconds: number, stream: RandomStream): void {
    if (((this.#watched[host]! >>> watch) & 1) === 0 || this.#start[watch]! > nowSeconds) return;
    const rate = this.#watches[watch]!.alarmRatePerSecond;
    if (rate > 0) this.#clocks.setWatch(host, watch, nowSeconds + exponential(stream) / rate);
  }

  watchAll(host: number, nowSeconds: number, stream: RandomStream): void {
    for (let watch = 0; watch < this.#watches.length; watch++) {
      this.watchInfected(host, watch, nowSeconds, stream);
    }
  }

  /** The clock of an infected host has rung: an alarm, or the end of an isolation. */
  ring(host: number, watch: number, nowSeconds: number, stream: RandomStream): void {
    this.#isolated[host]! ^= 1 << watch;
    const { alarmRatePerSecond, isolatedSeconds } = this.#watches[watch]!;
    const isIsolated = (this.#isolated[host]! >>> watch) & 1;
    const wait = isIsolated
      ? exponential(stream) * isolatedSeconds
      : exponential(stream) / alarmRatePerSecond;
    this.#clocks.setWatch(host, watch, nowSeconds + wait);
  }

  /** Whether a host is isolated, an infected or immunized one. */
  holds(host: number): boolean {
    return this.#isolated[host]! > 0;
  }

  /** Whether a susceptible host is isolated now. */
  holdsSusceptible(host: number, nowSeconds: number, stream: RandomStream): boolean {
    const watched = this.#watched[host]!;
    if (watched === 0) return false;
    for (let watch = 0; watch < this.#watches.length; watch++) {
      if (((watched >>> watch) & 1) === 0) continue;
      const elapsed = nowSeconds - Math.max(this.#known[host]!, this.#start[watch]!);
      if (!(elapsed > 0)) continue;
      const { falseAlarmRatePerSecond, isolatedSeconds } = this.#watches[watch]!;
      const change = falseAlarmRatePerSecond + 1 / isolatedSeconds;
      const steady = falseAlarmRatePerSecond / change;
      const was = (this.#isolated[host]! >>> watch) & 1;
      if (was === 0 && steady === 0) continue;
      const probability = steady + (was - steady) * exp(-change * elapsed);
      const is = stream.nextDouble() < probability ? 1 : 0;
      this.#isolated[host] = (this.#isolated[host]! & ~(1 << watch)) | (is << watch);
    }
    this.#known[host] = nowSeconds;
    return this.#isolated[host]! > 0;
  }

  /** An infected host has become susceptible again; its isolation goes on. */
  release(host: number, nowSeconds: number): void {
    this.#known[host] = nowSeconds;
  }

  /** A host is immunized: its isolation ends. */
  end(host: number, nowSeconds: number): void {
    this.#isolated[host] = 0;
    this.#known[host] = nowSeconds;
  }
}
