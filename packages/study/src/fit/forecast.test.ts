import { engineNamed, runChunk } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { checkScenario } from '@wormwood/files/scenario';
import { describe, expect, test } from 'vitest';
import { type Fit, fitSeries } from './fit-series.ts';
import { forecastOf, forecastRuns } from './forecast.ts';
import { readSeries } from './series.ts';

/** Of so many trials, a band of 80 % holds 80 % on average; WORMWOOD_LONG=1 runs 100 at each moment, else 15. */
const TRIALS = process.env['WORMWOOD_LONG'] === '1' ? 100 : 15;
const N = 4000;
const TEXT = `version: 1\nduration: 20min\nspace: 2^16\npopulation: { vulnerable: ${N}, infected: 8 }\nworm: { scanRate: 1/s }\nsample: 4s\n`;
/** ln 2 · Ω / (s N). */
const DOUBLING_SECONDS = (Math.LN2 * 65_536) / N;

const scenario = checkScenario(TEXT, 'truth.yaml');
if (!scenario.ok) throw new Error(scenario.diagnostics[0]?.message);
const { outbreak } = scenario;

/** A run of `hosts`, given as the series of a stranger up to `share` of N, and what it had two doublings later. */
function trial(
  replicate: number,
  share: number,
): { readonly text: string; readonly truth: number; readonly horizonSeconds: number } | undefined {
  const { trajectory } = engineNamed('hosts').run(outbreak, { streams: randomStreams('77'), replicate });
  const ever = Array.from(trajectory.susceptible, (hosts) => N - hosts);
  const end = ever.findIndex((hosts) => hosts >= share * N);
  const later = end + Math.round((2 * DOUBLING_SECONDS) / 4);
  if (end < 4 || later >= ever.length) return undefined;
  const rows = ever.slice(0, end + 1).map((hosts, row) => `${row * 4},${hosts}`);
  return {
    text: ['time_s,ever_infected', ...rows].join('\n'),
    truth: ever[later] ?? NaN,
    horizonSeconds: (later - end) * 4,
  };
}

function coverage(share: number, scanRatePerSecond?: number): readonly [held: number, tried: number] {
  let [held, tried] = [0, 0];
  for (let replicate = 0; replicate < TRIALS; replicate++) {
    const made = trial(replicate, share);
    if (made === undefined) continue;
    const reading = readSeries(made.text, 'series.csv');
    if (!reading.ok) throw new Error(reading.diagnostics[0]?.message);
    const outcome = fitSeries(outbreak, reading.series, { scanRatePerSecond });
    if (!outcome.ok) throw new Error(outcome.reason);
    const { horizonSeconds } = made;
    const streams = randomStreams(String(replicate + 1));
    const requests = forecastRuns({ outbreak, fit: outcome.fit, horizonSeconds, draws: 100, streams });
    const { everInfected } = forecastOf(
      requests,
      requests.map((request) => runChunk(request)),
    );
    const [low, high] = [everInfected.q10.at(-1) ?? NaN, everInfected.q90.at(-1) ?? NaN];
    if (low <= made.truth && made.truth <= high) held++;
    tried++;
  }
  return [held, tried];
}

function report(words: string): void {
  if (process.env['WORMWOOD_LONG'] === '1') process.stdout.write(`${words}\n`);
}

/** Three standard errors of a share of 80 %. */
const errorOf = (tried: number): number => 3 * Math.sqrt((0.8 * 0.2) / tried);

describe('bands of 80 %', () => {
  const shares = [0.01, 0.02, 0.05, 0.2];

  test.each(shares)(
    'hold what came, fitted at %f of N, with a known scan rate',
    { timeout: 900_000 },
    (share) => {
      const [held, tried] = coverage(share, 1);
      report(`scan rate known, ${share}: ${held} of ${tried}`);
      expect(tried).toBeGreaterThanOrEqual(0.9 * TRIALS);
      expect(Math.abs(held / tried - 0.8)).toBeLessThanOrEqual(errorOf(tried));
    },
  );

  test.each(shares)(
    'hold what came, fitted at %f of N, with nothing known',
    { timeout: 900_000 },
    (share) => {
      const [held, tried] = coverage(share);
      report(`nothing known, ${share}: ${held} of ${tried}`);
      expect(tried).toBeGreaterThanOrEqual(0.9 * TRIALS);
      expect(Math.abs(held / tried - 0.8)).toBeLessThanOrEqual(errorOf(tried));
    },
  );
});

test('where no limit is seen, what comes goes on with the present growth', () => {
  const point = { ratePerSecond: 0.05, vulnerable: 65_536, weight: 1 };
  const counts = { timeSeconds: [0, 4], cumulative: [20, 40], kind: 'everInfected' } as const;
  const scanRateOf = (points: readonly object[]): number | undefined => {
    const fit = { counts, posterior: { points } } as unknown as Fit;
    const runs = forecastRuns({ outbreak, fit, horizonSeconds: 8, draws: 1, streams: randomStreams('1') });
    return runs[0]?.outbreak.worm.scanRatePerSecond;
  };
  expect(scanRateOf([point])).toBeCloseTo(0.05, 12);
  expect(scanRateOf([{ ...point, onwardPerSecond: 0.08 }])).toBeCloseTo(0.08, 12);
});

test('honeypots that start now bend the forecast', () => {
  const made = trial(1, 0.05);
  const reading = readSeries(made?.text ?? '', 'series.csv');
  if (!reading.ok) throw new Error('no series');
  const outcome = fitSeries(outbreak, reading.series);
  if (!outcome.ok) throw new Error(outcome.reason);
  const forecast = (count: number): number => {
    const start = { kind: 'time', timeSeconds: 0 } as const;
    const honeypots = [
      { kind: 'honeypots', count, start, delaySeconds: 0, success: 1, placement: 'scattered' } as const,
    ];
    const defended = { ...outbreak, honeypots: count === 0 ? [] : honeypots };
    const requests = forecastRuns({
      outbreak: defended,
      fit: outcome.fit,
      horizonSeconds: 120,
      draws: 60,
      streams: randomStreams('3'),
    });
    return (
      forecastOf(
        requests,
        requests.map((request) => runChunk(request)),
      ).everInfected.q50.at(-1) ?? NaN
    );
  };
  const [none, some, many] = [forecast(0), forecast(4000), forecast(20_000)];
  expect(none).toBeGreaterThan(some);
  expect(some).toBeGreaterThan(many);
});
