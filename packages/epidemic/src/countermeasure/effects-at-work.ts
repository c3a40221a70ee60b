/**
 * The countermeasures of a random run, and the factor that scan rates have at a time: which have started, and at which rates
 * they act. One that waits for a telescope starts
 * when that has seen its probes: with p = m/Ω of the space, the k-th probe is seen when Gamma(k)/p have arrived, wherever
 * the addresses of the telescope lie, as long as they are spread over the space.
 */
import { gamma, type RandomStream } from '@wormwood/base';
import { networkFactor, patchBound, patchRate, type Standing } from './combine.ts';
import type { AvoidedEffect, Counts } from './effect.ts';
import { type Effects, effectsOf, type AwaitedEffect, startEffects } from './awaited-effects.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { nextRateChange, rateFactorAt } from '../dynamics/rate-changes.ts';

/** What enters the shared network: probes a second, and the hosts that send them. */
export interface Traffic {
  readonly load: number;
  readonly scanning: number;
}

/** Honeypots that the worm avoids: addresses still unknown to it, while they are at work. */
export interface Avoided {
  readonly position: number;
  readonly effect: AvoidedEffect;
  unknown: number;
}

/** For so long, as a fraction of the outbreak, a bound of a rate that rises with time holds. */
const BOUND_FRACTION = 1 / 2000;
const NONE: readonly number[] = [];

export class EffectsAtWork {
  /** Rates a second of each host; that of patching is a bound until `endSeconds`. */
  patch = 0;
  counterPatch = 0;
  counterClean = 0;
  /** What changes in time and the shared network leave of every scan rate. */
  speed = 1;
  /** The factor that scan rates have at present (dynamics/rate-changes.ts). */
  pace: number;
  /** Until when, if no count changes, all this holds. */
  endSeconds: number = Infinity;
  readonly avoided: Avoided[] = [];
  readonly #outbreak: Outbreak;
  readonly #effects: Effects;
  readonly #boundSeconds: number;
  /** Probes that must have arrived somewhere until each countermeasure is due that waits for it. */
  readonly #needed: readonly { readonly awaited: AwaitedEffect; readonly seen: number; isSeen: boolean }[];
  #counterWormHosts = 0;
  #nextPace: number;
  #nextStart = 0;
  #nextSeen = Infinity;

  constructor(outbreak: Outbreak, stream: RandomStream) {
    this.#outbreak = outbreak;
    this.#effects = effectsOf(outbreak);
    this.pace = rateFactorAt(outbreak, 0);
    this.speed = this.pace;
    this.#boundSeconds = outbreak.durationSeconds * BOUND_FRACTION;
    this.#needed = (outbreak.countermeasures ?? []).flatMap(({ start }, index) => {
      const awaited = this.#effects.awaited[index]!;
      if (start.kind === 'time') return [];
      const seen = start.probes <= 0 ? 0 : (awaited.seenNeeded / start.probes) * gamma(stream, start.probes);
      return [{ awaited, seen, isSeen: false }];
    });
    this.#nextPace = nextRateChange(outbreak, 0);
    this.#lookAhead();
  }

  /** When the next countermeasure starts that knows its time, or the factor of scan rates changes. */
  nextStartSeconds(): number {
    return this.#nextStart;
  }

  /** How many probes must have arrived until the next telescope raises its alarm. */
  nextSeen(): number {
    return this.#nextSeen;
  }

  get standing(): Standing {
    return this.#effects.standing;
  }

  isWorking(position: number): boolean {
    return this.#effects.awaited[position]!.isWorking;
  }

  /** Raises alarms and starts countermeasures that are due; returns the positions of those that start. */
  begin(nowSeconds: number, seen: number): readonly number[] {
    if (seen < this.#nextSeen && nowSeconds < this.#nextStart) return NONE;
    for (const needed of this.#needed) {
      if (needed.isSeen || seen < needed.seen) continue;
      needed.isSeen = true;
      needed.awaited.startSeconds = nowSeconds + needed.awaited.prepareSeconds;
    }
    const begun = startEffects(this.#effects, nowSeconds);
    for (const position of begun) {
      const { avoided, counterWorm } = this.#effects.awaited[position]!.effect;
      this.#counterWormHosts += counterWorm?.hosts ?? 0;
      if (avoided) this.avoided.push({ position, effect: avoided, unknown: avoided.count });
    }
    if (nowSeconds >= this.#nextPace) {
      this.pace = rateFactorAt(this.#outbreak, nowSeconds);
      this.speed = this.pace;
      this.#nextPace = nextRateChange(this.#outbreak, nowSeconds);
    }
    this.#lookAhead();
    return begun;
  }

  /** A counter-worm has taken another host. */
  growCounterWorm(): void {
    this.#counterWormHosts++;
  }

  /** Whether `look` returns the same until something starts. */
  get isSteady(): boolean {
    const { congestionExponent, probesPerSecondMax, counterWorms, patching } = this.#effects.standing;
    return (
      congestionExponent === 0 &&
      probesPerSecondMax === Infinity &&
      counterWorms.length === 0 &&
      patching.length === 0
    );
  }

  /** Sets what holds from now on. */
  look(nowSeconds: number, counts: Counts, traffic: Traffic): void {
    const { standing } = this.#effects;
    const { vulnerable } = counts;
    const { load, scanning } = traffic;
    this.speed = this.pace * networkFactor(standing, this.pace * load, { scanning, vulnerable });
    const until = nowSeconds + this.#boundSeconds;
    this.patch = patchBound(standing, until, counts);
    const isRising = this.patch > patchRate(standing, nowSeconds, counts);
    this.endSeconds = isRising ? until : Infinity;
    const [counterWorm] = standing.counterWorms;
    this.counterPatch = counterWorm
      ? (counterWorm.scanRatePerSecond / this.#outbreak.addressSpaceSize) * this.#counterWormHosts
      : 0;
    this.counterClean = counterWorm?.entersInfected === true ? this.counterPatch : 0;
  }

  /** The rate of patching at a time itself, which `patch` bounds. */
  patchRate(nowSeconds: number, counts: Counts): number {
    return patchRate(this.#effects.standing, nowSeconds, counts);
  }

  #lookAhead(): void {
    this.#nextStart = this.#nextPace;
    for (const { isWorking, startSeconds } of this.#effects.awaited) {
      if (!isWorking && startSeconds < this.#nextStart) this.#nextStart = startSeconds;
    }
    this.#nextSeen = Infinity;
    for (const { seen, isSeen } of this.#needed) {
      if (!isSeen && seen < this.#nextSeen) this.#nextSeen = seen;
    }
  }
}
