import { describe, expect, it } from 'vitest';
import {
  earlyCoefficientOfVariation,
  extinctionProbability,
  finalSizeFraction,
  firstHoneypotContactSeconds,
  growthTime,
  honeypotLoadPerSecond,
  localPreferenceFactor,
  noHoneypotContactProbability,
  peakInfectedFraction,
  peakInfectionRatePerSecond,
  riseTimeSeconds,
  startTimeJitterSeconds,
  sufficientHoneypots,
  trigamma,
} from './closed-forms.ts';
import {
  type SimpleEpidemic,
  logisticInfected,
  logisticInfectedSeconds,
  logisticSusceptible,
  logisticTimeOfInfectedSeconds,
  logisticTimeToFraction,
} from '../dynamics/logistic.ts';

const HOUR = 3600;
const IPV4 = 2 ** 32;

function epidemic(vulnerable: number, infected: number, scanRatePerSecond: number): SimpleEpidemic {
  return { vulnerable, infected, contactRatePerSecond: (scanRatePerSecond * vulnerable) / IPV4 };
}

/** The scenario of Provos 2004: docs/models.md#the-published-scenario. */
const provos = epidemic(360_000, 150, 50);
const codeRed = epidemic(360_000, 1, 5.965);

function expectRelative(value: number | null, expected: number, tolerance: number): void {
  expect(Math.abs((value ?? NaN) / expected - 1)).toBeLessThanOrEqual(tolerance);
}

describe('simple epidemic', () => {
  it('reproduces the logistic of the published scenario (docs/validation.md, row 1, to the digits given)', () => {
    const published = [
      [5, 527],
      [10, 1845],
      [15, 6406],
      [20, 21_557],
      [30, 158_583],
      [40, 326_457],
      [50, 357_032],
      [60, 359_758],
    ] as const;
    for (const [minutes, hosts] of published) {
      expect(Math.abs(logisticInfected(provos, 60 * minutes) - hosts)).toBeLessThanOrEqual(0.5);
    }
  });

  it('splits N into infected and susceptible', () => {
    for (const t of [0, 1, 1000, 3000, 1e5]) {
      expect(logisticInfected(provos, t) + logisticSusceptible(provos, t)).toBeCloseTo(360_000, 9);
    }
    expect(logisticInfected(provos, 0)).toBe(150);
  });

  it('reaches fractions when published (docs/models.md#the-published-scenario)', () => {
    const minutes = [12.68, 22.21, 30.95, 39.69, 49.22];
    for (const [i, fraction] of [0.01, 0.1, 0.5, 0.9, 0.99].entries()) {
      expect(Math.abs(logisticTimeToFraction(provos, fraction)! / 60 - minutes[i]!)).toBeLessThan(0.006);
    }
    expect(logisticTimeToFraction(provos, 150 / 360_000)).toBe(0);
    expect(logisticTimeToFraction(provos, 1)).toBeNull();
    expect(logisticTimeToFraction({ ...provos, contactRatePerSecond: 0 }, 0.5)).toBeNull();
  });

  it('integrates to the infected seconds that a fine Simpson rule finds, and inverts them', () => {
    for (const end of [10, 1200, 4000]) {
      let sum = 0;
      const intervals = 4000;
      for (let k = 0; k <= intervals; k++) {
        const weight = k === 0 || k === intervals ? 1 : k % 2 === 1 ? 4 : 2;
        sum += weight * logisticInfected(provos, (end * k) / intervals);
      }
      const area = logisticInfectedSeconds(provos, end);
      expectRelative(area, (sum * end) / intervals / 3, 1e-10);
      expectRelative(logisticTimeOfInfectedSeconds(provos, area), end, 1e-10);
    }
    const years = 1e8;
    expectRelative(
      logisticTimeOfInfectedSeconds(provos, logisticInfectedSeconds(provos, years)),
      years,
      1e-12,
    );
    const still: SimpleEpidemic = { vulnerable: 10, infected: 3, contactRatePerSecond: 0 };
    expect(logisticInfectedSeconds(still, 7)).toBe(21);
    expect(logisticTimeOfInfectedSeconds(still, 21)).toBe(7);
  });

  it('rises from 10 % to 90 % in 2 ln 9 / K (docs/validation.md, row 2)', () => {
    expectRelative(riseTimeSeconds(provos.contactRatePerSecond), 17.475 * 60, 1e-4);
    expectRelative(riseTimeSeconds(1.8), 2.4414, 1e-4);
    const rise = logisticTimeToFraction(provos, 0.9)! - logisticTimeToFraction(provos, 0.1)!;
    expectRelative(riseTimeSeconds(provos.contactRatePerSecond), rise, 1e-12);
  });

  it('has the constants of Code Red (docs/validation.md, rows 7, 9)', () => {
    expectRelative(epidemic(360_000, 1, 5.97).contactRatePerSecond * HOUR, 1.8, 0.01);
    const perMinute =
      60 * peakInfectionRatePerSecond({ vulnerable: 359_000, contactRatePerSecond: 1.8 / HOUR });
    expect(Math.abs(perMinute - 2692)).toBeLessThan(1);
  });

  it("agrees with Weaver's simulator (docs/validation.md, row 10) and the fast scanner (docs/validation.md, row 11)", () => {
    const weaver = epidemic(300_000, 1, 10);
    expectRelative(weaver.contactRatePerSecond * HOUR, 2.515, 1e-3);
    expectRelative(weaver.contactRatePerSecond * HOUR, 2.6, 0.05);
    const half = logisticTimeToFraction(weaver, 0.5)!;
    expectRelative(half, 5.02 * HOUR, 1e-3);
    const jitter = startTimeJitterSeconds(weaver);
    expectRelative(jitter, 0.51 * HOUR, 0.01);
    expect(Math.abs(5.52 * HOUR - half)).toBeLessThan(2 * jitter);
    const fast = epidemic(300_000, 1, 100);
    expectRelative(logisticTimeToFraction(fast, 0.9999), 52.1 * 60, 0.001);
  });
});

describe('general epidemic', () => {
  it('has the final sizes of the literature (docs/validation.md, row 3)', () => {
    const sizes = [
      [1.2, 0.313698],
      [1.5, 0.582812],
      [2, 0.796812],
      [3, 0.94048],
      [5, 0.993023],
      [10, 0.999955],
    ] as const;
    for (const [reproductionNumber, size] of sizes) {
      const start = { susceptibleFraction: 1, infectedFraction: 0, reproductionNumber };
      expect(Math.abs(finalSizeFraction(start) - size)).toBeLessThan(6e-7);
    }
  });

  it('solves the final-size equation from any start', () => {
    for (const reproductionNumber of [1e-6, 0.5, 0.999, 1, 1.001, 1.37, 8, 1e6]) {
      for (const [s0, i0] of [
        [0.999, 0.001],
        [0.5, 0.1],
        [0, 0.3],
        [0.2, 0],
      ] as const) {
        const size = finalSizeFraction({
          susceptibleFraction: s0,
          infectedFraction: i0,
          reproductionNumber,
        });
        const never = s0 - (size - i0);
        expect(Math.abs(never - s0 * Math.exp(-reproductionNumber * size))).toBeLessThan(1e-14);
        expect(never).toBeGreaterThanOrEqual(-1e-15);
        // The smaller root: what remains cannot sustain growth.
        expect(never * reproductionNumber).toBeLessThanOrEqual(1 + 1e-7);
      }
    }
  });

  it('ends the published scenario without delay at 205,409 ever infected (docs/models.md#the-published-scenario)', () => {
    const infected = logisticInfected(provos, 1200) / 360_000;
    const start = {
      susceptibleFraction: 1 - infected,
      infectedFraction: infected,
      reproductionNumber: 360_000 / 262_144,
    };
    expect(Math.abs(360_000 * finalSizeFraction(start) - 205_409)).toBeLessThanOrEqual(0.5);
    // Row 4.
    expectRelative(360_000 * peakInfectedFraction(start), 30_888, 1e-4);
  });

  it('peaks at the start when it cannot grow', () => {
    const start = { susceptibleFraction: 0.6, infectedFraction: 0.2, reproductionNumber: 1.5 };
    expect(peakInfectedFraction(start)).toBe(0.2);
  });
});

describe('honeypots', () => {
  it('suffice in the numbers of the delay wall (docs/validation.md, row 50)', () => {
    const { vulnerable, contactRatePerSecond } = provos;
    const wall = [
      [0, 360_000],
      [1, 361_515],
      [10, 375_747],
      [180, 1_465_626],
    ] as const;
    for (const [delaySeconds, count] of wall) {
      const enough = sufficientHoneypots({ vulnerable, contactRatePerSecond, delaySeconds })!;
      expect(Math.abs(enough - count)).toBeLessThanOrEqual(1);
    }
    for (const delaySeconds of [238.61, 1e9]) {
      expect(sufficientHoneypots({ vulnerable, contactRatePerSecond, delaySeconds })).toBeNull();
    }
  });

  it('are first probed when published (docs/models.md#the-published-scenario: median and 95 %)', () => {
    const published = [
      [1, 1857, 2560],
      [256, 481, 806],
      [1024, 230, 497],
      [4096, 81, 242],
      [65_536, 6.0, 24.8],
      [262_144, 1.5, 6.5],
    ] as const;
    for (const [honeypots, median, late] of published) {
      const at = (probability: number): number =>
        firstHoneypotContactSeconds(provos, { honeypots, probability });
      // Half a unit of the last digit given.
      const rounding = (seconds: number): number => (seconds < 60 ? 0.05 : 0.5);
      expect(Math.abs(at(0.5) - median)).toBeLessThanOrEqual(rounding(median));
      expect(Math.abs(at(0.95) - late)).toBeLessThanOrEqual(rounding(late));
      const none = noHoneypotContactProbability(provos, { honeypots, timeSeconds: at(0.95) });
      expectRelative(none, 0.05, 1e-9);
    }
  });

  it('carry the load of docs/models.md#honeypot-contacts', () => {
    const load = (infected: number): number =>
      honeypotLoadPerSecond({ pairwiseRatePerSecond: 50 / IPV4, honeypots: 262_144, infected });
    expectRelative(load(21_557), 65.8, 1e-3);
    expectRelative(load(360_000), 1099, 1e-3);
  });
});

describe('randomness of small outbreaks', () => {
  it('dies out as a branching process does (docs/validation.md, row 35)', () => {
    expectRelative(extinctionProbability({ reproductionNumber: 2, infected: 5 }), 0.03125, 1e-12);
    expectRelative(extinctionProbability({ reproductionNumber: 1.5, infected: 1 }), 2 / 3, 1e-12);
    expect(extinctionProbability({ reproductionNumber: 1, infected: 3 })).toBe(1);
  });

  it('completes Code Red in 14.86 ± 1.01 h (docs/validation.md, row 8)', () => {
    const { mean, variance } = growthTime(codeRed);
    expectRelative(mean / HOUR, 14.86, 1e-3);
    expectRelative(Math.sqrt(variance) / HOUR, 1.01, 1e-2);
    // From one host the mean is 2 Ω H_{N−1} / (s N).
    let harmonic = 0;
    for (let i = codeRed.vulnerable - 1; i > 0; i--) harmonic += 1 / i;
    expectRelative(mean, (2 * harmonic) / codeRed.contactRatePerSecond, 1e-12);
    expect(growthTime(codeRed, 1)).toEqual({ mean: 0, variance: 0 });
  });

  it('spreads early by 1/√I0 (docs/validation.md, row 36)', () => {
    const figures = [
      [150, 0.0816],
      [10, 0.316],
      [1, 1],
    ] as const;
    for (const [infected, coefficient] of figures) {
      expectRelative(earlyCoefficientOfVariation({ infected }), coefficient, 1e-3);
    }
    expect(earlyCoefficientOfVariation({ infected: 150, growthExponent: 0 })).toBe(0);
  });

  it('shifts the curve by √ψ1(I0)/K (docs/validation.md, row 37)', () => {
    const { contactRatePerSecond } = provos;
    expectRelative(startTimeJitterSeconds({ infected: 150, contactRatePerSecond }), 19.5, 2e-3);
    expectRelative(startTimeJitterSeconds({ infected: 1, contactRatePerSecond }), 306, 1e-3);
  });

  it('has the trigamma function of its series', () => {
    expectRelative(trigamma(1), Math.PI ** 2 / 6, 1e-14);
    expectRelative(trigamma(0.5), Math.PI ** 2 / 2, 1e-14);
    for (const x of [2, 9.5, 150]) expectRelative(trigamma(x) - trigamma(x + 1), 1 / x ** 2, 1e-10);
  });
});

describe('local preference', () => {
  const populated = { slash8: 116, slash16: 20_000 };

  it('multiplies growth as reported for Code Red II, Nimda and Sasser', () => {
    const factor = (own16: number, own8: number, anywhere: number): number =>
      localPreferenceFactor({ own16, own8, anywhere }, populated);
    expect(factor(3 / 8, 1 / 2, 1 / 8)).toBeCloseTo(2.457, 3);
    expect(factor(1 / 2, 1 / 4, 1 / 4)).toBeCloseTo(2.44, 3);
    expect(factor(1 / 4, 1 / 4, 1 / 2)).toBeCloseTo(1.871, 3);
  });

  it('changes nothing where hosts lie everywhere', () => {
    const everywhere = { slash8: 256, slash16: 65_536 };
    expect(localPreferenceFactor({ own16: 0.5, own8: 0.25, anywhere: 0.25 }, everywhere)).toBe(1);
  });
});
