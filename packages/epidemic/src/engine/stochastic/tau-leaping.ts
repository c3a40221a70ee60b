/**
 * Tau-leaping for outbreaks of too many events to draw one by one: a step draws how many hosts are infected, contacted
 * and immunized in it. When it is the quick one: from some ten million events on; a billion hosts take no longer than a
 * million.
 *
 * The step is as long as leaves the number of infected hosts the same to 1 % in mean and in spread (Cao, Gillespie,
 * Petzold, "Efficient step size selection for the tau-leaping simulation method", J. Chemical Physics 124, 2006). Each host
 * of a class makes its own binomial choice, so no count can fall below zero. Infection takes the infected hosts expected
 * in the middle of the step; what a host does between contact and immunization follows its exact law, so a short delay
 * shortens no step. Where a step would hold few events (an outbreak starting, dying out, or reaching its last hosts),
 * events are drawn one by one: extinction is never leaped over. Times of milestones are interpolated within a step, and
 * the peak is the largest count at a step's end.
 */
import { binomial, expm1, type RandomStream } from '@wormwood/base';
import { type Course, contactedHosts, takeSamples } from './course.ts';
import type { HoneypotGroup, Limits } from './honeypot-group.ts';
import type { Advance } from './run-course.ts';

/** ε of Cao, Gillespie and Petzold. */
const RELATIVE_CHANGE_MAX = 0.01;
/** Steps that hold fewer events are drawn event by event: about where both take the same time. */
const LEAP_EVENTS_MIN = 1000;
/** Rates closer than this are taken apart by as much: the difference of their exponentials keeps ten digits. */
const RATE_GAP_MIN = 1e-6;

/** Returns the advance that leaps while a leap holds enough events, and otherwise hands over to `exactly`. */
export function tauLeaping(course: Course, stream: RandomStream, exactly: Advance): Advance {
  return (limits) => {
    const started = course.groups.flatMap((group, position) =>
      group.isStarted ? [{ group, position }] : [],
    );
    const rates = ratesOf(course, started);
    const leapSeconds = leapSecondsMax(rates);
    if (!(rates.eventsPerSecond * leapSeconds >= LEAP_EVENTS_MIN)) return exactly(limits);
    return leap(course, { seconds: leapSeconds, limits, started, stream });
  };
}

interface Started {
  readonly group: HoneypotGroup;
  readonly position: number;
}

interface Rates {
  readonly infected: number;
  readonly infectionsPerSecond: number;
  readonly immunizationsPerSecond: number;
  readonly eventsPerSecond: number;
  /** Rate at which one susceptible host is infected. */
  readonly hazardPerSecond: number;
}

function ratesOf(course: Course, started: readonly Started[]): Rates {
  const infected = course.fresh + contactedHosts(course);
  const hazardPerSecond = course.pairwiseRatePerSecond * infected;
  const infectionsPerSecond = hazardPerSecond * course.susceptible;
  let immunizationsPerSecond = 0;
  let eventsPerSecond = infectionsPerSecond;
  for (const { group, position } of started) {
    const contacts = course.fresh * group.contactRatePerSecond;
    const isAtOnce = group.recoveryRatePerSecond === Infinity;
    const immunizations = isAtOnce
      ? contacts
      : (course.contacted[position] ?? 0) * group.recoveryRatePerSecond;
    immunizationsPerSecond += immunizations;
    eventsPerSecond += isAtOnce ? contacts : contacts + immunizations;
  }
  return { infected, infectionsPerSecond, immunizationsPerSecond, eventsPerSecond, hazardPerSecond };
}

/** Cao, Gillespie, Petzold 2006, eq. 33 for the infected hosts; and no susceptible host is sure to be infected. */
function leapSecondsMax(rates: Rates): number {
  const change = RELATIVE_CHANGE_MAX * rates.infected;
  const drift = Math.abs(rates.infectionsPerSecond - rates.immunizationsPerSecond);
  const variance = rates.infectionsPerSecond + rates.immunizationsPerSecond;
  return Math.min(change / drift, (change * change) / variance, RELATIVE_CHANGE_MAX / rates.hazardPerSecond);
}

interface Leap {
  readonly seconds: number;
  readonly limits: Limits;
  readonly started: readonly Started[];
  readonly stream: RandomStream;
}

/** Leaps once, at most to the next sample or limit; returns whether a limit was reached. */
function leap(course: Course, { seconds, limits, started, stream }: Leap): boolean {
  const infected = course.fresh + contactedHosts(course);
  const alarmSeconds = (limits.infectedHostSeconds - course.infectedHostSeconds) / infected;
  const nextStop = Math.min(limits.timeSeconds, course.sampleTime[course.sample] ?? Infinity);
  const tau = Math.min(seconds, alarmSeconds, nextStop - course.timeSeconds);
  const isAlarm = tau === alarmSeconds;
  const before = { susceptible: course.susceptible, timeSeconds: course.timeSeconds };
  const contactedBefore = contactedHosts(course);

  drawChanges(course, { tau, started, stream });

  // Set, not added to: a sum of steps would miss the stop by a rounding error.
  course.timeSeconds = tau === nextStop - before.timeSeconds ? nextStop : before.timeSeconds + tau;
  const contacted = contactedHosts(course);
  const infectedNow = course.fresh + contacted;
  course.contactedHostSeconds += (tau * (contactedBefore + contacted)) / 2;
  if (isAlarm) course.infectedHostSeconds = limits.infectedHostSeconds;
  else course.infectedHostSeconds += (tau * (infected + infectedNow)) / 2;
  if (infectedNow > course.peakInfected) {
    course.peakInfected = infectedNow;
    course.peakTime = course.timeSeconds;
  }
  if (infectedNow === 0) course.extinctionTime = course.timeSeconds;
  interpolateMilestones(course, before);
  takeSamples(course);
  return isAlarm || course.timeSeconds >= limits.timeSeconds;
}

interface Step {
  readonly tau: number;
  readonly started: readonly Started[];
  readonly stream: RandomStream;
}

function drawChanges(course: Course, { tau, started, stream }: Step): void {
  const infected = course.fresh + contactedHosts(course);
  const chances = started.map((entry) => chancesOf(entry, started, tau));
  const expectedNew = course.susceptible * -expm1(-course.pairwiseRatePerSecond * infected * tau);
  let expectedImmunized = 0;
  for (const { position, recovers, fresh, arriving } of chances) {
    expectedImmunized +=
      (course.contacted[position] ?? 0) * recovers +
      course.fresh * fresh.immunized +
      expectedNew * arriving.immunized;
  }
  const infectedMidway = infected + (expectedNew - expectedImmunized) / 2;
  const isInfected = -expm1(-course.pairwiseRatePerSecond * infectedMidway * tau);
  const arrived = binomial(stream, course.susceptible, isInfected);
  const fresh: Pool = { hosts: course.fresh, left: 1, chancesOf: 'fresh' };
  const arriving: Pool = { hosts: arrived, left: 1, chancesOf: 'arriving' };
  for (const chance of chances) {
    const waiting = course.contacted[chance.position] ?? 0;
    const stay = waiting - binomial(stream, waiting, chance.recovers);
    course.contacted[chance.position] =
      stay + takeFrom(fresh, chance, stream) + takeFrom(arriving, chance, stream);
  }
  course.susceptible -= arrived;
  course.fresh = fresh.hosts + arriving.hosts;
}

/** Hosts of which each group takes its part in turn. */
interface Pool {
  hosts: number;
  /** Chance that no group so far has taken a host. */
  left: number;
  readonly chancesOf: 'fresh' | 'arriving';
}

/** Takes from the pool the hosts that the group immunizes and those that it contacts; returns the latter. */
function takeFrom(pool: Pool, chance: Chances, stream: RandomStream): number {
  const { immunized, contacted } = chance[pool.chancesOf];
  takeShare(pool, immunized, stream);
  return takeShare(pool, contacted, stream);
}

function takeShare(pool: Pool, share: number, stream: RandomStream): number {
  const taken = binomial(stream, pool.hosts, Math.min(1, Math.max(0, share / pool.left)));
  pool.hosts -= taken;
  pool.left -= share;
  return taken;
}

/** Chances that a host is immunized through a group within the step, and that it is contacted by then and still waits. */
interface Outcome {
  readonly immunized: number;
  readonly contacted: number;
}

interface Chances {
  readonly position: number;
  /** Of a host that waited when the step began, to be immunized within it. */
  readonly recovers: number;
  /** Of a host that was fresh when the step began. */
  readonly fresh: Outcome;
  /** Of a host infected at a uniform time within the step. */
  readonly arriving: Outcome;
}

/**
 * A fresh host is contacted at the summed rate Γ, by this group with its share of it, and then waits at rate μ. With
 * u the time left, P(contacted) = 1 − e^(−Γu), and P(still waiting) = Γ (e^(−μu) − e^(−Γu)) / (Γ − μ); over a uniform
 * time of infection each exponential turns into its mean, `meanDecay`.
 */
function chancesOf({ group, position }: Started, started: readonly Started[], tau: number): Chances {
  const total = started.reduce((sum, entry) => sum + entry.group.contactRatePerSecond, 0);
  const share = total === 0 ? 0 : group.contactRatePerSecond / total;
  const isContacted = -expm1(-total * tau);
  const isContactedArriving = 1 - meanDecay(total * tau);
  if (group.recoveryRatePerSecond === Infinity) {
    return {
      position,
      recovers: 1,
      fresh: { immunized: share * isContacted, contacted: 0 },
      arriving: { immunized: share * isContactedArriving, contacted: 0 },
    };
  }
  const rate = group.recoveryRatePerSecond;
  const recovery = Math.abs(total - rate) < RATE_GAP_MIN * total ? total * (1 + RATE_GAP_MIN) : rate;
  const factor = total / (total - recovery);
  const waits = factor * (expm1(-recovery * tau) - expm1(-total * tau));
  const waitsArriving = factor * (meanDecay(recovery * tau) - meanDecay(total * tau));
  return {
    position,
    recovers: -expm1(-rate * tau),
    fresh: outcome(share, isContacted, waits),
    arriving: outcome(share, isContactedArriving, waitsArriving),
  };
}

function outcome(share: number, isContacted: number, waits: number): Outcome {
  const waiting = Math.min(isContacted, Math.max(0, waits));
  return { immunized: share * (isContacted - waiting), contacted: share * waiting };
}

/** The mean of e^(−x v) over v from 0 to 1. */
function meanDecay(x: number): number {
  return x === 0 ? 1 : -expm1(-x) / x;
}

function interpolateMilestones(
  course: Course,
  before: { readonly susceptible: number; readonly timeSeconds: number },
): void {
  const perHost = (course.timeSeconds - before.timeSeconds) / (before.susceptible - course.susceptible);
  for (;;) {
    const reached = course.milestoneSusceptible[course.milestone] ?? -1;
    if (course.susceptible > reached) return;
    course.milestoneTime[course.milestone++] = before.timeSeconds + (before.susceptible - reached) * perHost;
  }
}
