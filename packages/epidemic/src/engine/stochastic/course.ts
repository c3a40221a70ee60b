/**
 * The course of one random outbreak while it is being drawn: the counts of hosts now, what has been seen so far, and
 * the samples taken. The direct method, tau-leaping and the `hosts` engine each advance a course in their own way.
 */
import type { RandomStream } from '@wormwood/base';
import type { EngineName, Run, RunWorkspace, SampleColumns } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { pairwiseRatePerSecond } from '../../dynamics/rates.ts';
import { summarize } from '../summary.ts';
import { sampleTimes } from '../trajectory.ts';
import { countHoneypotContacts, type HoneypotGroup, honeypotGroups } from './honeypot-group.ts';

export interface Course {
  readonly outbreak: Outbreak;
  readonly pairwiseRatePerSecond: number;
  /** One for each defense of the outbreak, in its order. */
  readonly groups: readonly HoneypotGroup[];

  timeSeconds: number;
  susceptible: number;
  /** Infected hosts that no honeypot has caught. */
  fresh: number;
  /** Infected hosts that wait for their immunization, by the group that caught them. */
  readonly contacted: Float64Array;

  /** Integrals over time, in host seconds, of all infected hosts and of those contacted. */
  infectedHostSeconds: number;
  contactedHostSeconds: number;
  peakInfected: number;
  peakTime: number;
  /** Infinity while hosts are infected. */
  extinctionTime: number;
  /** Row of the next milestone: the susceptible hosts left when 50, 90, 99 and 100 % were ever infected; −1 ends it. */
  milestone: number;
  readonly milestoneSusceptible: Float64Array;
  /** Infinity for those not reached. */
  readonly milestoneTime: Float64Array;

  /** Row of the next sample. */
  sample: number;
  /** Times of the samples, and Infinity behind the last. */
  readonly sampleTime: Float64Array;
  readonly sampleSusceptible: Float64Array;
  readonly sampleInfected: Float64Array;
  readonly sampleImmunized: Float64Array;
}

const MILESTONE_PERCENT = [50, 90, 99, 100] as const;

/** Returns a course at time 0. The groups draw from `stream` how many probes they wait for. */
export function beginCourse(outbreak: Outbreak, stream: RandomStream, workspace: RunWorkspace = {}): Course {
  const { vulnerable, infected } = outbreak.population;
  const samples = sampleColumns(outbreak, workspace);
  const milestoneSusceptible = new Float64Array(MILESTONE_PERCENT.length + 1).fill(-1);
  milestoneSusceptible.set(
    MILESTONE_PERCENT.map((percent) => vulnerable - Math.ceil((vulnerable * percent) / 100)),
  );
  const course: Course = {
    outbreak,
    pairwiseRatePerSecond: pairwiseRatePerSecond(outbreak),
    groups: honeypotGroups(outbreak, stream),
    timeSeconds: 0,
    susceptible: vulnerable - infected,
    fresh: infected,
    contacted: new Float64Array(outbreak.honeypots.length),
    infectedHostSeconds: 0,
    contactedHostSeconds: 0,
    peakInfected: infected,
    peakTime: 0,
    extinctionTime: infected === 0 ? 0 : Infinity,
    milestone: 0,
    milestoneSusceptible,
    milestoneTime: new Float64Array(MILESTONE_PERCENT.length).fill(Infinity),
    sample: 0,
    sampleTime: samples.time,
    sampleSusceptible: samples.susceptible,
    sampleInfected: samples.infected,
    sampleImmunized: samples.immunized,
  };
  passMilestones(course);
  takeSamples(course);
  return course;
}

/** The columns of the workspace if they are those of such an outbreak, else new ones, which it then has. */
function sampleColumns(outbreak: Outbreak, workspace: RunWorkspace): SampleColumns {
  const times = sampleTimes(outbreak);
  const rows = times.length;
  const kept = workspace.samples;
  const samples =
    kept?.susceptible.length === rows
      ? kept
      : {
          time: new Float64Array(rows + 1),
          susceptible: new Float64Array(rows),
          infected: new Float64Array(rows),
          immunized: new Float64Array(rows),
        };
  samples.time.set(times);
  samples.time[rows] = Infinity;
  workspace.samples = samples;
  return samples;
}

export function contactedHosts(course: Course): number {
  let hosts = 0;
  for (let position = 0; position < course.contacted.length; position++) {
    hosts += course.contacted[position] ?? 0;
  }
  return hosts;
}

/** Notes the time for each milestone that the hosts ever infected have reached. */
export function passMilestones(course: Course): void {
  while (course.susceptible <= (course.milestoneSusceptible[course.milestone] ?? -1)) {
    course.milestoneTime[course.milestone++] = course.timeSeconds;
  }
}

/** Moves the time on with the counts as they are, and takes the samples due on the way. */
export function moveTo(course: Course, timeSeconds: number): void {
  const contacted = contactedHosts(course);
  const infected = course.fresh + contacted;
  const elapsedSeconds = timeSeconds - course.timeSeconds;
  course.infectedHostSeconds += infected * elapsedSeconds;
  course.contactedHostSeconds += contacted * elapsedSeconds;
  course.timeSeconds = timeSeconds;
  takeSamples(course);
}

/** Takes the samples that are due at the present time. */
export function takeSamples(course: Course): void {
  const infected = course.fresh + contactedHosts(course);
  while ((course.sampleTime[course.sample] ?? Infinity) <= course.timeSeconds) {
    course.sampleSusceptible[course.sample] = course.susceptible;
    course.sampleInfected[course.sample] = infected;
    course.sample++;
  }
}

/** Returns the run that the course has become; `stream` gives the contacts that changed nothing and were not drawn. */
export function finishCourse(
  course: Course,
  stream: RandomStream,
  { engine, partial }: { readonly engine: EngineName; readonly partial: boolean },
): Run {
  const { outbreak, sample, milestoneTime } = course;
  const { vulnerable } = outbreak.population;
  const stillInfected = course.fresh + contactedHosts(course);
  const susceptible = course.sampleSusceptible.subarray(0, sample);
  const infected = course.sampleInfected.subarray(0, sample);
  const immunized = course.sampleImmunized.subarray(0, sample);
  for (let row = 0; row < sample; row++) immunized[row] = vulnerable - susceptible[row]! - infected[row]!;
  const begun = course.groups.filter(({ isStarted }) => isStarted);
  const first = begun.length > 0 ? Math.min(...begun.map(({ startTime }) => startTime)) : Infinity;
  const firstGroups = begun.filter(({ startTime }) => startTime === first);
  const [half, ninety, ninetyNine, all] = Array.from(milestoneTime, finiteOrNull);
  return {
    engine,
    partial,
    trajectory: {
      time: course.sampleTime.subarray(0, sample),
      susceptible,
      infected,
      immunized,
    },
    summary: summarize(outbreak, {
      peakInfected: course.peakInfected,
      peakTime: course.peakTime,
      everInfected: vulnerable - course.susceptible,
      immunized: vulnerable - course.susceptible - stillInfected,
      stillInfected,
      extinctionTime: finiteOrNull(course.extinctionTime),
      timeTo: { '0.5': half ?? null, '0.9': ninety ?? null, '0.99': ninetyNine ?? null, '1': all ?? null },
      probes: outbreak.worm.scanRatePerSecond * course.infectedHostSeconds,
      honeypotContacts: countHoneypotContacts(course, stream),
      firstStart:
        firstGroups.length === 0
          ? null
          : {
              susceptible: firstGroups[0]?.susceptibleAtStart ?? 0,
              honeypots: firstGroups.map(({ honeypots }) => honeypots),
            },
    }),
  };
}

function finiteOrNull(value: number): number | null {
  return value < Infinity ? value : null;
}
