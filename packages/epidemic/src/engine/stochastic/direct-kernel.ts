/**
 * The event loop of the direct method (Gillespie 1977) on the counts of a course: waiting time from the total rate,
 * kind of event from the shares in it.
 */
import type { Course } from './course.ts';
import type { Draws } from './draws-kernel.ts';
import type { Limits } from './honeypot-group.ts';

/**
 * Advances the course with the draws at hand while at most one group, that at position `started` (−1 for none),
 * immunizes. Returns true when the next event would lie beyond the limits, false when the draws are used up.
 */
export function advanceOneGroup(course: Course, draws: Draws, limits: Limits, started: number): boolean {
  const { exponential, uniform, kind, timeSeconds } = draws;
  const { milestoneSusceptible, milestoneTime, sampleTime, sampleSusceptible, sampleInfected } = course;
  const group = course.groups[started];
  const pairwise = course.pairwiseRatePerSecond;
  const waits = group && group.recoveryRatePerSecond < Infinity ? 1 : 0;
  const leaves = 1 - waits;
  // All rates in units of the pairwise rate: one product less between an event and the next.
  if (!(pairwise > 0)) return true;
  const unitSeconds = 1 / pairwise;
  const contactRate = group ? group.contactRatePerSecond * unitSeconds : 0;
  const recoveryRate = group && waits === 1 ? group.recoveryRatePerSecond * unitSeconds : 0;
  const timeLimit = limits.timeSeconds;
  const hostSecondsLimit = limits.infectedHostSeconds;
  const groupKind = 2 * started;
  const count = draws.size;
  let time = course.timeSeconds;
  let susceptible = course.susceptible;
  let fresh = course.fresh;
  let contacted = group ? course.contacted[started]! : 0;
  let infected = fresh + contacted;
  let hostSeconds = course.infectedHostSeconds;
  let contactedHostSeconds = course.contactedHostSeconds;
  let peak = course.peakInfected;
  let peakTime = course.peakTime;
  let nextMilestone = milestoneSusceptible[course.milestone]!;
  let sample = course.sample;
  let nextSample = sampleTime[sample]!;
  let at = draws.next;
  let isBeyond = false;
  for (; at < count; at++) {
    const infectionRate = susceptible * infected;
    const changeRate = infectionRate + contactRate * fresh;
    const totalRate = changeRate + recoveryRate * contacted;
    const wait = (exponential[at]! * unitSeconds) / totalRate;
    const then = time + wait;
    const hostSecondsThen = hostSeconds + infected * wait;
    if (!(then < timeLimit && hostSecondsThen < hostSecondsLimit)) {
      isBeyond = true;
      break;
    }
    while (then > nextSample) {
      sampleSusceptible[sample] = susceptible;
      sampleInfected[sample] = infected;
      nextSample = sampleTime[++sample]!;
    }
    time = then;
    hostSeconds = hostSecondsThen;
    contactedHostSeconds += contacted * wait;
    // Kinds as 0 or 1, applied without a branch: which kind comes next cannot be predicted.
    const point = uniform[at]! * totalRate;
    const infects = ((point < infectionRate) as unknown as number) | 0;
    const changesFresh = ((point < changeRate) as unknown as number) | 0;
    const catches = changesFresh - infects;
    susceptible -= infects;
    fresh += infects - catches;
    contacted += (catches & waits) + changesFresh - 1;
    infected += infects + changesFresh - 1 - (catches & leaves);
    kind[at] = 2 - infects - changesFresh + (groupKind & (infects - 1));
    timeSeconds[at] = time;
    if (infected > peak) {
      peak = infected;
      peakTime = time;
    }
    while (susceptible <= nextMilestone) {
      milestoneTime[course.milestone++] = time;
      nextMilestone = milestoneSusceptible[course.milestone]!;
    }
    if (infected === 0) course.extinctionTime = time;
  }
  // Where the limit ended the loop, the pair at hand decided that; the next event takes a new one.
  draws.next = isBeyond ? at + 1 : at;
  course.timeSeconds = time;
  course.susceptible = susceptible;
  course.fresh = fresh;
  if (group) course.contacted[started] = contacted;
  course.infectedHostSeconds = hostSeconds;
  course.contactedHostSeconds = contactedHostSeconds;
  course.peakInfected = peak;
  course.peakTime = peakTime;
  course.sample = sample;
  return isBeyond;
}
