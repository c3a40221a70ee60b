import { describe, expect, it } from 'vitest';
import { achievedBy, type RunFigures } from './achieved.ts';
import type { Condition, Goal } from './goal.ts';

function figuresOf(values: readonly number[]): RunFigures {
  return { runs: values.length, column: () => values };
}

function goalOf(condition: Condition): Goal {
  return { text: condition.text, conditions: [condition] };
}

const EXACT = { vulnerable: 1000, z: 0 };

/** A bound on the mean, of hosts or of a share of all vulnerable ones. */
function mean(comparison: '<' | '<=' | '>' | '>=', value: number, isOfAllHosts = false): Goal {
  return goalOf({
    kind: 'mean',
    text: 'mean',
    bound: { figure: 'everInfected', comparison, value, isOfAllHosts },
  });
}

/** A bound on the share of runs that keep another one. */
function share(
  comparison: '<' | '>=',
  least: number,
  of: { readonly value: number; readonly isOfAllHosts: boolean },
): Goal {
  const bound = { figure: 'everInfected', comparison: '<=', ...of } as const;
  return goalOf({ kind: 'share', text: 'share', of: bound, comparison, share: least });
}

describe('what runs achieve', () => {
  it.each([
    ['<', 20, false],
    ['<', 20.1, true],
    ['<=', 20, true],
    ['<=', 19.9, false],
    ['>', 20, false],
    ['>', 19.9, true],
    ['>=', 20, true],
    ['>=', 20.1, false],
  ] as const)('of a mean of 20 and the bound %s %d: %s', (comparison, value, isMet) => {
    const achieved = achievedBy(figuresOf([10, 30]), mean(comparison, value), EXACT);
    expect(achieved).toEqual({ isMet, conditions: [{ text: 'mean', isMet, value: 20 }] });
  });

  it('of a bound in percent is counted of all vulnerable hosts', () => {
    const isMet = (goal: Goal): boolean => achievedBy(figuresOf([10, 30]), goal, EXACT).isMet;
    expect([isMet(mean('<=', 0.02, true)), isMet(mean('<=', 0.0199, true))]).toEqual([true, false]);
    const ofRuns = (value: number): Goal => share('>=', 0.5, { value, isOfAllHosts: true });
    expect([isMet(ofRuns(0.01)), isMet(ofRuns(0.0099))]).toEqual([true, false]);
    const ofHosts = (value: number): Goal => share('>=', 0.5, { value, isOfAllHosts: false });
    expect([isMet(ofHosts(10)), isMet(ofHosts(9.9))]).toEqual([true, false]);
  });

  it('is what never happened where a run has no such figure', () => {
    const figures = figuresOf([10, Number.NaN]);
    const condition = { isMet: false, value: null };
    expect(achievedBy(figures, mean('<', 1e9), EXACT).conditions).toMatchObject([condition]);
    expect(achievedBy(figures, mean('>', 1e9), EXACT).conditions).toMatchObject([
      { ...condition, isMet: true },
    ]);
    // Of two runs one keeps every bound from above.
    const goal = share('>=', 0.5, { value: 1e9, isOfAllHosts: false });
    expect(achievedBy(figures, goal, EXACT).conditions).toMatchObject([{ isMet: true, value: 0.5 }]);
  });

  it('holds with confidence where the end of its interval does', () => {
    // Mean 20, standard error 10: with z = 1.64 the mean is below 36.4 and above 3.6.
    const figures = figuresOf([10, 30]);
    const isMet = (goal: Goal): boolean => achievedBy(figures, goal, { vulnerable: 1000, z: 1.64 }).isMet;
    expect([isMet(mean('<', 36.5)), isMet(mean('<', 36.3))]).toEqual([true, false]);
    expect([isMet(mean('>', 3.5)), isMet(mean('>', 3.7))]).toEqual([true, false]);
    // One run has no spread.
    expect(achievedBy(figuresOf([20]), mean('<', 20.1), { vulnerable: 1000, z: 1.64 }).isMet).toBe(true);
  });

  it('of a share lies in the interval of Wilson', () => {
    // Nine of ten runs: (0.9 + z²/20 ± z √(0.009 + z²/400)) / (1 + z²/10) is 0.650 to 0.977 with z = 1.64.
    const figures = figuresOf([...Array.from({ length: 9 }, () => 5), 50]);
    const isMet = (comparison: '<' | '>=', least: number): boolean =>
      achievedBy(figures, share(comparison, least, { value: 5, isOfAllHosts: false }), {
        vulnerable: 1000,
        z: 1.64,
      }).isMet;
    const spread = 1.64 * Math.sqrt(0.009 + 1.64 ** 2 / 400);
    const [low, high] = [-spread, spread].map((each) => (0.9 + 1.64 ** 2 / 20 + each) / (1 + 1.64 ** 2 / 10));
    expect([isMet('>=', low! - 1e-9), isMet('>=', low! + 1e-9)]).toEqual([true, false]);
    expect([isMet('<', high! + 1e-9), isMet('<', high! - 1e-9)]).toEqual([true, false]);
  });

  it('without a bound is the share of runs that end with less than one infected host', () => {
    const goal = goalOf({ kind: 'share', text: 'extinct', of: null, comparison: '>=', share: 0.5 });
    expect(achievedBy(figuresOf([0, 0.99, 1, 2]), goal, EXACT).conditions).toMatchObject([
      { isMet: true, value: 0.5 },
    ]);
  });

  it('is the whole goal only when every condition holds', () => {
    const both = { text: '', conditions: [...mean('<', 30).conditions, ...mean('<', 10).conditions] };
    const { isMet, conditions } = achievedBy(figuresOf([20]), both, EXACT);
    expect([isMet, conditions.map((each) => each.isMet)]).toEqual([false, [true, false]]);
  });
});
