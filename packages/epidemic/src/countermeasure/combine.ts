/**
 * All effects at work together: rates and exponents add, fractions of probes multiply, the lowest cap holds. They act in the
 * order in which a probe meets them: what its host sends, what blocks the host, the network that all share, filters on the
 * way. `load` and `scanning` count what reaches the shared network.
 *
 * Source: docs/models.md#defenses-together.
 */
import { congestionFactor } from './congestion.ts';
import type { AvoidedEffect, CounterWormEffect, Counts, Effect } from './effect.ts';

/** An effect that has begun; `position`: of its countermeasure in the outbreak. */
export interface WorkingEffect {
  readonly effect: Effect;
  readonly position: number;
  readonly startSeconds: number;
}

/** The parts that do not change while the same effects work. */
export interface Standing {
  readonly passing: number;
  readonly congestionExponent: number;
  readonly probesPerSecondMax: number;
  readonly disinfectRate: number;
  readonly disinfectScanningRate: number;
  readonly reachedPatchRate: number;
  readonly counterWorms: readonly CounterWormEffect[];
  readonly avoided: readonly { readonly position: number; readonly effect: AvoidedEffect }[];
  /** Those that patch at a rate that may change. */
  readonly patching: readonly WorkingEffect[];
}

/** Returns what the working effects have that does not change. */
export function standing(working: readonly WorkingEffect[]): Standing {
  const effects = working.map(({ effect }) => effect);
  const sum = (read: (effect: Effect) => number | undefined): number =>
    effects.reduce((total, effect) => total + (read(effect) ?? 0), 0);
  return {
    passing: effects.reduce((product, { passing = 1 }) => product * passing, 1),
    congestionExponent: sum(({ congestionExponent }) => congestionExponent),
    probesPerSecondMax: Math.min(Infinity, ...effects.map((effect) => effect.probesPerSecondMax ?? Infinity)),
    disinfectRate: sum(({ disinfectRate }) => disinfectRate),
    disinfectScanningRate: sum(({ disinfectScanningRate }) => disinfectScanningRate),
    reachedPatchRate: sum(({ reachedPatchRate }) => reachedPatchRate),
    counterWorms: effects.flatMap(({ counterWorm }) => (counterWorm ? [counterWorm] : [])),
    avoided: working.flatMap(({ effect: { avoided }, position }) =>
      avoided ? [{ position, effect: avoided }] : [],
    ),
    patching: working.filter(({ effect }) => effect.patchRate !== undefined),
  };
}

/** Returns the rate of patching at `timeSeconds`. */
export function patchRate({ patching }: Standing, timeSeconds: number, counts: Counts): number {
  let rate = 0;
  for (const { effect, startSeconds } of patching)
    rate += effect.patchRate!.at(timeSeconds - startSeconds, counts);
  return rate;
}

/** Returns what bounds the rate of patching until `untilSeconds` while the counts stay. */
export function patchBound({ patching }: Standing, untilSeconds: number, counts: Counts): number {
  let rate = 0;
  for (const { effect, startSeconds } of patching) {
    rate += effect.patchRate!.bound(untilSeconds - startSeconds, counts);
  }
  return rate;
}

/** Returns what the shared network leaves of all scan rates: `load` probes a second of `scanning` hosts enter it. */
export function networkFactor(
  { congestionExponent, probesPerSecondMax }: Standing,
  load: number,
  { scanning, vulnerable }: { readonly scanning: number; readonly vulnerable: number },
): number {
  const capped = load > probesPerSecondMax ? probesPerSecondMax / load : 1;
  return capped * congestionFactor(congestionExponent, scanning, vulnerable);
}
