import type { Outbreak } from '@wormwood/epidemic';
import { checkScenario } from '@wormwood/files/scenario';
import { describe, expect, test } from 'vitest';
import { type Fit, type FitKnowledge, fitSeries } from './fit-series.ts';
import type { CountSeries } from './series.ts';

const SPACE = 2 ** 16;
const [N, BETA, FIRST, ROW] = [1000, 0.1, 10, 5];
const SCAN_RATE = (BETA * SPACE) / N;

function outbreakOf(worm = `{ scanRate: ${SCAN_RATE}/s }`): Outbreak {
  const text = `version: 1\nduration: 10min\nspace: ${SPACE}\npopulation: { vulnerable: 50, infected: 5 }\nworm: ${worm}\n`;
  const check = checkScenario(text, 'fit.yaml');
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  return check.outbreak;
}

/** The logistic curve through the first count. */
function infectedAt(seconds: number): number {
  return N / (1 + ((N - FIRST) / FIRST) * Math.exp(-BETA * seconds));
}

const ROWS = 25;
const timeSeconds = Array.from({ length: ROWS }, (_, row) => row * ROW);
const cumulative = timeSeconds.map((time) => Math.round(infectedAt(time)));
const logistic: CountSeries = { timeSeconds, cumulative, kind: 'everInfected' };

function fitted(series: CountSeries, knowledge?: FitKnowledge, outbreak = outbreakOf()): Fit {
  const outcome = fitSeries(outbreak, series, knowledge);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.fit;
}

function refused(series: CountSeries, knowledge?: FitKnowledge, outbreak = outbreakOf()): string {
  const outcome = fitSeries(outbreak, series, knowledge);
  if (outcome.ok) throw new Error('it was fitted');
  return outcome.reason;
}

describe('a series on the logistic curve', () => {
  const fit = fitted(logistic);

  test.each([
    ['vulnerable', N, 0.02],
    ['contactRatePerSecond', BETA, 0.05],
    ['scanRatePerSecond', SCAN_RATE, 0.05],
    ['doublingSeconds', Math.LN2 / BETA, 0.05],
    ['shareReached', infectedAt((ROWS - 1) * ROW) / N, 0.02],
    // One host infected: e^{βt} = (N − 1) C₀ / (N − C₀), so many seconds before the first row.
    ['startSeconds', -Math.log(((N - 1) * FIRST) / (N - FIRST)) / BETA, 0.1],
  ] as const)('has its %s in the middle of an interval', (what, truth, tolerance) => {
    const { low, median, high } = fit[what];
    expect(low).toBeLessThan(truth);
    expect(high).toBeGreaterThan(truth);
    expect(Math.abs(median / truth - 1)).toBeLessThan(tolerance);
  });

  test('fixes N by itself once it levels off, and not before', () => {
    expect(fit.isSeparable).toBe(true);
    const early: CountSeries = {
      ...logistic,
      timeSeconds: timeSeconds.slice(0, 5),
      cumulative: cumulative.slice(0, 5),
    };
    expect(fitted(early).isSeparable).toBe(false);
    // N = βΩ/s with s known.
    const { vulnerable, contactRatePerSecond } = fitted(early, { scanRatePerSecond: SCAN_RATE });
    expect(vulnerable.median / contactRatePerSecond.median).toBeCloseTo(SPACE / SCAN_RATE, 6);
  });
});

describe('sources that a telescope saw', () => {
  test('become the hosts that were infected', () => {
    // C(t + 1) = C(t) + q (I(t) − C(t)), q = 1 − (1 − p)^η.
    const telescopeSize = 4096;
    const q = 1 - (1 - telescopeSize / SPACE) ** (SCAN_RATE * ROW);
    const seen = [0];
    for (let row = 0; row < ROWS - 1; row++) seen.push(seen[row]! + q * (infectedAt(row * ROW) - seen[row]!));
    const { counts } = fitted({ timeSeconds, cumulative: seen, kind: 'sources' }, { telescopeSize });
    expect(counts.kind).toBe('everInfected');
    expect(counts.timeSeconds).toEqual(timeSeconds.slice(0, counts.cumulative.length));
    expect(counts.cumulative).toEqual(cumulative.slice(0, counts.cumulative.length));
    expect(counts.cumulative.length).toBeGreaterThanOrEqual(ROWS - 1);
  });

  test('are refused without the size of the telescope, and at uneven intervals', () => {
    const sources: CountSeries = { ...logistic, kind: 'sources' };
    expect(refused(sources)).toMatch(/--telescope/);
    const uneven = { ...sources, timeSeconds: timeSeconds.map((time, row) => time + (row === 3 ? 1 : 0)) };
    expect(refused(uneven, { telescopeSize: 4096 })).toMatch(/even intervals/);
  });
});

describe('what the likelihood does not describe is refused with the reason', () => {
  const of = (...counts: readonly number[]): CountSeries => ({
    timeSeconds: counts.map((_, row) => row),
    cumulative: counts,
    kind: 'everInfected',
  });

  test.each([
    [of(0, 0, 1, 2, 3), /has 2 intervals that begin with an infected host; a fit needs 3/],
    [of(7, 7, 7, 7), /do not grow/],
    [of(1, 10, 1000, SPACE), /counts 65536 hosts in a space of 65536/],
  ])('%j', (series, reason) => {
    expect(refused(series)).toMatch(reason);
  });

  test('a scan rate that no number of hosts goes with', () => {
    expect(refused(logistic, { scanRatePerSecond: 1e6 })).toMatch(/check --scan-rate/);
  });

  test('a worm that scans otherwise', () => {
    const sequential = outbreakOf('{ scanRate: 5/s, strategy: sequential }');
    expect(refused(logistic, {}, sequential)).toMatch(/scan uniformly at one rate/);
  });
});
