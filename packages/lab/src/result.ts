/** What `lab run --json` prints: the measured curve, the delays measured from it, and how well the predictions agree. */
import { randomStreams } from '@wormwood/base';
import type { Outbreak, Trajectory } from '@wormwood/epidemic';
import type { Lab } from '@wormwood/files/lab';
import { scenarioDocument, type ScenarioDocument } from '@wormwood/files/scenario';
import {
  type EnsembleSeries,
  type SimulationResult,
  type SingleSeries,
  toEnsembleResult,
} from '@wormwood/report';
import { combinePValues, compareWithEnsemble } from './agreement.ts';
import type { LabCounts, LabRun } from './course.ts';
import { type MeasuredDelays, measureDelays } from './calibration.ts';
import { predict } from './prediction.ts';
import { calibratedScenario, controlScenario, priorScenario } from './scenarios.ts';

/** Times in seconds, counts in hosts. */
export interface LabResult {
  /** The scenario of the lab file; and how its detector and its response should act, and were measured to act, in it. */
  readonly scenario: ScenarioDocument;
  readonly priorScenario: ScenarioDocument;
  readonly calibratedScenario: ScenarioDocument;
  /** The medium of the packets: `memory`, or `veth` for interfaces of the kernel. */
  readonly medium: 'memory' | 'veth';
  readonly seed: string;
  readonly version: string;
  readonly delays: MeasuredDelays;
  /** Sums over all runs. */
  readonly counts: LabCounts;
  readonly runs: readonly LabRunResult[];
  readonly agreement: LabAgreement;
  readonly series: {
    readonly time: readonly number[];
    /** Means of the runs of the lab. */
    readonly measured: Omit<SingleSeries, 'time'>;
    /** Of the engine `hosts`, from the parameters alone. */
    readonly predicted: Omit<EnsembleSeries, 'time'>;
  };
}

export interface LabRunResult {
  readonly everInfected: number;
  readonly peakInfected: number;
  readonly immunized: number;
  readonly probes: number;
  /** The largest deviation from the prior in standard deviations, when, and its p-value among the predicted runs. */
  readonly deviation: number;
  readonly deviationSeconds: number;
  readonly pValue: number;
}

export interface LabAgreement {
  readonly predictedRuns: number;
  /** With the prediction that takes nothing from the runs, and with the one whose delays they measured. */
  readonly prior: PValues;
  readonly calibrated: PValues;
  /** With a prediction that is wrong by a mean wait of twice the length; null without honeypots. */
  readonly control: PValues | null;
}

export interface PValues {
  /** Of the runs one by one, combined by Fisher's method. */
  readonly combined: number;
  /** Of their mean among means of as many predicted runs. */
  readonly mean: number;
}

/** What was run. */
export interface LabExperiment {
  readonly lab: Lab;
  readonly outbreak: Outbreak;
  readonly medium: LabResult['medium'];
  readonly seed: string;
  readonly version: string;
  readonly runs: readonly LabRun[];
}

/** Number of predicted means that the mean of the measured runs is compared with. */
const MEANS = 199;
/** The least number of predicted runs that a single run is compared with. */
const PREDICTED_MIN = 999;

/** What a lab found, beside what was predicted. */
export interface LabOutcome {
  readonly result: LabResult;
  /** The prediction as a result, which can be drawn, saved and repeated like any other. */
  readonly prediction: SimulationResult;
}

/** Predicts at least one run with the engine `hosts`, before and after it is calibrated with them, and returns the comparison. */
export async function labOutcome(experiment: LabExperiment): Promise<LabOutcome> {
  const { lab, outbreak, seed, runs, medium, version } = experiment;
  const plan = { lab, outbreak, streams: randomStreams(seed) };
  const delays = measureDelays(runs, outbreak.durationSeconds);
  const meansOfRuns = MEANS * runs.length;
  const predictedRuns = Math.max(PREDICTED_MIN, meansOfRuns);
  const measured = runs.map(({ trajectory }) => trajectory);
  const scenario = priorScenario(plan);
  const { ensemble, trajectories } = await predict(scenario, seed, predictedRuns);
  const known = calibratedScenario(plan, delays);
  const prior = pValuesOf(measured, trajectories);
  const calibrated = isSame(known, scenario)
    ? prior
    : pValuesOf(measured, (await predict(known, seed, predictedRuns)).trajectories);
  const wrong = controlScenario(plan);
  const control =
    wrong === null ? null : pValuesOf(measured, (await predict(wrong, seed, meansOfRuns)).trajectories);
  const mean = meanTrajectory(measured);
  const { time, ...predicted } = ensemble.series;
  const withDefenses = ({ honeypots }: Outbreak) => ({ ...lab.scenario, defenses: honeypots });
  const result: LabResult = {
    scenario: scenarioDocument(lab.scenario),
    priorScenario: scenarioDocument(withDefenses(scenario)),
    calibratedScenario: scenarioDocument(withDefenses(known)),
    medium,
    seed,
    version,
    delays,
    counts: sumOfCounts(runs.map(({ counts }) => counts)),
    runs: runs.map((run) => runResult(run, trajectories)),
    agreement: { predictedRuns, prior, calibrated, control },
    series: {
      time,
      measured: {
        susceptible: Array.from(mean.susceptible),
        infected: Array.from(mean.infected),
        immunized: Array.from(mean.immunized),
      },
      predicted,
    },
  };
  return {
    result,
    prediction: toEnsembleResult(ensemble, { scenario: withDefenses(scenario), seed, version }),
  };
}

/** The parts of a lab often do exactly what they should. */
function isSame(a: Outbreak, b: Outbreak): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function pValuesOf(measured: readonly Trajectory[], predicted: readonly Trajectory[]): PValues {
  const means = meansOf(predicted, measured.length);
  return {
    combined: combinePValues(measured.map((each) => compareWithEnsemble(each, predicted).pValue)),
    mean: compareWithEnsemble(meanTrajectory(measured), means).pValue,
  };
}

function runResult({ trajectory, counts }: LabRun, predicted: readonly Trajectory[]): LabRunResult {
  const { susceptible, infected, immunized } = trajectory;
  const vulnerable = (susceptible[0] ?? 0) + (infected[0] ?? 0) + (immunized[0] ?? 0);
  return {
    everInfected: vulnerable - (susceptible.at(-1) ?? 0),
    peakInfected: Math.max(...infected),
    immunized: immunized.at(-1) ?? 0,
    probes: counts.probes,
    ...compareWithEnsemble(trajectory, predicted),
  };
}

/** Returns the means of consecutive groups of `size` runs, which are independent. */
function meansOf(trajectories: readonly Trajectory[], size: number): readonly Trajectory[] {
  return Array.from({ length: Math.floor(trajectories.length / size) }, (_, group) =>
    meanTrajectory(trajectories.slice(group * size, (group + 1) * size)),
  );
}

function meanTrajectory(trajectories: readonly Trajectory[]): Trajectory {
  const time = trajectories[0]?.time ?? new Float64Array(0);
  const meanOf = (curve: 'susceptible' | 'infected' | 'immunized'): Float64Array =>
    time.map((_, sample) => {
      let sum = 0;
      for (const each of trajectories) sum += each[curve][sample] ?? 0;
      return sum / trajectories.length;
    });
  return {
    time,
    susceptible: meanOf('susceptible'),
    infected: meanOf('infected'),
    immunized: meanOf('immunized'),
  };
}

function sumOfCounts(counts: readonly LabCounts[]): LabCounts {
  const sum = (key: keyof LabCounts): number => counts.reduce((total, each) => total + each[key], 0);
  return {
    sent: sum('sent'),
    received: sum('received'),
    dropped: sum('dropped'),
    markersSent: sum('markersSent'),
    markersReceived: sum('markersReceived'),
    probes: sum('probes'),
    honeypotContacts: sum('honeypotContacts'),
    verdicts: sum('verdicts'),
    forgeableVerdicts: sum('forgeableVerdicts'),
    immunizedProbes: sum('immunizedProbes'),
    immunizedInfections: sum('immunizedInfections'),
  };
}
