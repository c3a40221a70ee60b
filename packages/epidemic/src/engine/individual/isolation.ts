/**
 * Which hosts the watches of dynamic quarantine isolate. Whether one does matters only when a probe comes to the host or from
 * it: then it is drawn, from what was known last. Isolated or not, a host changes between the two at the rates λ and μ = 1/T,
 * so after t seconds it is isolated with probability π + (x − π) e^{−(λ+μ)t}, π = λ/(λ + μ), x = 1 if it was, else 0. Where
 * isolations are not exponential their ends are remembered, and what happened since is drawn alarm by alarm.
 *
 * Infected hosts have clocks instead where it matters to others at once how many of them send, or to themselves how many
 * probes they have sent: networks that are full, telescopes that wait, walks, lists.
 *
 * Source: docs/models.md#dynamic-quarantine.
 */
import { exp, exponential, type RandomStream } from '@wormwood/base';
import type { Watch } from '../../dynamics/host-measures.ts';
import { drawDelay } from './draw-delay.ts';
import type { HostClocks } from './host-clocks.ts';

/** Where the seconds that a host has been isolated stand, behind when that was known. */
const HELD = 1;

export class Isolation {
  /** Whether infected hosts have no clocks. */
  readonly isDrawnLate: boolean;
  readonly #watches: readonly Watch[];
  readonly #watched: Uint8Array;
  readonly #clocks: HostClocks;
  /** Watches that isolate a host, as bits. */
  readonly #isolated: Uint8Array;
  /**
   * For each host when that was known, and the seconds that it has been isolated and that have not been asked for, where an
   * infected one has no clocks: two numbers side by side, for one cache miss.
   */
  readonly #seconds: Float64Array;
  readonly #start: Float64Array;
  /** For each host and watch the end of the isolation that is known of, where that is not exponential. */
  readonly #until: Float64Array | undefined;

  /** `mayDrawLate`: whether infected hosts need no clocks; with several watches they have some nevertheless. */
  constructor(watches: readonly Watch[], watched: Uint8Array, clocks: HostClocks, mayDrawLate: boolean) {
    this.isDrawnLate = mayDrawLate && watches.length === 1;
    this.#watches = watches;
    this.#watched = watched;
    this.#clocks = clocks;
    this.#isolated = new Uint8Array(watched.length);
    this.#seconds = new Float64Array(2 * watched.length);
    this.#start = new Float64Array(watches.length).fill(Infinity);
    const isRemembered = watches.some(({ law }) => law !== undefined);
    this.#until = isRemembered ? new Float64Array(watched.length * watches.length) : undefined;
  }

  begin(watch: number, nowSeconds: number): void {
    this.#start[watch] = nowSeconds;
  }

  /** Sets the first alarms on a host that is infected now, or was when the watch began. */
  watchInfected(host: number, watch: number, nowSeconds: number, stream: RandomStream): void {
    if (this.isDrawnLate) return;
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
    const { alarmRatePerSecond, isolatedSeconds, law } = this.#watches[watch]!;
    const isIsolated = (this.#isolated[host]! >>> watch) & 1;
    const wait = isIsolated
      ? drawDelay(isolatedSeconds, law, stream)
      : exponential(stream) / alarmRatePerSecond;
    if (isIsolated && this.#until) this.#until[host * this.#watches.length + watch] = nowSeconds + wait;
    this.#clocks.setWatch(host, watch, nowSeconds + wait);
  }

  /** Whether a host that is infected is isolated now. */
  holds(host: number, nowSeconds: number, stream: RandomStream): boolean {
    if (this.isDrawnLate) this.#advance(host, nowSeconds, true, stream);
    return this.#isolated[host]! > 0;
  }

  /** Whether a susceptible host is isolated now. */
  holdsSusceptible(host: number, nowSeconds: number, stream: RandomStream): boolean {
    if (this.#watched[host] === 0) return false;
    this.#advance(host, nowSeconds, false, stream);
    return this.#isolated[host]! > 0;
  }

  /**
   * Returns for how long an infected host without clocks has been isolated since it was last asked for: in the mean of all
   * that may have happened between what is known.
   */
  takeHeldSeconds(host: number, nowSeconds: number, stream: RandomStream): number {
    this.#advance(host, nowSeconds, true, stream);
    const held = this.#seconds[2 * host + HELD]!;
    this.#seconds[2 * host + HELD] = 0;
    return held;
  }

  /** An infected host has become susceptible again; its isolation goes on. */
  release(host: number, nowSeconds: number): void {
    this.#seconds[2 * host] = nowSeconds;
  }

  /** A host is immunized: its isolation ends. */
  end(host: number, nowSeconds: number): void {
    this.#isolated[host] = 0;
    this.#seconds[2 * host] = nowSeconds;
  }

  /** Draws which watches isolate a host now, of which it has been infected, or not, since it was last known. */
  #advance(host: number, nowSeconds: number, isInfected: boolean, stream: RandomStream): void {
    const watched = this.#watched[host]!;
    for (let watch = 0; watch < this.#watches.length; watch++) {
      if (((watched >>> watch) & 1) === 0) continue;
      const from = Math.max(this.#seconds[2 * host]!, this.#start[watch]!);
      if (!(nowSeconds > from)) continue;
      const one = this.#watches[watch]!;
      const rate = isInfected ? one.alarmRatePerSecond : one.falseAlarmRatePerSecond;
      const was = (this.#isolated[host]! >>> watch) & 1;
      if (was === 0 && rate === 0) continue;
      const is = one.law
        ? this.#alarmByAlarm(host, watch, { was, from, to: nowSeconds, rate }, stream)
        : this.#changed(host, one, isInfected, was, nowSeconds - from, stream);
      this.#isolated[host] = (this.#isolated[host]! & ~(1 << watch)) | (is << watch);
    }
    this.#seconds[2 * host] = nowSeconds;
  }

  /** Returns 1 if a host is isolated after a time, else 0; `was`: the same before. */
  #changed(
    host: number,
    { isolatedSeconds, alarmRatePerSecond, falseAlarmRatePerSecond }: Watch,
    isInfected: boolean,
    was: number,
    elapsed: number,
    stream: RandomStream,
  ): number {
    const rate = isInfected ? alarmRatePerSecond : falseAlarmRatePerSecond;
    const change = rate + 1 / isolatedSeconds;
    const steady = rate / change;
    const left = exp(-change * elapsed);
    const is = stream.nextDouble() < steady + (was - steady) * left ? 1 : 0;
    if (isInfected) {
      this.#seconds[2 * host + HELD]! += heldMeanwhile(change, steady, left, was, is, elapsed);
    }
    return is;
  }

  #alarmByAlarm(
    host: number,
    watch: number,
    {
      was,
      from,
      to,
      rate,
    }: { readonly was: number; readonly from: number; readonly to: number; readonly rate: number },
    stream: RandomStream,
  ): number {
    const { isolatedSeconds, law } = this.#watches[watch]!;
    const entry = host * this.#watches.length + watch;
    let end = was === 1 ? this.#until![entry]! : from;
    let heldSeconds = was === 1 ? Math.min(end, to) - from : 0;
    while (end <= to) {
      const alarm = rate > 0 ? end + exponential(stream) / rate : Infinity;
      if (alarm > to) {
        this.#seconds[2 * host + HELD]! += heldSeconds;
        return 0;
      }
      end = alarm + drawDelay(isolatedSeconds, law, stream);
      heldSeconds += Math.min(end, to) - alarm;
    }
    this.#until![entry] = end;
    this.#seconds[2 * host + HELD]! += heldSeconds;
    return 1;
  }
}

/** Returns for how long a host was isolated of a time in the mean, if it was so or not before and is so or not after it. */
function heldMeanwhile(
  change: number,
  steady: number,
  left: number,
  was: number,
  is: number,
  elapsed: number,
): number {
  // P(isolated at s) P(as it is at the end, from isolated at s), as (a + b e^{−cs}) (d + f e^{−c(t−s)}), over all s.
  const a = steady;
  const b = was - steady;
  const d = is === 1 ? steady : 1 - steady;
  const f = is === 1 ? 1 - steady : steady - 1;
  const ends = is === 1 ? steady + (was - steady) * left : 1 - steady - (was - steady) * left;
  const sum = a * d * elapsed + ((a * f + b * d) * (1 - left)) / change + b * f * left * elapsed;
  return Math.min(elapsed, Math.max(0, sum / ends));
}
