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
  const waiting = 2 ** delaysOf(outbreak).length - 1;
  const solver = new Solver(4 + waiting);
  solver.relativeTolerance = 1e-12;
  solver.absoluteTolerance = 1e-12;
  solver.maxSteps = 1e6;
  const time = sampleTimes(outbreak);
  const columns = Array.from({ length: 4 }, () => new Float64Array(time.length));
  // S, I, R, ∫A, then C for each set of clocks that run, as a bit mask from 1 on.
  let y: readonly number[] = [vulnerable - infected, infected, 0, 0, ...Array<number>(waiting).fill(0)];
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
    for (let mask = 1; mask <= waiting; mask++) active += y[3 + mask]!;
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

/** Groups of one delay share a clock; each host has a clock for each delay. */
function delaysOf({ honeypots }: Outbreak): readonly number[] {
  return [...new Set(honeypots.map(({ delaySeconds }) => delaySeconds))].filter((delay) => delay > 0);
}

function meanField(outbreak: Outbreak, now: number): (x: number, y: readonly number[]) => number[] {
  const b = pairwiseRatePerSecond(outbreak);
  const delays = delaysOf(outbreak);
  const contacts = (delay: number): number =>
    outbreak.honeypots
      .filter(({ start, delaySeconds }) => {
        return delaySeconds === delay && start.kind === 'time' && start.timeSeconds <= now;
      })
      .reduce((sum, group) => sum + effectiveContactRatePerSecond(outbreak, group), 0);
  const atOnce = contacts(0);
  const rates = delays.map(contacts);
  const place = (mask: number): number => (mask === 0 ? 1 : 3 + mask);
  return (_, y) => {
    let active = 0;
    for (let mask = 0; mask < 2 ** delays.length; mask++) active += y[place(mask)]!;
    const flow = b * y[0]! * active;
    const out = y.map(() => 0);
    out[0] = -flow;
    out[1] = flow;
    out[3] = active;
    for (let mask = 0; mask < 2 ** delays.length; mask++) {
      const hosts = y[place(mask)]!;
      let immunized = atOnce * hosts;
      for (const [row, delay] of delays.entries()) {
        if ((mask >> row) & 1) immunized += hosts / delay;
        else {
          out[place(mask)]! -= rates[row]! * hosts;
          out[place(mask | (1 << row))]! += rates[row]! * hosts;
        }
      }
      out[place(mask)]! -= immunized;
      out[2]! += immunized;
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
