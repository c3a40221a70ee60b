/**
 * The engine `hosts`: every vulnerable host has a number and an address, and a run knows who infected whom, when and
 * where. Of all probes only those are drawn that change a host's state; the misses between them are skipped exactly, as a
 * Poisson process of probes thinned by where they fall.
 *
 * Under uniform scanning at one rate (plain-outbreak.ts) each infected host is as likely as any other to send the next
 * effective probe, and each susceptible host to receive it, wherever they lie. So the course of the outbreak does not
 * depend on the addresses, and the addresses, a uniform choice independent of it, may be drawn after it, or not at all
 * when nobody asks for the infections: the joint law of course and addresses is the same.
 *
 * Any other outbreak is followed host by host (individual/follow.ts), its probes found by a scanning of this folder.
 *
 * When it is the quick one: whenever hosts are followed one by one; less than twice the time of `stochastic`.
 */
import { countermeasureObstacles } from '../../outbreak/countermeasure.ts';
import type { Engine, InfectionLog, Randomness } from '../engine.ts';
import { detectorObstacles } from '../individual/honeypot-contacts.ts';
import { followHosts } from '../individual/follow-hosts.ts';
import type { ScanSetup } from '../individual/scan-setup.ts';
import type { Scanning } from '../individual/scanning.ts';
import { withoutIdleMeasures } from '../../outbreak/idle-measures.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { isPlain } from '../../outbreak/plain-outbreak.ts';
import { placementObstacles, placeHosts, PLACEMENT_STREAM } from '../../placement/place-population.ts';
import { scanObstacles } from '../../scan/scan-of.ts';
import { beginCourse, type Course, finishCourse } from '../stochastic/course.ts';
import { advanceDirectly, soleGroup } from '../stochastic/advance-directly.ts';
import { type Draws, drawsFrom } from '../stochastic/draws-kernel.ts';
import { type Advance, runCourse } from '../stochastic/run-course.ts';
import { scanThinned } from './scan-thinned.ts';
import { beginHostLists, chooseHosts, chooseHostsOfGroups, type HostLists } from './host-lists.ts';

/** The most hosts that can be distinguished: the lists take 24 octets each, one and a half gibibytes in all. */
const HOSTS_MAX: number = 2 ** 26;

export const hosts: Engine = {
  name: 'hosts',
  random: true,
  unsupported: (given) => {
    const outbreak = withoutIdleMeasures(given);
    return [
      ...countermeasureObstacles(outbreak),
      ...scanObstacles(outbreak),
      ...placementObstacles(outbreak),
      ...detectorObstacles(outbreak),
      ...tooManyHosts(outbreak),
    ];
  },
  run(given, randomness, control) {
    const outbreak = withoutIdleMeasures(given);
    if (!isPlain(outbreak)) {
      const scanningOf = (setup: ScanSetup): Scanning => scanThinned(outbreak, setup);
      return followHosts('hosts', outbreak, randomness, { control, scanningOf });
    }
    const stream = randomness.streams.stream('hosts', randomness.replicate);
    const course = beginCourse(outbreak, stream, control?.workspace);
    const keep = control?.keepInfections === true;
    const lists = beginHostLists(course, keep);
    const draws = drawsFrom(stream);
    const partial = runCourse(course, control, scanUniformly(course, lists, draws));
    const run = finishCourse(course, stream, { engine: 'hosts', partial });
    if (!keep) return run;
    return { ...run, infections: infectionLog(course, lists, randomness) };
  },
};

function tooManyHosts({ population: { vulnerable } }: Outbreak): readonly string[] {
  if (vulnerable <= HOSTS_MAX) return [];
  return [
    `The engine hosts follows up to ${HOSTS_MAX} vulnerable hosts, not ${vulnerable}; ` +
      `the engines ode and stochastic count them instead.`,
  ];
}

function scanUniformly(course: Course, lists: HostLists, draws: Draws): Advance {
  return (limits) => {
    const from = draws.next === draws.size ? 0 : draws.next;
    const isBeyond = advanceDirectly(course, draws, limits);
    // The pair beyond the limits was not an event.
    const range = { from, to: isBeyond ? draws.next - 1 : draws.next };
    const position = soleGroup(course);
    const group = course.groups[position];
    if (position === course.groups.length) chooseHostsOfGroups(lists, draws, range, course);
    else chooseHosts(lists, draws, range, { position, waits: group?.recoveryRatePerSecond !== Infinity });
    return isBeyond;
  };
}

function infectionLog(
  { outbreak }: Course,
  lists: HostLists,
  { streams, replicate }: Randomness,
): InfectionLog {
  const { everInfected } = lists;
  return {
    host: Int32Array.from({ length: everInfected }, (_, host) => host),
    infector: lists.infector.slice(0, everInfected),
    timeSeconds: lists.timeSeconds.slice(0, everInfected),
    address: placeHosts(outbreak, streams.stream(PLACEMENT_STREAM, replicate)),
    immunizedSeconds: lists.immunizedSeconds.slice(0, outbreak.population.vulnerable),
  };
}
