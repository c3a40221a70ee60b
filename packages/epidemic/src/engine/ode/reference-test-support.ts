/**
 * The mean field by another integrator, for tests: Hairer's extrapolation method ODEX at a tolerance of 1e-12, started anew
 * at each sample so that no interpolation enters. Explicit: short delays cost it many steps.
 */
import { createRequire } from 'node:module';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { effectiveContactRatePerSecond, pairwiseRatePerSecond } from '../../dynamics/rates.ts';
import { sampleTimes, type Trajectory } from '../trajectory.ts';

interface OdexSolver {
  relativeTolerance: number;
  absoluteTolerance: number;
  initialStepSize: number;
  maxSteps: number;
  solve(
    derivative: (x: number, y: readonly number[]) => number[],
    x0: number,
    y0: readonly number[],
    x1: number,
  ): { readonly y: readonly number[]; readonly outcome: number };
}

// The package carries its TypeScript source beside the module, which stricter settings than its own reject.
const { Solver } = createRequire(import.meta.url)('odex') as { Solver: new (n: number) => OdexSolver };

export interface Reference {
  readonly trajectory: Trajectory;
  /** ∫ A dt up to each sample. */
  readonly infectedSeconds: Float64Array;
}

/** Integrates an outbreak whose honeypots start at given times. */
export function referenceTrajectory(outbreak: Outbreak): Reference {
  const { vulnerable, infected } = outbreak.population;
  const groups = outbreak.honeypots;
  const solver = new Solver(3 + groups.length + 1);
  solver.relativeTolerance = 1e-12;
  solver.absoluteTolerance = 1e-12;
  solver.maxSteps = 1e6;
  const time = sampleTimes(outbreak);
  const columns = Array.from({ length: 4 }, () => new Float64Array(time.length));
  // S, I, R, ∫A, then C of each group.
  let y: readonly number[] = [vulnerable - infected, infected, 0, 0, ...groups.map(() => 0)];
  const starts = groups.map(({ start }) => (start.kind === 'time' ? start.timeSeconds : NaN));
  let now = 0;
  for (let k = 0; k < time.length; k++) {
    const stops = [...starts.filter((start) => start > now && start < time[k]!), time[k]!];
    for (const stop of stops.sort((a, b) => a - b)) {
      if (stop > now) {
        solver.initialStepSize = (stop - now) / 10;
        const solved = solver.solve(meanField(outbreak, now), 0, y, stop - now);
        if (solved.outcome !== 0) throw new Error('the reference did not converge');
        y = solved.y;
      }
      now = stop;
    }
    let active = y[1]!;
    for (let g = 0; g < groups.length; g++) active += y[4 + g]!;
    for (const [i, x] of [y[0]!, active, y[2]!, y[3]!].entries()) columns[i]![k] = x;
  }
  const [susceptible, active, immunized, infectedSeconds] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return { trajectory: { time, susceptible, infected: active, immunized }, infectedSeconds };
}

function meanField(outbreak: Outbreak, now: number): (x: number, y: readonly number[]) => number[] {
  const b = pairwiseRatePerSecond(outbreak);
  const groups = outbreak.honeypots.map((group) => ({
    rate:
      group.start.kind === 'time' && group.start.timeSeconds <= now
        ? effectiveContactRatePerSecond(outbreak, group)
        : 0,
    delay: group.delaySeconds,
  }));
  return (_, y) => {
    let active = y[1]!;
    for (let g = 0; g < groups.length; g++) active += y[4 + g]!;
    const flow = b * y[0]! * active;
    const out = [-flow, flow, 0, active];
    for (const [g, { rate, delay }] of groups.entries()) {
      const contacted = rate * y[1]!;
      out[1]! -= contacted;
      const immunized = delay > 0 ? y[4 + g]! / delay : contacted;
      out[2]! += immunized;
      out.push(delay > 0 ? contacted - immunized : 0);
    }
    return out;
  };
}

/** Returns the largest difference of two trajectories as a part of max(value, 1 host). */
export function largestError(trajectory: Trajectory, reference: Trajectory): number {
  let largest = 0;
  for (const key of ['susceptible', 'infected', 'immunized'] as const) {
    for (let k = 0; k < reference.time.length; k++) {
      const exact = reference[key][k]!;
      largest = Math.max(largest, Math.abs(trajectory[key][k]! - exact) / Math.max(1, exact));
    }
  }
  return largest;
}
