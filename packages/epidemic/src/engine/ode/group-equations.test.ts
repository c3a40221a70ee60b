/**
 * The mean field of groups against what it must be where all hosts share one fate, against closed forms, and against the
 * growth factors of docs/models.md#local-preference. Steps are kept to 1e-11 and the cubic between two of them is good to
 * 1e-8 of max(value, 1 host), which is what closed forms are met to; other engines bring their own bounds.
 */
import { describe, expect, it } from 'vitest';
import { localPreferenceFactor } from '../../theory/closed-forms.ts';
import type { Countermeasure } from '../../outbreak/countermeasure.ts';
import type { Run } from '../engine.ts';
import { ode } from './ode.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { honeypots, runsOf, seedScenario, smallScenario } from '../random-engine-test-support.ts';
import type { ScanStrategy, LocalLevel } from '../../outbreak/scan-strategy.ts';
import { groupMeanField } from './group-equations.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';
import type { HostPlacement } from '../../outbreak/population.ts';
import type { ScanRates } from '../../outbreak/worm.ts';
import { logisticInfected } from '../../dynamics/logistic.ts';

const IPV4 = 2 ** 32;

function run(outbreak: Outbreak): Run {
  expect(ode.unsupported(outbreak)).toEqual([]);
  return runsOf(ode, outbreak, 1)[0]!;
}

function withStrategy(outbreak: Outbreak, strategy: ScanStrategy): Outbreak {
  return { ...outbreak, worm: { ...outbreak.worm, strategy } };
}

/** Largest difference of all samples, in units of max(value, 1 host). */
function difference(ours: Run, wanted: Run): number {
  let worst = 0;
  for (const series of ['susceptible', 'infected', 'immunized'] as const) {
    for (let k = 0; k < wanted.trajectory.time.length; k++) {
      const value = wanted.trajectory[series][k]!;
      const off = Math.abs(ours.trajectory[series][k]! - value);
      worst = Math.max(worst, off / Math.max(1, Math.abs(value)));
    }
  }
  return worst;
}

/** The contact rate that an outbreak without defenses has by its doubling time. */
function growthRate(outbreak: Outbreak): number {
  return Math.LN2 / run({ ...outbreak, durationSeconds: 1, sampleSeconds: 1 }).summary.doublingTime!;
}

function local(...levels: readonly LocalLevel[]): ScanStrategy {
  return { kind: 'local', levels };
}

const slash8 = (probability: number): LocalLevel => ({ networkSize: 2 ** 24, probability });
const slash16 = (probability: number): LocalLevel => ({ networkSize: 2 ** 16, probability });

const CODE_RED_TWO: ScanStrategy = local(slash8(1 / 2), slash16(3 / 8));
const clustered: HostPlacement = {
  kind: 'clustered',
  levels: [
    { networkSize: 2 ** 24, networks: 116 },
    { networkSize: 2 ** 16, networks: 20_000 },
  ],
};
const announcedHalf = [{ first: 2 ** 30, size: 2 ** 31 }];

const free = { ...seedScenario, honeypots: [], durationSeconds: 5400, sampleSeconds: 60 };

describe('one fate for all', () => {
  it.each([
    ['the seed scenario', seedScenario],
    ['honeypots that listen', smallScenario],
  ])('is that of ode: %s', (_, outbreak) => {
    const ours = groupMeanField(outbreak);
    const wanted = run(outbreak);
    // The bound of ode's own Rosenbrock method.
    expect(difference(ours, wanted)).toBeLessThan(1e-6);
    for (const figure of ['peakInfected', 'everInfected', 'probes', 'honeypotContacts'] as const) {
      expect(ours.summary[figure] / wanted.summary[figure] - 1).toBeCloseTo(0, 6);
    }
    expect(ours.summary.timeTo['0.5']).toBeCloseTo(wanted.summary.timeTo['0.5']!, 4);
    for (const figure of ['basicReproductionNumber', 'reproductionNumberAtStart'] as const) {
      expect(ours.summary[figure]).toBeCloseTo(wanted.summary[figure]!, 6);
    }
    expect(ours.summary.extinctionTime).toBeCloseTo(wanted.summary.extinctionTime!, 3);
  });

  it.each<[string, Outbreak]>([
    ['one group', free],
    ['local preference, hosts anywhere', withStrategy(free, local(slash8(0.5), slash16(0.375)))],
    ['many groups', manyGroups(free)],
    ['classes of one rate', { ...free, worm: { ...free.worm, scanRates: classes([0.3, 50], [0.7, 50]) } }],
    // How fast a host scans does not change when it is found.
    [
      'classes of different rates',
      { ...free, worm: { ...free.worm, scanRates: classes([0.9, 10], [0.1, 410]) } },
    ],
    ['log-normal rates', { ...free, worm: { ...free.worm, scanRates: { kind: 'log-normal', sigma: 1.5 } } }],
    ['a hitlist of none', withStrategy(free, hitlist(0, 1))],
  ])('is the logistic without honeypots: %s', (_, outbreak) => {
    const ours = groupMeanField(outbreak);
    expect(difference(ours, run(free))).toBeLessThan(1e-8);
    expect(ours.summary.doublingTime! / run(free).summary.doublingTime! - 1).toBeCloseTo(0, 10);
  });

  it.each<[string, Outbreak]>([
    ['local preference', withStrategy(seedScenario, local(slash8(0.5), slash16(0.375)))],
    ['many groups', manyGroups(seedScenario)],
    ['a coverage hole of nothing', withStrategy(seedScenario, { kind: 'coverage-hole', reached: 1 })],
    [
      'routable everywhere',
      withStrategy(seedScenario, { kind: 'routable', ranges: [{ first: 0, size: IPV4 }] }),
    ],
  ])('is that of one group with honeypots: %s', (_, outbreak) => {
    expect(difference(groupMeanField(outbreak), groupMeanField(seedScenario))).toBeLessThan(1e-8);
  });

  it.each<[string, Outbreak]>([
    ['local preference', withStrategy(seedScenario, CODE_RED_TWO)],
    [
      'local preference among clustered hosts',
      withStrategy(
        { ...seedScenario, population: { ...seedScenario.population, placement: clustered } },
        CODE_RED_TWO,
      ),
    ],
    [
      'routable, all hosts announced',
      {
        ...withStrategy(seedScenario, { kind: 'routable', ranges: announcedHalf }),
        population: { ...seedScenario.population, placement: { kind: 'ranges', ranges: announcedHalf } },
      },
    ],
  ])('takes the quick way, to the same end: %s', (_, outbreak) => {
    const placed = { ...outbreak, honeypots: [honeypots({ placement: 'populated', delaySeconds: 30 })] };
    const ours = groupMeanField(placed);
    const quick = run(placed);
    // The bound of ode's own Rosenbrock method.
    expect(difference(ours, quick)).toBeLessThan(1e-6);
    for (const [figure, value] of Object.entries(quick.summary)) {
      if (typeof value !== 'number' || value < 1e-3) continue;
      // The time of a flat peak is known only to the root of what the peak is.
      const digits = figure === 'peakTime' ? 4 : 6;
      expect(ours.summary[figure as 'probes'] / value - 1, figure).toBeCloseTo(0, digits);
    }
  });
});

/** Sixteen ranges that fill the space, with local preference for them. */
function manyGroups(outbreak: Outbreak): Outbreak {
  const size = 2 ** 28;
  const ranges = Array.from({ length: 16 }, (_, row) => ({ first: row * size, size }));
  return {
    ...withStrategy(outbreak, local({ networkSize: size, probability: 0.6 })),
    population: { ...outbreak.population, placement: { kind: 'ranges', ranges } },
  };
}

function classes(...rows: readonly (readonly [number, number])[]): ScanRates {
  return {
    kind: 'classes',
    classes: rows.map(([fraction, scanRatePerSecond]) => ({ fraction, scanRatePerSecond })),
  };
}

function hitlist(size: number, vulnerableFraction: number): ScanStrategy {
  // eslint-disable-next-line unicorn/no-thenable -- the strategy that follows, not a promise
  return { kind: 'hitlist', size, vulnerableFraction, then: { kind: 'uniform' } };
}

/** Samples of infected hosts against a closed form. */
function expectInfected(trajectory: Run['trajectory'], wanted: (timeSeconds: number) => number): void {
  for (const [k, time] of trajectory.time.entries()) {
    const value = wanted(time);
    expect(Math.abs(trajectory.infected[k]! - value), `at ${time} s`).toBeLessThan(1e-8 * Math.max(1, value));
  }
}

describe('runs of addresses', () => {
  const ranges = [
    { first: 0, size: 0.2 * 2 ** 20 },
    { first: 2 ** 19, size: 0.086 * 2 ** 20 },
  ].map(({ first, size }) => ({ first, size: Math.round(size) }));
  const announced = ranges.reduce((sum, { size }) => sum + size, 0);
  const small: Outbreak = {
    ...free,
    addressSpaceSize: 2 ** 20,
    population: { vulnerable: 2000, infected: 20 },
    worm: { scanRatePerSecond: 10, strategy: { kind: 'routable', ranges } },
    durationSeconds: 1500,
    sampleSeconds: 10,
  };

  it('routable: the logistic over fewer addresses, for hosts among them', () => {
    const inside = { ...small.population, placement: { kind: 'ranges', ranges } as const };
    const contactRatePerSecond = (10 * 2000) / announced;
    expectInfected(run({ ...small, population: inside }).trajectory, (time) => {
      return logisticInfected({ vulnerable: 2000, infected: 20, contactRatePerSecond }, time);
    });
    // Row 45: faster by 1/f.
    const factor = growthRate({ ...small, population: inside }) / ((10 * 2000) / 2 ** 20);
    expect(factor).toBeCloseTo(2 ** 20 / announced, 9);
    expect(factor).toBeCloseTo(3.5, 2);
  });

  it('routable: hosts elsewhere are never reached, yet scan when infected at the start', () => {
    const f = announced / 2 ** 20;
    const a = 20 * (1 - f);
    const n = 2000 * f;
    // x' = (s/M)(x + a)(n − x): Riccati, x + a by the logistic of n + a hosts.
    const contactRatePerSecond = (10 * (n + a)) / announced;
    expectInfected(run(small).trajectory, (time) =>
      logisticInfected({ vulnerable: n + a, infected: 20 * f + a, contactRatePerSecond }, time),
    );
    const { summary } = run({ ...small, durationSeconds: 20_000 });
    expect(summary.everInfected).toBeCloseTo(n + a, 6);
  });

  it('a coverage hole: a fraction of hosts is reached, faster', () => {
    const strategy: ScanStrategy = { kind: 'coverage-hole', reached: 0.25 };
    const n = 500;
    const a = 15;
    const contactRatePerSecond = (10 * (n + a)) / 2 ** 18;
    expectInfected(run(withStrategy(small, strategy)).trajectory, (time) =>
      logisticInfected({ vulnerable: n + a, infected: 20, contactRatePerSecond }, time),
    );
  });

  it('lists: K = s Σ q N/M', () => {
    const lists = [
      { first: 0, size: 5000, probability: 0.3 },
      { first: 10_000, size: 40_000, probability: 0.5 },
    ];
    const placement: HostPlacement = {
      kind: 'ranges',
      ranges: [
        { first: 1000, size: 2000, weight: 0.5 },
        { first: 20_000, size: 10_000, weight: 0.3 },
        { first: 500_000, size: 10_000, weight: 0.2 },
      ],
    };
    const outbreak = withStrategy(
      { ...small, population: { ...small.population, placement } },
      { kind: 'lists', lists },
    );
    const wanted = 10 * ((0.3 * 1000) / 5000 + (0.5 * 600) / 40_000);
    // Each infected host infects into both lists at the same rate, wherever it lies.
    expect(growthRate(outbreak)).toBeCloseTo(wanted, 9);
    const { summary } = run({ ...outbreak, durationSeconds: 20_000 });
    expect(summary.everInfected).toBeCloseTo(1600 + 400 * (20 / 2000), 6);
  });

  it('honeypots among them meet more probes, those elsewhere none', () => {
    const inside: Outbreak = {
      ...small,
      population: { vulnerable: 2000, infected: 2000, placement: { kind: 'ranges', ranges } },
    };
    const listening = { count: 1000, start: { kind: 'time', timeSeconds: 0 }, success: 0 } as const;
    const met = (placement: Honeypots['placement']): number =>
      run({ ...inside, honeypots: [honeypots({ ...listening, placement })] }).summary.honeypotContacts;
    const probes = 10 * 2000 * 1500;
    const unused = 1000 * ((announced - 2000) / (2 ** 20 - 2000));
    expect(met('scattered') / ((probes * unused) / announced)).toBeCloseTo(1, 8);
    // All /16s that the ranges touch hold hosts: 0 to 3 and 8 to 9.
    const among = 1000 * ((announced - 2000) / (6 * 2 ** 16 - 2000));
    expect(met('populated') / ((probes * among) / announced)).toBeCloseTo(1, 8);
  });
});

describe('local preference among clustered hosts', () => {
  const uniform = { ...free, population: { ...free.population, placement: clustered } };
  const factorOf = (strategy: ScanStrategy): number =>
    growthRate(withStrategy(uniform, strategy)) / ((50 * 360_000) / IPV4);

  it.each([
    ['Code Red II', 2.457, { own16: 3 / 8, own8: 1 / 2, anywhere: 1 / 8 }],
    ['Nimda', 2.44, { own16: 1 / 2, own8: 1 / 4, anywhere: 1 / 4 }],
    ['Sasser', 1.871, { own16: 1 / 4, own8: 1 / 4, anywhere: 1 / 2 }],
    ['none', 1, { own16: 0, own8: 0, anywhere: 1 }],
  ] as const)('row 43, %s: grows by %f', (_, published, preference) => {
    const factor = factorOf(local(slash8(preference.own8), slash16(preference.own16)));
    expect(Math.abs(factor / published - 1)).toBeLessThan(1e-3);
    const even = localPreferenceFactor(preference, { slash8: 116, slash16: 20_000 });
    // A host's own /8 holds its own /16 and, of the 19,999 others, 255 of 29,695 places: a little more than a 116th.
    const own8 = 1 / 20_000 + (19_999 / 20_000) * (255 / 29_695);
    expect(factor).toBeCloseTo(even + preference.own8 * 256 * (own8 - 1 / 116), 9);
  });

  it('row 44: a dark block is worth an eighth of random scanning, honeypots among the hosts 2.457 times', () => {
    const contacts = (placement: Honeypots['placement'], strategy: ScanStrategy): number => {
      const defense = honeypots({ placement, start: { kind: 'time', timeSeconds: 0 }, success: 0 });
      return run({ ...withStrategy(uniform, strategy), honeypots: [defense] }).summary.honeypotContacts;
    };
    const probes = (strategy: ScanStrategy): number => run(withStrategy(uniform, strategy)).summary.probes;
    const perProbe = (placement: Honeypots['placement'], strategy: ScanStrategy): number =>
      contacts(placement, strategy) / probes(strategy);
    const random = perProbe('scattered', { kind: 'uniform' });
    expect(random / (262_144 / IPV4)).toBeCloseTo(1, 8);
    expect(perProbe('block', CODE_RED_TWO) / random).toBeCloseTo(0.125, 8);
    expect(Math.abs(perProbe('populated', CODE_RED_TWO) / random / 2.457 - 1)).toBeLessThan(1e-3);
    // R0 = N/h where both are random; the worm's preference gains it hosts, and honeypots among them in the same measure.
    const basic = (placement: Honeypots['placement']): number =>
      run({ ...withStrategy(uniform, CODE_RED_TWO), honeypots: [honeypots({ placement, delaySeconds: 0 })] })
        .summary.basicReproductionNumber! /
      (360_000 / 262_144);
    expect(Math.abs(basic('populated') - 1)).toBeLessThan(1e-6);
    expect(Math.abs(basic('block') / (2.457 / 0.125) - 1)).toBeLessThan(1e-3);
    // Hosts crowd the /16s where they lie by less than 0.1 %, and so few addresses are free there.
    expect(Math.abs(perProbe('scattered', CODE_RED_TWO) / random - 1)).toBeLessThan(1e-3);
  });
});

describe('hosts that differ in time', () => {
  const slow = { ...free, durationSeconds: 86_400, sampleSeconds: 600 };
  const beta = (50 * 360_000) / IPV4;

  it('SIS: endemic at 1 − 1/R0, and everybody infected once', () => {
    const rebootRatePerSecond = 0.4 * beta;
    const { summary, trajectory } = run({ ...slow, population: { ...slow.population, rebootRatePerSecond } });
    expect(summary.basicReproductionNumber).toBeCloseTo(2.5, 9);
    expect(summary.stillInfected / 360_000).toBeCloseTo(0.6, 9);
    expect(summary.everInfected).toBeCloseTo(360_000, 3);
    expect(summary.immunized).toBeCloseTo(0, 6);
    // Closed form of the whole course: a logistic of growth β − ρ up to the endemic level.
    expectInfected(trajectory, (time) =>
      logisticInfected({ vulnerable: 216_000, infected: 150, contactRatePerSecond: beta * 0.6 }, time),
    );
  });

  it('churn without honeypots is the same as reboots', () => {
    const rate = 0.3 * beta;
    const reboot = run({ ...slow, population: { ...slow.population, rebootRatePerSecond: rate } });
    const churn = run({ ...slow, population: { ...slow.population, churnRatePerSecond: rate } });
    expect(difference(churn, reboot)).toBeLessThan(1e-9);
  });

  it('churn brings back the immunized: endemic where births balance', () => {
    // I' = 0 gives S* = N (γ + c)/β.
    const churn = 0.05 * beta;
    const defense = honeypots({ count: 90_000, delaySeconds: 0, start: { kind: 'time', timeSeconds: 0 } });
    const gamma = (50 * 90_000) / IPV4;
    const { summary } = run({
      ...slow,
      durationSeconds: 400_000,
      population: { ...slow.population, churnRatePerSecond: churn },
      honeypots: [defense],
    });
    const susceptible = (360_000 * (gamma + churn)) / beta;
    // R' = γ I − c R = 0.
    const infected = (360_000 - susceptible) / (1 + gamma / churn);
    expect(summary.stillInfected / infected).toBeCloseTo(1, 8);
    expect(summary.immunized / ((gamma / churn) * infected)).toBeCloseTo(1, 8);
  });

  it('SEIR: early growth from r² + r/L − β/L = 0', () => {
    const latentSeconds = 200;
    const r = (-1 / latentSeconds + Math.sqrt(1 / latentSeconds ** 2 + (4 * beta) / latentSeconds)) / 2;
    const outbreak: Outbreak = {
      ...free,
      population: { vulnerable: 360_000, infected: 1e-3 },
      worm: { ...free.worm, latentSeconds },
      durationSeconds: 4000,
      sampleSeconds: 2000,
    };
    expect(growthRate(outbreak)).toBeCloseTo(r, 12);
    const { infected } = run(outbreak).trajectory;
    // Up to e^(−r' t) of the other root, and the saturation at 4 hosts of 360,000.
    expect(Math.log(infected[2]! / infected[1]!) / 2000 / r).toBeCloseTo(1, 4);
    // Nobody recovers, so all are infected in the end.
    expect(run({ ...outbreak, durationSeconds: 40_000 }).summary.everInfected).toBeCloseTo(360_000, 3);
  });
});

describe('scan rates that differ', () => {
  it('make no difference to growth, and let honeypots catch fast hosts sooner', () => {
    // From dI_k/dt = f_k λ − s_k q I_k, early: growth r with 1 = (1/Ω) Σ f_k s_k N/(r + s_k q).
    const rows = [
      [0.9, 10],
      [0.1, 410],
    ] as const;
    const q = 150_000 / IPV4;
    const excess = (r: number): number =>
      rows.reduce((sum, [f, s]) => sum + (f * s * 360_000) / IPV4 / (r + s * q), 0) - 1;
    let low = 0;
    let high = 1;
    for (let k = 0; k < 80; k++) {
      const middle = (low + high) / 2;
      if (excess(middle) > 0) low = middle;
      else high = middle;
    }
    const defense = honeypots({ count: 150_000, delaySeconds: 0, start: { kind: 'time', timeSeconds: 0 } });
    const { infected } = run({
      ...free,
      population: { vulnerable: 360_000, infected: 1e-3 },
      worm: { ...free.worm, scanRates: classes(...rows) },
      honeypots: [defense],
      durationSeconds: 6000,
      sampleSeconds: 3000,
    }).trajectory;
    expect(Math.log(infected[2]! / infected[1]!) / 3000 / low).toBeCloseTo(1, 4);
  });
});

describe('nobody', () => {
  it.each<[string, Partial<Outbreak['population']>]>([
    ['infected at the start', { infected: 0 }],
    ['susceptible at the start', { infected: 360_000 }],
  ])('%s', (_, change) => {
    for (const placement of [clustered, { kind: 'ranges', ranges: announcedHalf } as const]) {
      const population = { ...free.population, placement, ...change };
      const populated = [honeypots({ placement: 'populated', start: { kind: 'time', timeSeconds: 0 } })];
      const { summary } = run(withStrategy({ ...free, population, honeypots: populated }, CODE_RED_TWO));
      expect(summary.everInfected).toBe(population.infected);
      expect(summary.immunized).toBeCloseTo(summary.everInfected - summary.stillInfected, 8);
      expect(Number.isFinite(summary.probes + summary.honeypotContacts)).toBe(true);
    }
  });
});

describe('a hitlist', () => {
  it('grows by s v a second until all entries are probed, then as without', () => {
    const size = 10_000;
    const v = 0.8;
    const ours = run({ ...withStrategy(free, hitlist(size, v)), sampleSeconds: 1 });
    const seconds = Math.log1p((size * v) / 150) / (50 * v);
    expect(ours.trajectory.infected[0]).toBe(150);
    const after = {
      ...free.population,
      infected: 150 + size * v,
      contactRatePerSecond: (50 * 360_000) / IPV4,
    };
    for (const [k, time] of ours.trajectory.time.entries()) {
      const value = time < seconds ? 150 * Math.exp(50 * v * time) : logisticInfected(after, time - seconds);
      expect(Math.abs(ours.trajectory.infected[k]! / value - 1), `at ${time} s`).toBeLessThan(1e-8);
    }
    // ln(H/I0)/K of time is saved, and the list takes as good as none.
    const saved = run(free).summary.timeTo['0.5']! - ours.summary.timeTo['0.5']!;
    const beta = (50 * 360_000) / IPV4;
    const logit = (x: number): number => Math.log(x / (360_000 - x));
    expect(saved).toBeCloseTo((logit(after.infected) - logit(150)) / beta - seconds, 4);
  });
});

const now = { kind: 'time', timeSeconds: 600 } as const;
const alarm = { kind: 'observed', monitoredAddresses: 2 ** 20, probes: 400, prepareSeconds: 60 } as const;

const measures: readonly Countermeasure[] = [
  { kind: 'blacklist', start: now, reactionSeconds: 300, coverage: 0.9 },
  { kind: 'avoided-honeypots', start: now, count: 150_000, learning: 0.2, coverage: 0.8 },
  { kind: 'bandwidth-cap', start: now, probesPerSecond: 300_000 },
  { kind: 'clean-up', start: alarm, containSeconds: 300, cleanSeconds: 1000, coverage: 1 },
  { kind: 'congestion', start: now, exponent: 2 },
  { kind: 'filter', start: alarm, coverage: 0.6 },
  { kind: 'counter-worm', start: now, hosts: 1000, scanRatePerSecond: 50, entersInfected: true },
  { kind: 'disinfection', start: now, ratePerSecond: 0.001, coverage: 0.8 },
  {
    kind: 'patching',
    start: now,
    curve: { kind: 'logistic', ratePerSecond: 0.004, firstFraction: 0.01 },
    coverage: 0.9,
  },
  { kind: 'throttle', start: now, coverage: 0.8, allowedPerSecond: 3 },
];

describe('measures', () => {
  it.each(measures.map((measure) => [measure.kind, measure] as const))(
    'act on groups as on one: %s',
    (_, measure) => {
      const delayed = [honeypots({ count: 100_000, delaySeconds: 20 })];
      const outbreak = {
        ...seedScenario,
        durationSeconds: 7200,
        sampleSeconds: 60,
        honeypots: delayed,
        countermeasures: [measure],
      };
      expect(difference(run(manyGroups(outbreak)), groupMeanField(outbreak))).toBeLessThan(2e-7);
    },
  );
});
