/**
 * The mean field of hosts that are not all alike: scan strategies, placements, scan rates that differ, latent
 * periods, hosts that come back, honeypots and countermeasures. Hosts fall into groups, cell n of a placement
 * (reach.ts) with a kind k of hosts (dynamics/host-kinds.ts), and each group into the states of the table
 * (dynamics/transitions.ts). With h_ij the rate of the transition from state i to j, s_k the rate of a kind at large
 * with what throttles and kill-switches leave of it, o_i the fraction of its probes that a host in state i sends out,
 * w_nm the chance that a probe from cell m arrives at one given host of n, H_m the honeypots that it meets, f the
 * factor of the shared network, g that of filters:
 *
 * y_nkj' = Σ_i (h_ij y_nki − h_ji y_nkj) λ_n = f g Σ_m w_nm X_m X_m = Σ_k,i s_k o_i y_mki
 *
 * of which infection has h = λ_n, an effective contact h = f g s_k o_i p H_n, and the others are rates that are
 * given. Hosts that differ are not averaged; what is left out is chance alone, of the order of 1/√I. While a hitlist
 * lasts all probes go to its entries, and no other host is reached (Staniford et al. 2002): from I0 hosts I grows by
 * s v a second for v the fraction of vulnerable entries, until all H are probed, ln(1 + v H/I0)/(s v) after the
 * start. Single hosts finish their part of the list sooner or later than that, and scan on.
 *
 * Source: docs/models.md#defenses-together, docs/models.md#local-preference; Liljenstam, Yuan, Premore, Nicol, "A
 * mixed abstraction level simulation model of large-scale Internet worm infestations", MASCOTS 2002, for groups by
 * network.
 */
import { exp, log } from '@wormwood/base';
import { takeSteps } from './step/adaptive-steps.ts';
import { acceptStep, tryStep, workspace, type Workspace } from './step/dormand-prince.ts';
import {
  type AwaitedStart,
  type Effects,
  effectsOf,
  startEffects,
} from '../../countermeasure/awaited-effects.ts';
import type { Run } from '../engine.ts';
import { crossing, cubicAt } from './step/cubic.ts';
import type { DenseStep } from './step/dense-step.ts';
import { emptyDenseStep, type Ends, hermite } from './step/hermite-step.ts';
import { logisticMilestones, type Milestones, passMilestones } from './milestones.ts';
import { everInfectedOf, neverInfectedWriter, type SampleWriter, writeSamples } from './sample-kernel.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { nextRateChange, rateFactorAt } from '../../dynamics/rate-changes.ts';
import { contactRatePerSecond } from '../../dynamics/rates.ts';
import { summarize } from '../summary.ts';
import { sampleTimes } from '../trajectory.ts';
import { doublingSeconds, isOfHoneypotsAlone, reproductionNumberOf } from './early-growth.ts';
import {
  type GroupSetup,
  groupSetup,
  initialState,
  PATCHING,
  PROBES,
  SEEN,
  type Totals,
  totalsOf,
} from './group-setup.ts';
import { groupDerivatives, type Segment } from './group-derivatives.ts';
import { listOf } from '../../scan/hitlist.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';

/** Relative to max(value, 1 host) and a step. */
const TOLERANCE = 1e-11;
const STEPS_MAX = 20_000_000;
const GROWTH_MAX = 5;
const GROWTH_MIN = 0.2;
const SAFETY = 0.9;
/** An error so small lengthens a step as far as it may be. */
const ERROR_MIN = 1e-12;

/** Returns the mean field of an outbreak without obstacles (obstacles.ts). */
export function groupMeanField(outbreak: Outbreak): Run {
  const setup = groupSetup(outbreak);
  const work = workspace(setup.layout.size);
  work.state.set(initialState(setup));
  const course = beginCourse(setup);
  let now = 0;
  while (now < outbreak.durationSeconds) {
    const segment = begin(course, work, now);
    now = integrateSegment(course, work, { now, segment });
  }
  return finish(course, work.state);
}

/** What starts at a time, or some time after a component of the state has reached a value. */
interface Awaited {
  readonly start: AwaitedStart;
  readonly at: number;
  readonly needed: number;
}

interface Course {
  readonly setup: GroupSetup;
  /** The countermeasures; honeypots wait for contacts of their own, not for probes anywhere. */
  readonly effects: Effects;
  readonly honeypots: readonly AwaitedStart[];
  /** The end of the hitlist. */
  readonly listEnd: AwaitedStart;
  readonly awaited: readonly Awaited[];
  readonly writer: SampleWriter;
  /** Of hosts never infected, in the place of susceptible ones, where that is not the same. */
  readonly neverWriter: SampleWriter | undefined;
  readonly milestones: Milestones;
  /** The reproduction number when the first honeypots began to immunize; undefined before. */
  atStart: number | null | undefined;
}

function beginCourse(setup: GroupSetup): Course {
  const { outbreak, layout } = setup;
  const { population } = outbreak;
  const effects = effectsOf(outbreak);
  const honeypots = outbreak.honeypots.map(({ start }): AwaitedStart => {
    if (start.kind === 'time') {
      return { startSeconds: start.timeSeconds, seenNeeded: Infinity, prepareSeconds: 0 };
    }
    return { startSeconds: Infinity, seenNeeded: start.contacts, prepareSeconds: start.prepareSeconds };
  });
  const list = listOf(outbreak);
  const listEnd: AwaitedStart = {
    startSeconds: list ? Infinity : 0,
    seenNeeded: list?.size ?? 0,
    prepareSeconds: 0,
  };
  const awaited = [
    ...effects.awaited.map((start) => ({ start, at: SEEN, needed: start.seenNeeded })),
    ...honeypots.map((start, index) => ({ start, at: layout.contacts + index, needed: start.seenNeeded })),
    { start: listEnd, at: PROBES, needed: listEnd.seenNeeded },
  ];
  const time = sampleTimes(outbreak);
  const trajectory = {
    time,
    susceptible: new Float64Array(time.length),
    infected: new Float64Array(time.length),
    immunized: new Float64Array(time.length),
  };
  trajectory.susceptible[0] = population.vulnerable - population.infected;
  trajectory.infected[0] = population.infected;
  const epidemic = { ...population, contactRatePerSecond: contactRatePerSecond(outbreak) };
  return {
    setup,
    effects,
    honeypots,
    listEnd,
    awaited,
    writer: { trajectory, vulnerable: population.vulnerable, written: 1 },
    neverWriter: neverInfectedWriter(outbreak, time),
    milestones: logisticMilestones(epidemic, 0),
    atStart: undefined,
  };
}

/** Activates what has started by now. */
function begin(course: Course, work: Workspace, now: number): Segment {
  const { setup, effects, honeypots, listEnd } = course;
  const { state } = work;
  for (const position of startEffects(effects, now)) {
    const { counterWorm, avoided } = effects.awaited[position]!.effect;
    state[PATCHING]! += counterWorm?.hosts ?? 0;
    state[setup.layout.unknown + position] = avoided?.count ?? 0;
  }
  const isImmunizing = honeypots.map(({ startSeconds }) => startSeconds <= now);
  const isEffective = setup.outbreak.honeypots.map(
    ({ count, success }, index) => isImmunizing[index] === true && count > 0 && success > 0,
  );
  if (course.atStart === undefined && isEffective.includes(true)) {
    course.atStart = reproductionNumberOf(setup, susceptibleByGroup(setup, state), isImmunizing);
  }
  const isListening = setup.outbreak.honeypots.map(
    ({ start }, index) => start.kind === 'contacts' || isImmunizing[index] === true,
  );
  const listedFraction = listEnd.startSeconds <= now ? null : (listOf(setup.outbreak)?.fraction ?? null);
  const pace = rateFactorAt(setup.outbreak, now);
  return { effects, pace, isImmunizing, isListening, listedFraction };
}

function susceptibleByGroup({ groups, layout, table }: GroupSetup, state: Float64Array): Float64Array {
  const left = new Float64Array(groups);
  for (let group = 0; group < groups; group++) {
    const at = layout.hosts + group * table.states.length;
    table.isSusceptible.forEach((mark, row) => (left[group]! += mark * state[at + row]!));
  }
  return left;
}

/** Integrates until the next start or the end; returns the time reached. */
function integrateSegment(
  course: Course,
  work: Workspace,
  { now: from, segment }: { readonly now: number; readonly segment: Segment },
): number {
  const { outbreak } = course.setup;
  const derivatives = groupDerivatives(course.setup, segment);
  derivatives(from, work.state, work.derivative);
  const sample = emptyDenseStep();
  const never = emptyDenseStep();
  const endSeconds = nextStart(course, from, outbreak.durationSeconds);
  return takeSteps(
    {
      attempt: (timeSeconds, h) => tryStep(derivatives, work, { timeSeconds, h, tolerance: TOLERANCE }),
      lengthFactor,
      endBy: ({ beginSeconds, lengthSeconds }) => observe(course, work, beginSeconds, lengthSeconds),
      accept: ({ beginSeconds, lengthSeconds, endSeconds: reached }) => {
        Object.assign(never, { beginSeconds, lengthSeconds, endSeconds: reached });
        fill(course.setup, work, { sample, never });
        writeSamples(course.writer, sample);
        if (course.neverWriter !== undefined) writeSamples(course.neverWriter, never);
        passMilestones(course.milestones, never);
        acceptStep(work);
      },
    },
    sample,
    {
      originSeconds: 0,
      beginSeconds: from,
      endSeconds,
      firstLengthSeconds: Math.min(endSeconds - from, outbreak.sampleSeconds, firstStep(work)),
      stepsMax: STEPS_MAX,
    },
  );
}

/** A hundredth of the time in which the state would change by itself. */
function firstStep({ state, derivative }: Workspace): number {
  let fastest = 1e-9;
  for (let at = 0; at < state.length; at++) {
    fastest = Math.max(fastest, Math.abs(derivative[at]!) / Math.max(1, Math.abs(state[at]!)));
  }
  return 0.01 / fastest;
}

function nextStart({ setup, effects, honeypots }: Course, after: number, before: number): number {
  let next = Math.min(before, nextRateChange(setup.outbreak, after));
  for (const { startSeconds } of [...effects.awaited, ...honeypots]) {
    if (startSeconds > after && startSeconds < next) next = startSeconds;
  }
  return next;
}

/** Sets the start of what waits for something that the step brings; returns the earliest such start, else Infinity. */
function observe({ awaited }: Course, work: Workspace, now: number, taken: number): number {
  let earliest = Infinity;
  const cubic = new Float64Array(4);
  for (const { start, at, needed } of awaited) {
    if (start.startSeconds < Infinity || work.next[at]! < needed) continue;
    const ends: Ends = {
      before: work.state[at]!,
      after: work.next[at]!,
      derivativeBefore: work.derivative[at]!,
      derivativeAfter: work.nextDerivative[at]!,
    };
    hermite(cubic, 0, { taken, ...ends });
    const theta = crossing((place) => cubicAt(cubic, 0, place) - needed);
    start.startSeconds = now + theta * taken + start.prepareSeconds;
    earliest = Math.min(earliest, start.startSeconds);
  }
  return earliest;
}

/** Describes the step, for samples by the susceptible, for milestones by those never infected. */
function fill(
  setup: GroupSetup,
  { state, next, derivative, nextDerivative }: Workspace,
  { sample, never }: { readonly sample: DenseStep; readonly never: DenseStep },
): void {
  const { lengthSeconds: taken } = sample;
  const before = totalsOf(setup, state);
  const after = totalsOf(setup, next);
  const slopeBefore = totalsOf(setup, derivative);
  const slopeAfter = totalsOf(setup, nextDerivative);
  const ends = (of: keyof Totals): Ends => ({
    before: before[of],
    after: after[of],
    derivativeBefore: slopeBefore[of],
    derivativeAfter: slopeAfter[of],
  });
  hermite(sample.dense, 0, { taken, ...ends('susceptible') });
  hermite(never.dense, 0, { taken, ...ends('never') });
  for (const step of [sample, never]) {
    hermite(step.dense, 4, { taken, ...ends('infected') });
    step.infectedAfter = after.infected;
  }
  sample.susceptibleAfter = after.susceptible;
  never.susceptibleAfter = after.never;
}

function finish({ setup, writer, neverWriter, milestones, atStart }: Course, state: Float64Array): Run {
  const { outbreak, layout } = setup;
  const { trajectory } = writer;
  const last = trajectory.time.length - 1;
  const contacts = outbreak.honeypots.reduce(
    (sum: number, _: Honeypots, index) => sum + state[layout.contacts + index]!,
    0,
  );
  // Rounding may lead beyond all hosts.
  const { vulnerable } = outbreak.population;
  const summary = summarize(outbreak, {
    peakInfected: Math.min(vulnerable, milestones.peakInfected),
    peakTime: milestones.peakTime,
    everInfected: Math.min(
      vulnerable,
      Math.max(outbreak.population.infected, vulnerable - totalsOf(setup, state).never),
    ),
    immunized: trajectory.immunized[last]!,
    stillInfected: trajectory.infected[last]!,
    extinctionTime: milestones.extinctionTime,
    timeTo: milestones.timeTo,
    probes: state[PROBES]!,
    honeypotContacts: contacts,
    firstStart: null,
  });
  const isMeasured = !isOfHoneypotsAlone(outbreak);
  const allAtWork = outbreak.honeypots.map(() => true);
  return {
    engine: 'ode',
    partial: false,
    trajectory: { ...trajectory, ...everInfectedOf(neverWriter) },
    summary: {
      ...summary,
      basicReproductionNumber: isMeasured ? null : reproductionNumberOf(setup, setup.hosts, allAtWork),
      reproductionNumberAtStart: isMeasured ? null : (atStart ?? null),
      doublingTime: doublingSeconds(setup),
    },
  };
}

/** Returns by how much the next step is longer than one of this error, which is as the fifth power of its length. */
function lengthFactor(error: number): number {
  // A power is not the same in every JavaScript engine; these two are.
  const factor = SAFETY * exp(-0.2 * log(Math.max(ERROR_MIN, error)));
  return Math.min(GROWTH_MAX, Math.max(GROWTH_MIN, factor));
}
