/** One batch of the direct method: fresh draws when the last are used up, then the loop that fits the honeypots at work. */
import type { Course } from './course.ts';
import { advanceOneGroup } from './direct-kernel.ts';
import { type Draws, refill } from './draws-kernel.ts';
import type { Limits } from './honeypot-group.ts';
import { advanceSeveralGroups } from './several-groups.ts';

/**
 * Advances the course with the draws that are left, or with a new batch; `draws` then says what happened. Returns true
 * when the next event would lie beyond the limits.
 */
export function advanceDirectly(course: Course, draws: Draws, limits: Limits): boolean {
  if (draws.next === draws.size) refill(draws);
  const started = soleGroup(course);
  return started < course.groups.length
    ? advanceOneGroup(course, draws, limits, started)
    : advanceSeveralGroups(course, draws, limits);
}

/** The position of the one group that has started, −1 for none; the number of groups where several have. */
export function soleGroup({ groups }: Course): number {
  let sole = -1;
  for (let position = 0; position < groups.length; position++) {
    if (groups[position]?.isStarted !== true) continue;
    if (sole >= 0) return groups.length;
    sole = position;
  }
  return sole;
}
