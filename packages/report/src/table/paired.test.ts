import { expect, test } from 'vitest';
import { pairedDifferences, pairedTable, readRuns } from './paired.ts';

const runs = (values: readonly (number | '')[], seed = '1'): string =>
  ['seed,replicate,ever_infected_hosts', ...values.map((value, index) => `${seed},${index},${value}`)].join(
    '\r\n',
  );

const read = (
  name: string,
  values: readonly (number | '')[],
  seed?: string,
): NonNullable<ReturnType<typeof readRuns>> => {
  const found = readRuns(name, runs(values, seed));
  if (found === null) throw new Error('not read');
  return found;
};

test('the error of a paired difference is that of the differences, by hand', () => {
  // Differences −10, −12, −8, −10: mean −10, variance 8/3, error √(8/3/4). Variances of the arms: 500/3 and 488/3 (by hand).
  const [found] = pairedDifferences([
    read('without', [100, 110, 120, 130]),
    read('with', [90, 98, 112, 120]),
  ]);
  expect(found).toMatchObject({ name: 'with', figure: 'everInfected', pairs: 4, mean: -10 });
  expect(found?.se).toBeCloseTo(Math.sqrt(2 / 3), 12);
  const variance = (values: readonly number[]): number => {
    const mean = (values[0]! + values[1]! + values[2]! + values[3]!) / 4;
    return values.map((value) => (value - mean) ** 2).reduce((a, b) => a + b) / 3;
  };
  const independent = Math.sqrt((variance([100, 110, 120, 130]) + variance([90, 98, 112, 120])) / 4);
  expect(found?.independentSe).toBeCloseTo(independent, 12);
});

test('only runs with the same seed and replicate are pairs, and only those that have the figure', () => {
  const first = read('first', [1, 2, '', 4]);
  expect(pairedDifferences([first, read('other', [2, '', 3, 6])])[0]).toMatchObject({ pairs: 2, mean: 1.5 });
  expect(pairedDifferences([first, read('other', [2, 3, 4, 5], '2')])).toEqual([]);
  expect(pairedDifferences([first])).toEqual([]);
  expect(readRuns('other', 'time,value\n1,2')).toBeNull();
  expect(readRuns('other', 'seed,replicate,ever_infected_hosts\n1,2')).toBeNull();
});

test('the table names what is compared, with its sign', () => {
  const table = pairedTable(pairedDifferences([read('a', [5, 5]), read('b', [1, 3])]), 'a');
  expect(table.rows).toEqual([['b', 'ever infected', '2', '−3', '1', '1']]);
});
