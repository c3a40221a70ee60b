/**
 * Events from the table of transitions: `stochastic` against `hosts` in distribution, where latency, reboots, churn and
 * countermeasures act, and against exact laws. The statistic of Kolmogorov and Smirnov passes 1.95 with probability 0.001,
 * and seeds are fixed.
 */
import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { pairwiseRatePerSecond } from '../../dynamics/rates.ts';
import type { Countermeasure } from '../../outbreak/countermeasure.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { finalSizeLaw } from '../../theory/final-size-law.ts';
import type { Run } from '../engine.ts';
import { hosts } from '../hosts/hosts.ts';
import { measuresOf } from '../measures-test-support.ts';
import {
  honeypots,
  kolmogorovSmirnov,
  momentsOf,
  runsOf,
  smallScenario,
} from '../random-engine-test-support.ts';
import { stochastic } from './direct.ts';
import { TransitionEvents } from './transition-events.ts';

const RUNS = 100;

/** β = 0.25/s: 256 hosts of 2^14 addresses at 16 probes a second, with two groups of honeypots. */
const guarded: Outbreak = {
  addressSpaceSize: 2 ** 14,
  firstAddress: 0,
  population: { vulnerable: 256, infected: 8 },
  worm: { scanRatePerSecond: 16, strategy: { kind: 'uniform' } },
  honeypots: [
    honeypots({ count: 60, start: { kind: 'time', timeSeconds: 9 }, delaySeconds: 2, success: 0.7 }),
    honeypots({ count: 40, start: { kind: 'contacts', contacts: 20, prepareSeconds: 2 }, delaySeconds: 0 }),
  ],
  durationSeconds: 40,
  sampleSeconds: 5,
};

const figures: Readonly<Record<string, (run: Run) => number>> = {
  half: ({ summary }) => summary.timeTo['0.5'] ?? 1e6,
  ever: ({ summary }) => summary.everInfected,
  peak: ({ summary }) => summary.peakInfected,
  immunized: ({ summary }) => summary.immunized,
  contacts: ({ summary }) => summary.honeypotContacts,
  probes: ({ summary }) => summary.probes,
  midway: ({ trajectory }) => trajectory.infected[4]!,
};

function expectAlike(ours: readonly Run[], theirs: readonly Run[]): void {
  const far = Object.entries(figures).flatMap(([name, figure]) => {
    const statistic = kolmogorovSmirnov(ours.map(figure), theirs.map(figure));
    return statistic > 1.95 ? [[name, statistic]] : [];
  });
  expect(far).toEqual([]);
}

const now = { kind: 'time', timeSeconds: 5 } as const;
const alarm = { kind: 'observed', monitoredAddresses: 3000, probes: 300, prepareSeconds: 2 } as const;

const countermeasures: readonly Countermeasure[] = [
  ...measuresOf({
    now,
    alarm,
    reactionSeconds: 5,
    avoided: { count: 150, learning: 0.4 },
    capProbesPerSecond: 800,
    filterCoverage: 0.4,
    counterWorm: { hosts: 20, scanRatePerSecond: 8 },
    disinfection: { ratePerSecond: 0.1 },
    patchProbesPerSecond: 900,
    patching: { ratePerSecond: 0.3 },
    throttle: { allowedPerSecond: 1 },
  }),
  { kind: 'patching', start: now, curve: { kind: 'awareness', ratePerSecond: 0.2 }, coverage: 0.9 },
];

const cases: readonly (readonly [string, Outbreak])[] = [
  ['a latent period', { ...guarded, worm: { ...guarded.worm, latentSeconds: 3 } }],
  ['reboots', { ...guarded, population: { ...guarded.population, rebootRatePerSecond: 0.08 } }],
  ['churn', { ...guarded, population: { ...guarded.population, churnRatePerSecond: 0.05 } }],
  ...countermeasures.map((countermeasure, index) => {
    return [`${index} ${countermeasure.kind}`, { ...guarded, countermeasures: [countermeasure] }] as const;
  }),
  [
    'all of it',
    {
      ...guarded,
      worm: { ...guarded.worm, latentSeconds: 1 },
      population: { ...guarded.population, rebootRatePerSecond: 0.02, churnRatePerSecond: 0.03 },
      countermeasures: [countermeasures[0]!, countermeasures[6]!, countermeasures[11]!],
    },
  ],
];

describe('counts as single hosts', () => {
  it.each(cases)('%s', (_, outbreak) => {
    for (const engine of [stochastic, hosts]) expect(engine.unsupported(outbreak)).toEqual([]);
    const ours = runsOf(stochastic, outbreak, RUNS, '21');
    expectAlike(ours, runsOf(hosts, outbreak, RUNS, '22'));
    for (const { trajectory } of ours) {
      trajectory.time.forEach((_time, k) => {
        const sum = trajectory.susceptible[k]! + trajectory.infected[k]! + trajectory.immunized[k]!;
        expect(sum).toBe(256);
      });
    }
  });
});

function eventsOf(outbreak: Outbreak, replicate: number): Run {
  const events = new TransitionEvents(outbreak, randomStreams('23').stream('events', replicate));
  const partial = events.run(undefined);
  return events.recorder.finish('stochastic', { partial, final: events.final() });
}

describe('the table without its kernel', () => {
  it('draws plain outbreaks as the kernel does', () => {
    const ours = Array.from({ length: 200 }, (_, replicate) => eventsOf(smallScenario, replicate));
    expectAlike(ours, runsOf(stochastic, smallScenario, 200, '24'));
  });
});

describe('exact laws', () => {
  it('disinfection ends an outbreak with the final size of the general epidemic', () => {
    const vulnerable = 60;
    const outbreak: Outbreak = {
      ...guarded,
      population: { vulnerable, infected: 2 },
      honeypots: [],
      countermeasures: [
        { kind: 'disinfection', start: { kind: 'time', timeSeconds: 0 }, ratePerSecond: 0.03, coverage: 1 },
      ],
      durationSeconds: 3000,
      sampleSeconds: 3000,
    };
    const law = finalSizeLaw({ vulnerable, infected: 2, stages: [0.03 / pairwiseRatePerSecond(outbreak)] });
    const mean = law.reduce((sum, probability, ever) => sum + probability * ever, 0);
    const variance = law.reduce((sum, probability, ever) => sum + probability * (ever - mean) ** 2, 0);
    const runs = 1500;
    const ever = runsOf(stochastic, outbreak, runs, '25').map(({ summary }) => summary.everInfected);
    const moments = momentsOf(ever);
    expect(Math.abs(moments.mean - mean)).toBeLessThan(3.5 * Math.sqrt(variance / runs));
    expect(Math.abs(moments.standardDeviation / Math.sqrt(variance) - 1)).toBeLessThan(0.06);
  });

  it('patching alone leaves each host susceptible with probability e^(−pt)', () => {
    const outbreak: Outbreak = {
      ...guarded,
      population: { vulnerable: 256, infected: 0 },
      honeypots: [],
      countermeasures: [
        {
          kind: 'patching',
          start: { kind: 'time', timeSeconds: 0 },
          curve: { kind: 'constant', ratePerSecond: 0.05 },
          coverage: 1,
        },
      ],
    };
    const runs = 400;
    const left = runsOf(stochastic, outbreak, runs, '26').map(({ trajectory }) => trajectory.susceptible[4]!);
    const share = Math.exp(-0.05 * 20);
    const { mean, standardDeviation } = momentsOf(left);
    const spread = Math.sqrt(256 * share * (1 - share));
    expect(Math.abs(mean - 256 * share)).toBeLessThan((3.5 * spread) / Math.sqrt(runs));
    expect(Math.abs(standardDeviation / spread - 1)).toBeLessThan(3.5 / Math.sqrt(2 * runs));
  });

  it('a latent host begins to scan after an exponential time', () => {
    // One host, one honeypot group that fills the space: it is caught at its first probe.
    const outbreak: Outbreak = {
      ...guarded,
      population: { vulnerable: 1, infected: 1 },
      worm: { ...guarded.worm, scanRatePerSecond: 1e6, latentSeconds: 4 },
      honeypots: [honeypots({ count: 2 ** 13, start: { kind: 'time', timeSeconds: 0 }, delaySeconds: 0 })],
      durationSeconds: 200,
      sampleSeconds: 200,
    };
    const runs = 800;
    const times = runsOf(stochastic, outbreak, runs, '27').map(({ summary }) => summary.extinctionTime!);
    const { mean, standardDeviation } = momentsOf(times);
    expect(Math.abs(mean / 4 - 1)).toBeLessThan(3.5 / Math.sqrt(runs));
    // The kurtosis of an exponential time is 9.
    expect(Math.abs(standardDeviation / 4 - 1)).toBeLessThan(3.5 * Math.sqrt(2 / runs));
  });
});

describe('what counts do not describe', () => {
  it.each([
    ['a strategy that needs addresses', { strategy: { kind: 'sequential', nearProbability: 0.4 } }],
    ['hosts that scan at several rates', { scanRates: { kind: 'log-normal', sigma: 1 } }],
  ] as const)('%s is refused in a sentence', (_, change) => {
    const reasons = stochastic.unsupported({ ...guarded, worm: { ...guarded.worm, ...change } });
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(
      /^The engine stochastic counts hosts .* the engines hosts and probes follow each host\.$/,
    );
  });
});
