// Patterns of steps by what nmap measures of any five in a row: the mean and the sample deviation that were asked for, from the definition.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEVIATION_MAX, patternOf } from './step-patterns.ts';
import { firstState, greatestCommonDivisor, nextNumber } from './stepped-numbers.ts';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, each) => sum + (each - mean(values)) ** 2, 0) / (values.length - 1));

it('a pattern has the mean and the deviation that were asked for, as near as whole numbers come, and the divisor 1', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.2, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: DEVIATION_MAX, noNaN: true }),
      (wantedMean, wantedDeviation) => {
        const pattern = patternOf(wantedMean, wantedDeviation);
        if (pattern === null) return;
        expect(pattern).toHaveLength(5);
        expect(Math.min(...pattern)).toBeGreaterThanOrEqual(0);
        expect(pattern.reduce(greatestCommonDivisor, 0)).toBe(1);
        // Rounding moves each of the five by a half, and what makes the divisor 1 moves two of them by a few.
        expect(Math.abs(mean(pattern) - wantedMean)).toBeLessThan(2);
        expect(Math.abs(deviation(pattern) - wantedDeviation * wantedMean)).toBeLessThan(
          2 + 0.02 * wantedDeviation * wantedMean,
        );
      },
    ),
  );
});

it('whichever five numbers in a row somebody sees, ten a second, they have grown alike', () => {
  const steps = { step: 64_000, ratePerSecond: 640_000 * 1.2, pattern: [1, 1, 2, 1, 1], deviation: 0 };
  const state = firstState(0xffff_0000, 0);
  const numbers = Array.from({ length: 40 }, (_, i) => nextNumber(state, steps, 0.1 + 0.1003 * i));
  const growth = numbers.slice(1).map((value, i) => (value - numbers[i]! + 2 ** 32) % 2 ** 32);
  for (let from = 0; from + 5 <= growth.length; from++) {
    const five = growth.slice(from, from + 5);
    expect(mean(five)).toBe(64_000 * 1.2);
    expect(five.reduce(greatestCommonDivisor, 0)).toBe(64_000);
  }
});

it('a number that is left out takes its step along, and a pause all that time would have brought', () => {
  const steps = { step: 10, ratePerSecond: 100, pattern: [1, 1, 1, 1, 1], deviation: 0 };
  const state = firstState(0, 0);
  expect(nextNumber(state, steps, 0.1)).toBe(10);
  expect(nextNumber(state, steps, 0.3)).toBe(30);
  expect(nextNumber(state, steps, 10.3)).toBe(30 + 1000 + 10);
});
