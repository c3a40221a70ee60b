/** Measures in `hosts` against the mean field, which is the limit of large populations. */
import { describe, expect, it } from 'vitest';
import type { Countermeasure } from '../../outbreak/countermeasure.ts';
import { ode } from '../ode/ode.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { measuresOf } from '../measures-test-support.ts';
import { momentsOf, runsOf } from '../random-engine-test-support.ts';
import { hosts } from './hosts.ts';

const RUNS = 24;
const VULNERABLE = 8192;

/** β = 0.25/s in 2^17 addresses. */
function outbreakWith(measure: Countermeasure): Outbreak {
  return {
    addressSpaceSize: 2 ** 17,
    firstAddress: 0,
    population: { vulnerable: VULNERABLE, infected: 400 },
    worm: { scanRatePerSecond: 4, strategy: { kind: 'uniform' } },
    honeypots: [
      {
        kind: 'honeypots',
        count: 2000,
        start: { kind: 'time', timeSeconds: 6 },
        delaySeconds: 3,
        success: 0.8,
        placement: 'scattered',
      },
    ],
    countermeasures: [measure],
    durationSeconds: 40,
    sampleSeconds: 10,
  };
}

const now = { kind: 'time', timeSeconds: 5 } as const;
const alarm = { kind: 'observed', monitoredAddresses: 30_000, probes: 1000, prepareSeconds: 2 } as const;

const measures: readonly Countermeasure[] = [
  ...measuresOf({
    now,
    alarm,
    reactionSeconds: 5,
    avoided: { count: 4000, learning: 0.2 },
    capProbesPerSecond: 6000,
    filterCoverage: 0.4,
    counterWorm: { hosts: 300, scanRatePerSecond: 4 },
    disinfection: { ratePerSecond: 0.1 },
    patchProbesPerSecond: 6000,
    patching: { ratePerSecond: 0.3 },
    throttle: { allowedPerSecond: 1 },
  }),
  { kind: 'patching', start: now, curve: { kind: 'awareness', ratePerSecond: 0.2 }, coverage: 0.9 },
];

/**
 * Beside four standard errors of the mean a bias of the order of the squared relative spread of the early outbreak,
 * 1/400, and of 1/N, is allowed for: 0.3 % of N.
 */
describe('the mean of many runs is the mean field', () => {
  it.each(measures.map((measure) => [measure.kind, measure] as const))('%s', (_, measure) => {
    const outbreak = outbreakWith(measure);
    const [limit] = runsOf(ode, outbreak, 1);
    const runs = runsOf(hosts, outbreak, RUNS, '5');
    const misses: unknown[] = [];
    for (const series of ['susceptible', 'infected', 'immunized', 'everInfected'] as const) {
      // Left out where it follows from the susceptible.
      const expectedSeries = limit!.trajectory[series] ?? new Float64Array();
      expectedSeries.forEach((expected, row) => {
        const { mean, standardError } = momentsOf(runs.map((run) => run.trajectory[series]![row]!));
        if (Math.abs(mean - expected) > 4 * standardError + 0.003 * VULNERABLE) {
          misses.push([series, row, mean, expected, standardError]);
        }
      });
    }
    expect(misses).toEqual([]);
    const [last] = runs.slice(-1);
    const { everInfected, susceptible } = last!.trajectory;
    const ever = everInfected?.at(-1) ?? VULNERABLE - susceptible.at(-1)!;
    expect(ever).toBe(last!.summary.everInfected);
  });
});
