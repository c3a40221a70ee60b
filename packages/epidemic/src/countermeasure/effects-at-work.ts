/**
 * The countermeasures of a random run: which have started, and at which rates they act. One that waits for a telescope starts
 * when that has seen its probes: with p = m/Ω of the space, the k-th probe is seen when Gamma(k)/p have been sent, wherever
 * the addresses of the telescope lie, as long as they are spread over the space.
 */
import { gamma, type RandomStream } from '@wormwood/base';
import { combinedRates } from './combine.ts';
import type { Counts, Quantity } from './effect.ts';
import { type Effects, effectsOf, type AwaitedEffect, startEffects } from './awaited-effects.ts';
import type { SpontaneousRates } from '../dynamics/transitions.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';

/** What holds for a while: until a count changes, or until `endSeconds`. The rate of patching is a bound from above. */
export interface Circumstances extends SpontaneousRates {
  /** Speed of the scanning clock. */
  readonly speed: number;
  /** Fractions of probes that arrive, of susceptible hosts that can be reached, and of a blocked host's that still arrive. */
  readonly passing: number;
  readonly exposed: number;
  readonly blockedPassing: number;
  readonly endSeconds: number;
}

export const UNDISTURBED: Circumstances = {
  patch: 0,
  disinfect: 0,
  contact: 0,
  block: 0,
  counterPatch: 0,
  counterClean: 0,
  speed: 1,
  passing: 1,
  exposed: 1,
  blockedPassing: 0,
  endSeconds: Infinity,
};

/** For so long, as a fraction of the outbreak, a bound of a rate that rises with time holds. */
const BOUND_FRACTION = 1 / 2000;

const valueNow = (quantity: Quantity, since: number, counts: Counts): number => quantity.at(since, counts);

export class EffectsAtWork {
  readonly #outbreak: Outbreak;
  readonly #effects: Effects;
  readonly #boundSeconds: number;
  /** Probes that must have arrived somewhere until each countermeasure is due that waits for it. */
  readonly #needed: readonly { readonly awaited: AwaitedEffect; readonly seen: number; isSeen: boolean }[];
  #counterWormHosts = 0;

  constructor(outbreak: Outbreak, stream: RandomStream) {
    this.#outbreak = outbreak;
    this.#effects = effectsOf(outbreak);
    this.#boundSeconds = outbreak.durationSeconds * BOUND_FRACTION;
    this.#needed = (outbreak.countermeasures ?? []).flatMap(({ start }, index) => {
      const awaited = this.#effects.awaited[index]!;
      if (start.kind === 'time') return [];
      const seen = start.probes <= 0 ? 0 : (awaited.seenNeeded / start.probes) * gamma(stream, start.probes);
      return [{ awaited, seen, isSeen: false }];
    });
  }

  /** When the next countermeasure starts that knows its time. */
  nextStartSeconds(): number {
    let next = Infinity;
    for (const { isWorking, startSeconds } of this.#effects.awaited) {
      if (!isWorking && startSeconds < next) next = startSeconds;
    }
    return next;
  }

  /** How many probes must have arrived until the next telescope raises its alarm. */
  nextSeen(): number {
    let next = Infinity;
    for (const { seen, isSeen } of this.#needed) if (!isSeen && seen < next) next = seen;
    return next;
  }

  /** Raises alarms and starts countermeasures that are due; whether any started. */
  begin(nowSeconds: number, sent: { readonly probes: number; readonly seen: number }): boolean {
    for (const needed of this.#needed) {
      if (needed.isSeen || sent.seen < needed.seen) continue;
      needed.isSeen = true;
      needed.awaited.startSeconds = nowSeconds + needed.awaited.prepareSeconds;
    }
    const before = this.#effects.working.length;
    this.#counterWormHosts += startEffects(this.#effects, nowSeconds, sent.probes).counterWormHosts;
    return this.#effects.working.length > before;
  }

  /** A counter-worm has taken another host. */
  growCounterWorm(): void {
    this.#counterWormHosts++;
  }

  /** What holds from now on; `wantedPerSecond`: probes a second of all scanning hosts at the full rate. */
  circumstances(nowSeconds: number, counts: Counts, wantedPerSecond: number): Circumstances {
    const { working, standing } = this.#effects;
    if (working.length === 0) return UNDISTURBED;
    const bound = (quantity: Quantity, since: number, seen: Counts): number =>
      quantity.bound(since, since + this.#boundSeconds, seen);
    const now = combinedRates(working, nowSeconds, counts, valueNow);
    const above = combinedRates(working, nowSeconds, counts, bound);
    const wanted = wantedPerSecond * now.scanFactor;
    const capped = wanted > standing.probesPerSecondMax ? standing.probesPerSecondMax / wanted : 1;
    const speed = now.scanFactor * capped;
    const counterWorm = standing.counterWorms[0];
    const counterPatch = counterWorm
      ? (counterWorm.scanRatePerSecond / this.#outbreak.addressSpaceSize) * this.#counterWormHosts
      : 0;
    return {
      patch: above.patch,
      disinfect: now.disinfect,
      contact: now.contact * speed * now.passing,
      block: now.block,
      counterPatch,
      counterClean: counterWorm?.entersInfected === true ? counterPatch : 0,
      speed,
      passing: now.passing,
      exposed: now.exposed,
      blockedPassing: standing.blockedPassing,
      endSeconds: above.patch === now.patch ? Infinity : nowSeconds + this.#boundSeconds,
    };
  }

  /** The rate of patching at a time itself, which the circumstances bound. */
  patchRate(nowSeconds: number, counts: Counts): number {
    return combinedRates(this.#effects.working, nowSeconds, counts, valueNow).patch;
  }
}
