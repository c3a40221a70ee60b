import { describe, expect, test } from 'vitest';
import { increaseMoments, informationBetween, logGamma, stepLogLikelihood } from './growth.ts';

test('the logarithm of Γ agrees with factorials and with Γ(1/2) = √π', () => {
  let factorial = 1;
  for (let n = 1; n <= 20; n++) {
    expect(Math.abs(logGamma(n) - Math.log(factorial))).toBeLessThan(
      1e-11 * Math.max(1, Math.log(factorial)),
    );
    factorial *= n;
  }
  expect(Math.abs(logGamma(0.5) - 0.5 * Math.log(Math.PI))).toBeLessThan(1e-12);
});

function momentsOf(...given: Parameters<typeof increaseMoments>): {
  readonly mean: number;
  readonly variance: number;
} {
  const moments = increaseMoments(...given);
  if (moments === null) throw new Error('no moments');
  return moments;
}

describe('the increase of a pure birth process', () => {
  test("has the moments of Yule's process far below N: C(e − 1) and C e (e − 1), e = e^{βτ}", () => {
    const { mean, variance } = momentsOf({ seconds: 3, from: 40, to: 0 }, 0.5, 1e-12);
    const grown = Math.exp(1.5);
    expect(mean / (40 * (grown - 1)) - 1).toBeCloseTo(0, 8);
    expect(variance / (40 * grown * (grown - 1)) - 1).toBeCloseTo(0, 8);
  });

  test('has the law of a negative binomial there: the probabilities sum to 1', () => {
    const sum = Array.from({ length: 4000 }, (_, more) =>
      Math.exp(stepLogLikelihood({ seconds: 2, from: 5, to: 5 + more }, 0.7, 1e-12)),
    ).reduce((total, share) => total + share, 0);
    expect(sum).toBeCloseTo(1, 9);
  });

  test('agrees with the exact equations of the process, integrated state by state', () => {
    // Kolmogorov's forward equations for N = 400 from C = 40, by fourth-order Runge and Kutta.
    const [vulnerable, from, rate, seconds] = [400, 40, 0.8, 2.5];
    const exact = exactMoments(vulnerable, from, rate, seconds);
    const { mean, variance } = momentsOf({ seconds, from, to: 0 }, rate, 1 / vulnerable);
    // The linear noise approximation is off by O(1/C): the mean by less than a host in forty, the variance by a tenth.
    expect(Math.abs(mean / exact.mean - 1)).toBeLessThan(1 / from);
    expect(Math.abs(variance / exact.variance - 1)).toBeLessThan(0.1);
  });
});

describe('the increase, whatever the sign of 1/N', () => {
  test.each([-0.004, -0.0001, 0, 0.0001, 0.01])(
    'at 1/N = %f solves the linear noise equations',
    (crowding) => {
      // m' = β m (1 − um), V' = 2β (1 − 2um) V + β m (1 − um), by fourth-order Runge and Kutta.
      const [rate, from, seconds, steps] = [0.6, 40, 2, 2000];
      const width = seconds / steps;
      const slope = ([m, v]: readonly [number, number]): readonly [number, number] => {
        const births = rate * m * (1 - crowding * m);
        return [births, 2 * rate * (1 - 2 * crowding * m) * v + births];
      };
      let at: readonly [number, number] = [from, 0];
      const along = (k: readonly [number, number], factor: number): readonly [number, number] => [
        at[0] + factor * k[0],
        at[1] + factor * k[1],
      ];
      for (let step = 0; step < steps; step++) {
        const k1 = slope(at);
        const k2 = slope(along(k1, width / 2));
        const k3 = slope(along(k2, width / 2));
        const k4 = slope(along(k3, width));
        at = [
          at[0] + (width / 6) * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0]),
          at[1] + (width / 6) * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1]),
        ];
      }
      const moments = increaseMoments({ seconds, from, to: 0 }, rate, crowding);
      expect((moments?.mean ?? NaN) / (at[0] - from)).toBeCloseTo(1, 8);
      expect((moments?.variance ?? NaN) / at[1]).toBeCloseTo(1, 8);
    },
  );

  test('has no moments once the mean has grown beyond all bounds, which is at e^{βτ} = 1 + 1/(|u|C)', () => {
    const step = { from: 50, to: 60 };
    const bound = Math.log(1 + 1 / (0.01 * 50));
    expect(increaseMoments({ ...step, seconds: bound - 1e-6 }, 1, -0.01)?.mean).toBeGreaterThan(1e6);
    expect(increaseMoments({ ...step, seconds: bound + 1e-6 }, 1, -0.01)).toBeNull();
    expect(stepLogLikelihood({ ...step, seconds: bound + 1e-6 }, 1, -0.01)).toBe(-Infinity);
  });
});

test.each([-0.02, -1e-5, 0, 1e-6, 1e-3, 4e-3])(
  'the information at 1/N = %f is that of its sum',
  (crowding) => {
    const scores = Array.from({ length: 190 }, (_, index) => (10 + index) / (1 - crowding * (10 + index)));
    const mean = scores.reduce((sum, each) => sum + each, 0) / scores.length;
    const square = scores.reduce((sum, each) => sum + (each - mean) ** 2, 0);
    const exact = Math.sqrt(scores.length * square);
    // An integral for the sum, and C for C/(1 − uC) near u = 0.
    expect(Math.abs(informationBetween(10, 200)(crowding) / exact - 1)).toBeLessThan(2e-3);
  },
);

function exactMoments(
  vulnerable: number,
  from: number,
  rate: number,
  seconds: number,
): { readonly mean: number; readonly variance: number } {
  let share = new Float64Array(vulnerable + 1);
  share[from] = 1;
  const slope = (of: Float64Array): Float64Array =>
    of.map((p, hosts) => {
      const leaving = rate * hosts * (1 - hosts / vulnerable) * p;
      const before = hosts - 1;
      return (hosts > 0 ? rate * before * (1 - before / vulnerable) * (of[before] ?? 0) : 0) - leaving;
    });
  const steps = 4000;
  const width = seconds / steps;
  for (let step = 0; step < steps; step++) {
    const add = (k: Float64Array, factor: number): Float64Array =>
      share.map((p, index) => p + factor * (k[index] ?? 0));
    const k1 = slope(share);
    const k2 = slope(add(k1, width / 2));
    const k3 = slope(add(k2, width / 2));
    const k4 = slope(add(k3, width));
    share = share.map(
      (p, i) => p + (width / 6) * ((k1[i] ?? 0) + 2 * (k2[i] ?? 0) + 2 * (k3[i] ?? 0) + (k4[i] ?? 0)),
    );
  }
  const mean = share.reduce((sum, p, hosts) => sum + p * hosts, 0);
  const variance = share.reduce((sum, p, hosts) => sum + p * (hosts - mean) ** 2, 0);
  return { mean: mean - from, variance };
}
