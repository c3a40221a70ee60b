/** The countermeasures of an outbreak as what waits for its start and then works. */
import type { Outbreak } from '../outbreak/outbreak.ts';
import { standing, type Standing, type WorkingEffect } from './combine.ts';
import type { Effect } from './effect.ts';
import { effectOf } from './effect-of.ts';
import type { StartRule } from '../outbreak/countermeasure.ts';

/** Starts at a time, or some time after probes on the way, as many as `seenNeeded`, have been sent. */
export interface Force {
  startSeconds: number;
  readonly seenNeeded: number;
  readonly prepareSeconds: number;
}

export interface MeasureForce extends Force {
  readonly effect: Effect;
  isWorking: boolean;
}

export interface Forces {
  readonly measures: readonly MeasureForce[];
  readonly working: WorkingEffect[];
  standing: Standing;
}

/** Returns everything that will act, nothing of it at work yet. */
export function forcesOf(outbreak: Outbreak): Forces {
  const { addressSpaceSize, worm } = outbreak;
  const context = { addressSpaceSize, scanRatePerSecond: worm.scanRatePerSecond };
  const measures = (outbreak.countermeasures ?? []).map((measure): MeasureForce => {
    const force = forceOf(measure.start, addressSpaceSize);
    return Object.assign(force, { effect: effectOf(measure, context), isWorking: false });
  });
  return { measures, working: [], standing: standing([]) };
}

function forceOf(start: StartRule, addressSpaceSize: number): Force {
  if (start.kind === 'time')
    return { startSeconds: start.timeSeconds, seenNeeded: Infinity, prepareSeconds: 0 };
  const seenNeeded =
    start.monitoredAddresses > 0 ? (start.probes * addressSpaceSize) / start.monitoredAddresses : Infinity;
  return { startSeconds: Infinity, seenNeeded, prepareSeconds: start.prepareSeconds };
}

/** Puts to work what starts by `now`; returns the hosts of counter-worms that begin. */
export function startForces(
  forces: Forces,
  now: number,
  probesBefore: number,
): { readonly counterWormHosts: number } {
  let counterWormHosts = 0;
  for (const force of forces.measures) {
    if (force.isWorking || force.startSeconds > now) continue;
    force.isWorking = true;
    forces.working.push({ effect: force.effect, startSeconds: now, probesBefore });
    counterWormHosts += force.effect.counterWorm?.hosts ?? 0;
  }
  forces.standing = standing(forces.working);
  return { counterWormHosts };
}
