/** The countermeasures of an outbreak as what waits for its start and then works. */
import type { Outbreak } from '../outbreak/outbreak.ts';
import { standing, type Standing, type WorkingEffect } from './combine.ts';
import type { Effect } from './effect.ts';
import { effectOf } from './effect-of.ts';
import type { StartRule } from '../outbreak/countermeasure.ts';

/** Starts at a time, or some time after probes on the way, as many as `seenNeeded`, have been sent. */
export interface AwaitedStart {
  startSeconds: number;
  readonly seenNeeded: number;
  readonly prepareSeconds: number;
}

export interface AwaitedEffect extends AwaitedStart {
  readonly effect: Effect;
  isWorking: boolean;
}

export interface Effects {
  readonly awaited: readonly AwaitedEffect[];
  readonly working: WorkingEffect[];
  standing: Standing;
}

/** Returns everything that will act, nothing of it at work yet. */
export function effectsOf(outbreak: Outbreak): Effects {
  const { addressSpaceSize, worm } = outbreak;
  const context = { addressSpaceSize, scanRatePerSecond: worm.scanRatePerSecond };
  const awaited = (outbreak.countermeasures ?? []).map((countermeasure): AwaitedEffect => {
    return Object.assign(startOf(countermeasure.start, addressSpaceSize), {
      effect: effectOf(countermeasure, context),
      isWorking: false,
    });
  });
  return { awaited, working: [], standing: standing([]) };
}

function startOf(start: StartRule, addressSpaceSize: number): AwaitedStart {
  if (start.kind === 'time')
    return { startSeconds: start.timeSeconds, seenNeeded: Infinity, prepareSeconds: 0 };
  const seenNeeded =
    start.monitoredAddresses > 0 ? (start.probes * addressSpaceSize) / start.monitoredAddresses : Infinity;
  return { startSeconds: Infinity, seenNeeded, prepareSeconds: start.prepareSeconds };
}

/** Puts to work what starts by `now`; returns the hosts of counter-worms that begin. */
export function startEffects(
  effects: Effects,
  now: number,
  probesBefore: number,
): { readonly counterWormHosts: number } {
  let counterWormHosts = 0;
  for (const awaited of effects.awaited) {
    if (awaited.isWorking || awaited.startSeconds > now) continue;
    awaited.isWorking = true;
    effects.working.push({ effect: awaited.effect, startSeconds: now, probesBefore });
    counterWormHosts += awaited.effect.counterWorm?.hosts ?? 0;
  }
  effects.standing = standing(effects.working);
  return { counterWormHosts };
}
