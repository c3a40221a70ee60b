/**
 * The mean field of an outbreak against any combination of measures and honeypots (effect.ts), by an explicit method under
 * error control. `ode` without measures has a faster way of its own; this one is what it hands the others to.
 *
 *     u = min(s f, cap/(A + B)), g passing, e exposed, φ what a blocked host's probes still reach
 *     S' = −(u/Ω) g e S (A + φ B) − p S − w S       I' = (u/Ω) g e S (A + φ B) − (Σ γ_d + c + b + d + w') I
 *     C_d' = γ_d I − (1/δ_d + d + w') C_d           B' = b I − (d + w') B
 *     P' = w S + w' (A + B), w = (s2/Ω) P, w' = w or 0     A = I + Σ C_d
 *
 * p, c, b, d are the rates of patching, contact, blocking and disinfection. A host that is blocked is left to the
 * blocking, one that waits for its immunization to that.
 */
import { assert } from '@wormwood/base';
import type { Run } from '../engine.ts';
import { crossing, cubicAt } from '../ode/cubic.ts';
import type { DenseStep } from '../ode/dense-step.ts';
import { emptyDenseStep, type Ends, hermite } from '../ode/hermite-step.ts';
import { logisticMilestones, type Milestones, passMilestones } from '../ode/milestones.ts';
import {
  everInfectedOf,
  neverInfectedWriter,
  type SampleWriter,
  writeSamples,
} from '../ode/sample-kernel.ts';
import type { Outbreak } from '../outbreak.ts';
import { contactRatePerSecond } from '../reproduction-number.ts';
import { summarize } from '../summary.ts';
import { sampleTimes } from '../trajectory.ts';
import { acceptStep, tryStep, workspace, type Workspace } from './dormand-prince.ts';
import { type Forces, forcesOf, startForces } from './forces.ts';
import { EVER, INFECTED, PATCHING, PROBES, SEEN, slopes, STAGES, SUSCEPTIBLE } from './mean-field-slopes.ts';

/** Relative to max(value, 1 host) and a step; the cubic between two steps is then good to 1e-6. */
const TOLERANCE = 1e-10;
const STEPS_MAX = 5_000_000;
/** An explicit method takes about one step a delay. */
const DELAYS_IN_DURATION_MAX = 1_000_000;
const GROWTH_MAX = 5;
const GROWTH_MIN = 0.2;
const SAFETY = 0.9;

/** Returns why the measures of the outbreak cannot be run together, a sentence each. */
export function measureObstacles(outbreak: Outbreak): readonly string[] {
  const measures = outbreak.countermeasures ?? [];
  const obstacles: string[] = [];
  const blocking = measures.filter(({ kind }) => kind === 'blacklist' || kind === 'clean-up');
  if (blocking.length > 1) obstacles.push('Only one of the measures can block infected hosts.');
  if (measures.filter(({ kind }) => kind === 'counter-worm').length > 1) {
    obstacles.push('Only one counter-worm can be modelled at a time.');
  }
  const shortest = outbreak.durationSeconds / DELAYS_IN_DURATION_MAX;
  const isShort = outbreak.honeypots.some(({ delaySeconds }) => delaySeconds > 0 && delaySeconds < shortest);
  if (measures.length > 0 && isShort) {
    obstacles.push(`Beside other measures, the delay of honeypots must be 0 or at least ${shortest} s.`);
  }
  return obstacles;
}

/** Returns the mean field of the outbreak. */
export function measuredMeanField(outbreak: Outbreak): Run {
  const { population, durationSeconds } = outbreak;
  const forces = forcesOf(outbreak);
  const work = workspace(STAGES + forces.honeypots.length);
  work.state[SUSCEPTIBLE] = population.vulnerable - population.infected;
  work.state[INFECTED] = population.infected;
  work.state[EVER] = population.infected;
  const time = sampleTimes(outbreak);
  const trajectory = {
    time,
    susceptible: new Float64Array(time.length),
    infected: new Float64Array(time.length),
    immunized: new Float64Array(time.length),
  };
  trajectory.susceptible[0] = work.state[SUSCEPTIBLE]!;
  trajectory.infected[0] = population.infected;
  const epidemic = { ...population, contactRatePerSecond: contactRatePerSecond(outbreak) };
  const seen: Seen = {
    writer: { trajectory, vulnerable: population.vulnerable, written: 1 },
    neverWriter: neverInfectedWriter(outbreak, time),
    milestones: logisticMilestones(epidemic, 0),
  };
  let now = 0;
  while (now < durationSeconds) {
    begin(outbreak, forces, work, now);
    now = integrateSegment(outbreak, forces, work, { now, seen });
  }
  return finish(outbreak, forces, work, seen);
}

interface Seen {
  readonly writer: SampleWriter;
  /** Of hosts never infected, in the place of susceptible ones, where that is not the same. */
  readonly neverWriter: SampleWriter | undefined;
  readonly milestones: Milestones;
}

/** Lets what starts by now begin to work. */
function begin(outbreak: Outbreak, forces: Forces, work: Workspace, now: number): void {
  const { state } = work;
  const started = startForces(forces, now, { probes: state[PROBES]!, seen: state[SEEN]! });
  state[PATCHING]! += started.counterWormHosts;
  slopes(outbreak, forces, now)(now, state, work.slope);
}

/** Integrates until the next start or the end; returns the time reached. */
function integrateSegment(
  outbreak: Outbreak,
  forces: Forces,
  work: Workspace,
  { now: from, seen }: { readonly now: number; readonly seen: Seen },
): number {
  const { durationSeconds } = outbreak;
  const rightHandSide = slopes(outbreak, forces, from);
  const sample: DenseStep = emptyDenseStep();
  const ever: DenseStep = emptyDenseStep();
  let end = nextStart(forces, from, durationSeconds);
  let now = from;
  let h = Math.min(end - now, outbreak.sampleSeconds, 0.01 / (contactRatePerSecond(outbreak) + 1e-9));
  for (let steps = 0; now < end; steps++) {
    assert(steps < STEPS_MAX, `the mean field needs more than ${STEPS_MAX} steps near ${now} s`);
    const isLast = h * 1.0001 >= end - now;
    const taken = isLast ? end - now : h;
    const error = tryStep(rightHandSide, work, { timeSeconds: now, h: taken, tolerance: TOLERANCE });
    h = taken * Math.min(GROWTH_MAX, Math.max(GROWTH_MIN, SAFETY / error ** 0.2));
    if (!(error <= 1)) continue;
    const start = observe(forces, work, now, taken);
    if (start < end) {
      end = start;
      if (end < now + taken) continue;
    }
    const endSeconds = isLast ? end : now + taken;
    fill(sample, work, { vulnerable: null, now, taken, endSeconds });
    fill(ever, work, { vulnerable: outbreak.population.vulnerable, now, taken, endSeconds });
    writeSamples(seen.writer, sample);
    if (seen.neverWriter !== undefined) writeSamples(seen.neverWriter, ever);
    passMilestones(seen.milestones, ever);
    acceptStep(work);
    now = endSeconds;
  }
  return end;
}

function nextStart(forces: Forces, after: number, before: number): number {
  let next = before;
  for (const { startSeconds } of forces.all) {
    if (startSeconds > after && startSeconds < next) next = startSeconds;
  }
  return next;
}

/** Sets the start of what waits for probes that the step brings; returns the earliest such start, else Infinity. */
function observe(forces: Forces, work: Workspace, now: number, taken: number): number {
  let earliest = Infinity;
  const cubic = new Float64Array(4);
  for (const force of forces.all) {
    if (force.startSeconds < Infinity || work.next[SEEN]! < force.seenNeeded) continue;
    hermite(cubic, 0, { taken, ...ends(work, SEEN) });
    const theta = crossing((at) => cubicAt(cubic, 0, at) - force.seenNeeded);
    force.startSeconds = now + theta * taken + force.prepareSeconds;
    earliest = Math.min(earliest, force.startSeconds);
  }
  return earliest;
}

function ends({ state, next, slope, nextSlope }: Workspace, at: number): Ends {
  return { before: state[at]!, after: next[at]!, slopeBefore: slope[at]!, slopeAfter: nextSlope[at]! };
}

/** All infected hosts: from `INFECTED` on but for what stands between. */
function infectedEnds(work: Workspace): Ends {
  const total = { before: 0, after: 0, slopeBefore: 0, slopeAfter: 0 };
  for (let j = 0; j < work.state.length; j++) {
    if (j !== INFECTED && j !== INFECTED + 1 && j < STAGES) continue;
    const part = ends(work, j);
    total.before += part.before;
    total.after += part.after;
    total.slopeBefore += part.slopeBefore;
    total.slopeAfter += part.slopeAfter;
  }
  return total;
}

/** Describes the step: with `vulnerable`, S is those never infected, which patching does not lower. */
function fill(
  step: DenseStep,
  work: Workspace,
  at: {
    readonly vulnerable: number | null;
    readonly now: number;
    readonly taken: number;
    readonly endSeconds: number;
  },
): void {
  const { taken } = at;
  const ever = ends(work, EVER);
  const never: Ends | null =
    at.vulnerable === null
      ? null
      : {
          before: at.vulnerable - ever.before,
          after: at.vulnerable - ever.after,
          slopeBefore: -ever.slopeBefore,
          slopeAfter: -ever.slopeAfter,
        };
  const first = never ?? ends(work, SUSCEPTIBLE);
  const infected = infectedEnds(work);
  hermite(step.dense, 0, { taken, ...first });
  hermite(step.dense, 4, { taken, ...infected });
  step.beginSeconds = at.now;
  step.lengthSeconds = taken;
  step.endSeconds = at.endSeconds;
  step.susceptibleAfter = first.after;
  step.infectedAfter = infected.after;
}

function finish(outbreak: Outbreak, forces: Forces, { state }: Workspace, seen: Seen): Run {
  const { trajectory } = seen.writer;
  const { milestones } = seen;
  const last = trajectory.time.length - 1;
  let contacts = 0;
  for (const { count, seenBefore } of forces.honeypots) {
    if (seenBefore !== null) contacts += (count / outbreak.addressSpaceSize) * (state[SEEN]! - seenBefore);
  }
  const summary = summarize(outbreak, {
    peakInfected: milestones.peakInfected,
    peakTime: milestones.peakTime,
    everInfected: state[EVER]!,
    immunized: trajectory.immunized[last]!,
    stillInfected: trajectory.infected[last]!,
    extinctionTime: milestones.extinctionTime,
    timeTo: milestones.timeTo,
    probes: state[PROBES]!,
    honeypotContacts: contacts,
    firstStart: null,
  });
  // Honeypots are not all that acts here, so their number alone says nothing of R.
  return {
    engine: 'ode',
    partial: false,
    trajectory: { ...trajectory, ...everInfectedOf(seen.neverWriter) },
    summary: { ...summary, basicReproductionNumber: null, reproductionNumberAtStart: null },
  };
}
