/** Writes the samples that lie within a step. */
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { everInfectedDiffers, type Trajectory } from '../trajectory.ts';
import type { DenseStep } from './step/dense-step.ts';

export interface SampleWriter {
  readonly trajectory: Trajectory;
  readonly vulnerable: number;
  /** Samples written so far. */
  written: number;
}

/** Writes the samples up to the end of the step, never negative and with the sum N. */
export function writeSamples(writer: SampleWriter, step: DenseStep): void {
  const { time, susceptible, infected, immunized } = writer.trajectory;
  const { vulnerable } = writer;
  const { dense, beginSeconds, endSeconds } = step;
  const reciprocal = 1 / step.lengthSeconds;
  const s0 = dense[0]!;
  const s1 = dense[1]!;
  const s2 = dense[2]!;
  const s3 = dense[3]!;
  const a0 = dense[4]!;
  const a1 = dense[5]!;
  const a2 = dense[6]!;
  const a3 = dense[7]!;
  let k = writer.written;
  for (; k < time.length; k++) {
    const t = time[k]!;
    if (t > endSeconds) break;
    const offset = (t - beginSeconds) * reciprocal;
    const theta = offset < 1 ? offset : 1;
    const s = s0 + theta * (s1 + theta * (s2 + theta * s3));
    const a = a0 + theta * (a1 + theta * (a2 + theta * a3));
    const left = s > 0 ? (s < vulnerable ? s : vulnerable) : 0;
    const rest = vulnerable - left;
    const active = a > 0 ? (a < rest ? a : rest) : 0;
    susceptible[k] = left;
    infected[k] = active;
    immunized[k] = rest - active;
  }
  writer.written = k;
}

/** Returns what takes the samples of hosts never infected; undefined where those are the susceptible ones. */
export function neverInfectedWriter(outbreak: Outbreak, time: Float64Array): SampleWriter | undefined {
  if (!everInfectedDiffers(outbreak)) return undefined;
  const { vulnerable, infected } = outbreak.population;
  const susceptible = new Float64Array(time.length);
  susceptible[0] = vulnerable - infected;
  const trajectory = {
    time,
    susceptible,
    infected: new Float64Array(time.length),
    immunized: new Float64Array(time.length),
  };
  return { trajectory, vulnerable, written: 1 };
}

/** Returns the hosts ever infected from the samples of those never infected. */
export function everInfectedOf(writer: SampleWriter | undefined): Pick<Trajectory, 'everInfected'> {
  if (writer === undefined) return {};
  return { everInfected: writer.trajectory.susceptible.map((never) => writer.vulnerable - never) };
}
