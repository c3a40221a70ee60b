/**
 * What the lab teaches the scenario, and what the scenario then predicts. Between the first contact of a host and its
 * immunization lie further contacts that the detector asks for, and the response; the scenario knows all of it as its
 * `delay`, the mean of an exponential time.
 */
import { assert } from '@wormwood/base';
import {
  type ChunkRequest,
  type Ensemble,
  type HoneypotDefense,
  hosts,
  type Outbreak,
  type RunChunk,
  runChunk,
  runEnsemble,
  type Trajectory,
} from '@wormwood/epidemic';
import { honeypotsOf } from './lab-file.ts';
import type { LabRun } from './lab-course.ts';

/** Means over the hosts of all runs; null where nothing was measured. Times in seconds. */
export interface MeasuredDelays {
  /** Hosts that reached a honeypot, that got a verdict, that were immunized. */
  readonly contacted: number;
  readonly convicted: number;
  readonly immunized: number;
  /** Handshakes with honeypots that a verdict took. */
  readonly contactsPerVerdict: number | null;
  readonly contactToVerdictSeconds: number | null;
  readonly verdictToImmunizedSeconds: number | null;
  /**
   * The mean of an exponential time from first contact to immunization, estimated from those that were immunized and
   * those that still waited when the lab ended: all the waiting over the number of immunizations.
   */
  readonly delaySeconds: number | null;
}

/** Measures the delays of some runs of one lab. */
export function measureDelays(runs: readonly LabRun[], durationSeconds: number): MeasuredDelays {
  const records = runs.flatMap(({ contacts }) => contacts);
  const convicted = records.filter(({ verdictSeconds }) => verdictSeconds !== null);
  const immunized = records.filter(({ immunizedSeconds }) => immunizedSeconds !== null);
  const waiting = records.map((each) => (each.immunizedSeconds ?? durationSeconds) - each.contactSeconds);
  return {
    contacted: records.length,
    convicted: convicted.length,
    immunized: immunized.length,
    contactsPerVerdict: meanOf(convicted.map(({ contacts }) => contacts)),
    contactToVerdictSeconds: meanOf(
      convicted.map((each) => (each.verdictSeconds ?? 0) - each.contactSeconds),
    ),
    verdictToImmunizedSeconds: meanOf(
      immunized.map((each) => (each.immunizedSeconds ?? 0) - (each.verdictSeconds ?? 0)),
    ),
    delaySeconds: immunized.length === 0 ? null : sumOf(waiting) / immunized.length,
  };
}

/**
 * The outbreak with what was measured in place of what was supposed: every contact leads to immunization, after the
 * measured delay; after longer than the lab lasted when nobody was immunized.
 */
export function calibrated(outbreak: Outbreak, { delaySeconds, contacted }: MeasuredDelays): Outbreak {
  const group = honeypotsOf(outbreak);
  if (group === null) return outbreak;
  const unmeasured = contacted === 0 ? group.delaySeconds : NEVER_SECONDS;
  const measured: HoneypotDefense = { ...group, success: 1, delaySeconds: delaySeconds ?? unmeasured };
  return { ...outbreak, defenses: [measured] };
}

const NEVER_SECONDS = 1e9;

/** What the scenario predicts: many draws of one outbreak, together and one by one. */
export interface Prediction {
  readonly ensemble: Ensemble;
  readonly trajectories: readonly Trajectory[];
}

/** Runs the engine `hosts` so many times. */
export async function predict(outbreak: Outbreak, seed: string, runs: number): Promise<Prediction> {
  const obstacles = hosts.unsupported(outbreak);
  assert(obstacles.length === 0, obstacles[0] ?? '');
  const { vulnerable } = outbreak.population;
  const trajectories: Trajectory[] = [];
  const execute = (request: ChunkRequest): Promise<RunChunk> => {
    const chunk = runChunk(request);
    for (let row = 0; row < chunk.count; row++) {
      trajectories[chunk.first + row] = trajectoryOf(chunk, row, vulnerable);
    }
    return Promise.resolve(chunk);
  };
  const ensemble = await runEnsemble({ outbreak, engine: 'hosts', seed, runs }, execute, { workers: 1 });
  return { ensemble, trajectories };
}

function trajectoryOf(chunk: RunChunk, row: number, vulnerable: number): Trajectory {
  const { time } = chunk;
  const from = row * time.length;
  const susceptible = Float64Array.from(chunk.susceptible.subarray(from, from + time.length));
  const infected = Float64Array.from(chunk.infected.subarray(from, from + time.length));
  const immunized = susceptible.map((count, sample) => vulnerable - count - (infected[sample] ?? 0));
  return { time, susceptible, infected, immunized };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : sumOf(values) / values.length;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0);
}
