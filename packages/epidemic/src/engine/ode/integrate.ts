/**
 * The mean field from the first immunization on: RODAS steps under error control, stopped at each start of honeypots,
 * sampled by the dense output. `ode.ts` hands over the state that the logistic has reached.
 */
import { takeSteps } from './step/adaptive-steps.ts';
import { crossing, cubicIntegral } from './step/cubic.ts';
import type { DenseStep } from './step/dense-step.ts';
import type { ScheduledGroup } from './honeypot-schedule.ts';
import { type Milestones, passMilestones } from './milestones.ts';
import { type SampleWriter, writeSamples } from './sample-kernel.ts';
import { stepOneDelay } from './step/step-kernel.ts';
import { stepWorkspace, type StepWorkspace } from './step/step-workspace.ts';

/**
 * Of the estimated error of one step, which is that of the embedded solution of order 3. The solution itself and the dense
 * output then stay within 1e-6 of max(value, 1 host) over an outbreak: see `ode.test.ts`.
 */
const TOLERANCE = 2e-7;
/** No outbreak so far needed 20,000. */
const STEPS_MAX = 1_000_000;
const GROWTH_MAX = 6;
const GROWTH_MIN = 0.2;
const SAFETY = 0.9;

export interface Integration {
  readonly vulnerable: number;
  readonly pairwiseRate: number;
  readonly groups: readonly ScheduledGroup[];
  readonly durationSeconds: number;
  readonly writer: SampleWriter;
  readonly milestones: Milestones;
  /** The state when the first honeypots start; no host has been contacted. */
  readonly susceptible: number;
  readonly infected: number;
}

export interface HandedOver {
  readonly timeSeconds: number;
  /** J = ∫ A dt so far. */
  readonly infectedSeconds: number;
}

/** Integrates to the end, writing samples and milestones; returns J at the end. */
export function integrate(integration: Integration, from: HandedOver): number {
  const { vulnerable, durationSeconds } = integration;
  const work = stepWorkspace({ vulnerable, tolerance: TOLERANCE });
  work.state[0] = integration.susceptible;
  work.state[1] = integration.infected;
  let segment: HandedOver = from;
  while (segment.timeSeconds < durationSeconds) {
    setRates(work, integration, segment);
    segment = integrateSegment(integration, work, segment);
  }
  return segment.infectedSeconds;
}

/** Puts the groups that have started to work, and lets those that answer from now on count contacts from here. */
function setRates(work: StepWorkspace, { groups, pairwiseRate }: Integration, now: HandedOver): void {
  const { rates } = work;
  rates.fill(0);
  rates[0] = pairwiseRate;
  // Without a delay, the one C stays empty at any rate.
  rates[3] = 1;
  for (const group of groups) {
    if (group.startSeconds > now.timeSeconds) continue;
    group.infectedSecondsBefore ??= now.infectedSeconds;
    const { delaySeconds } = group.honeypots;
    if (group.contactRate === 0) continue;
    rates[delaySeconds === 0 ? 1 : 2]! += group.contactRate;
    if (delaySeconds > 0) rates[3] = 1 / delaySeconds;
  }
}

/** Integrates until the next start of honeypots or the end; returns the time reached. */
function integrateSegment(
  { durationSeconds, groups, milestones, writer }: Integration,
  work: StepWorkspace,
  from: HandedOver,
): HandedOver {
  const done = denseStep(work);
  let { infectedSeconds } = from;
  const timeSeconds = takeSteps(
    {
      attempt: (_time, length) => stepOneDelay(work, length),
      lengthFactor: stepFactor,
      endBy: () => startWithin(groups, done, infectedSeconds),
      accept: () => {
        infectedSeconds += Math.max(0, done.lengthSeconds * cubicIntegral(work.dense, 4, 1));
        accept(work, done);
        writeSamples(writer, done);
        passMilestones(milestones, done);
      },
    },
    done,
    {
      originSeconds: from.timeSeconds,
      beginSeconds: from.timeSeconds,
      endSeconds: nextStart(groups, { after: from.timeSeconds, before: durationSeconds }),
      firstLengthSeconds: firstStep(work),
      stepsMax: STEPS_MAX,
    },
  );
  return { timeSeconds, infectedSeconds };
}

function denseStep({ dense }: StepWorkspace): DenseStep {
  return { beginSeconds: 0, lengthSeconds: 0, endSeconds: 0, dense, susceptibleAfter: 0, infectedAfter: 0 };
}

function stepFactor(error: number): number {
  const factor = SAFETY / Math.sqrt(Math.sqrt(error));
  if (factor > GROWTH_MAX) return GROWTH_MAX;
  // A step that overflowed has no meaningful error.
  return factor > GROWTH_MIN ? factor : GROWTH_MIN;
}

/** A tenth of the fastest time constant but for the delays, which the method damps. */
function firstStep({ state, rates }: StepWorkspace): number {
  let hosts = 0;
  for (const x of state) hosts += x;
  let fastest = rates[0]! * hosts + rates[1]!;
  for (let j = 2; j < state.length; j++) fastest += rates[2 * j - 2]!;
  return 0.1 / fastest;
}

/** Returns the first start of a group, immunizing or not, between two times, else the later one. */
function nextStart(
  groups: readonly ScheduledGroup[],
  { after, before }: { readonly after: number; readonly before: number },
): number {
  let next = before;
  for (const { startSeconds } of groups) if (startSeconds > after && startSeconds < next) next = startSeconds;
  return next;
}

/**
 * Sets the start of groups that have had their contacts by the end of the step, J at its begin being `infectedSeconds`;
 * returns the earliest of these starts, else Infinity.
 */
function startWithin(groups: readonly ScheduledGroup[], step: DenseStep, infectedSeconds: number): number {
  let earliest = Infinity;
  for (const group of groups) {
    const { start } = group.honeypots;
    if (start.kind === 'time' || group.startSeconds < Infinity || group.contactRate === 0) continue;
    const missing = group.infectedSecondsNeeded - infectedSeconds;
    const gain = (theta: number): number => step.lengthSeconds * cubicIntegral(step.dense, 4, theta);
    if (gain(1) < missing) continue;
    const counted = step.beginSeconds + step.lengthSeconds * crossing((theta) => gain(theta) - missing);
    group.startSeconds = counted + start.prepareSeconds;
    earliest = Math.min(earliest, group.startSeconds);
  }
  return earliest;
}

/** Moves to the end of the step. What the tolerance lets fall below zero is put back there. */
function accept({ state, next }: StepWorkspace, done: DenseStep): void {
  let infected = 0;
  for (let j = 0; j < next.length; j++) {
    const hosts = next[j]! > 0 ? next[j]! : 0;
    state[j] = hosts;
    if (j > 0) infected += hosts;
  }
  done.susceptibleAfter = state[0]!;
  done.infectedAfter = infected;
}
