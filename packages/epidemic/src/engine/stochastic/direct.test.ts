import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { finalSizeFraction, growthTime } from '../../theory/closed-forms.ts';
import { runEngineConformance } from '../conformance/engine-conformance.ts';
import { ode } from '../ode/ode.ts';
import { honeypots, momentsOf, runsOf, seedScenario, smallScenario } from '../random-engine-test-support.ts';
import { contactRatePerSecond } from '../../dynamics/rates.ts';
import { trajectoryHash } from '../../observe/trajectory-hash.ts';
import { stochastic } from './direct.ts';

runEngineConformance(stochastic, { seedScenarioRuns: 32 });

describe('stochastic', () => {
  it('refuses what counts of hosts do not describe, in one sentence', () => {
    const scanRates = { kind: 'log-normal', sigma: 1 } as const;
    const strategy = { kind: 'coverage-hole', reached: 0.5 } as const;
    const worm = { ...smallScenario.worm, strategy, scanRates };
    const obstacles = stochastic.unsupported({ ...smallScenario, worm });
    expect(obstacles).toHaveLength(1);
    for (const word of ['coverage-hole', 'scan rates', 'hosts and probes']) {
      expect(obstacles[0]).toContain(word);
    }
    expect(stochastic.unsupported(smallScenario)).toEqual([]);
  });

  it('agrees with the mean field in the seed scenario, and spreads as chain-binomial runs do', () => {
    const runs = runsOf(stochastic, seedScenario, 400);
    const { summary } = runsOf(ode, seedScenario, 1)[0]!;
    const ever = momentsOf(runs.map((run) => run.summary.everInfected));
    // The mean of the process lies 37 hosts below the mean field (system-size expansion); 3 standard errors, 300 hosts.
    expect(Math.abs(ever.mean - (summary.everInfected - 37))).toBeLessThan(3 * ever.standardError);
    // Published spread 2,113 over 400 runs; two standard deviations over 400 runs differ by 5 %.
    expect(Math.abs(ever.standardDeviation / 2113 - 1)).toBeLessThan(0.15);
    const peak = momentsOf(runs.map((run) => run.summary.peakInfected));
    // The largest of a fluctuating curve lies above the peak of its mean, here by 93 ± 24.
    expect(Math.abs(peak.mean - (summary.peakInfected + 93))).toBeLessThan(3 * peak.standardError + 72);
    const probes = momentsOf(runs.map((run) => run.summary.probes));
    expect(Math.abs(probes.mean / summary.probes - 1)).toBeLessThan(
      (3 * probes.standardError) / probes.mean + 0.002,
    );
    const contacts = momentsOf(runs.map((run) => run.summary.honeypotContacts));
    expect(Math.abs(contacts.mean - summary.honeypotContacts)).toBeLessThan(3 * contacts.standardError + 100);
    // 42.7 % are never infected, and never more than 8.7 % at a time.
    expect(Math.abs(1 - ever.mean / 360_000 - 0.427)).toBeLessThan(0.01);
    expect(Math.abs(peak.mean / 360_000 - 0.0866)).toBeLessThan(0.01);
  });

  it('infects the final size of an epidemic, for each reproduction number', () => {
    for (const reproductionNumber of [1.2, 1.5, 2, 3, 5]) {
      const vulnerable = 30_000;
      const outbreak = {
        ...smallScenario,
        population: { vulnerable, infected: 600 },
        addressSpaceSize: 2 ** 20,
        worm: { scanRatePerSecond: 3, strategy: { kind: 'uniform' } as const },
        honeypots: [
          honeypots({ count: vulnerable / reproductionNumber, start: { kind: 'time', timeSeconds: 0 } }),
        ],
        durationSeconds: 1e5,
        sampleSeconds: 1e5,
      };
      const gamma = (3 * vulnerable) / reproductionNumber / 2 ** 20;
      const expected = finalSizeFraction({
        susceptibleFraction: 1 - 600 / vulnerable,
        infectedFraction: 600 / vulnerable,
        // A host infects for 1/γ, and one second more until it is immunized.
        reproductionNumber: reproductionNumber * (1 + gamma),
      });
      const runs = runsOf(stochastic, outbreak, 60);
      const fraction = momentsOf(runs.map((run) => run.summary.everInfected / vulnerable));
      // The mean of the process differs from the mean field by about one host for each R0 − 1, taken as 30/N.
      const bias = 30 / vulnerable / (reproductionNumber - 1);
      expect(Math.abs(fraction.mean - expected)).toBeLessThan(3 * fraction.standardError + bias);
    }
  });

  it('takes the known time to infect every host (Code Red from one host)', () => {
    const outbreak = {
      ...seedScenario,
      population: { vulnerable: 360_000, infected: 1 },
      worm: { scanRatePerSecond: 5.965, strategy: { kind: 'uniform' } as const },
      honeypots: [],
      durationSeconds: 40 * 3600,
    };
    const { mean, variance } = growthTime({
      vulnerable: 360_000,
      infected: 1,
      contactRatePerSecond: contactRatePerSecond(outbreak),
    });
    expect(mean / 3600).toBeCloseTo(14.86, 1);
    const hours = momentsOf(runsOf(stochastic, outbreak, 100).map((run) => run.summary.timeTo['1']! / 3600));
    expect(Math.abs(hours.mean - mean / 3600)).toBeLessThan(3 * hours.standardError);
    // Standard error of a standard deviation over 100 runs of a skewed distribution: 10 %.
    expect(Math.abs(hours.standardDeviation / (Math.sqrt(variance) / 3600) - 1)).toBeLessThan(0.3);
  });

  it('stops when it is asked to, with the samples that it has reached', () => {
    const streams = randomStreams('1');
    const outbreak = { ...seedScenario, sampleSeconds: 10 };
    let looks = 0;
    const reached: number[] = [];
    const control = {
      shouldStop: () => ++looks === 3,
      progress: (seconds: number) => void reached.push(seconds),
    };
    const part = stochastic.run(outbreak, { streams, replicate: 5 }, control);
    const whole = stochastic.run(outbreak, { streams, replicate: 5 });
    expect([part.partial, whole.partial, reached.length]).toEqual([true, false, 3]);
    const { length } = part.trajectory.time;
    expect(part.trajectory.time.at(-1)).toBe(Math.floor(reached[2]! / 10) * 10);
    for (const key of ['time', 'susceptible', 'infected', 'immunized'] as const) {
      expect(part.trajectory[key]).toEqual(whole.trajectory[key].slice(0, length));
    }
    // 3 · 64 batches of 1,024 pairs, one of which the start of the honeypots used up.
    expect(part.summary.everInfected + part.summary.immunized).toBeLessThanOrEqual(3 * 65_536);
  });

  it('draws the same bytes as ever', () => {
    const hashes = [seedScenario, smallScenario].map((outbreak) =>
      trajectoryHash(runsOf(stochastic, outbreak, 1, '20040809')[0]!),
    );
    // A change here is a change of results: say so in the changelog.
    expect(hashes).toEqual(['fbfbe35f0ce418e3', 'd7af35c1aee81a33']);
  });
});
