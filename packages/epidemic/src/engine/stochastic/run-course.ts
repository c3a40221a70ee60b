/** Runs a course from change to change of its honeypot groups until the outbreak's end, or until it is stopped. */
import type { RunControl } from '../engine.ts';
import { contactedHosts, type Course, moveTo } from './course.ts';
import { changeGroups, type Limits, nextLimits } from './honeypot-group.ts';

/** Advances a course by a bounded amount of work, never beyond the limits; true once nothing more happens before them. */
export type Advance = (limits: Limits) => boolean;

/** How many advances, of about a thousand events each, go between two looks at the control. */
const ADVANCES_PER_LOOK = 64;

/** Returns whether the control stopped the run before the outbreak's end. */
export function runCourse(course: Course, control: RunControl | undefined, advance: Advance): boolean {
  const { durationSeconds } = course.outbreak;
  let untilLook = ADVANCES_PER_LOOK;
  while (course.timeSeconds < durationSeconds) {
    changeGroups(course);
    const limits = nextLimits(course);
    while (!advance(limits)) {
      if (--untilLook > 0) continue;
      untilLook = ADVANCES_PER_LOOK;
      control?.progress(course.timeSeconds);
      if (control?.shouldStop()) return true;
    }
    reachLimit(course, limits);
  }
  control?.progress(durationSeconds);
  return false;
}

/** Moves the course to whichever limit it meets first with its counts as they are. */
function reachLimit(course: Course, limits: Limits): void {
  const infected = course.fresh + contactedHosts(course);
  const missing = limits.infectedHostSeconds - course.infectedHostSeconds;
  const alarmTime = infected > 0 ? course.timeSeconds + missing / infected : Infinity;
  if (alarmTime < limits.timeSeconds) {
    moveTo(course, alarmTime);
    // Not a rounding error short of it, or the alarm would never be raised.
    course.infectedHostSeconds = limits.infectedHostSeconds;
    return;
  }
  moveTo(course, limits.timeSeconds);
}
