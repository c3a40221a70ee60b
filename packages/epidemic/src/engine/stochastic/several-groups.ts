/**
 * The direct method for any number of honeypot groups at work at once; less quick than the kernel for one group.
 */
import { type Course, contactedHosts, passMilestones, takeSamples } from './course.ts';
import type { Draws } from './draws-kernel.ts';
import type { Limits } from './honeypot-group.ts';

/** Advances the course as `advanceOneGroup` does, for all groups that have started. */
export function advanceSeveralGroups(course: Course, draws: Draws, limits: Limits): boolean {
  for (; draws.next < draws.size; draws.next++) {
    const infected = course.fresh + contactedHosts(course);
    const totalRate = totalRatePerSecond(course, infected);
    const waitSeconds = (draws.exponential[draws.next] ?? 0) / totalRate;
    const then = course.timeSeconds + waitSeconds;
    const hostSecondsThen = course.infectedHostSeconds + infected * waitSeconds;
    if (!(then < limits.timeSeconds && hostSecondsThen < limits.infectedHostSeconds)) {
      draws.next++;
      return true;
    }
    course.contactedHostSeconds += (infected - course.fresh) * waitSeconds;
    course.infectedHostSeconds = hostSecondsThen;
    course.timeSeconds = then;
    takeSamples(course);
    const kind = kindAt(course, (draws.uniform[draws.next] ?? 0) * totalRate, infected);
    apply(course, kind);
    draws.kind[draws.next] = kind;
    draws.timeSeconds[draws.next] = then;
  }
  return false;
}

function totalRatePerSecond(course: Course, infected: number): number {
  let rate = course.pairwiseRatePerSecond * course.susceptible * infected;
  for (let position = 0; position < course.groups.length; position++) {
    rate += contactRatePerSecond(course, position) + recoveryRatePerSecond(course, position);
  }
  return rate;
}

function contactRatePerSecond(course: Course, position: number): number {
  const group = course.groups[position];
  return group?.isStarted ? course.fresh * group.contactRatePerSecond : 0;
}

function recoveryRatePerSecond(course: Course, position: number): number {
  const waiting = course.contacted[position] ?? 0;
  // Without a delay nobody waits, and 0 times an infinite rate would be no number.
  return waiting === 0 ? 0 : waiting * (course.groups[position]?.recoveryRatePerSecond ?? 0);
}

/** Returns the kind of event (see `Draws`) on whose share of the total rate `point` falls. */
function kindAt(course: Course, point: number, infected: number): number {
  let left = point - course.pairwiseRatePerSecond * course.susceptible * infected;
  if (left < 0) return 0;
  // Where rounding leaves the point just behind the last share, it belongs to the last that there is.
  let last = 0;
  for (let position = 0; position < course.groups.length; position++) {
    const contactRate = contactRatePerSecond(course, position);
    if (contactRate > 0) last = 1 + 2 * position;
    left -= contactRate;
    if (left < 0) return last;
    const recoveryRate = recoveryRatePerSecond(course, position);
    if (recoveryRate > 0) last = 2 + 2 * position;
    left -= recoveryRate;
    if (left < 0) return last;
  }
  return last;
}

function apply(course: Course, kind: number): void {
  if (kind === 0) {
    course.susceptible--;
    course.fresh++;
    passMilestones(course);
    const infected = course.fresh + contactedHosts(course);
    if (infected <= course.peakInfected) return;
    course.peakInfected = infected;
    course.peakTime = course.timeSeconds;
    return;
  }
  const position = (kind - 1) >> 1;
  const isContact = kind === 1 + 2 * position;
  const waits = course.groups[position]?.recoveryRatePerSecond !== Infinity;
  if (isContact) course.fresh--;
  if (!isContact) course.contacted[position] = (course.contacted[position] ?? 0) - 1;
  else if (waits) course.contacted[position] = (course.contacted[position] ?? 0) + 1;
  if (course.fresh + contactedHosts(course) === 0) course.extinctionTime = course.timeSeconds;
}
