/**
 * The event loop of the hosts under uniform scanning: the direct method on the counts, and for each event the hosts that
 * it concerns. The same loop as `stochastic/direct-kernel.ts` but for the choice of hosts.
 */
import type { Course } from '../stochastic/course.ts';
import type { Draws } from '../stochastic/draws-kernel.ts';
import type { Limits } from '../stochastic/honeypot-group.ts';
import type { HostLists } from './host-lists.ts';

const TWO_TO_32 = 4294967296;
const TWO_TO_MINUS_32 = 1 / TWO_TO_32;

/**
 * Advances course and lists with the draws at hand while at most one group, that at position `started` (−1 for none),
 * immunizes. Returns true when the next event would lie beyond the limits, false when the draws are used up.
 */
export function advanceUniform(
  course: Course,
  lists: HostLists,
  draws: Draws,
  limits: Limits,
  started: number,
): boolean {
  const { exponential, uniform } = draws;
  const { state } = draws.stream;
  const { milestoneSusceptible, milestoneTime, sampleTime, sampleSusceptible, sampleInfected } = course;
  const susceptibleHosts = lists.susceptible;
  const infectedHosts = lists.infected;
  const { host: logHost, infector: logInfector, timeSeconds: logTime } = lists;
  const { vulnerable } = course.outbreak.population;
  const group = course.groups[started];
  const pairwise = course.pairwiseRatePerSecond;
  const contactRate = group ? group.contactRatePerSecond : 0;
  const waits = group ? group.recoveryRatePerSecond < Infinity : false;
  const recoveryRate = group && waits ? group.recoveryRatePerSecond : 0;
  const timeLimit = limits.timeSeconds;
  const hostSecondsLimit = limits.infectedHostSeconds;
  const count = exponential.length;
  let s0 = state[0]! | 0;
  let s1 = state[1]! | 0;
  let s2 = state[2]! | 0;
  let s3 = state[3]! | 0;
  let time = course.timeSeconds;
  let susceptible = course.susceptible | 0;
  let fresh = course.fresh | 0;
  let infected = (fresh + (group ? course.contacted[started]! : 0)) | 0;
  let hostSeconds = course.infectedHostSeconds;
  let contactedHostSeconds = course.contactedHostSeconds;
  let peak = course.peakInfected | 0;
  let peakTime = course.peakTime;
  let nextMilestone = milestoneSusceptible[course.milestone]!;
  let sample = course.sample;
  let nextSample = sampleTime[sample]!;
  let at = draws.next;
  let isBeyond = false;
  for (; at < count; at++) {
    const contacted = (infected - fresh) | 0;
    const infectionRate = pairwise * susceptible * infected;
    const changeRate = infectionRate + contactRate * fresh;
    const totalRate = changeRate + recoveryRate * contacted;
    const wait = exponential[at]! / totalRate;
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
    const point = uniform[at]! * totalRate;
    const infects = point < infectionRate;
    const catches = !infects && point < changeRate;

    // A host among those whose probe, or whose immunization, the event is. A whole number below `bound` without bias:
    // Lemire 2019, the upper half of word × bound, drawn again for the few lower halves that favour some numbers.
    const bound = infects ? infected : catches ? fresh : contacted;
    let word = 0;
    for (;;) {
      const sum = (s0 + s3) | 0;
      const shifted = s1 << 9;
      word = (((sum << 7) | (sum >>> 25)) + s0) | 0;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);
      const lower = Math.imul(word, bound) >>> 0;
      if (lower >= bound || lower >= (-bound >>> 0) % bound) break;
    }
    const pick = ((word >>> 0) * bound * TWO_TO_MINUS_32) | 0;

    if (infects) {
      const infector = infectedHosts[pick]!;
      for (;;) {
        const sum = (s0 + s3) | 0;
        const shifted = s1 << 9;
        word = (((sum << 7) | (sum >>> 25)) + s0) | 0;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = (s3 << 11) | (s3 >>> 21);
        const lower = Math.imul(word, susceptible) >>> 0;
        if (lower >= susceptible || lower >= (-susceptible >>> 0) % susceptible) break;
      }
      const target = ((word >>> 0) * susceptible * TWO_TO_MINUS_32) | 0;
      const host = susceptibleHosts[target]!;
      const row = (vulnerable - susceptible) | 0;
      susceptible = (susceptible - 1) | 0;
      susceptibleHosts[target] = susceptibleHosts[susceptible]!;
      infectedHosts[infected] = infectedHosts[fresh]!;
      infectedHosts[fresh] = host;
      fresh = (fresh + 1) | 0;
      infected = (infected + 1) | 0;
      logHost[row] = host;
      logInfector[row] = infector;
      logTime[row] = time;
      if (infected > peak) {
        peak = infected;
        peakTime = time;
      }
      while (susceptible <= nextMilestone) {
        milestoneTime[course.milestone++] = time;
        nextMilestone = milestoneSusceptible[course.milestone]!;
      }
    } else {
      if (catches) {
        fresh = (fresh - 1) | 0;
        const host = infectedHosts[pick]!;
        infectedHosts[pick] = infectedHosts[fresh]!;
        infectedHosts[fresh] = host;
        if (waits) continue;
        // The host leaves from behind the fresh ones, where without a delay nobody else is.
        infected = (infected - 1) | 0;
      } else {
        infected = (infected - 1) | 0;
        infectedHosts[fresh + pick] = infectedHosts[infected]!;
      }
      if (infected === 0) course.extinctionTime = time;
    }
  }
  state[0] = s0;
  state[1] = s1;
  state[2] = s2;
  state[3] = s3;
  draws.next = isBeyond ? at + 1 : at;
  course.timeSeconds = time;
  course.susceptible = susceptible;
  course.fresh = fresh;
  if (group) course.contacted[started] = infected - fresh;
  course.infectedHostSeconds = hostSeconds;
  course.contactedHostSeconds = contactedHostSeconds;
  course.peakInfected = peak;
  course.peakTime = peakTime;
  course.sample = sample;
  return isBeyond;
}
