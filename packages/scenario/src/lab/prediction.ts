/**
 * What the lab teaches the scenario, and what the scenario then predicts. Between the first contact of a host and its
 * immunization lie further contacts that the detector asks for, and the response; the scenario knows all of it as its
 * `delay`, the mean of an exponential time.
 */
import { assert, type RandomStreams } from '@wormwood/base';
import { hosts, type HoneypotDefense, type Outbreak, type Trajectory } from '@wormwood/epidemic';
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

/** Runs the engine `hosts` so many times; every run is another draw of the same outbreak. */
export function predict(outbreak: Outbreak, streams: RandomStreams, runs: number): readonly Trajectory[] {
  const obstacles = hosts.unsupported(outbreak);
  assert(obstacles.length === 0, obstacles[0] ?? '');
  return Array.from(
    { length: runs },
    (_, replicate) => hosts.run(outbreak, { streams, replicate }).trajectory,
  );
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : sumOf(values) / values.length;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0);
}
