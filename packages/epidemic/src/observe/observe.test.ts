import { type RandomStream, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { momentsOf, runsOf } from '../engine/random-engine-test-support.ts';
import { stochastic } from '../engine/stochastic/direct.ts';
import { correctedInfected } from './bias-correction.ts';
import { observeOutbreak } from './observed-outbreak.ts';
import {
  atLeastProbability,
  detectionSeconds,
  observationProbability,
  scanRateEstimate,
} from './telescope.ts';
import { trendAlarm, vulnerableFromGrowth } from './trend-alarm.ts';

const slash = (length: number) => ({ fraction: 2 ** -length });

describe('a telescope', () => {
  it.each([
    // Moore et al. 2004, table of detection times at 10 probes a second; seconds.
    [8, 0.05, 1.31],
    [8, 0.5, 17.7],
    [8, 0.95, 76.5],
    [14, 0.5, 18.9 * 60],
    [15, 0.5, 37.9 * 60],
    [16, 0.95, 5.45 * 3600],
    [19, 0.5, 10.1 * 3600],
    [24, 0.5, 13.5 * 86_400],
  ])('/%i sees a host with probability %f after %f s', (length, probability, seconds) => {
    // To the digits that are published.
    expect(detectionSeconds(slash(length), 10, probability) / seconds).toBeCloseTo(1, 2);
  });

  it('sees a host of Code Red within a minute with the published probabilities', () => {
    expect(observationProbability({ fraction: 2 ** -12 }, 358)).toBeCloseTo(0.0837, 4);
    expect(observationProbability(slash(8), 358)).toBeCloseTo(0.7537, 4);
  });

  it('sees k probes and more by the Poisson law', () => {
    expect(atLeastProbability(2, 0)).toBe(1);
    expect(atLeastProbability(2, 1)).toBeCloseTo(1 - Math.exp(-2), 12);
    expect(atLeastProbability(2, 3)).toBeCloseTo(1 - 5 * Math.exp(-2), 12);
  });

  it('estimates the scan rate without bias, with the spread that it states', () => {
    const stream = randomStreams('1').stream('scan-rate', 0);
    const telescope = slash(8);
    const draws = Array.from({ length: 4000 }, () => {
      let probes = 0;
      for (let probe = 0; probe < 2560; probe++) if (stream.nextDouble() < telescope.fraction) probes++;
      return scanRateEstimate(telescope, { probes, seconds: 256 }).perSecond;
    });
    const { mean, standardDeviation, standardError } = momentsOf(draws);
    expect(Math.abs(mean - 10)).toBeLessThan(4 * standardError);
    // Ten probes are expected: sd 10/√10; the sample's own is good to 1/√8000, and Poisson stands for binomial to 1/512.
    expect(standardDeviation / Math.sqrt(10)).toBeCloseTo(1, 1);
  });
});

/** Zou et al. (2003): 360,000 hosts, 358 probes a minute each, 2^20 monitored addresses. */
const zou: Outbreak = {
  addressSpaceSize: 2 ** 32,
  firstAddress: 0,
  population: { vulnerable: 360_000, infected: 10 },
  worm: { scanRatePerSecond: 358 / 60, strategy: { kind: 'uniform' } },
  honeypots: [],
  durationSeconds: 10 * 3600,
  sampleSeconds: 60,
};
const monitor = { fraction: 2 ** -12 };
const observation = observationProbability(monitor, 358);

function watched(runs: number) {
  return runsOf(stochastic, zou, runs, '3').map(({ trajectory }, run) => ({
    trajectory,
    observed: observeOutbreak(
      trajectory,
      { telescope: monitor, scanRatePerSecond: zou.worm.scanRatePerSecond },
      randomStreams('3').stream('telescope', run),
    ),
  }));
}

describe('an observed outbreak', () => {
  const runs = watched(40);

  it('lags behind, and the correction takes the lag away', () => {
    // Relative errors at 10 % infected of what was seen and of what is made of it, run by run.
    const errors = runs.map(({ trajectory, observed }) => {
      const row = trajectory.infected.findIndex((infected) => infected >= 36_000);
      const truth = trajectory.infected[row]!;
      const corrected = correctedInfected(observed.sources, observation);
      return { raw: observed.sources[row]! / truth - 1, corrected: corrected[row]! / truth - 1 };
    });
    const raw = momentsOf(errors.map((error) => error.raw));
    const corrected = momentsOf(errors.map((error) => error.corrected));
    expect(raw.mean).toBeLessThan(-0.1);
    // Hosts that come within an interval are seen in it too, which adds about half an interval's growth of 3 %.
    expect(Math.abs(corrected.mean)).toBeLessThan(4 * corrected.standardError + 0.02);
  });

  it('shows as many probes as are sent to it', () => {
    const ratios = runs.map(({ trajectory, observed }) => {
      const sent = trajectory.infected.reduce((sum, infected) => sum + infected * 358 * monitor.fraction, 0);
      return observed.probes.reduce((sum, probes) => sum + probes, 0) / sent;
    });
    // Sums of infected hosts by their samples are good to half a sample at the end.
    expect(momentsOf(ratios).mean).toBeCloseTo(1, 2);
  });

  it('sees every host in the end, and none twice', () => {
    for (const { observed } of runs) {
      expect(observed.sources.at(-1)).toBeLessThanOrEqual(360_000);
      expect(observed.sources.at(-1)).toBeGreaterThan(359_000);
    }
  });
});

describe('the trend alarm', () => {
  // Background counts of a mean of 110 an interval and a variance of 900, as in Zou et al. (2005), from three uniform draws.
  const background = (stream: RandomStream) => {
    const noise = stream.nextDouble() + stream.nextDouble() + stream.nextDouble() - 1.5;
    return Math.max(0, 110 + noise * 2 * 30);
  };

  it('is raised at one or two per cent infected, as published, and knows the growth then', () => {
    const fractions: number[] = [];
    const growths: number[] = [];
    const covered: boolean[] = [];
    const truth = Math.expm1((358 / 2 ** 32) * 360_000);
    for (const [run, { trajectory, observed }] of watched(60).entries()) {
      const stream = randomStreams('4').stream('background', run);
      const alarm = trendAlarm(observed.probes.map((probes) => probes + background(stream)));
      expect(alarm).not.toBeNull();
      fractions.push(trajectory.infected[alarm!.row]! / 360_000);
      growths.push(alarm!.growth);
      covered.push(alarm!.low <= truth && truth <= alarm!.high);
    }
    const median = fractions.toSorted((a, b) => a - b)[30]!;
    // The paper says about 1 to 2 %, at other noise and by another rule: compared with a factor of two to each side.
    expect(median).toBeGreaterThan(0.005);
    expect(median).toBeLessThan(0.04);
    const growth = momentsOf(growths);
    expect(Math.abs(growth.mean - truth)).toBeLessThan(4 * growth.standardError + 0.1 * truth);
    // 95 % are promised for Gaussian noise; of 60 runs fewer than 50 would be too few at that.
    expect(covered.filter(Boolean).length).toBeGreaterThanOrEqual(50);
    const space = { addressSpaceSize: 2 ** 32, probesPerInterval: 358 };
    expect(vulnerableFromGrowth(growth.mean, space) / 360_000).toBeCloseTo(1, 0);
  });

  it('is not raised by noise', () => {
    let alarms = 0;
    for (let run = 0; run < 200; run++) {
      const stream = randomStreams('5').stream('noise', run);
      if (trendAlarm(Array.from({ length: 600 }, () => background(stream))) !== null) alarms++;
    }
    // Of 200 runs of ten hours: one in a hundred would show with probability 0.87.
    expect(alarms).toBe(0);
  });
});
