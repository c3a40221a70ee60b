/**
 * The mean field of groups against the engine `hosts`, which knows every address and every host: means over runs to four
 * standard errors and 0.5 % of the hosts. The latter is for what a mean field leaves out: of order 1/I0 = 0.25 %, since
 * the curve of the mean is not the mean of curves that set off sooner or later.
 */
import { describe, expect, it } from 'vitest';
import { hosts } from '../hosts/hosts.ts';
import { ode } from './ode.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { honeypots, momentsOf, runsOf } from '../random-engine-test-support.ts';
import type { ScanStrategy } from '../../outbreak/scan-strategy.ts';
import type { HostPlacement, Population } from '../../outbreak/population.ts';
import type { Worm } from '../../outbreak/worm.ts';

const RUNS = 6;
const SPACE = 2 ** 20;
const HOSTS = 10_000;
const MODEL_ERROR = 0.005 * HOSTS;

const clustered: HostPlacement = {
  kind: 'clustered',
  levels: [
    { networkSize: 2 ** 16, networks: 8 },
    { networkSize: 2 ** 13, networks: 64 },
  ],
};

const ranges: HostPlacement = {
  kind: 'ranges',
  ranges: [
    { first: 0, size: 2 ** 17, weight: 1 },
    { first: 200_000, size: 2 ** 15, weight: 3 },
    { first: 240_000, size: 20_000, weight: 2 },
    { first: 600_000, size: 2 ** 18, weight: 1 },
  ],
};

const guarded = [
  honeypots({ count: 3000, start: { kind: 'time', timeSeconds: 8 }, delaySeconds: 2, success: 0.8 }),
  honeypots({
    count: 2000,
    start: { kind: 'contacts', contacts: 1000, prepareSeconds: 3 },
    delaySeconds: 0,
    placement: 'populated',
  }),
];

/** β = 0.3/s where hosts lie anywhere. */
function outbreakOf(
  worm: Partial<Worm>,
  population: Partial<Population> = {},
  change: Partial<Outbreak> = {},
): Outbreak {
  return {
    addressSpaceSize: SPACE,
    firstAddress: 0,
    population: { vulnerable: HOSTS, infected: 400, ...population },
    worm: { scanRatePerSecond: 32, strategy: { kind: 'uniform' }, ...worm },
    honeypots: guarded,
    durationSeconds: 50,
    sampleSeconds: 5,
    ...change,
  };
}

function expectAgreement(outbreak: Outbreak): void {
  for (const engine of [ode, hosts]) expect(engine.unsupported(outbreak)).toEqual([]);
  const wanted = runsOf(ode, outbreak, 1)[0]!;
  const runs = runsOf(hosts, outbreak, RUNS, '3');
  const off: string[] = [];
  const compare = (name: string, value: number, drawn: readonly number[], allowed: number): void => {
    const { mean, standardError } = momentsOf(drawn);
    if (Math.abs(mean - value) > 4 * standardError + allowed) {
      off.push(`${name}: ${mean} ± ${standardError}, ode ${value}`);
    }
  };
  for (const [k, time] of wanted.trajectory.time.entries()) {
    for (const series of ['susceptible', 'infected'] as const) {
      const drawn = runs.map(({ trajectory }) => trajectory[series][k]!);
      compare(`${series} at ${time}`, wanted.trajectory[series][k]!, drawn, MODEL_ERROR);
    }
  }
  for (const figure of ['everInfected', 'immunized', 'peakInfected'] as const) {
    compare(
      figure,
      wanted.summary[figure],
      runs.map(({ summary }) => summary[figure]),
      MODEL_ERROR,
    );
  }
  for (const figure of ['probes', 'honeypotContacts'] as const) {
    const value = wanted.summary[figure];
    compare(
      figure,
      value,
      runs.map(({ summary }) => summary[figure]),
      0.01 * value,
    );
  }
  expect(off).toEqual([]);
}

const local: ScanStrategy = {
  kind: 'local',
  levels: [
    { networkSize: 2 ** 13, probability: 3 / 8 },
    { networkSize: 2 ** 16, probability: 1 / 2 },
  ],
};

describe('the mean field is the mean of hosts', () => {
  it.each<[string, Outbreak]>([
    ['local preference, hosts anywhere', outbreakOf({ strategy: local })],
    [
      'local preference, hosts in networks',
      outbreakOf({ strategy: local, scanRatePerSecond: 16 }, { placement: clustered }),
    ],
    [
      'local preference, hosts in ranges',
      outbreakOf({ strategy: local, scanRatePerSecond: 12 }, { placement: ranges }),
    ],
    [
      'routable',
      outbreakOf(
        { strategy: { kind: 'routable', ranges: ranges.ranges.slice(1) }, scanRatePerSecond: 12 },
        { placement: ranges },
      ),
    ],
    ['a coverage hole', outbreakOf({ strategy: { kind: 'coverage-hole', reached: 0.6 } })],
    [
      'lists',
      outbreakOf(
        {
          scanRatePerSecond: 10,
          strategy: {
            kind: 'lists',
            lists: [
              { first: 190_000, size: 50_000, probability: 0.5 },
              { first: 240_000, size: 300_000, probability: 0.3 },
            ],
          },
        },
        { placement: ranges },
      ),
    ],
    [
      'classes of scan rates',
      outbreakOf({
        scanRates: {
          kind: 'classes',
          classes: [
            { fraction: 0.75, scanRatePerSecond: 8 },
            { fraction: 0.25, scanRatePerSecond: 104 },
          ],
        },
      }),
    ],
    ['log-normal scan rates', outbreakOf({ scanRates: { kind: 'log-normal', sigma: 1 } })],
    ['a latent period', outbreakOf({ latentSeconds: 3 })],
    ['reboots', outbreakOf({}, { rebootRatePerSecond: 0.08 })],
    ['churn', outbreakOf({ latentSeconds: 1, strategy: local }, { churnRatePerSecond: 0.05 })],
    [
      'measures',
      outbreakOf(
        { strategy: local, scanRatePerSecond: 16 },
        { placement: clustered },
        {
          countermeasures: [
            { kind: 'blacklist', start: { kind: 'time', timeSeconds: 5 }, reactionSeconds: 6, coverage: 0.9 },
            {
              kind: 'disinfection',
              start: { kind: 'time', timeSeconds: 3 },
              ratePerSecond: 0.03,
              coverage: 1,
            },
          ],
        },
      ),
    ],
  ])('%s', (_, outbreak) => {
    expectAgreement(outbreak);
  });
});

describe('the mean field beside hosts', () => {
  const secondsTo = (outbreak: Outbreak, fraction: '0.5' | '0.9') => {
    const drawn = runsOf(hosts, outbreak, RUNS, '4').map(({ summary }) => summary.timeTo[fraction]!);
    return { wanted: runsOf(ode, outbreak, 1)[0]!.summary.timeTo[fraction]!, ...momentsOf(drawn) };
  };

  it.each([
    [100, 1],
    [1000, 0.8],
    [1000, 0.2],
  ])('takes as long after a hitlist of %d, %d of them vulnerable', (size, vulnerableFraction) => {
    const strategy: ScanStrategy = {
      kind: 'hitlist',
      size,
      vulnerableFraction,
      // eslint-disable-next-line unicorn/no-thenable -- the strategy that follows, not a promise
      then: { kind: 'uniform' },
    };
    const outbreak = outbreakOf({ strategy }, { infected: 100 }, { honeypots: [], sampleSeconds: 50 });
    const { wanted, mean, standardError } = secondsTo(outbreak, '0.5');
    // By chance the curve sets off later by 1/(2 I0 β) = 0.017 s on average, which a mean field does not know.
    expect(Math.abs(mean - wanted)).toBeLessThan(4 * standardError + 0.02);
  });

  it('is ahead where local preference finds few hosts in a network', () => {
    const placement: HostPlacement = {
      kind: 'clustered',
      levels: [
        { networkSize: 2 ** 16, networks: 8 },
        { networkSize: 2 ** 8, networks: 278 },
      ],
    };
    const strategy: ScanStrategy = {
      kind: 'local',
      levels: [
        { networkSize: 2 ** 8, probability: 3 / 8 },
        { networkSize: 2 ** 16, probability: 1 / 2 },
      ],
    };
    const outbreak = outbreakOf(
      { strategy, scanRatePerSecond: 1 },
      { vulnerable: 5000, infected: 100, placement },
      { honeypots: [], durationSeconds: 1000, sampleSeconds: 100 },
    );
    for (const fraction of ['0.5', '0.9'] as const) {
      const { wanted, mean } = secondsTo(outbreak, fraction);
      // 22 % and 29 % in eight runs, as local-reach.ts says.
      expect(mean / wanted).toBeGreaterThan(1.15);
      expect(mean / wanted).toBeLessThan(1.35);
    }
  });
});
