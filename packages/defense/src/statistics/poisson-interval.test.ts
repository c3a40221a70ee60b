// The limits of Garwood against their definition, with the probabilities summed one by one, and against closed forms.
import { describe, expect, it } from 'vitest';
import { poissonInterval, poissonProbability, poissonTail } from './poisson-interval.ts';

const TAIL = 0.025;

/** The probability of at most `count` events: the sum of its terms, each from its logarithm. */
function atMost(count: number, mean: number): number {
  let logFactorial = 0;
  let sum = 0;
  for (let k = 0; k <= count; k++) {
    logFactorial += k === 0 ? 0 : Math.log(k);
    sum += Math.exp(k * Math.log(mean) - mean - logFactorial);
  }
  return sum;
}

describe('the interval of a Poisson mean', () => {
  it('of nothing begins at 0 and ends where nothing has the probability of the tail', () => {
    const { low, high } = poissonInterval(0);
    expect(low).toBe(0);
    expect(high).toBeCloseTo(-Math.log(TAIL), 12);
  });

  it('of a single event begins where one or more have the probability of the tail', () => {
    expect(poissonInterval(1).low).toBeCloseTo(-Math.log(1 - TAIL), 12);
  });

  // Sums of doubles: 1e-11. The approximation that begins at 3,000 promises 1e-7 of the mean; a tail moves by at most 0.06 for a
  // hundredth of its deviation, so by 1e-6 here.
  it.each([
    [1, 1e-11],
    [2, 1e-11],
    [19, 1e-11],
    [20, 1e-11],
    [21, 1e-11],
    [300, 1e-11],
    [2998, 1e-9],
    [2999, 1e-6],
    [3000, 1e-6],
    [3001, 1e-6],
  ])('of %i events leaves 2.5 %% beyond each end', (count, tolerance) => {
    const { low, high } = poissonInterval(count);
    expect(Math.abs(1 - atMost(count - 1, low) - TAIL)).toBeLessThan(tolerance);
    expect(Math.abs(atMost(count, high) - TAIL)).toBeLessThan(tolerance);
  });

  it.each([-1, 0.5, Number.NaN])('of %s events is a slip of the program', (count) => {
    expect(() => poissonInterval(count)).toThrow('a count is a whole number');
  });
});

describe('the tail', () => {
  it.each([
    [1, 1e-3],
    [3, 2.9],
    [3, 3],
    [3, 3.1],
    [40, 3],
    [21, 60],
  ])('of %i or more at a mean of %d is the rest of the sum', (count, mean) => {
    const rest = 1 - atMost(count - 1, mean);
    // A difference of sums near 1: some hundred roundings of 1e-16 each; so below.
    expect(Math.abs(poissonTail(count, mean) - rest)).toBeLessThan(1e-13);
  });

  it('is nothing where no event is expected', () => {
    expect(poissonTail(1, 0)).toBe(0);
    expect(poissonTail(3, -1)).toBe(0);
  });

  it.each([0, 1, 20, 21, 50])('is made of probabilities that are right: of %i', (count) => {
    const expected = atMost(count, 17) - (count === 0 ? 0 : atMost(count - 1, 17));
    expect(Math.abs(poissonProbability(count, 17) - expected)).toBeLessThan(1e-13);
  });
});
