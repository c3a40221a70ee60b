/** All effects at work together: rates add, fractions multiply, the lowest cap holds. */
import type { CounterWormEffect, Counts, Effect, Quantity } from './effect.ts';

/** An effect that has begun. */
export interface WorkingEffect {
  readonly effect: Effect;
  readonly startSeconds: number;
  /** Probes sent by infected hosts before it began. */
  readonly probesBefore: number;
}

/** The effects together, at one time. */
export interface CombinedRates {
  patch: number;
  disinfect: number;
  contact: number;
  block: number;
  scanFactor: number;
  passing: number;
  exposed: number;
}

/** The parts that do not change while the same effects work. */
export interface Standing {
  readonly blockedPassing: number;
  readonly probesPerSecondMax: number;
  readonly counterWorms: readonly CounterWormEffect[];
}

/** Reads a quantity: its value, or its bound over an interval. */
export type ReadQuantity = (quantity: Quantity, since: number, counts: Counts) => number;

/** Returns the rates at `timeSeconds`; `read` says whether values or bounds are wanted. */
export function combinedRates(
  working: readonly WorkingEffect[],
  timeSeconds: number,
  counts: Counts,
  read: ReadQuantity,
): CombinedRates {
  const sum: CombinedRates = {
    patch: 0,
    disinfect: 0,
    contact: 0,
    block: 0,
    scanFactor: 1,
    passing: 1,
    exposed: 1,
  };
  for (const { effect, startSeconds, probesBefore } of working) {
    const since = timeSeconds - startSeconds;
    const seen = { ...counts, probes: counts.probes - probesBefore };
    if (effect.patchRate) sum.patch += read(effect.patchRate, since, seen);
    if (effect.disinfectRate) sum.disinfect += read(effect.disinfectRate, since, seen);
    if (effect.contactRate) sum.contact += read(effect.contactRate, since, seen);
    if (effect.blockRate) sum.block += read(effect.blockRate, since, seen);
    if (effect.scanFactor) sum.scanFactor *= read(effect.scanFactor, since, seen);
    if (effect.passing) sum.passing *= read(effect.passing, since, seen);
    if (effect.exposed) sum.exposed *= read(effect.exposed, since, seen);
  }
  return sum;
}

/** Returns what the working effects have that does not change. At most one of them blocks. */
export function standing(working: readonly WorkingEffect[]): Standing {
  const effects = working.map(({ effect }) => effect);
  return {
    blockedPassing: effects.find(({ blockRate }) => blockRate)?.blockedPassing ?? 0,
    probesPerSecondMax: Math.min(Infinity, ...effects.map((effect) => effect.probesPerSecondMax ?? Infinity)),
    counterWorms: effects.flatMap(({ counterWorm }) => (counterWorm ? [counterWorm] : [])),
  };
}
