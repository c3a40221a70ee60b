/**
 * Each countermeasure in the mean field against its closed form or a published number (docs/models.md, docs/validation.md),
 * and all of them through `ode`, the way users run them. Closed forms to 1e-6 of max(value, 1 host): the bound of the mean
 * field.
 */
import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { finalSizeFraction } from '../../theory/closed-forms.ts';
import { ode } from './ode.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { Summary } from '../summary.ts';
import type { Trajectory } from '../trajectory.ts';
import { groupMeanField } from './group-equations.ts';
import type { Countermeasure, StartRule } from '../../outbreak/countermeasure.ts';
import { throttleStopSeconds } from '../../countermeasure/virus-throttle.ts';
import { logisticInfected } from '../../dynamics/logistic.ts';

const NOW: StartRule = { kind: 'time', timeSeconds: 0 };
const PROVOS: Outbreak = {
  addressSpaceSize: 2 ** 32,
  firstAddress: 0,
  population: { vulnerable: 360_000, infected: 150 },
  worm: { scanRatePerSecond: 50, strategy: { kind: 'uniform' } },
  honeypots: [],
  durationSeconds: 86_400,
  sampleSeconds: 60,
};
const BETA = (50 * 360_000) / 2 ** 32;

function run(
  outbreak: Outbreak,
  ...measures: readonly Countermeasure[]
): { readonly trajectory: Trajectory; readonly summary: Summary } {
  const measured = { ...outbreak, countermeasures: measures };
  expect(ode.unsupported(measured)).toEqual([]);
  return ode.run(measured, { streams: randomStreams('1'), replicate: 0 });
}

/** Largest difference to 1e-6 of max(value, 1 host). */
function expectCurve(ours: Float64Array, wanted: (index: number) => number): void {
  for (let k = 0; k < ours.length; k++) {
    const value = wanted(k);
    expect(Math.abs(ours[k]! - value), `sample ${k}`).toBeLessThan(1e-6 * Math.max(value, 1));
  }
}

function expectLogistic(trajectory: Trajectory, contactRatePerSecond: number): void {
  const epidemic = { ...PROVOS.population, contactRatePerSecond };
  expectCurve(trajectory.infected, (k) => logisticInfected(epidemic, trajectory.time[k]!));
}

describe('the general path of the mean field', () => {
  it('is the logistic without measures', () => {
    const { trajectory, summary } = groupMeanField({
      ...PROVOS,
      durationSeconds: 3600,
      countermeasures: [],
    });
    expectLogistic(trajectory, BETA);
    expect(summary.timeTo['0.5']).toBeCloseTo(1857.1, 1);
  });

  it.each([
    ['at a time', { kind: 'time', timeSeconds: 1200 }],
    ['after contacts', { kind: 'contacts', contacts: 100, prepareSeconds: 600 }],
  ] as const)('is the same as the fast one for honeypots that start %s', (_name, start) => {
    const honeypots = {
      kind: 'honeypots',
      count: 262_144,
      start,
      delaySeconds: 1,
      success: 1,
      placement: 'scattered',
    } as const;
    const outbreak = { ...PROVOS, durationSeconds: 4 * 3600, honeypots: [honeypots] };
    const fast = ode.run(outbreak, { streams: randomStreams('1'), replicate: 0 });
    const ours = groupMeanField(outbreak);
    // Both state 1e-6.
    for (const of of ['peakInfected', 'everInfected', 'probes', 'honeypotContacts', 'peakTime'] as const) {
      expect(ours.summary[of] / fast.summary[of] - 1, of).toBeCloseTo(0, 5);
    }
    expectCurveOf(ours.trajectory.infected, fast.trajectory.infected);
    expect(ours.summary.extinctionTime! / fast.summary.extinctionTime! - 1).toBeCloseTo(0, 4);
  });
});

function expectCurveOf(ours: Float64Array, wanted: Float64Array): void {
  for (let k = 0; k < ours.length; k++) {
    expect(Math.abs(ours[k]! - wanted[k]!)).toBeLessThan(3e-6 * Math.max(wanted[k]!, 1));
  }
}

describe('measures that change the contact rate: the logistic of another rate', () => {
  it('filters let 1 − coverage through', () => {
    const { trajectory } = run(PROVOS, { kind: 'filter', start: NOW, coverage: 0.6 });
    expectLogistic(trajectory, 0.4 * BETA);
  });

  it('a throttle on a fraction q keeps (1 − q) + q/s', () => {
    const { trajectory, summary } = run(PROVOS, {
      kind: 'throttle',
      start: NOW,
      coverage: 0.75,
      allowedPerSecond: 1,
    });
    expectLogistic(trajectory, BETA * (0.25 + 0.75 / 50));
    // What is not sent is not counted: probes = K/β of 50 a second.
    expect(summary.probes).toBeLessThan(0.27 * 50 * 86_400 * 360_000);
    // Nimda-like, row 49: blocked after 100/119 s, "in under a second".
    expect(throttleStopSeconds({ scanRatePerSecond: 120, allowedPerSecond: 1, queue: 100 })).toBeCloseTo(
      0.84,
      3,
    );
    expect(throttleStopSeconds({ scanRatePerSecond: 1, allowedPerSecond: 1, queue: 100 })).toBe(Infinity);
  });

  it('dynamic quarantine slows growth to the rate r with (r − β + λ)(r + 1/T) = λ/T', () => {
    const quarantine = {
      kind: 'quarantine',
      start: NOW,
      alarmRatePerSecond: 0.02,
      falseAlarmRatePerSecond: 0,
      quarantineSeconds: 200,
      coverage: 1,
    } as const;
    const population = { vulnerable: 1e10, infected: 100 };
    const worm = { ...PROVOS.worm, scanRatePerSecond: (0.1 * 2 ** 32) / 1e10 };
    const outbreak = { ...PROVOS, population, worm, durationSeconds: 110, sampleSeconds: 10 };
    const growth = (alarm: number): number => {
      const { infected } = run(outbreak, { ...quarantine, alarmRatePerSecond: alarm }).trajectory;
      return Math.log(infected[11]! / infected[10]!) / 10;
    };
    for (const alarm of [0.02, 0.2]) {
      const half = (0.1 - alarm - 1 / 200) / 2;
      const wanted = half + Math.sqrt(half ** 2 + 0.1 / 200);
      // A ten-thousandth of the hosts is infected in the end, and the other root is forgotten to less than that.
      expect(Math.abs(growth(alarm) / wanted - 1)).toBeLessThan(5e-4);
    }
  });

  it('a quarantine much quicker than the worm keeps (1 − p1)(1 − p2), p = λT/(1 + λT)', () => {
    const quarantine = {
      kind: 'quarantine',
      start: NOW,
      alarmRatePerSecond: 2,
      falseAlarmRatePerSecond: 1,
      quarantineSeconds: 1,
      coverage: 1,
    } as const;
    const { summary } = run({ ...PROVOS, durationSeconds: 20_000 }, quarantine);
    const half = Math.log(360_000 / 150 - 1) / (BETA / 6);
    // Off by the order of β T, the part of an isolation in which the worm grows.
    expect(Math.abs(summary.timeTo['0.5']! / half - 1)).toBeLessThan(2 * BETA);
  });

  it('a kill switch ends the growth at its time, except for those that it misses', () => {
    const epidemic = { ...PROVOS.population, contactRatePerSecond: BETA };
    const start = { kind: 'time', timeSeconds: 1234.5 } as const;
    const { trajectory } = run(PROVOS, { kind: 'kill-switch', start, coverage: 1 });
    expectCurve(trajectory.infected, (k) =>
      logisticInfected(epidemic, Math.min(trajectory.time[k]!, 1234.5)),
    );
    const missed = run(PROVOS, { kind: 'kill-switch', start, coverage: 0.5 }).trajectory;
    expectCurve(missed.infected, (k) => {
      const t = missed.time[k]!;
      return logisticInfected(epidemic, t < 1234.5 ? t : 1234.5 + 0.5 * (t - 1234.5));
    });
  });

  it('two filters multiply', () => {
    const filter = { kind: 'filter', start: NOW, coverage: 0.5 } as const;
    expectLogistic(run(PROVOS, filter, filter).trajectory, BETA / 4);
  });
});

describe('measures that take hosts away', () => {
  it('disinfection is the general epidemic: final size of R0 = 2', () => {
    const from = { ...PROVOS, population: { vulnerable: 1e9, infected: 1 }, durationSeconds: 86_400 };
    const beta = (50 * 1e9) / 2 ** 32;
    const { summary } = run(from, { kind: 'disinfection', start: NOW, ratePerSecond: beta, coverage: 0.5 });
    // docs/validation.md, row 3; I0/N of 1e-9 moves it by less than 1e-8.
    expect(summary.everInfectedFraction).toBeCloseTo(0.796812, 5);
  });

  it('blacklisting is the general epidemic, blocked hosts standing for removed ones', () => {
    const reactionSeconds = 1.5 / BETA;
    const { summary } = run(PROVOS, { kind: 'blacklist', start: NOW, reactionSeconds, coverage: 1 });
    const infectedFraction = 150 / 360_000;
    const size = finalSizeFraction({
      susceptibleFraction: 1 - infectedFraction,
      infectedFraction,
      reproductionNumber: 1.5,
    });
    expect(summary.everInfectedFraction).toBeCloseTo(size, 5);
    // A difference of counts of hundreds of thousands.
    expect(summary.immunized).toBeCloseTo(0, 6);
    expect(summary.stillInfected).toBeCloseTo(summary.everInfected, 3);
  });

  it('blacklisting of Code Red contains it when it reacts within 1/β = 19.9 min (docs/validation.md, row 22)', () => {
    const codeRed = {
      ...PROVOS,
      population: { vulnerable: 360_000, infected: 1 },
      worm: { scanRatePerSecond: 10, strategy: { kind: 'uniform' } },
    } as const;
    const within = (minutes: number): number =>
      run(codeRed, { kind: 'blacklist', start: NOW, reactionSeconds: minutes * 60, coverage: 1 }).summary
        .everInfectedFraction;
    expect(within(19)).toBeLessThan(0.0001);
    expect(within(30)).toBeGreaterThan(0.5);
  });

  it('containment decides, cleaning empties: infected hosts fall at 0.18 a day', () => {
    const day = 86_400;
    const outbreak = { ...PROVOS, durationSeconds: 20 * day, sampleSeconds: day };
    const { trajectory, summary } = run(outbreak, {
      kind: 'clean-up',
      start: NOW,
      containSeconds: 60,
      cleanSeconds: day / 0.18,
      coverage: 1,
    });
    expect(summary.everInfected).toBeLessThan(210);
    expect(trajectory.infected[20]! / trajectory.infected[6]!).toBeCloseTo(Math.exp(-14 * 0.18), 6);
    // 92 % in 14 days (docs/validation.md, row 53).
    expect(1 - Math.exp(-14 * 0.18)).toBeCloseTo(0.92, 2);
  });

  it('honeypots that are learned fade: h exp(−a probes/Ω) without susceptible hosts has a closed form', () => {
    const all = {
      ...PROVOS,
      addressSpaceSize: 2 ** 20,
      population: { vulnerable: 1000, infected: 1000 },
      durationSeconds: 600,
      sampleSeconds: 10,
    };
    const { trajectory, summary } = run(all, {
      kind: 'avoided-honeypots',
      start: NOW,
      count: 1000,
      learning: 0.5,
      coverage: 1,
    });
    // I' = −(s h/Ω) e^{−aJ/Ω} I and J' = s I: I = I0 − (h/a)(1 − e^{−aJ/Ω}).
    const left = 1000 - (1000 / 0.5) * (1 - Math.exp((-0.5 * summary.probes) / 2 ** 20));
    expect(trajectory.infected[60]!).toBeCloseTo(left, 3);
  });
});

describe('measures that patch', () => {
  const noWorm = { ...PROVOS, worm: { ...PROVOS.worm, scanRatePerSecond: 0 }, durationSeconds: 36_000 };

  it('at a constant rate: exponential', () => {
    const { trajectory, summary } = run(noWorm, {
      kind: 'patching',
      start: NOW,
      curve: { kind: 'constant', ratePerSecond: 1e-4 },
      coverage: 1,
    });
    expectCurve(trajectory.susceptible, (k) => 359_850 * Math.exp(-1e-4 * trajectory.time[k]!));
    expect(summary.everInfected).toBeCloseTo(150, 9);
    expect(summary.timeTo['0.5']).toBeNull();
  });

  it('along a logistic curve: the patched share is that curve', () => {
    const { trajectory } = run(noWorm, {
      kind: 'patching',
      start: NOW,
      curve: { kind: 'logistic', ratePerSecond: 5e-4, firstFraction: 0.01 },
      coverage: 1,
    });
    // S(t)/S(0) = (1 − F(t))/(1 − F(0)).
    expectCurve(
      trajectory.susceptible,
      (k) => (359_850 * (1 - 1 / (1 + 99 * Math.exp(-5e-4 * trajectory.time[k]!)))) / 0.99,
    );
  });

  it('by a scan of the space: the rate of all probes over Ω', () => {
    const { trajectory } = run(noWorm, {
      kind: 'patch-scanning',
      start: NOW,
      probesPerSecond: 2 ** 20,
      coverage: 0.5,
    });
    expectCurve(trajectory.susceptible, (k) => 359_850 * Math.exp((-0.5 * trajectory.time[k]!) / 2 ** 12));
  });

  it('by awareness and congestion: the two-factor model with its published parameters (docs/validation.md, row 33)', () => {
    const hour = 3600;
    const million = {
      ...PROVOS,
      population: { vulnerable: 1e6, infected: 1 },
      // β0 N = 0.8 an hour.
      worm: { scanRatePerSecond: ((0.8 / hour) * 2 ** 32) / 1e6, strategy: { kind: 'uniform' } },
      durationSeconds: 200 * hour,
      sampleSeconds: hour,
    } as const;
    const { trajectory, summary } = run(
      million,
      { kind: 'congestion', start: NOW, exponent: 3 },
      { kind: 'disinfection', start: NOW, ratePerSecond: 0.05 / hour, coverage: 1 },
      {
        kind: 'patching',
        start: NOW,
        curve: { kind: 'awareness', ratePerSecond: 0.06 / hour },
        coverage: 1,
      },
    );
    // The table gives whole hosts and 1/100 h.
    expect(summary.peakInfected).toBeCloseTo(394_643, -0.4);
    expect(summary.peakTime / hour).toBeCloseTo(27.55, 1);
    expect(summary.everInfected).toBeCloseTo(763_321, -0.4);
    expect(Math.round(trajectory.susceptible[200]!)).toBe(2);
  });
});

describe('a patching worm, a model only', () => {
  it('at equal rates leaves I0/(I0 + P0) infected (docs/validation.md, row 47)', () => {
    const outbreak = { ...PROVOS, population: { vulnerable: 360_000, infected: 36 } };
    const { summary } = run(outbreak, {
      kind: 'counter-worm',
      start: NOW,
      hosts: 3600,
      scanRatePerSecond: 50,
      entersInfected: false,
    });
    // I/(I + P) stays 36/3636, and in the end I + P = N + P0.
    expect(summary.everInfected).toBeCloseTo((360_000 + 3600) * (36 / 3636), 2);
  });

  it('that enters infected hosts leaves none', () => {
    const { summary } = run(PROVOS, {
      kind: 'counter-worm',
      start: NOW,
      hosts: 150,
      scanRatePerSecond: 50,
      entersInfected: true,
    });
    expect(summary.stillInfected).toBeLessThan(1);
    expect(summary.immunized).toBeCloseTo(360_000, 0);
  });
});

describe('a full network', () => {
  it('bends Slammer after 117 s: 50, 90 and 99 % at 2.63, 4.73 and 7.72 min (docs/validation.md, row 16)', () => {
    const slammer = {
      ...PROVOS,
      population: { vulnerable: 75_000, infected: 1 },
      worm: { scanRatePerSecond: 4670, strategy: { kind: 'uniform' } },
      durationSeconds: 900,
      sampleSeconds: 1,
    } as const;
    const { summary } = run(slammer, { kind: 'bandwidth-cap', start: NOW, probesPerSecond: 55e6 });
    // Two decimals of the table.
    expect(summary.timeTo['0.5']! / 60).toBeCloseTo(2.63, 1);
    expect(summary.timeTo['0.9']! / 60).toBeCloseTo(4.73, 1);
    expect(summary.timeTo['0.99']! / 60).toBeCloseTo(7.72, 1);
  });
});

describe('a start at an alarm', () => {
  it('comes when a telescope has seen so many probes, and the preparation later', () => {
    const start = {
      kind: 'observed',
      monitoredAddresses: 2 ** 24,
      probes: 1000,
      prepareSeconds: 600,
    } as const;
    const { trajectory } = run(PROVOS, { kind: 'kill-switch', start, coverage: 1 });
    // s p ∫I = 1000 with ∫I = (N/β) ln(1 + (I0/N)(e^{βt} − 1)).
    const epidemic = { ...PROVOS.population, contactRatePerSecond: BETA };
    const infectedSeconds = 1000 / (50 / 256);
    const seconds = Math.log(1 + ((Math.exp((infectedSeconds * BETA) / 360_000) - 1) * 360_000) / 150) / BETA;
    expectCurve(trajectory.infected, (k) =>
      logisticInfected(epidemic, Math.min(trajectory.time[k]!, seconds + 600)),
    );
  });
});

it('says what cannot be combined', () => {
  const counterWorm = {
    kind: 'counter-worm',
    start: NOW,
    hosts: 1,
    scanRatePerSecond: 1,
    entersInfected: false,
  } as const;
  expect(ode.unsupported({ ...PROVOS, countermeasures: [counterWorm, counterWorm] })).toHaveLength(1);
});
