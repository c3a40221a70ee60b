import { describe, expect, it } from 'vitest';
import { referenceTrajectory } from '../reference-test-support.ts';
import { stepOneDelay } from './step-kernel.ts';
import { type StepFunction, stepWorkspace, type StepWorkspace } from './step-workspace.ts';

const N = 1000;

/** S, I, C in the middle of an outbreak of β = 0.1/s. */
function workspace(): StepWorkspace {
  const work = stepWorkspace({ vulnerable: N, tolerance: 1 });
  work.state.set([700, 250, 0]);
  work.rates.set([1e-4, 0, 0.04, 0.2]);
  return work;
}

/** Integrates 20 s in equal steps; returns S and A at the end, and at 0.37 of the last step. */
function march(step: StepFunction, steps: number): { end: number[]; within: number[]; when: number } {
  const work = workspace();
  const h = 20 / steps;
  for (let k = 0; k < steps; k++) {
    if (k > 0) work.state.set(work.next);
    step(work, h);
  }
  const { next, dense } = work;
  const at = (i: number, theta: number): number =>
    dense[i]! + theta * (dense[i + 1]! + theta * (dense[i + 2]! + theta * dense[i + 3]!));
  return {
    end: [next[0]!, next[1]! + next[2]!],
    within: [at(0, 0.37), at(4, 0.37)],
    when: 20 - 0.63 * h,
  };
}

/** The same outbreak by ODEX. */
function exact(timeSeconds: number): number[] {
  const start = { kind: 'time', timeSeconds: 0 } as const;
  const group = { kind: 'honeypots', start, success: 1, placement: 'scattered' } as const;
  // Time 0 has R = 50 already: those hosts play no part, so that N = 950 here.
  const { trajectory } = referenceTrajectory({
    addressSpaceSize: 1e4,
    firstAddress: 0,
    population: { vulnerable: 950, infected: 250 },
    worm: { scanRatePerSecond: 1, strategy: { kind: 'uniform' } },
    honeypots: [{ ...group, count: 400, delaySeconds: 5 }],
    durationSeconds: timeSeconds,
    sampleSeconds: timeSeconds,
  });
  return [trajectory.susceptible[1]!, trajectory.infected[1]!];
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));
}

describe('RODAS step', () => {
  it('converges with order 4, its dense output with local order 4', () => {
    const atEnd = exact(20);
    const errors = [32, 64, 128].map((steps) => {
      const marched = march(stepOneDelay, steps);
      return {
        end: largestDifference(marched.end, atEnd),
        within: largestDifference(marched.within, exact(marched.when)),
      };
    });
    for (const [coarse, fine] of [
      [errors[0]!, errors[1]!],
      [errors[1]!, errors[2]!],
    ]) {
      // Halving the step divides the error by 16, up to terms of the next order.
      expect(Math.log2(coarse!.end / fine!.end)).toBeGreaterThan(3.7);
      expect(Math.log2(coarse!.end / fine!.end)).toBeLessThan(4.3);
      expect(Math.log2(coarse!.within / fine!.within)).toBeGreaterThan(3.7);
    }
    expect(errors[2]!.end).toBeLessThan(1e-8);
  });

  it('its dense output joins the states', () => {
    const work = workspace();
    stepOneDelay(work, 3);
    const { dense, next, state } = work;
    expect([dense[0], dense[4]]).toEqual([state[0], state[1]! + state[2]!]);
    expect(dense[0]! + dense[1]! + dense[2]! + dense[3]!).toBeCloseTo(next[0]!, 9);
    expect(dense[4]! + dense[5]! + dense[6]! + dense[7]!).toBeCloseTo(next[1]! + next[2]!, 9);
  });

  it('estimates an error that falls with h^4 and bounds the error of the step', () => {
    const estimates = [2, 1, 0.5].map((h) => {
      const work = workspace();
      const estimate = stepOneDelay(work, h);
      const reference = exact(h);
      const error = Math.abs(work.next[0]! - reference[0]!) / reference[0]!;
      expect(error).toBeLessThan(estimate);
      return estimate;
    });
    expect(Math.log2(estimates[0]! / estimates[1]!)).toBeGreaterThan(3.3);
    expect(Math.log2(estimates[1]! / estimates[2]!)).toBeGreaterThan(3.3);
  });

  it('damps what is faster than the step (L-stability)', () => {
    for (const kappa of [1e3, 1e9, 1e15]) {
      const work = workspace();
      work.rates[3] = kappa;
      work.state[2] = 5;
      stepOneDelay(work, 1);
      // The equilibrium is γ I / κ = 7.7/κ; of the 5 hosts before, no more than a few times 1/κ may remain.
      expect(work.next[2]! * kappa).toBeGreaterThan(0);
      expect(work.next[2]! * kappa).toBeLessThan(100);
    }
  });
});
