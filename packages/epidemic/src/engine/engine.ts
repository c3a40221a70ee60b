/**
 * What an engine is: one function from an outbreak and a source of randomness to a run. The engines live in the folders
 * beside this file (`ode`, `stochastic`, `hosts`, `probes`); `conformance/` is the suite that all of them pass.
 */
import type { RandomStreams } from '@wormwood/base';
import type { Outbreak } from '../outbreak/outbreak.ts';
import type { Summary } from './summary.ts';
import type { Trajectory } from './trajectory.ts';

/** The engines by name, from the coarsest to the finest. */
export type EngineName = 'ode' | 'stochastic' | 'hosts' | 'probes';

export interface Engine {
  readonly name: EngineName;
  /** False for the mean field, which gives the same run for every seed. */
  readonly random: boolean;
  /** Reasons, one sentence each, why this engine cannot run the outbreak; empty when it can. */
  unsupported(outbreak: Outbreak): readonly string[];
  /**
   * Runs the outbreak once. `replicate` is the number of the run inside an ensemble: the same seed and replicate give
   * the same bytes wherever and beside whatever else they run.
   */
  run(outbreak: Outbreak, randomness: Randomness, control?: RunControl): Run;
}

export interface Randomness {
  readonly streams: RandomStreams;
  readonly replicate: number;
}

/** Lets the caller of a long run watch it and end it early. */
export interface RunControl {
  /** Asked now and then; once true, the run ends at the simulated time that it has reached and is marked partial. */
  shouldStop(): boolean;
  /** Told now and then how far the run has come, as simulated seconds. */
  progress(simulatedSeconds: number): void;
  /**
   * Whether the run carries its `infections`, in engines that know them.
   * @default false
   */
  readonly keepInfections?: boolean;
  /**
   * Memory that runs use one after the other: the next run with it overwrites the trajectory of this one. Engines that take a
   * few megabytes of other memory leave it alone.
   * @default memory of its own for each run
   */
  readonly workspace?: RunWorkspace;
}

/** Empty at first. */
export interface RunWorkspace {
  samples?: SampleColumns;
}

/** A row for each time at which an outbreak is sampled. */
export interface SampleColumns {
  /** Seconds, and Infinity behind the last. */
  readonly time: Float64Array;
  readonly susceptible: Float64Array;
  readonly infected: Float64Array;
  readonly immunized: Float64Array;
}

/** What one run of an engine yields. */
export interface Run {
  readonly engine: EngineName;
  /** True when `RunControl.shouldStop` ended the run; the trajectory then stops short of the duration. */
  readonly partial: boolean;
  readonly trajectory: Trajectory;
  readonly summary: Summary;
  /** Who infected whom, when, and where: engines `hosts` and `probes`, when asked to keep it. */
  readonly infections?: InfectionLog;
}

/** One row a vulnerable host that was ever infected, in the order of infection; the first `infected` rows are the seeds. */
export interface InfectionLog {
  /** Index of the host, 0..N−1; its address is `address[host]` of the population that the engine drew. */
  readonly host: Int32Array;
  /** Index of the host that infected it; −1 for a host infected at time 0. */
  readonly infector: Int32Array;
  /** Seconds from the start. */
  readonly timeSeconds: Float64Array;
  /** Address of each host, by host index (not by row). */
  readonly address: Float64Array;
  /** By host index: when the host was immunized, in seconds, infinite while it is not. The engine `probes` leaves it out. */
  readonly immunizedSeconds?: Float64Array;
}
