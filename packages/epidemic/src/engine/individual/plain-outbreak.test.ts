/**
 * Plain outbreaks: `hosts` and `stochastic` draw them in one event loop, so their agreement is no evidence. Here every host
 * is followed instead, its probes found by address, and the distributions are compared: the statistic of Kolmogorov and
 * Smirnov passes 1.95 with probability 0.001, and seeds are fixed.
 */
import { randomStreams } from '@wormwood/base';
import { expect, it } from 'vitest';
import type { Run } from '../engine.ts';
import { hosts } from '../hosts/hosts.ts';
import { scanThinned } from '../hosts/scan-thinned.ts';
import { kolmogorovSmirnov, runsOf, smallScenario } from '../random-engine-test-support.ts';
import { stochastic } from '../stochastic/direct.ts';
import { followHosts } from './follow-hosts.ts';

const RUNS = 300;

const figures: Readonly<Record<string, (run: Run) => number>> = {
  half: ({ summary }) => summary.timeTo['0.5'] ?? 1e6,
  ever: ({ summary }) => summary.everInfected,
  peak: ({ summary }) => summary.peakInfected,
  peakTime: ({ summary }) => summary.peakTime,
  extinction: ({ summary }) => summary.extinctionTime ?? 1e6,
  contacts: ({ summary }) => summary.honeypotContacts,
  probes: ({ summary }) => summary.probes,
};

it('every host followed gives what the shared event loop gives', () => {
  const streams = randomStreams('31');
  const followed = Array.from({ length: RUNS }, (_, replicate) =>
    followHosts(
      'hosts',
      smallScenario,
      { streams, replicate },
      {
        control: undefined,
        scanningOf: (setup) => scanThinned(smallScenario, setup),
      },
    ),
  );
  for (const [engine, seed] of [
    [hosts, '32'],
    [stochastic, '33'],
  ] as const) {
    const counted = runsOf(engine, smallScenario, RUNS, seed);
    for (const [name, figure] of Object.entries(figures)) {
      const statistic = kolmogorovSmirnov(followed.map(figure), counted.map(figure));
      expect(statistic, `${engine.name}: ${name}`).toBeLessThan(1.95);
    }
  }
});
