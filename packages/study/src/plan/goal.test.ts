import { describe, expect, test } from 'vitest';
import { achievedBy, type RunFigures } from './achieved.ts';
import { parseGoal } from './goal.ts';

function goal(text: string): Extract<ReturnType<typeof parseGoal>, { ok: true }>['value'] {
  const parsed = parseGoal(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

describe('goals', () => {
  test('are conditions joined by and', () => {
    expect(goal('everInfectedFraction < 5% and P(extinct) >= 0.9').conditions).toEqual([
      {
        kind: 'mean',
        text: 'everInfectedFraction < 5%',
        bound: { figure: 'everInfectedFraction', comparison: '<', value: 0.05, isOfAllHosts: false },
      },
      { kind: 'share', text: 'P(extinct) >= 0.9', of: null, comparison: '>=', share: 0.9 },
    ]);
    expect(goal('P(timeTo.0.5 > 1h30min) > 95%').conditions[0]).toMatchObject({
      of: { figure: 'timeTo.0.5', comparison: '>', value: 5400 },
      share: 0.95,
    });
    expect(goal('peakInfected<=2.5%').conditions[0]).toMatchObject({
      bound: { value: 0.025, isOfAllHosts: true },
    });
    expect(goal('peakInfected < 1_000').conditions[0]).toMatchObject({
      bound: { value: 1000, isOfAllHosts: false },
    });
  });

  test.each([
    [
      '',
      'The goal is empty; a goal is FIGURE < VALUE, or P(extinct) > SHARE, joined by "and", such as everInfectedFraction < 5%.',
    ],
    [
      'everInfectedFracton < 5%',
      'A run has no figure everInfectedFracton. Did you mean everInfectedFraction?',
    ],
    ['extinct > 0.9', 'A run has no figure extinct. Did you mean P(extinct)?'],
    [
      'everInfectedFraction < 5',
      'everInfectedFraction is compared with a fraction, such as 5% or 0.05, not "5".',
    ],
    ['extinctionTime < 5', 'extinctionTime is compared with a duration, such as 20min, not "5".'],
    ['P(extinct) > 90', 'A share of the runs is between 0 and 1, such as 0.9 or 90%, not "90".'],
  ])('%s is refused', (text, reason) => {
    expect(parseGoal(text)).toEqual({ ok: false, reason });
  });

  test('every wrong condition is named', () => {
    const parsed = parseGoal('peek < 5 and extinctionTime < 5');
    expect(parsed.ok ? [] : parsed.reason.split('\n')).toHaveLength(2);
  });
});

describe('what runs achieve', () => {
  const figures = (values: readonly number[]): RunFigures => ({ runs: values.length, column: () => values });
  const z95 = 1.645;

  test('a mean keeps a bound when its one-sided confidence bound does', () => {
    const values = [8, 9, 10, 11, 12];
    // Mean 10, standard error 0.7071: the 95 % bound lies at 11.163.
    for (const [text, isMet] of [
      ['everInfected < 11.2', true],
      ['everInfected < 11.1', false],
      ['everInfected > 8.8', true],
      ['everInfected > 8.9', false],
    ] as const) {
      expect(achievedBy(figures(values), goal(text), { vulnerable: 100, z: z95 }).isMet, text).toBe(isMet);
    }
    expect(achievedBy(figures(values), goal('everInfected < 10.01'), { vulnerable: 100, z: 0 }).isMet).toBe(
      true,
    );
    expect(
      achievedBy(figures(values), goal('everInfected < 12%'), { vulnerable: 100, z: 0 }).conditions[0]?.value,
    ).toBe(10);
  });

  test("a share keeps a bound when Wilson's interval does", () => {
    // 95 of 100: Wilson's one-sided 95 % bounds are 0.9005 and 0.9757 (R: prop.test, correct = FALSE, 90 % interval).
    const runs = figures([...Array.from({ length: 95 }, () => 0), ...Array.from({ length: 5 }, () => 3)]);
    const met = (text: string): boolean => achievedBy(runs, goal(text), { vulnerable: 100, z: z95 }).isMet;
    expect(met('P(extinct) > 0.90')).toBe(true);
    expect(met('P(extinct) > 0.905')).toBe(false);
    expect(met('P(stillInfected >= 3) < 0.10')).toBe(true);
    expect(met('P(stillInfected >= 3) < 0.095')).toBe(false);
  });

  test('a time that was never reached lies beyond every bound', () => {
    const never = figures([10, NaN]);
    const met = (text: string): boolean => achievedBy(never, goal(text), { vulnerable: 100, z: 0 }).isMet;
    expect(met('timeTo.0.5 > 1h')).toBe(true);
    expect(met('extinctionTime < 1h')).toBe(false);
    expect(met('P(extinctionTime < 1h) >= 0.5')).toBe(true);
  });
});
