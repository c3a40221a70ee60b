/**
 * Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari, Gelman 2018, arXiv:1804.06788): with N and β drawn from the
 * prior and the series from the outbreak that they make, the place of the truth in the posterior is uniform. The
 * series ends when it has counted so many hosts, which says nothing of N before the count itself does.
 */
import { engineNamed, runChunk } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { checkScenario } from '@wormwood/files/scenario';
import { expect, test } from 'vitest';
import { fitSeries } from './fit-series.ts';
import { forecastOf, forecastRuns } from './forecast.ts';
import { readSeries } from './series.ts';

const TRIALS = process.env['WORMWOOD_LONG'] === '1' ? 300 : 16;
const SPACE = 2 ** 16;
/** The series ends here. */
const COUNTED = 200;
/** Rows a doubling of the middle of the prior. */
const ROW_SECONDS = 4;
const DOUBLING_SECONDS = 11.4;

interface Place {
  /** Share of the posterior below the truth. */
  readonly vulnerable: number;
  readonly rate: number;
  /** Rank of what came two doublings later among the runs of the forecast. */
  readonly forecast: number;
  readonly isInBand: boolean;
}

function placeOf(trial: number): Place {
  const draw = randomStreams('31').stream('test/prior', trial);
  const vulnerable = Math.round(COUNTED * (SPACE / COUNTED) ** draw.nextDouble());
  const rate = (Math.LN2 / DOUBLING_SECONDS) * 3 ** (2 * draw.nextDouble() - 1);
  const later = Math.round((2 * DOUBLING_SECONDS) / ROW_SECONDS);
  const check = checkScenario(
    `version: 1\nduration: 40min\nspace: ${SPACE}\npopulation: { vulnerable: ${vulnerable}, infected: 8 }\n` +
      `worm: { scanRate: ${(rate * SPACE) / vulnerable}/s }\nsample: ${ROW_SECONDS}s\n`,
    'drawn.yaml',
  );
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  const { outbreak } = check;
  const { trajectory } = engineNamed('stochastic').run(outbreak, {
    streams: randomStreams('32'),
    replicate: trial,
  });
  const ever = Array.from(trajectory.susceptible, (hosts) => vulnerable - hosts);
  const end = ever.findIndex((hosts) => hosts >= COUNTED);
  const rows = ever.slice(0, end + 1).map((hosts, row) => `${row * ROW_SECONDS},${hosts}`);
  const reading = readSeries(['time_s,ever_infected', ...rows].join('\n'), 'drawn.csv');
  if (!reading.ok) throw new Error(reading.diagnostics[0]?.message);
  const outcome = fitSeries(outbreak, reading.series);
  if (!outcome.ok) throw new Error(outcome.reason);
  const { points } = outcome.fit.posterior;
  const below = (isBelow: (point: (typeof points)[number]) => number): number =>
    points.reduce((sum, point) => sum + point.weight * isBelow(point), 0);
  const half = (value: number, truth: number): number => (value < truth ? 1 : value === truth ? 0.5 : 0);
  const streams = randomStreams(String(trial + 1));
  const horizonSeconds = later * ROW_SECONDS;
  const requests = forecastRuns({ outbreak, fit: outcome.fit, horizonSeconds, draws: 99, streams });
  const chunks = requests.map((request) => runChunk(request));
  const truth = ever[end + later] ?? vulnerable;
  const came = chunks.map((chunk, run) => {
    const hosts = requests[run]?.outbreak.population.vulnerable ?? NaN;
    return hosts - (chunk.susceptible[chunk.time.length - 1] ?? NaN);
  });
  const { everInfected } = forecastOf(requests, chunks);
  const [low, high] = [everInfected.q10.at(-1) ?? NaN, everInfected.q90.at(-1) ?? NaN];
  return {
    vulnerable: below((point) => half(Math.round(point.vulnerable), vulnerable)),
    rate: below((point) => half(point.ratePerSecond, rate)),
    forecast: came.reduce((sum, hosts) => sum + half(hosts, truth), 0) / came.length,
    isInBand: low <= truth && truth <= high,
  };
}

/** Kolmogorov's distance from the uniform law, times √n. */
function distanceOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const { length } = sorted;
  const off = sorted.map((value, index) =>
    Math.max(Math.abs(value - index / length), Math.abs(value - (index + 1) / length)),
  );
  return Math.sqrt(length) * Math.max(...off);
}

/** Exceeded by one uniform sample in a thousand (Kolmogorov's law). */
const DISTANCE_MAX = 1.95;

test(
  'the truth lies anywhere in its posterior alike, and what comes anywhere among the forecasts',
  { timeout: 1_800_000 },
  () => {
    const places = Array.from({ length: TRIALS }, (_, trial) => placeOf(trial));
    const held = places.filter(({ isInBand }) => isInBand).length;
    const distances = (['vulnerable', 'rate', 'forecast'] as const).map((what) =>
      distanceOf(places.map((place) => place[what])),
    );
    if (process.env['WORMWOOD_LONG'] === '1')
      process.stdout.write(
        `distances ${distances.map((each) => each.toFixed(2)).join(' ')}; bands held ${held} of ${TRIALS}\n`,
      );
    for (const distance of distances) expect(distance).toBeLessThan(DISTANCE_MAX);
    const error = 3 * Math.sqrt(0.8 * 0.2 * TRIALS);
    expect(Math.abs(held - 0.8 * TRIALS)).toBeLessThanOrEqual(error);
  },
);
