import { describe, expect, it } from 'vitest';
import { ode } from './ode.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { runsOf, seedScenario } from '../random-engine-test-support.ts';
import { rateClasses } from './rate-classes.ts';
import type { Worm } from '../../outbreak/worm.ts';

const logNormal = (sigma: number): Worm => ({
  scanRatePerSecond: 50,
  strategy: { kind: 'uniform' },
  scanRates: { kind: 'log-normal', sigma },
});

describe('classes of scan rates', () => {
  it('have the moments of the log-normal distribution', () => {
    for (const sigma of [0.3, 1, 1.5]) {
      const classes = rateClasses(logNormal(sigma), Infinity);
      const moment = (power: number): number =>
        classes.reduce((sum, { fraction, scanRatePerSecond }) => {
          return sum + fraction * (scanRatePerSecond / 50) ** power;
        }, 0);
      // E x^k = exp(σ² k (k − 1)/2) for mean 1.
      expect(moment(0)).toBeCloseTo(1, 12);
      expect(moment(1)).toBeCloseTo(1, 12);
      for (const power of [-1, 0.5, 2]) {
        expect(moment(power) / Math.exp((sigma ** 2 * power * (power - 1)) / 2)).toBeCloseTo(1, 6);
      }
    }
  });

  it('keep the mean when they leave out what no outbreak of so many hosts has', () => {
    const classes = rateClasses(logNormal(1.5), 10_000);
    expect(classes.every(({ fraction }) => fraction * 10_000 >= 0.01)).toBe(true);
    const mean = classes.reduce(
      (sum, { fraction, scanRatePerSecond }) => sum + fraction * scanRatePerSecond,
      0,
    );
    expect(mean).toBeCloseTo(50, 10);
  });

  it('are as many as honeypots need', () => {
    const [group] = seedScenario.honeypots;
    const infected = (sigma: number, nodes?: number): Float64Array => {
      const classes = rateClasses(logNormal(sigma), 360_000, nodes);
      const outbreak: Outbreak = {
        ...seedScenario,
        worm: { ...seedScenario.worm, scanRates: { kind: 'classes', classes } },
        honeypots: [{ ...group!, delaySeconds: 0 }],
        durationSeconds: 7200,
      };
      return runsOf(ode, outbreak, 1)[0]!.trajectory.infected;
    };
    for (const [sigma, bound] of [
      [1, 1e-6],
      [2, 2e-5],
    ] as const) {
      const fine = infected(sigma, 48);
      const off = infected(sigma).map((count, k) => Math.abs(count - fine[k]!) / 360_000);
      expect(Math.max(...off)).toBeLessThan(bound);
      // That they are far from one class shows that the bound is of something.
      const one = runsOf(ode, { ...seedScenario, durationSeconds: 7200 }, 1)[0]!.trajectory.infected;
      expect(Math.max(...fine.map((count, k) => Math.abs(count - one[k]!) / 360_000))).toBeGreaterThan(0.02);
    }
  });
});
