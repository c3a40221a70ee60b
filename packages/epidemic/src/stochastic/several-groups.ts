/**
 * The direct method for any number of honeypot groups at work at once, event by event: less quick than the kernel for
 * one group, and the place where who was infected, contacted or immunized can be followed.
 */
import { type Course, contactedHosts, passMilestones, takeSamples } from './course.ts';
import type { Draws } from './draws-kernel.ts';
import type { Limits } from './honeypot-group.ts';

/** Told of each change of a host right after the counts have changed; groups by their position. */
export interface Changes {
  infected(timeSeconds: number): void;
  contacted(group: number): void;
  /** `group` is that which the host had been contacted by, or −1 for a fresh host immunized at once. */
  immunized(group: number): void;
}

const UNWATCHED: Changes = { infected: () => {}, contacted: () => {}, immunized: () => {} };

/** Advances the course as `advanceOneGroup` does, for all groups that have started. */
export function advanceSeveralGroups(
  course: Course,
  draws: Draws,
  limits: Limits,
  changes: Changes = UNWATCHED,
): boolean {
  for (; draws.next < draws.exponential.length; draws.next++) {
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
    change(course, (draws.uniform[draws.next] ?? 0) * totalRate, changes);
  }
  return false;
}

function totalRatePerSecond(course: Course, infected: number): number {
  let rate = course.pairwiseRatePerSecond * course.susceptible * infected;
  for (const [position, group] of course.groups.entries()) {
    if (!group.isStarted) continue;
    rate += course.fresh * group.contactRatePerSecond + recoveryRatePerSecond(course, position);
  }
  return rate;
}

function recoveryRatePerSecond(course: Course, position: number): number {
  const waiting = course.contacted[position] ?? 0;
  // Without a delay nobody waits, and 0 times an infinite rate would be no number.
  return waiting === 0 ? 0 : waiting * (course.groups[position]?.recoveryRatePerSecond ?? 0);
}

/** Applies the change on whose share of the total rate `point` falls. */
function change(course: Course, point: number, changes: Changes): void {
  const infected = course.fresh + contactedHosts(course);
  let left = point - course.pairwiseRatePerSecond * course.susceptible * infected;
  if (left < 0) return infect(course, infected + 1, changes);
  let last = (): void => infect(course, infected + 1, changes);
  for (const [position, group] of course.groups.entries()) {
    if (!group.isStarted) continue;
    const contactRate = course.fresh * group.contactRatePerSecond;
    if (contactRate > 0) last = () => contact(course, position, changes);
    left -= contactRate;
    if (left < 0) break;
    const recoveryRate = recoveryRatePerSecond(course, position);
    if (recoveryRate > 0) last = () => immunize(course, position, changes);
    left -= recoveryRate;
    if (left < 0) break;
  }
  // Where rounding leaves the point just behind the last share, the last change that was possible happens.
  last();
}

function infect(course: Course, infectedNow: number, changes: Changes): void {
  course.susceptible--;
  course.fresh++;
  if (infectedNow > course.peakInfected) {
    course.peakInfected = infectedNow;
    course.peakTime = course.timeSeconds;
  }
  passMilestones(course);
  changes.infected(course.timeSeconds);
}

function contact(course: Course, position: number, changes: Changes): void {
  course.fresh--;
  if (course.groups[position]?.recoveryRatePerSecond === Infinity) {
    noteExtinction(course);
    changes.immunized(-1);
    return;
  }
  course.contacted[position] = (course.contacted[position] ?? 0) + 1;
  changes.contacted(position);
}

function immunize(course: Course, position: number, changes: Changes): void {
  course.contacted[position] = (course.contacted[position] ?? 0) - 1;
  noteExtinction(course);
  changes.immunized(position);
}

function noteExtinction(course: Course): void {
  if (course.fresh + contactedHosts(course) === 0) course.extinctionTime = course.timeSeconds;
}
