/**
 * The engine `hosts`: every vulnerable host has a number and an address, and a run knows who infected whom, when and
 * where. Of all probes only those are drawn that change a host's state; the misses between them are skipped exactly, as a
 * Poisson process of probes thinned by where they fall.
 *
 * Under uniform scanning each infected host is as likely as any other to send the next effective probe, and each
 * susceptible host to receive it, wherever they lie. So the course of the outbreak does not depend on the addresses, and
 * the addresses, a uniform choice independent of it, may be drawn before, after, or not at all (when nobody asks for the
 * infections): the joint law of course and addresses is the same.
 *
 * When it is the quick one: whenever hosts are to be told apart; about twice the time of `stochastic`.
 */
import type { Engine, InfectionLog, Randomness } from '../engine.ts';
import type { Outbreak, ScanStrategy } from '../outbreak.ts';
import { placementObstacles, placeHosts, PLACEMENT_STREAM } from '../population.ts';
import { beginCourse, type Course, finishCourse } from '../stochastic/course.ts';
import { type Draws, drawsFrom, refill } from '../stochastic/draws-kernel.ts';
import { type Advance, runCourse } from '../stochastic/run-course.ts';
import { advanceSeveralGroups, type Changes } from '../stochastic/several-groups.ts';
import { beginHostLists, followChanges, type HostLists } from './host-lists.ts';
import { advanceUniform } from './uniform-kernel.ts';

/** The most hosts that are told apart: the lists take 24 octets each, 1.6 GB in all. */
export const HOSTS_MAX: number = 2 ** 26;

/**
 * How hosts that scan in one way find their next effective probe. A strategy decides rate, sender and target together,
 * in one loop: that is what makes it quick, and what another strategy must bring.
 */
type HostScan = (course: Course, lists: HostLists, draws: Draws) => Advance;

const scans: Readonly<Record<ScanStrategy['kind'], HostScan>> = { uniform: scanUniformly };

export const hosts: Engine = {
  name: 'hosts',
  random: true,
  unsupported: (outbreak) => [...placementObstacles(outbreak), ...tooManyHosts(outbreak)],
  run(outbreak, randomness, control) {
    const stream = randomness.streams.stream('hosts', randomness.replicate);
    const course = beginCourse(outbreak, stream);
    const lists = beginHostLists(course);
    const draws = drawsFrom(stream);
    const partial = runCourse(course, control, scans[outbreak.worm.strategy.kind](course, lists, draws));
    const run = finishCourse(course, stream, { engine: 'hosts', partial });
    if (control?.keepInfections !== true) return run;
    return { ...run, infections: infectionLog(course, lists, randomness) };
  },
};

function tooManyHosts({ population: { vulnerable } }: Outbreak): readonly string[] {
  if (vulnerable <= HOSTS_MAX) return [];
  return [
    `The engine hosts tells up to ${HOSTS_MAX} vulnerable hosts apart, not ${vulnerable}; the engines ode and stochastic count them instead.`,
  ];
}

function scanUniformly(course: Course, lists: HostLists, draws: Draws): Advance {
  let changes: Changes | undefined;
  return (limits) => {
    if (draws.next === draws.exponential.length) refill(draws);
    const started = course.groups.findIndex(({ isStarted }) => isStarted);
    const isOnlyOne = course.groups.every(({ isStarted }, position) => !isStarted || position === started);
    if (isOnlyOne) return advanceUniform(course, lists, draws, limits, started);
    // Groups start and do not end, so once there are several the lists are in these hands to the end.
    changes ??= followChanges(course, lists, draws.stream);
    return advanceSeveralGroups(course, draws, limits, changes);
  };
}

function infectionLog(course: Course, lists: HostLists, { streams, replicate }: Randomness): InfectionLog {
  const { outbreak } = course;
  const rows = outbreak.population.vulnerable - course.susceptible;
  return {
    host: lists.host.slice(0, rows),
    infector: lists.infector.slice(0, rows),
    timeSeconds: lists.timeSeconds.slice(0, rows),
    address: placeHosts(outbreak, streams.stream(PLACEMENT_STREAM, replicate)),
  };
}
