/**
 * The honeypots of one defense during a run: when they answer, when they begin to immunize, and what they count.
 *
 * Only contacts that change a host's state are drawn one by one. The others form Poisson processes whose rates are known
 * given the course and which do not act back on it, so their number is one draw at the end; and the time of the k-th
 * contact of a group that listens is where the integral of its contact rate passes a Gamma(k) draw, so that waiting for
 * it costs no event either. Both are exact (Lewis, Shedler 1979: thinning and time change of Poisson processes).
 */
import { binomial, gamma, normal, poisson, type RandomStream } from '@wormwood/base';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { effectiveContactRatePerSecond, pairwiseRatePerSecond } from '../../dynamics/rates.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';

export interface HoneypotGroup {
  readonly honeypots: Honeypots;
  /** Probes a second that one infected host sends to these honeypots, and those of them that immunize. */
  readonly probeRatePerSecond: number;
  readonly contactRatePerSecond: number;
  /** 1/δ; Infinity where immunization follows at once. */
  readonly recoveryRatePerSecond: number;
  /** When contacts begin to immunize; Infinity while that is not known. */
  startTime: number;
  isStarted: boolean;
  susceptibleAtStart: number;
  /** Infected host seconds at which a listening group has counted enough; Infinity for all others. */
  alarmHostSeconds: number;
  /** Contacts counted up to `answeredHostSeconds`, a mark of infected host seconds; those after it are drawn at the end. */
  counted: number;
  answeredHostSeconds: number;
  /** Marks of infected and of contacted host seconds at the start. */
  startHostSeconds: number;
  startContactedHostSeconds: number;
}

/** What the groups see of a course. */
interface WatchedCourse {
  readonly outbreak: Outbreak;
  readonly groups: readonly HoneypotGroup[];
  readonly timeSeconds: number;
  readonly susceptible: number;
  readonly fresh: number;
  readonly infectedHostSeconds: number;
  readonly contactedHostSeconds: number;
}

/** How far a course may be advanced before a group changes: a time, and infected host seconds. */
export interface Limits {
  readonly timeSeconds: number;
  readonly infectedHostSeconds: number;
}

export function honeypotGroups(outbreak: Outbreak, stream: RandomStream): readonly HoneypotGroup[] {
  return outbreak.honeypots.map((honeypots) => {
    const { start } = honeypots;
    const probeRatePerSecond = pairwiseRatePerSecond(outbreak) * honeypots.count;
    return {
      honeypots,
      probeRatePerSecond,
      contactRatePerSecond: effectiveContactRatePerSecond(outbreak, honeypots),
      recoveryRatePerSecond: 1 / honeypots.delaySeconds,
      startTime: start.kind === 'time' ? start.timeSeconds : Infinity,
      isStarted: false,
      susceptibleAtStart: 0,
      alarmHostSeconds:
        start.kind === 'contacts' ? drawAlarm(start.contacts, probeRatePerSecond, stream) : Infinity,
      counted: 0,
      answeredHostSeconds: Infinity,
      startHostSeconds: Infinity,
      startContactedHostSeconds: Infinity,
    };
  });
}

function drawAlarm(contacts: number, probeRatePerSecond: number, stream: RandomStream): number {
  if (contacts <= 0) return 0;
  return probeRatePerSecond > 0 ? gamma(stream, contacts) / probeRatePerSecond : Infinity;
}

/** Returns how far the course may go before the next group changes or the outbreak ends. */
export function nextLimits({ groups, outbreak }: WatchedCourse): Limits {
  let timeSeconds = outbreak.durationSeconds;
  let infectedHostSeconds = Infinity;
  for (const group of groups) {
    if (!group.isStarted) timeSeconds = Math.min(timeSeconds, group.startTime);
    infectedHostSeconds = Math.min(infectedHostSeconds, group.alarmHostSeconds);
  }
  return { timeSeconds, infectedHostSeconds };
}

/** Raises the alarms and starts the groups that are due at the present time of the course. */
export function changeGroups(course: WatchedCourse): void {
  for (const group of course.groups) {
    const { start } = group.honeypots;
    if (start.kind === 'contacts' && course.infectedHostSeconds >= group.alarmHostSeconds) {
      group.alarmHostSeconds = Infinity;
      group.counted = start.contacts;
      group.answeredHostSeconds = course.infectedHostSeconds;
      group.startTime = course.timeSeconds + start.prepareSeconds;
    }
    if (!group.isStarted && group.startTime <= course.timeSeconds) {
      group.isStarted = true;
      group.susceptibleAtStart = course.susceptible;
      group.startHostSeconds = course.infectedHostSeconds;
      group.startContactedHostSeconds = course.contactedHostSeconds;
      if (start.kind === 'time') group.answeredHostSeconds = course.infectedHostSeconds;
    }
  }
}

/** Returns the probes that reached honeypots while they answered, those that changed nothing drawn now. */
export function countHoneypotContacts(course: WatchedCourse, stream: RandomStream): number {
  const caught = course.outbreak.population.vulnerable - course.susceptible - course.fresh;
  let counted = caught;
  let mean = 0;
  for (const group of course.groups) {
    counted += group.counted + listenedContacts(group, course, stream);
    mean += group.probeRatePerSecond * idleHostSeconds(group, course);
  }
  return counted + poissonCount(stream, mean);
}

/** Of k − 1 contacts before the k-th, each fell before the end with the fraction of the integral that has passed. */
function listenedContacts(group: HoneypotGroup, course: WatchedCourse, stream: RandomStream): number {
  const { start } = group.honeypots;
  if (start.kind !== 'contacts' || group.alarmHostSeconds === Infinity) return 0;
  const fraction = Math.min(1, course.infectedHostSeconds / group.alarmHostSeconds);
  return binomial(stream, start.contacts - 1, fraction);
}

/**
 * Host seconds in which a contact with this group counted and changed nothing: between its alarm and its start all of
 * them; after the start those of contacted hosts, and of fresh ones the part whose contacts fail.
 */
function idleHostSeconds(group: HoneypotGroup, course: WatchedCourse): number {
  if (group.answeredHostSeconds === Infinity) return 0;
  if (!group.isStarted) return course.infectedHostSeconds - group.answeredHostSeconds;
  const { success } = group.honeypots;
  const infected = course.infectedHostSeconds - group.startHostSeconds;
  const contacted = course.contactedHostSeconds - group.startContactedHostSeconds;
  const preparing = group.startHostSeconds - group.answeredHostSeconds;
  return preparing + (1 - success) * infected + success * contacted;
}

/** A Poisson draw for any mean; beyond 10^12 by its normal limit, which is then right to a millionth of the spread. */
function poissonCount(stream: RandomStream, mean: number): number {
  if (mean < 1e12) return poisson(stream, Math.max(0, mean));
  return Math.round(mean + Math.sqrt(mean) * normal(stream));
}
