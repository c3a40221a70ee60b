/** Measures and honeypots of an outbreak as what waits for its start and then works. */
import type { Outbreak } from '../outbreak.ts';
import { standing, type Standing, type WorkingEffect } from './combine.ts';
import type { Effect } from './effect.ts';
import { effectOf } from './effect-of.ts';
import type { StartRule } from './measure.ts';

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

export interface HoneypotForce extends Force {
  readonly count: number;
  readonly success: number;
  readonly delaySeconds: number;
  /** Probes on the way when the group began to answer; null before. */
  seenBefore: number | null;
}

export interface Forces {
  readonly measures: readonly MeasureForce[];
  readonly honeypots: readonly HoneypotForce[];
  readonly all: readonly Force[];
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
  const honeypots = outbreak.honeypots.map(({ start, count, success, delaySeconds }): HoneypotForce => {
    const rule: StartRule =
      start.kind === 'time'
        ? start
        : {
            kind: 'observed',
            monitoredAddresses: count,
            probes: start.contacts,
            prepareSeconds: start.prepareSeconds,
          };
    const seenBefore = start.kind === 'contacts' ? 0 : null;
    return { ...forceOf(rule, addressSpaceSize), count, success, delaySeconds, seenBefore };
  });
  return { measures, honeypots, all: [...measures, ...honeypots], working: [], standing: standing([]) };
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
  sent: { readonly probes: number; readonly seen: number },
): { readonly counterWormHosts: number } {
  let counterWormHosts = 0;
  for (const force of forces.measures) {
    if (force.isWorking || force.startSeconds > now) continue;
    force.isWorking = true;
    forces.working.push({ effect: force.effect, startSeconds: now, probesBefore: sent.probes });
    counterWormHosts += force.effect.counterWorm?.hosts ?? 0;
  }
  for (const group of forces.honeypots) if (group.startSeconds <= now) group.seenBefore ??= sent.seen;
  forces.standing = standing(forces.working);
  return { counterWormHosts };
}
