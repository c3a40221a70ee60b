/**
 * The mean-field engine: expected hosts of a large outbreak, a fraction of a millisecond a run
 * (docs/models.md#active-immunization). Until the first honeypots immunize it is the logistic in closed form; from then on a
 * Rosenbrock method (`integrate.ts`), since the short stage between contact and immunization makes the equations stiff.
 *
 *     S' = −(s/Ω) S A    I' = (s/Ω) S A − (γ0 + Σ γ_d) I    C_d' = γ_d I − C_d/δ_d    A = I + Σ C_d    R = N − S − A
 *
 * Everything else (other strategies, hosts that differ, latency, hosts that come back, countermeasures) is for groups/.
 *
 * γ_d sums s h p / Ω over the honeypots at work that have the delay δ_d. It is the one to plan with; it knows no chance, so
 * it cannot say how likely an outbreak of few hosts dies out.
 */
import type { Engine, Run } from '../engine.ts';
import { groupMeanField } from './group-equations.ts';
import { asUniform } from './one-group.ts';
import { groupObstacles } from './obstacles.ts';
import { withoutIdleMeasures } from '../../outbreak/idle-measures.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { isPlain } from '../../outbreak/plain-outbreak.ts';
import { contactRatePerSecond, pairwiseRatePerSecond } from '../../dynamics/rates.ts';
import { type RunFacts, summarize } from '../summary.ts';
import { sampleTimes, type Trajectory } from '../trajectory.ts';
import {
  countLogisticContacts,
  firstEffectiveStart,
  honeypotContacts,
  type ScheduledGroup,
  scheduleHoneypots,
} from './honeypot-schedule.ts';
import { integrate } from './integrate.ts';
import { logisticMilestones, type Milestones } from './milestones.ts';
import type { SampleWriter } from './sample-kernel.ts';
import {
  type SimpleEpidemic,
  logisticInfected,
  logisticInfectedSeconds,
  logisticSusceptible,
} from '../../dynamics/logistic.ts';

/** The mean field; the same run for every seed and replicate, too fast to be watched or ended early. */
export const ode: Engine = {
  name: 'ode',
  random: false,
  unsupported: (given) => {
    const outbreak = withoutIdleMeasures(given);
    return isPlain(outbreak) ? [] : groupObstacles(outbreak);
  },
  run,
};

function run(given: Outbreak): Run {
  const outbreak = withoutIdleMeasures(given);
  const uniform = isPlain(outbreak) ? outbreak : asUniform(outbreak);
  return uniform ? runUniform(uniform) : groupMeanField(outbreak);
}

function runUniform(outbreak: Outbreak): Run {
  const { durationSeconds, population } = outbreak;
  const epidemic: SimpleEpidemic = { ...population, contactRatePerSecond: contactRatePerSecond(outbreak) };
  const groups = scheduleHoneypots(outbreak, epidemic);
  const start = firstEffectiveStart(groups);
  const isImmunizing = start < durationSeconds;
  const logisticEnd = isImmunizing ? start : durationSeconds;

  const trajectory = emptyTrajectory(outbreak);
  const writer = { trajectory, vulnerable: population.vulnerable, written: 0 };
  writeLogistic(writer, epidemic, logisticEnd);
  countLogisticContacts(groups, epidemic, logisticEnd);
  const milestones = logisticMilestones(epidemic, logisticEnd);
  const susceptible = logisticSusceptible(epidemic, logisticEnd);
  const infected = logisticInfected(epidemic, logisticEnd);
  let infectedSeconds = logisticInfectedSeconds(epidemic, logisticEnd);
  if (isImmunizing) {
    infectedSeconds = integrate(
      {
        vulnerable: population.vulnerable,
        pairwiseRate: pairwiseRatePerSecond(outbreak),
        groups,
        durationSeconds,
        writer,
        milestones,
        susceptible,
        infected,
      },
      { timeSeconds: start, infectedSeconds },
    );
  }
  const atStart = isImmunizing ? { susceptible, honeypots: honeypotsAt(groups, start) } : null;
  const facts = factsOf(outbreak, { trajectory, milestones, groups, infectedSeconds });
  const summary = summarize(outbreak, { ...facts, firstStart: atStart });
  return { engine: 'ode', partial: false, trajectory, summary };
}

function emptyTrajectory(outbreak: Outbreak): Trajectory {
  const time = sampleTimes(outbreak);
  return {
    time,
    susceptible: new Float64Array(time.length),
    infected: new Float64Array(time.length),
    immunized: new Float64Array(time.length),
  };
}

/** Writes the samples up to `endSeconds`, before any host is immunized. */
function writeLogistic(writer: SampleWriter, epidemic: SimpleEpidemic, endSeconds: number): void {
  const { time, susceptible, infected } = writer.trajectory;
  // The first sample is given, without the rounding of the formula.
  susceptible[0] = epidemic.vulnerable - epidemic.infected;
  infected[0] = epidemic.infected;
  let k = 1;
  for (; k < time.length && time[k]! <= endSeconds; k++) {
    susceptible[k] = logisticSusceptible(epidemic, time[k]!);
    infected[k] = logisticInfected(epidemic, time[k]!);
  }
  writer.written = k;
}

function honeypotsAt(groups: readonly ScheduledGroup[], timeSeconds: number): RunFirstHoneypots {
  return groups
    .filter((group) => group.contactRate > 0 && group.startSeconds <= timeSeconds)
    .map((group) => group.honeypots);
}

type RunFirstHoneypots = NonNullable<RunFacts['firstStart']>['honeypots'];

function factsOf(
  outbreak: Outbreak,
  seen: {
    readonly trajectory: Trajectory;
    readonly milestones: Milestones;
    readonly groups: readonly ScheduledGroup[];
    readonly infectedSeconds: number;
  },
): Omit<RunFacts, 'firstStart'> {
  const { trajectory, milestones, groups, infectedSeconds } = seen;
  const last = trajectory.time.length - 1;
  return {
    peakInfected: milestones.peakInfected,
    peakTime: milestones.peakTime,
    everInfected: outbreak.population.vulnerable - trajectory.susceptible[last]!,
    immunized: trajectory.immunized[last]!,
    stillInfected: trajectory.infected[last]!,
    extinctionTime: milestones.extinctionTime,
    timeTo: milestones.timeTo,
    probes: outbreak.worm.scanRatePerSecond * infectedSeconds,
    honeypotContacts: honeypotContacts(groups, infectedSeconds),
  };
}
