/** The course of one outbreak on a grid of times: what every engine returns and every figure draws. */
import type { Countermeasure } from '../outbreak/countermeasure.ts';
import type { Outbreak } from '../outbreak/outbreak.ts';

/** Counts of hosts at each time. All arrays have the same length; susceptible + infected + immunized = N at each time. */
export interface Trajectory {
  /** Seconds from the start: 0, sample, 2·sample, …, and the duration itself as the last. */
  readonly time: Float64Array;
  readonly susceptible: Float64Array;
  /** Active: hosts that carry the worm, latent, contacted, blocked and silenced ones included (GLOSSARY.md). */
  readonly infected: Float64Array;
  readonly immunized: Float64Array;
  /**
   * Hosts infected at some time. Left out where that is N − susceptible: where no susceptible host is immunized without
   * having been infected, and none becomes susceptible again.
   */
  readonly everInfected?: Float64Array;
}

/** Kinds of countermeasures that immunize susceptible hosts. */
const PATCHING: ReadonlySet<Countermeasure['kind']> = new Set(['patching', 'patch-scanning', 'counter-worm']);

/** Returns whether the hosts ever infected are not simply those no longer susceptible. */
export function everInfectedDiffers({
  population,
  countermeasures,
}: Pick<Outbreak, 'population' | 'countermeasures'>): boolean {
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = population;
  return (
    rebootRatePerSecond > 0 ||
    churnRatePerSecond > 0 ||
    (countermeasures ?? []).some(({ kind }) => PATCHING.has(kind))
  );
}

/**
 * Returns the times at which an outbreak is sampled, in seconds: multiples of `sampleSeconds` up to the duration, and
 * the duration itself when it is not one of them.
 */
export function sampleTimes(outbreak: Pick<Outbreak, 'durationSeconds' | 'sampleSeconds'>): Float64Array {
  const { durationSeconds, sampleSeconds } = outbreak;
  const whole = Math.floor(durationSeconds / sampleSeconds + 1e-9);
  const last = whole * sampleSeconds;
  const endsOnGrid = Math.abs(durationSeconds - last) <= 1e-9 * durationSeconds;
  const times = new Float64Array(whole + (endsOnGrid ? 1 : 2));
  for (let i = 0; i <= whole; i++) times[i] = i * sampleSeconds;
  times[times.length - 1] = durationSeconds;
  return times;
}
