import { randomStreams } from '@wormwood/base';
import { type IpAddress } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { contactModel, exactOutcome, leastMeanSeconds } from '../statistics/contact-model.ts';
import { scatteredDarkSpace, score } from './detect-test-support.ts';
import { createDetector } from './detector.ts';
import type { InnocentBehavior } from './innocent-traffic-test-support.ts';
import type { ScanPattern } from './scan-pattern-test-support.ts';
import { syntheticTraffic, type TrafficGroup } from './synthetic-traffic-test-support.ts';

const HOUR = 3600;
const DAY = 86_400;
const RATES = { falsePositiveRate: 0.01, missRate: 0.01 };
const MONITORED = 2 ** -12;
const STRAY_RATE = 0.05;
const streams = randomStreams('2004');
const { dark, neighbours } = scatteredDarkSpace(streams);
const MODEL = contactModel({
  monitoredFraction: MONITORED,
  slowestScanRatePerSecond: 1,
  strayRatePerSecond: STRAY_RATE,
  rates: RATES,
});

function newDetector() {
  return createDetector({ test: 'trw', streams, monitored: dark, ...RATES });
}

/** Scanners whose probes nobody answers, as on a telescope: the dark contacts are all the evidence. */
function scanners(
  label: string,
  pattern: ScanPattern,
  scan: { readonly ratePerSecond: number; readonly sources: number },
): TrafficGroup {
  return {
    label,
    sources: scan.sources,
    behavior: {
      kind: 'scanner',
      pattern,
      scanRatePerSecond: scan.ratePerSecond,
      protocol: 'tcp',
      port: 445,
      isAnswered: false,
      ...(pattern.kind === 'local-preference' || pattern.kind === 'sequential' ? { from: neighbours } : {}),
    },
  };
}

describe('false verdicts', () => {
  it('are as frequent as computed for innocent hosts at the very limit of the model, and rarer than promised', () => {
    const detector = newDetector();
    const behavior = { kind: 'stray', strayRatePerSecond: STRAY_RATE } as const;
    const groups = [{ label: 'stray', sources: 3000, behavior }];
    score(detector, syntheticTraffic({ streams, dark, durationSeconds: 12 * DAY, groups }));
    const { verdicts, testsCleared } = detector.status();
    const tests = verdicts + testsCleared;
    expect(tests).toBeGreaterThan(20_000);
    const exact = exactOutcome(MODEL, STRAY_RATE * MONITORED).verdictProbability;
    expect(exact).toBeLessThan(RATES.falsePositiveRate);
    // Three binomial standard errors.
    expect(Math.abs(verdicts / tests - exact)).toBeLessThan(3 * Math.sqrt((exact * (1 - exact)) / tests));
  });

  it.each<readonly [string, InnocentBehavior]>([
    ['background radiation', { kind: 'background' }],
    ['backscatter', { kind: 'backscatter', answersPerSecond: 0.01 }],
    ['misconfigured hosts', { kind: 'misconfigured', callsPerSecond: 0.01 }],
  ])('never hit %s', (label, behavior) => {
    const detector = newDetector();
    const groups = [{ label, sources: 300, behavior }];
    const { scores } = score(
      detector,
      syntheticTraffic({ streams, dark, durationSeconds: 6 * HOUR, groups }),
    );
    expect(scores.get(label)).toMatchObject({ sources: 300, verdicts: 0 });
    expect(detector.status().verdicts).toBe(0);
  });
});

describe('detection', () => {
  it('misses the slowest scanners as seldom as computed, and within the promise', () => {
    const detector = newDetector();
    const groups = [scanners('slow', { kind: 'uniform' }, { ratePerSecond: 1, sources: 6000 })];
    score(detector, syntheticTraffic({ streams, dark, durationSeconds: 18 * HOUR, groups }));
    const { verdicts, testsCleared } = detector.status();
    const tests = verdicts + testsCleared;
    const miss = 1 - exactOutcome(MODEL, MONITORED).verdictProbability;
    expect(miss).toBeLessThan(RATES.missRate);
    // Three binomial standard errors, and the share of verdicts that shared bits delay until the test is cleared:
    // a contact to one of two known addresses is taken for known with probability 2/128.
    const standardError = Math.sqrt((miss * (1 - miss)) / tests);
    expect(Math.abs(testsCleared / tests - miss)).toBeLessThan(3 * standardError + 2 / 128 / 10);
  });

  it.each([
    ['uniform', { kind: 'uniform' }],
    ['permutation', { kind: 'permutation' }],
    ['hitlist', { kind: 'hitlist', listed: 10_000 }],
  ] as const)('finds every %s scanner in the time that is computed', (label, pattern) => {
    const ratePerSecond = 50;
    const detector = newDetector();
    const groups = [scanners(label, pattern, { ratePerSecond, sources: 600 })];
    const traffic = syntheticTraffic({ streams, dark, durationSeconds: HOUR, groups });
    const found = score(detector, traffic).scores.get(label);
    expect(found?.verdicts).toBe(600);
    const contactsPerSecond = ratePerSecond * MONITORED;
    const { meanSeconds } = exactOutcome(MODEL, contactsPerSecond);
    // Two further contacts: a relative standard deviation of 1/sqrt(2) each; shared bits add 1 % at most.
    const standardError = meanSeconds / Math.sqrt(2 * 600);
    expect(Math.abs((found?.meanSeconds ?? 0) - meanSeconds)).toBeLessThan(
      3 * standardError + 0.01 * meanSeconds,
    );
    expect(meanSeconds).toBeGreaterThan(leastMeanSeconds(MODEL, RATES, contactsPerSecond));
  });

  it.each([
    ['local preference', { kind: 'local-preference', own8: 0.5, own16: 0.375 }],
    ['sequential', { kind: 'sequential' }],
  ] as const)('finds every scanner with %s that it sees more than twice', (label, pattern) => {
    const detector = newDetector();
    const groups = [scanners(label, pattern, { ratePerSecond: 50, sources: 300 })];
    const traffic = syntheticTraffic({ streams, dark, durationSeconds: 1000, groups });
    const { verdicts } = score(detector, traffic);
    const destinations = new Map<IpAddress, Set<IpAddress>>();
    for (const { source, destination } of traffic.observations) {
      const reached = destinations.get(source) ?? new Set();
      destinations.set(source, reached.add(destination));
    }
    const judged = new Set(verdicts.map(({ source }) => source));
    // With five and more, bits shared by all but two addresses have a probability below 1e-5.
    const seen = [...destinations].filter(([, reached]) => reached.size > 4);
    expect(seen.length).toBeGreaterThan(100);
    expect(seen.filter(([source]) => !judged.has(source))).toEqual([]);
  });
});
