/** Exact results of the stochastic simple epidemic, mean and spread by the system-size expansion, and extinction. */
import { expect } from 'vitest';
import { earlyCoefficientOfVariation, growthTime } from '../../theory/closed-forms.ts';
import type { Engine } from '../engine.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { smallNoise } from '../small-noise-test-support.ts';
import { type Check, expectMeans, type Figures, measure, runOnce, seriesAt } from './measure.ts';
import { honeypots, population, smallContactRate, smallOutbreak, wormFor } from './outbreaks.ts';

export function declareSimpleEpidemic(engine: Engine, check: Check): void {
  check('times to fractions of the hosts have their exact mean and variance', () => {
    for (const infected of [1, 20]) {
      const outbreak: Outbreak = { ...smallOutbreak, ...population(2000, infected), durationSeconds: 1000 };
      const epidemic = { ...outbreak.population, contactRatePerSecond: smallContactRate };
      const exact = [1000, 1800, 1980, 2000].map((target) => growthTime(epidemic, target));
      const pick: Figures = ({ summary: { timeTo } }) => [
        timeTo['0.5'] ?? NaN,
        timeTo['0.9'] ?? NaN,
        timeTo['0.99'] ?? NaN,
        timeTo['1'] ?? NaN,
      ];
      const runs = 800;
      const names = ['0.5', '0.9', '0.99', '1'];
      const expected = exact.map(({ mean }, i) => ({ name: names[i]!, value: mean }));
      const measured = expectMeans(engine, outbreak, runs, pick, expected);
      // A sample's standard deviation has relative standard error √((κ−1)/4n); the Gumbel-like law here has κ ≤ 5.4.
      for (const [i, { variance }] of exact.entries()) {
        const ratio = measured.standardDeviation[i]! / Math.sqrt(variance);
        expect(Math.abs(ratio - 1), names[i]).toBeLessThan(3.5 * Math.sqrt(4.4 / (4 * runs)));
      }
    }
  });

  check('the early phase spreads as a Yule process', () => {
    // CV² = (1 − e^{−Kt})/I0 (docs/models.md#early-spread), times (1 − i) for the first hosts that are no longer
    // susceptible. Relative standard error of a CV over n runs: √((κ−1)/4n + CV²/n) with κ = 3 + 6/I0, at most.
    for (const { infected, vulnerable, runs } of [
      { infected: 150, vulnerable: 32_768, runs: 400 },
      { infected: 10, vulnerable: 8192, runs: 800 },
      { infected: 1, vulnerable: 4096, runs: 1600 },
    ]) {
      const space = { addressSpaceSize: 2 ** 16, ...population(vulnerable, infected) };
      const growth = 10;
      const duration = Math.log(growth) / smallContactRate;
      const outbreak: Outbreak = {
        ...smallOutbreak,
        ...space,
        ...wormFor(space),
        durationSeconds: duration,
        sampleSeconds: duration,
      };
      const measured = measure(engine, outbreak, runs, ({ summary }) => [summary.stillInfected]);
      const saturation = (infected * growth) / vulnerable;
      const early = earlyCoefficientOfVariation({ infected, growthExponent: Math.log(growth) });
      const expected = early * (1 - saturation);
      const coefficient = measured.standardDeviation[0]! / measured.mean[0]!;
      const error = Math.sqrt((2 + 6 / infected) / (4 * runs) + expected ** 2 / runs);
      expect(Math.abs(coefficient / expected - 1), `I0 = ${infected}`).toBeLessThan(3 * error);
    }
  });
}

/** Supercritical, with and without delays, failures, several groups. */
const expectedOutbreaks: readonly (readonly [string, Outbreak])[] = [
  ['no honeypots', smallOutbreak],
  [
    'immediate immunization from the start',
    { ...smallOutbreak, honeypots: [honeypots()], durationSeconds: 300 },
  ],
  [
    'delayed immunization from 15 s',
    {
      ...smallOutbreak,
      honeypots: [honeypots({ count: 1400, start: { kind: 'time', timeSeconds: 15 }, delaySeconds: 5 })],
      durationSeconds: 300,
    },
  ],
  [
    'two groups of honeypots',
    {
      ...smallOutbreak,
      honeypots: [
        honeypots({ count: 900, start: { kind: 'time', timeSeconds: 10 }, delaySeconds: 2, success: 0.5 }),
        honeypots({ count: 1200, start: { kind: 'time', timeSeconds: 25 }, delaySeconds: 2 }),
      ],
    },
  ],
];

const expectedSamples = [2, 4, 6, 10] as const;

export function declareExpectations(engine: Engine, check: Check): void {
  for (const [name, outbreak] of expectedOutbreaks) {
    check(`mean and spread: ${name}`, () => {
      const expansion = smallNoise(outbreak);
      const at = expectedSamples.flatMap((k) => [
        { name: `susceptible ${k}`, series: expansion.susceptible, k },
        { name: `infected ${k}`, series: expansion.infected, k },
      ]);
      const expected = at.map(({ name: figure, series, k }) => {
        const shift = series.shift[k]!;
        // The next order of the expansion is smaller by 1/I0 and a factor of at most 5 in these outbreaks.
        return { name: figure, value: series.meanField[k]! + shift, bias: 0.05 * Math.abs(shift) };
      });
      const runs = 400;
      const pick: Figures = (r) => seriesAt(r, ...expectedSamples);
      const measured = expectMeans(engine, outbreak, runs, pick, expected);
      for (const [i, { name: figure, series, k }] of at.entries()) {
        const deviation = series.standardDeviation[k]!;
        if (deviation < 3) continue;
        // Standard error of a standard deviation over 400 runs: 3.5 %; the expansion itself is good to 5 %.
        expect(Math.abs(measured.standardDeviation[i]! / deviation - 1), figure).toBeLessThan(0.16);
      }
    });
  }
}

export function declareMeanField(engine: Engine, check: Check): void {
  for (const [name, outbreak] of expectedOutbreaks) {
    check(`mean field: ${name}`, () => {
      const expansion = smallNoise(outbreak);
      const { trajectory } = runOnce(engine, outbreak);
      for (let k = 0; k < trajectory.time.length; k++) {
        // The fixed steps of the expansion, at most 1/20 of the fastest time constant, are good to 1e-5.
        const near = (x: number, y: number): void =>
          expect(Math.abs(x - y)).toBeLessThan(1e-5 * Math.max(1, y));
        near(trajectory.susceptible[k]!, expansion.susceptible.meanField[k]!);
        near(trajectory.infected[k]!, expansion.infected.meanField[k]!);
      }
    });
  }
}

export function declareExtinction(engine: Engine, check: Check): void {
  check('a supercritical outbreak dies out with probability (1/R0)^I0', () => {
    for (const { infected, honeypotCount, vulnerable, expected } of [
      { infected: 5, vulnerable: 2000, honeypotCount: 1000, expected: 1 / 32 },
      { infected: 1, vulnerable: 3000, honeypotCount: 2000, expected: 2 / 3 },
    ]) {
      const space = { addressSpaceSize: 2 ** 14, ...population(vulnerable, infected) };
      const outbreak: Outbreak = {
        ...smallOutbreak,
        ...space,
        ...wormFor(space),
        honeypots: [honeypots({ count: honeypotCount })],
        durationSeconds: 400,
        sampleSeconds: 400,
      };
      // An outbreak that dies out infects a few hosts; one that does not, more than half of them.
      const diesOut: Figures = ({ summary }) => [summary.everInfected < vulnerable / 10 ? 1 : 0];
      // The branching approximation is off by O(1/N).
      const bias = 4 / vulnerable;
      expectMeans(engine, outbreak, 2000, diesOut, [{ name: `I0 = ${infected}`, value: expected, bias }]);
    }
  });
}
