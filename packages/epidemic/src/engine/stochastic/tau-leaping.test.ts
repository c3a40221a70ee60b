import { describe, expect, it } from 'vitest';
import { ode } from '../ode/ode.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { honeypots, momentsOf, runsOf } from '../random-engine-test-support.ts';
import { trajectoryHash } from '../../observe/trajectory-hash.ts';
import { EXACT_EVENTS_MAX, stochastic } from './direct.ts';

/** β = 0.01/s, R0 = 1.25 (1.39 while the second group prepares), a billion hosts. */
const billion: Outbreak = {
  addressSpaceSize: 2 ** 33,
  firstAddress: 0,
  population: { vulnerable: 1e9, infected: 100_000 },
  worm: { scanRatePerSecond: 0.01 * 8.589934592, strategy: { kind: 'uniform' } },
  honeypots: [
    honeypots({ count: 6e8, start: { kind: 'time', timeSeconds: 500 }, delaySeconds: 9 }),
    honeypots({ count: 4e8, start: { kind: 'time', timeSeconds: 700 }, delaySeconds: 9, success: 0.5 }),
  ],
  durationSeconds: 20_000,
  sampleSeconds: 100,
};

describe('tau-leaping', () => {
  it('follows the mean field of a billion hosts', () => {
    expect(billion.population.vulnerable).toBeGreaterThan(EXACT_EVENTS_MAX);
    const runs = runsOf(stochastic, billion, 40);
    const meanField = runsOf(ode, billion, 1)[0]!;
    for (const key of ['susceptible', 'infected', 'immunized'] as const) {
      for (let sample = 0; sample < meanField.trajectory.time.length; sample++) {
        const expected = meanField.trajectory[key][sample]!;
        const { mean, standardError } = momentsOf(runs.map((run) => run.trajectory[key][sample]!));
        // Infection sees the infected hosts of mid-step: an error of the order ε² = 10^-4 of what changes in an e-fold.
        const allowed = 4 * standardError + 5e-4 * Math.min(expected, 1e9 - expected) + 1;
        expect(Math.abs(mean - expected), `${key} at ${sample * 100} s`).toBeLessThan(allowed);
      }
    }
    const ever = momentsOf(runs.map((run) => run.summary.everInfected));
    expect(Math.abs(ever.mean - meanField.summary.everInfected)).toBeLessThan(
      4 * ever.standardError + 5e-4 * ever.mean,
    );
    const half = momentsOf(runs.map((run) => run.summary.timeTo['0.5'] ?? NaN));
    expect(Math.abs(half.mean - meanField.summary.timeTo['0.5']!)).toBeLessThan(4 * half.standardError + 0.5);
    const contacts = momentsOf(runs.map((run) => run.summary.honeypotContacts));
    expect(Math.abs(contacts.mean / meanField.summary.honeypotContacts - 1)).toBeLessThan(
      (4 * contacts.standardError) / contacts.mean + 5e-4,
    );
  });

  it('keeps the spread of the early phase', () => {
    // Row 36 (early phase): the coefficient of variation tends to 1/√I0, times the fraction still susceptible.
    const outbreak = { ...billion, population: { vulnerable: 1e9, infected: 50 }, durationSeconds: 1200 };
    const infected = momentsOf(runsOf(stochastic, outbreak, 200).map((run) => run.trajectory.infected[5]!));
    const growth = 0.01 * 500;
    const expected = Math.sqrt(-Math.expm1(-growth) / 50);
    // Standard error of a standard deviation over 200 runs: 5 %.
    expect(Math.abs(infected.standardDeviation / infected.mean / expected - 1)).toBeLessThan(0.15);
  });

  it('conserves hosts and draws whole ones', () => {
    const { trajectory, summary } = runsOf(stochastic, billion, 1)[0]!;
    trajectory.time.forEach((_, sample) => {
      const hosts = [
        trajectory.susceptible[sample]!,
        trajectory.infected[sample]!,
        trajectory.immunized[sample]!,
      ];
      expect(hosts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
      expect(hosts.reduce((sum, count) => sum + count, 0)).toBe(1e9);
    });
    expect(Number.isInteger(summary.honeypotContacts)).toBe(true);
    expect(summary.peakInfected).toBeGreaterThanOrEqual(Math.max(...trajectory.infected));
  });

  it('dies out event by event', () => {
    const subcritical: Outbreak = {
      ...billion,
      population: { vulnerable: 1e9, infected: 1e6 },
      honeypots: [honeypots({ count: 3e9, start: { kind: 'time', timeSeconds: 0 }, delaySeconds: 0 })],
      durationSeconds: 5000,
    };
    const runs = runsOf(stochastic, subcritical, 100);
    // A linear birth and death process from I0 = 10^6, birth 0.01 and death 0.03 a second: the time to extinction is
    // Gumbel, (ln(I0 (1 − β/γ)) + 0.5772)/(γ − β), with standard deviation π/√6/(γ − β).
    const extinction = momentsOf(runs.map((run) => run.summary.extinctionTime!));
    const expected = (Math.log(1e6 * (1 - 1 / 3)) + 0.5772) / 0.02;
    expect(Math.abs(extinction.mean - expected)).toBeLessThan(3 * extinction.standardError);
    expect(Math.abs(extinction.standardDeviation / (Math.PI / Math.sqrt(6) / 0.02) - 1)).toBeLessThan(0.3);
  });

  it('waits for the contacts that a listening group counts', () => {
    const listening: Outbreak = {
      ...billion,
      honeypots: [honeypots({ count: 6e8, start: { kind: 'contacts', contacts: 1e6, prepareSeconds: 200 } })],
    };
    const runs = runsOf(stochastic, listening, 40);
    const meanField = runsOf(ode, listening, 1)[0]!;
    const ever = momentsOf(runs.map((run) => run.summary.everInfected));
    expect(Math.abs(ever.mean - meanField.summary.everInfected)).toBeLessThan(
      4 * ever.standardError + 5e-4 * ever.mean,
    );
  });

  it('draws the same bytes as ever', () => {
    expect(trajectoryHash(runsOf(stochastic, billion, 1, '20040809')[0]!)).toBe('2a373c42fda1d70a');
  });
});
