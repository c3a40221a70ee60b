import { assert } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { finalSizeFraction } from '../../theory/closed-forms.ts';
import type { Run } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { ode } from './ode.ts';
import { largestError, referenceTrajectory } from './reference-test-support.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';
import { logisticTimeOfInfectedSeconds } from '../../dynamics/logistic.ts';

const MINUTE = 60;
const HOUR = 3600;
const HOSTS = 360_000;

function honeypots(change: Partial<Honeypots>): Honeypots {
  return {
    kind: 'honeypots',
    count: 262_144,
    start: { kind: 'time', timeSeconds: 20 * MINUTE },
    delaySeconds: 1,
    success: 1,
    placement: 'scattered',
    ...change,
  };
}

/** The scenario of Provos 2004 with these honeypots: docs/models.md#the-published-scenario. */
function provos(groups: readonly Honeypots[], change: Partial<Outbreak> = {}): Outbreak {
  return {
    addressSpaceSize: 2 ** 32,
    firstAddress: 0,
    population: { vulnerable: HOSTS, infected: 150 },
    worm: { scanRatePerSecond: 50, strategy: { kind: 'uniform' } },
    honeypots: groups,
    durationSeconds: 24 * HOUR,
    sampleSeconds: 10,
    ...change,
  };
}

function run(outbreak: Outbreak): Run {
  const streams = {
    seed: '0',
    stream: () => {
      throw new Error('the mean field draws nothing');
    },
  };
  return ode.run(outbreak, { streams, replicate: 0 });
}

/** Agrees with a figure printed as a whole number after it was computed to about 0.1. */
function expectRounded(value: number, printed: number): void {
  expect(Math.abs(value - printed)).toBeLessThanOrEqual(0.6);
}

describe('published scenarios (docs/models.md#the-published-scenario)', () => {
  // h, start in minutes, peak, its minute, ever infected, immunized and active at 24 h, hours until active < 1
  const rows = [
    [4096, 20, 337_840, 49.4, 360_000, 353_601, 6399, 75.1],
    [65_536, 20, 187_094, 41.2, 358_583, 358_583, 0, 5.35],
    [262_144, 20, 31_188, 33.3, 206_308, 206_308, 0, 3.1],
    [524_288, 20, 21_593, 20.0, 56_098, 56_098, 0, 1.44],
    [4096, 60, 359_758, 60, 360_000, 353_056, 6944, 75.5],
    [65_536, 60, 359_758, 60, 359_999, 359_999, 0, 5.66],
    [262_144, 60, 359_758, 60, 359_939, 359_939, 0, 2.17],
    [524_288, 60, 359_758, 60, 359_879, 359_879, 0, 1.58],
  ] as const;
  for (const [count, minutes, peak, peakMinute, ever, immunized, active, cleanHours] of rows) {
    it(`${count} honeypots from ${minutes} min`, () => {
      const defense = honeypots({ count, start: { kind: 'time', timeSeconds: minutes * MINUTE } });
      const { summary } = run(provos([defense]));
      expectRounded(summary.peakInfected, peak);
      expect(Math.abs(summary.peakTime / MINUTE - peakMinute)).toBeLessThanOrEqual(0.051);
      expectRounded(summary.everInfected, ever);
      expectRounded(summary.immunized, immunized);
      expectRounded(summary.stillInfected, active);
      const longer = run(provos([defense], { durationSeconds: 100 * HOUR, sampleSeconds: HOUR })).summary;
      const rounding = cleanHours > 10 ? 0.051 : 0.0051;
      expect(Math.abs(longer.extinctionTime! / HOUR - cleanHours)).toBeLessThanOrEqual(rounding);
      expect(summary.basicReproductionNumber).toBeCloseTo((HOSTS / count) * (1 + (50 * count) / 2 ** 32), 9);
    });
  }

  it('no honeypots', () => {
    const { summary, trajectory } = run(provos([]));
    const at = (minutes: number): number => trajectory.infected[minutes * 6]!;
    for (const [minutes, hosts] of [
      [5, 527],
      [20, 21_557],
      [30, 158_583],
      [60, 359_758],
    ] as const) {
      expectRounded(at(minutes), hosts);
    }
    expect(summary).toMatchObject({ immunized: 0, extinctionTime: null, basicReproductionNumber: null });
    expectRounded(summary.stillInfected, HOSTS);
    expect(summary.timeTo['0.5']! / MINUTE).toBeCloseTo(30.95, 2);
    expect(summary.timeTo['0.99']! / MINUTE).toBeCloseTo(49.22, 2);
    expect(summary.doublingTime).toBeCloseTo(165.4, 1);
  });

  it('checkpoints of 262,144 honeypots from 20 min, to 1e-4', () => {
    const { trajectory } = run(provos([honeypots({})]));
    for (const [minutes, s, i, c, r] of [
      [20, 338_443.2, 21_556.8, 0, 0],
      [25, 310_779.7, 26_934.5, 82.2, 22_203.6],
      [30, 280_873.5, 30_397.7, 92.7, 48_636.1],
      [40, 226_922.5, 28_604.6, 87.3, 104_385.6],
      [60, 172_080.8, 11_146.4, 34.1, 176_738.7],
      [120, 153_897.4, 143.3, 0.4, 205_958.9],
      [240, 153_692.5, 0, 0, 206_307.4],
    ] as const) {
      const k = minutes * 6;
      const near = (value: number, printed: number): void =>
        expect(Math.abs(value - printed)).toBeLessThanOrEqual(1e-4 * printed + 0.11);
      near(trajectory.susceptible[k]!, s);
      near(trajectory.infected[k]!, i + c);
      near(trajectory.immunized[k]!, r);
    }
  });

  it('without a delay: peak 30,888 and 205,409 ever infected', () => {
    const { summary } = run(provos([honeypots({ delaySeconds: 0 })]));
    expectRounded(summary.peakInfected, 30_888);
    expectRounded(summary.everInfected, 205_409);
  });

  it('exactly 262,000 honeypots: peak 31,225 and 206,469 ever infected', () => {
    const { summary } = run(provos([honeypots({ count: 262_000 })]));
    expectRounded(summary.peakInfected, 31_225);
    expectRounded(summary.everInfected, 206_469);
  });

  it('design curve: ever infected at 262,144 honeypots by start', () => {
    for (const [minutes, percent] of [
      [0, 49.4],
      [5, 49.5],
      [10, 50.1],
      [15, 52.0],
      [20, 57.3],
      [25, 68.0],
      [30, 81.9],
    ] as const) {
      const start = { kind: 'time', timeSeconds: minutes * MINUTE } as const;
      const { everInfectedFraction } = run(provos([honeypots({ start })])).summary;
      // 49.4 is printed for 49.3455, the root of the final-size equation with R0 = (N/h)(1 + γδ).
      expect(Math.abs(100 * everInfectedFraction - percent)).toBeLessThanOrEqual(0.055);
    }
  });

  it('final sizes of the literature (docs/validation.md, row 3), from one host in a billion', () => {
    for (const [reproductionNumber, size] of [
      [1.2, 0.313698],
      [1.5, 0.582812],
      [2, 0.796812],
      [3, 0.94048],
      [5, 0.993023],
      [10, 0.999955],
    ] as const) {
      const vulnerable = 1e9;
      const count = vulnerable / reproductionNumber;
      const { everInfectedFraction } = run(
        provos([honeypots({ count, start: { kind: 'time', timeSeconds: 0 }, delaySeconds: 0 })], {
          population: { vulnerable, infected: 1 },
          durationSeconds: 30 * HOUR,
        }),
      ).summary;
      expect(Math.abs(everInfectedFraction - size)).toBeLessThan(2e-6);
      const exact = finalSizeFraction({
        susceptibleFraction: 1 - 1e-9,
        infectedFraction: 1e-9,
        reproductionNumber,
      });
      expect(Math.abs(everInfectedFraction - exact)).toBeLessThan(1e-7);
    }
  });
});

describe('accuracy: at most 1e-6 of max(value, 1 host) from ODEX at 1e-12', () => {
  it.each([
    [262_144, 20],
    [524_288, 20],
    [65_536, 20],
    [4096, 60],
    [370_000, 0],
  ])('%i honeypots from %i min, all 8,641 samples of 24 h', (count, minutes) => {
    const outbreak = provos([honeypots({ count, start: { kind: 'time', timeSeconds: minutes * MINUTE } })]);
    const { trajectory, summary } = run(outbreak);
    expect(trajectory.time.length).toBe(8641);
    const reference = referenceTrajectory(outbreak);
    expect(largestError(trajectory, reference.trajectory)).toBeLessThan(1e-6);
    const infectedSeconds = reference.infectedSeconds.at(-1)!;
    expect(Math.abs(summary.probes / (50 * infectedSeconds) - 1)).toBeLessThan(1e-6);
    const before = reference.infectedSeconds[minutes * 6]!;
    const contacts = (50 / 2 ** 32) * count * (infectedSeconds - before);
    expect(Math.abs(summary.honeypotContacts / contacts - 1)).toBeLessThan(1e-6);
  });

  it('several groups that start while others are at work', () => {
    const outbreak = provos(
      [
        honeypots({ count: 60_000, start: { kind: 'time', timeSeconds: 905 }, delaySeconds: 7 }),
        honeypots({
          count: 90_000,
          start: { kind: 'time', timeSeconds: 1333.3 },
          delaySeconds: 90,
          success: 0.6,
        }),
        honeypots({ count: 40_000, start: { kind: 'time', timeSeconds: 1333.3 }, delaySeconds: 0 }),
        honeypots({ count: 100_000, start: { kind: 'time', timeSeconds: 2000 }, delaySeconds: 7 }),
      ],
      { durationSeconds: 4 * HOUR },
    );
    const { trajectory } = run(outbreak);
    expect(largestError(trajectory, referenceTrajectory(outbreak).trajectory)).toBeLessThan(1e-6);
  });
});

describe('honeypots that start by contacts', () => {
  it('count from time 0, prepare, and then are those that start at that time', () => {
    const counted = { kind: 'contacts', contacts: 5000, prepareSeconds: 300 } as const;
    const epidemic = { vulnerable: HOSTS, infected: 150, contactRatePerSecond: (50 * HOSTS) / 2 ** 32 };
    const infectedSeconds = (5000 * 2 ** 32) / (50 * 262_144);
    const timeSeconds = logisticTimeOfInfectedSeconds(epidemic, infectedSeconds) + 300;
    const a = run(provos([honeypots({ start: counted })]));
    const b = run(provos([honeypots({ start: { kind: 'time', timeSeconds } })]));
    expect(largestError(a.trajectory, b.trajectory)).toBeLessThan(1e-12);
    expect(a.summary.reproductionNumberAtStart).toBeCloseTo(b.summary.reproductionNumberAtStart!, 9);
    const answered = run(provos([honeypots({ start: { kind: 'time', timeSeconds: 0 }, success: 1e-12 })]));
    expect(a.summary.honeypotContacts).toBeLessThan(answered.summary.honeypotContacts);
    expect(a.summary.honeypotContacts).toBeCloseTo((262_144 / 2 ** 32) * a.summary.probes, 3);
  });

  it.each([0, 40])('also while others immunize already, with %i s of preparation', (prepareSeconds) => {
    const early = honeypots({ count: 100_000, delaySeconds: 5 });
    const late = honeypots({ count: 200_000, delaySeconds: 5 });
    const contacts = 60_000;
    // The time at which so many contacts are expected, found from the contacts of shorter and shorter runs.
    const contactsUntil = (durationSeconds: number): number => {
      const { probes } = run(provos([early], { durationSeconds })).summary;
      return (200_000 / 2 ** 32) * probes;
    };
    let low = 20 * MINUTE;
    let high = HOUR;
    assert(contactsUntil(low) < contacts && contactsUntil(high) > contacts, 'the contacts come in between');
    for (let k = 0; k < 50; k++) {
      const middle = (low + high) / 2;
      if (contactsUntil(middle) < contacts) low = middle;
      else high = middle;
    }
    const byTime = { kind: 'time', timeSeconds: high + prepareSeconds } as const;
    const byContacts = { kind: 'contacts', contacts, prepareSeconds } as const;
    const a = run(provos([early, { ...late, start: byContacts }]));
    const b = run(provos([early, { ...late, start: byTime }]));
    expect(largestError(a.trajectory, b.trajectory)).toBeLessThan(1e-6);
    expect(a.summary.reproductionNumberAtStart).toBe(b.summary.reproductionNumberAtStart);
  });

  it('start at once when no contact is asked for', () => {
    const start = { kind: 'contacts', contacts: 0, prepareSeconds: 0 } as const;
    const { summary } = run(provos([honeypots({ start, count: 400_000 })]));
    expect(summary.peakInfected).toBeLessThan(151);
    expect(summary.reproductionNumberAtStart).toBeLessThan(0.95);
  });
});

describe('moments between samples', () => {
  const outbreak = provos([honeypots({ delaySeconds: 30 })]);
  const { summary } = run({ ...outbreak, sampleSeconds: HOUR });

  it('do not depend on the samples', () => {
    expect(run(outbreak).summary).toEqual(summary);
  });

  it('lie where a run of that duration stands', () => {
    const until = (durationSeconds: number): Run['summary'] => run({ ...outbreak, durationSeconds }).summary;
    expect(until(summary.timeTo['0.5']!).everInfected).toBeCloseTo(HOSTS / 2, 1);
    expect(until(summary.extinctionTime!).stillInfected).toBeCloseTo(1, 5);
    expect(until(summary.peakTime).stillInfected).toBeCloseTo(summary.peakInfected, 2);
    for (const aside of [-20, 20]) {
      expect(until(summary.peakTime + aside).stillInfected).toBeLessThan(summary.peakInfected);
    }
  });

  it('a rise after a fall below one host undoes the extinction', () => {
    // Churn brings susceptible hosts back after a first wave that few infected ones survive.
    const waves: Outbreak = {
      addressSpaceSize: 2 ** 16,
      firstAddress: 0,
      population: { vulnerable: 10_000, infected: 10, churnRatePerSecond: 2e-4 },
      worm: { scanRatePerSecond: 4, strategy: { kind: 'uniform' } },
      honeypots: [honeypots({ count: 2000, start: { kind: 'time', timeSeconds: 0 }, delaySeconds: 0 })],
      durationSeconds: 4000,
      sampleSeconds: 10,
    };
    const { trajectory, summary: whole } = run(waves);
    expect(Math.min(...trajectory.infected)).toBeLessThan(1);
    expect(trajectory.infected.at(-1)).toBeGreaterThan(1);
    expect(whole.extinctionTime).toBeNull();
    const low = trajectory.infected.findIndex((hosts) => hosts < 1);
    const first = run({ ...waves, durationSeconds: trajectory.time[low]! }).summary;
    expect(first.extinctionTime).toBeGreaterThan(trajectory.time[low - 1]!);
  });
});
