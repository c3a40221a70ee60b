/**
 * Every strategy and population: `hosts`, which draws no misses, against `probes`, which draws every probe, in distribution;
 * the statistic of Kolmogorov and Smirnov passes 1.95 with probability 0.001, and seeds are fixed. Runs of `probes` cost most, so
 * there are fewer of them: the test is as sharp as with 80 of each, since 120 · 60 / 180 = 80 · 80 / 160. It notices with
 * probability 1/2 that a figure is shifted by 0.8 of its standard deviation, and 11 % in the rate of a worm by the time to half:
 * that time is 12 s with a standard deviation of 1/(β √6) = 1.6 s. Later than 20 s a run only repeats that all are infected.
 */
import { describe, expect, it } from 'vitest';
import type { Countermeasure } from '../../outbreak/countermeasure.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { probes } from '../probes/probes.ts';
import { measuresOf } from '../measures-test-support.ts';
import { honeypots, kolmogorovSmirnov, runsOf } from '../random-engine-test-support.ts';
import type { ImmuneHosts, RandomGraph, ScanStrategy } from '../../outbreak/scan-strategy.ts';
import type { Run } from '../engine.ts';
import { hosts } from './hosts.ts';
import type { HostPlacement } from '../../outbreak/population.ts';
import type { ScanRates, Worm } from '../../outbreak/worm.ts';

const RUNS = 80;
const RUNS_OF = { hosts: 120, probes: 60 };
const SPACE = 2 ** 13;
const NETWORK = 2 ** 7;
const TWO_NETWORKS = 2 ** 9;

const clustered: HostPlacement = {
  kind: 'clustered',
  levels: [
    { networkSize: TWO_NETWORKS, networks: 5 },
    { networkSize: NETWORK, networks: 12 },
  ],
};

/** β = 0.25/s: 128 hosts of 2^13 addresses at 16 probes a second. */
function outbreakOf(change: Partial<Outbreak>): Outbreak {
  return {
    addressSpaceSize: SPACE,
    firstAddress: 0,
    population: { vulnerable: 128, infected: 6 },
    worm: { scanRatePerSecond: 16, strategy: { kind: 'uniform' } },
    honeypots: [],
    durationSeconds: 20,
    sampleSeconds: 1,
    ...change,
  };
}

const guarded = [
  honeypots({ count: 70, start: { kind: 'time', timeSeconds: 6 }, delaySeconds: 1, success: 0.7 }),
  honeypots({ count: 40, start: { kind: 'contacts', contacts: 15, prepareSeconds: 2 }, delaySeconds: 0 }),
];

function local(levels: readonly (readonly [number, number])[]): ScanStrategy {
  return {
    kind: 'local',
    levels: levels.map(([networkSize, probability]) => ({ networkSize, probability })),
  };
}

const codeRedTwo = local([
  [NETWORK, 3 / 8],
  [TWO_NETWORKS, 1 / 2],
]);

const strategies: Readonly<Record<string, ScanStrategy>> = {
  'local preference': codeRedTwo,
  'local preference only': local([[TWO_NETWORKS, 1]]),
  'around the sender': { kind: 'local', levels: [], around: { addresses: 100, probability: 0.8 } },
  'around the sender and in its network': {
    kind: 'local',
    levels: [{ networkSize: TWO_NETWORKS, probability: 0.4 }],
    around: { addresses: 700, probability: 0.6 },
  },
  routable: {
    kind: 'routable',
    ranges: [
      { first: 300, size: 2500 },
      { first: 5000, size: 1500 },
    ],
  },
  'coverage hole': { kind: 'coverage-hole', reached: 0.7 },
  lists: {
    kind: 'lists',
    lists: [
      { first: 1000, size: 500, probability: 0.2 },
      { first: 2000, size: 5000, probability: 0.6 },
    ],
  },
  sequential: { kind: 'sequential', nearProbability: 0.4 },
  'permutation without end': { kind: 'permutation', giveUpAfter: null, partitioned: false },
  permutation: { kind: 'permutation', giveUpAfter: 2, partitioned: false },
  'partitioned permutation': { kind: 'permutation', giveUpAfter: 3, partitioned: true },
  'short cycles': { kind: 'short-cycles', cycles: [0.5, 0.3, 0.01] },
  hitlist: { kind: 'hitlist', size: 50, vulnerableFraction: 0.6, then: { kind: 'uniform' } },
  'hitlist, then permutation': {
    kind: 'hitlist',
    size: 30,
    vulnerableFraction: 1,
    then: { kind: 'permutation', giveUpAfter: 2, partitioned: false },
  },
};

/** Each host knows the next four and one across. */
const graph: ScanStrategy = {
  kind: 'topological',
  neighbors: Array.from({ length: 128 }, (_, host) => [1, 2, 3, 4, 97].map((step) => (host + step) % 128)),
};

const figures = {
  half: (run: { summary: { timeTo: { '0.5': number | null } } }) => run.summary.timeTo['0.5'] ?? 1e6,
  ever: (run: { summary: { everInfected: number } }) => run.summary.everInfected,
  peak: (run: { summary: { peakInfected: number } }) => run.summary.peakInfected,
  immunized: (run: { summary: { immunized: number } }) => run.summary.immunized,
  contacts: (run: { summary: { honeypotContacts: number } }) => run.summary.honeypotContacts,
  probes: (run: { summary: { probes: number } }) => run.summary.probes,
};

function expectAlike(outbreak: Outbreak): void {
  for (const engine of [hosts, probes]) expect(engine.unsupported(outbreak)).toEqual([]);
  const thinned = runsOf(hosts, outbreak, RUNS_OF.hosts, '11');
  const drawn = runsOf(probes, outbreak, RUNS_OF.probes, '12');
  const statistic = Object.entries(figures).map(([name, figure]) => {
    return [name, kolmogorovSmirnov(thinned.map(figure), drawn.map(figure))] as const;
  });
  expect(statistic.filter(([, value]) => value >= 1.95)).toEqual([]);
}

describe('a strategy without the misses as with them', () => {
  it.each(Object.entries(strategies))('%s', (_, strategy) => {
    const worm = { scanRatePerSecond: 16, strategy };
    expectAlike(outbreakOf({ worm }));
    const population = { vulnerable: 128, infected: 6, placement: clustered };
    expectAlike(outbreakOf({ population, worm, honeypots: guarded }));
  });

  it('topological', () => {
    expectAlike(outbreakOf({ worm: { scanRatePerSecond: 0.4, strategy: graph } }));
  });

  it.each<[string, RandomGraph, ImmuneHosts]>([
    ['Erdős and Rényi', { kind: 'erdos-renyi', meanDegree: 5 }, { who: 'anyone', fraction: 0.2 }],
    ['Barabási and Albert', { kind: 'barabasi-albert', links: 2 }, { who: 'hubs', fraction: 0.05 }],
    [
      'Watts and Strogatz',
      { kind: 'watts-strogatz', degree: 4, rewired: 0.2 },
      { who: 'neighbors', fraction: 0.1 },
    ],
  ])('topological in a drawn graph: %s', (_, neighbors, immune) => {
    const strategy: ScanStrategy = { kind: 'topological', neighbors, immune };
    const outbreak = outbreakOf({ worm: { scanRatePerSecond: 0.4, strategy } });
    expectAlike(outbreak);
    // Who is immune is so from the start and counts as immunized.
    const [{ summary, trajectory }] = runsOf(hosts, outbreak, 1) as [Run];
    const count = Math.round(immune.fraction * 128);
    expect(trajectory.immunized[0]).toBe(count);
    expect(summary.immunized).toBe(count);
    expect(summary.everInfected).toBeLessThanOrEqual(128 - count);
  });

  it('but not one strategy as another', () => {
    const population = { vulnerable: 128, infected: 6, placement: clustered };
    const halves = (strategy: ScanStrategy): number[] =>
      runsOf(hosts, outbreakOf({ population, worm: { scanRatePerSecond: 16, strategy } }), RUNS).map(
        figures.half,
      );
    expect(kolmogorovSmirnov(halves(codeRedTwo), halves({ kind: 'uniform' }))).toBeGreaterThan(1.95);
    const patient = halves({ kind: 'permutation', giveUpAfter: 3, partitioned: false });
    expect(kolmogorovSmirnov(patient, halves({ kind: 'sequential', nearProbability: 0.4 }))).toBeGreaterThan(
      1.95,
    );
  });
});

const classes: ScanRates = {
  kind: 'classes',
  classes: [
    { fraction: 0.75, scanRatePerSecond: 4 },
    { fraction: 0.25, scanRatePerSecond: 52 },
  ],
};

describe('a population without the misses as with them', () => {
  const walk: ScanStrategy = { kind: 'permutation', giveUpAfter: 4, partitioned: false };

  it.each([
    ['classes of scan rates', { scanRates: classes }, {}],
    ['log-normal scan rates', { scanRates: { kind: 'log-normal', sigma: 1 } as ScanRates }, {}],
    ['a latent period', { latentSeconds: 2 }, {}],
    ['reboots', {}, { rebootRatePerSecond: 0.1 }],
    ['churn', { latentSeconds: 0.5 }, { churnRatePerSecond: 0.05 }],
    ['dormancy', { dormancy: { sleepRatePerSecond: 0.4, wakeRatePerSecond: 0.3 }, latentSeconds: 0.5 }, {}],
    [
      'rates that change',
      {
        rateChanges: [
          { timeSeconds: 3, factor: 0.2 },
          { timeSeconds: 8, factor: 2 },
        ],
      },
      {},
    ],
    [
      'reboots of hosts that probe around them',
      { strategy: { kind: 'local', levels: [], around: { addresses: 300, probability: 0.7 } } },
      { rebootRatePerSecond: 0.1 },
    ],
  ])('%s', (_, worm, population) => {
    for (const strategy of [codeRedTwo, walk]) {
      expectAlike(
        outbreakOf({
          population: { vulnerable: 128, infected: 6, placement: clustered, ...population },
          worm: { scanRatePerSecond: 16, strategy, ...(worm as Partial<Worm>) },
          honeypots: guarded.slice(0, 1),
        }),
      );
    }
  });

  // Nobody is immunized, so whoever meets an infected host would meet it infected later, too.
  it('dormancy, with nothing against the worm', () => {
    const dormancy = { sleepRatePerSecond: 0.4, wakeRatePerSecond: 0.3 };
    expectAlike(
      outbreakOf({
        population: { vulnerable: 128, infected: 6 },
        worm: { scanRatePerSecond: 16, strategy: walk, dormancy },
        honeypots: [],
      }),
    );
  });
});

const now = { kind: 'time', timeSeconds: 4 } as const;
const alarm = { kind: 'observed', monitoredAddresses: 300, probes: 40, prepareSeconds: 1 } as const;

const measures: readonly Countermeasure[] = [
  ...measuresOf({
    now,
    alarm,
    reactionSeconds: 3,
    avoided: { count: 150, learning: 0.2 },
    capProbesPerSecond: 700,
    filterCoverage: 0.6,
    counterWorm: { hosts: 10, scanRatePerSecond: 16 },
    disinfection: { ratePerSecond: 0.2 },
    patchProbesPerSecond: 800,
    patching: { ratePerSecond: 0.4 },
    throttle: { allowedPerSecond: 3 },
  }),
  { kind: 'clean-up', start: now, containSeconds: 3, cleanSeconds: 5, coverage: 1, sparesLatent: true },
  {
    kind: 'quarantine',
    start: now,
    alarmRatePerSecond: 0.5,
    falseAlarmRatePerSecond: 0.2,
    quarantineSeconds: 3,
    quarantineLaw: { kind: 'fixed' },
    coverage: 0.8,
  },
];

describe('a measure without the misses as with them', () => {
  it.each(measures.map((measure, index) => [measure.kind, index] as const))('%s', (_, index) => {
    // Runs of places and walks by turns.
    const strategy: ScanStrategy =
      index % 2 === 0 ? codeRedTwo : { kind: 'sequential', nearProbability: 0.4 };
    const worm = { scanRatePerSecond: 16, strategy };
    expectAlike(outbreakOf({ worm, countermeasures: [measures[index]!], honeypots: guarded.slice(0, 1) }));
  });
});

describe('a quarantine whose infected hosts have no clocks', () => {
  const strategy: ScanStrategy = { kind: 'uniform' };
  const quarantine = measures.findLast(({ kind }) => kind === 'quarantine')!;
  const exponential = measures.find(({ kind }) => kind === 'quarantine')!;

  it.each([
    ['alone', [exponential], {}],
    ['of a fixed time', [quarantine], {}],
    ['beside a throttle', [exponential, measures.find(({ kind }) => kind === 'throttle')!], {}],
    ['of hosts that sleep', [quarantine], { dormancy: { sleepRatePerSecond: 0.4, wakeRatePerSecond: 0.3 } }],
    ['of avoided honeypots', [exponential, measures.find(({ kind }) => kind === 'avoided-honeypots')!], {}],
  ] as const)('%s', (_, countermeasures, worm) => {
    const population = { vulnerable: 128, infected: 6, rebootRatePerSecond: 0.05 };
    expectAlike(
      outbreakOf({
        population,
        worm: { scanRatePerSecond: 16, strategy, latentSeconds: 0.5, ...worm },
        countermeasures,
        honeypots: guarded.slice(0, 1),
      }),
    );
  });
});
