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
  /** By position in the outbreak's countermeasures. */
  readonly awaited: readonly AwaitedEffect[];
  readonly working: WorkingEffect[];
  standing: Standing;
}

/** Returns everything that will act, nothing of it at work yet. */
export function effectsOf({ addressSpaceSize, countermeasures = [] }: Outbreak): Effects {
  const awaited = countermeasures.map((countermeasure): AwaitedEffect => {
    return Object.assign(startOf(countermeasure.start, addressSpaceSize), {
      effect: effectOf(countermeasure, addressSpaceSize),
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

/** Puts to work what starts by `now`; returns the positions of those that begin. */
export function startEffects(effects: Effects, now: number): readonly number[] {
  const begun: number[] = [];
  for (const [position, awaited] of effects.awaited.entries()) {
    if (awaited.isWorking || awaited.startSeconds > now) continue;
    awaited.isWorking = true;
    effects.working.push({ effect: awaited.effect, position, startSeconds: now });
    begun.push(position);
  }
  if (begun.length > 0) effects.standing = standing(effects.working);
  return begun;
}
