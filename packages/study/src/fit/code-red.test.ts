// Published counts of Code Red beside what was published of their growth (conformance/code-red).
import { readFileSync } from 'node:fs';
import { checkScenario } from '@wormwood/files/scenario';
import { expect, test } from 'vitest';
import { fitSeries } from './fit-series.ts';
import { readSeries } from './series.ts';

const FILE = new URL('../../../../conformance/code-red/august-2001.csv', import.meta.url);
const RATIOS = [
  2.06579, 1.6051, 1.96429, 1.80404, 1.78163, 1.81081, 1.66331, 1.67091, 1.6844, 1.63127, 1.4773, 1.29124,
  1.15538,
];
const text = readFileSync(FILE, 'utf8');

function reading() {
  const read = readSeries(text, 'august-2001.csv');
  if (!read.ok) throw new Error(read.diagnostics[0]?.message);
  return read.series;
}

test('the totals have the ratios that were posted', () => {
  const { cumulative } = reading();
  const ratios = cumulative
    .slice(1)
    .map((count, row) => Number((count / (cumulative[row] ?? NaN)).toPrecision(6)));
  expect(ratios).toEqual(RATIOS);
});

const check = checkScenario(
  'version: 1\nduration: 24h\nspace: 2^32\npopulation: { vulnerable: 360000, infected: 10 }\nworm: { scanRate: 6/s }\n',
  'code-red.yaml',
);

function fitted(rows: number) {
  const { timeSeconds, cumulative, kind } = reading();
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  const series = { timeSeconds: timeSeconds.slice(0, rows), cumulative: cumulative.slice(0, rows), kind };
  const outcome = fitSeries(check.outbreak, series);
  if (!outcome.ok) throw new Error(outcome.reason);
  const { contactRatePerSecond: rate, ...rest } = outcome.fit;
  const perHour = { low: 3600 * rate.low, median: 3600 * rate.median, high: 3600 * rate.high };
  if (process.env['WORMWOOD_LONG'] === '1')
    process.stdout.write(
      `${rows} rows: K ${JSON.stringify(perHour)}, N ${JSON.stringify(rest.vulnerable)}\n`,
    );
  return { perHour, ...rest };
}

test('until 8:00 EST it grows by about 75 % an hour, as was reported', () => {
  // Rows to 13:00 UTC. "About 75 %" is read as 70 to 80 %.
  const { perHour, isSeparable } = fitted(9);
  expect(perHour.low).toBeLessThan(Math.log(1.8));
  expect(perHour.high).toBeGreaterThan(Math.log(1.7));
  expect(isSeparable).toBe(false);
});

test('the whole series levels off: K = 0.7/h is reported for it, and most hosts of those sensors are infected', () => {
  const { perHour, shareReached, posterior } = fitted(14);
  expect(perHour.low).toBeLessThan(0.7);
  expect(perHour.high).toBeGreaterThan(0.7);
  expect(shareReached.low).toBeGreaterThan(0.5);
  // Hourly totals of many sensors scatter far more than infections do.
  expect(posterior.tempering).toBeGreaterThan(2);
});
