/**
 * The measures of an outbreak while single hosts are followed: what has started, and at which rates it acts. A measure that
 * waits for a telescope starts when that has seen its probes: with p = m/Ω of the space, the k-th probe is seen when
 * Gamma(k)/p have been sent, wherever the addresses of the telescope lie, as long as they are strewn over the space.
 */
import { gamma, type RandomStream } from '@wormwood/base';
import { combinedRates } from './combine.ts';
import type { Counts, Quantity } from './effect.ts';
import { type Forces, forcesOf, type MeasureForce, startForces } from './awaited-effects.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';

/** Rates a second for each host; of patching a bound from above. */
export interface ExitRates {
  readonly patch: number;
  readonly disinfect: number;
  readonly contact: number;
  readonly block: number;
  readonly counterPatch: number;
  readonly counterClean: number;
}

/** What holds for a while: until a count changes, or until `endSeconds`. */
export interface Circumstances extends ExitRates {
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

export class MeasuresAtWork {
  readonly #outbreak: Outbreak;
  readonly #forces: Forces;
  readonly #boundSeconds: number;
  /** Probes that must have arrived somewhere until each measure is due that waits for it. */
  readonly #needed: readonly { readonly force: MeasureForce; readonly seen: number; isSeen: boolean }[];
  #counterWormHosts = 0;

  constructor(outbreak: Outbreak, stream: RandomStream) {
    this.#outbreak = outbreak;
    this.#forces = forcesOf(outbreak);
    this.#boundSeconds = outbreak.durationSeconds * BOUND_FRACTION;
    this.#needed = (outbreak.countermeasures ?? []).flatMap(({ start }, index) => {
      const force = this.#forces.measures[index]!;
      if (start.kind === 'time') return [];
      const seen = start.probes <= 0 ? 0 : (force.seenNeeded / start.probes) * gamma(stream, start.probes);
      return [{ force, seen, isSeen: false }];
    });
  }

  /** When the next measure starts that knows its time. */
  nextStartSeconds(): number {
    let next = Infinity;
    for (const { isWorking, startSeconds } of this.#forces.measures) {
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

  /** Raises alarms and starts measures that are due; whether any started. */
  begin(nowSeconds: number, sent: { readonly probes: number; readonly seen: number }): boolean {
    for (const needed of this.#needed) {
      if (needed.isSeen || sent.seen < needed.seen) continue;
      needed.isSeen = true;
      needed.force.startSeconds = nowSeconds + needed.force.prepareSeconds;
    }
    const before = this.#forces.working.length;
    this.#counterWormHosts += startForces(this.#forces, nowSeconds, sent.probes).counterWormHosts;
    return this.#forces.working.length > before;
  }

  /** A counter-worm has taken another host. */
  growCounterWorm(): void {
    this.#counterWormHosts++;
  }

  /** What holds from now on; `wantedPerSecond`: probes a second of all scanning hosts at the full rate. */
  circumstances(nowSeconds: number, counts: Counts, wantedPerSecond: number): Circumstances {
    const { working, standing } = this.#forces;
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
    return combinedRates(this.#forces.working, nowSeconds, counts, valueNow).patch;
  }
}
