// What is promised beside what is measured, as the tables of docs/detect.md. By default a small run holds the measured
// rates to the computed ones; `WORMWOOD_ACCURACY=full` makes the run of the document and compares it with the tables there.
import { readFileSync } from 'node:fs';
import { AddressSet, formatCount, formatDuration, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { contactModel, exactOutcome, leastMeanSeconds } from '../statistics/contact-model.ts';
import { scatteredDarkSpace, score } from './detect-test-support.ts';
import { createDetector } from './detector.ts';
import type { DetectorStatus } from './detector-contract.ts';
import type { InnocentBehavior } from './innocent-traffic-test-support.ts';
import type { ScanPattern } from './scan-pattern-test-support.ts';
import type { ErrorRates } from '../statistics/sequential-test.ts';
import { syntheticTraffic } from './synthetic-traffic-test-support.ts';
import { thresholdRandomWalk } from '../statistics/threshold-random-walk.ts';

const IS_FULL = process.env['WORMWOOD_ACCURACY'] === 'full';
const HOUR = 3600;
const DAY = 86_400;
const MONITORED = 2 ** -12;
const STRAY_RATE = 0.05;
const streams = randomStreams('1914');
const { dark, neighbours } = scatteredDarkSpace(streams);
const live = AddressSet.fromCidrs([{ address: 0x0a000000, prefixLength: 16 }]).difference(dark);
const DOCUMENT = new URL('../../../../docs/detect.md', import.meta.url);

/** So many sources in the run of the document; a twentieth otherwise. */
function scaled(sources: number): number {
  return Math.ceil(IS_FULL ? sources : sources / 20);
}

function modelOf(rates: ErrorRates) {
  return contactModel({
    monitoredFraction: MONITORED,
    slowestScanRatePerSecond: 1,
    strayRatePerSecond: STRAY_RATE,
    rates,
  });
}

/** A share with three significant digits, and 0 as such. */
function share(value: number): string {
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** In the run of the document, the document must hold the table; it is printed for whoever updates it. */
function compareWithDocument(table: string): void {
  if (!IS_FULL) return;
  process.stdout.write(`\n${table}\n`);
  // Whatever pads the columns is not compared.
  const plain = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
  expect(plain(readFileSync(DOCUMENT, 'utf8'))).toContain(plain(table));
}

interface InnocentCase {
  readonly label: string;
  readonly behavior: InnocentBehavior;
  readonly sources: number;
  readonly durationSeconds: number;
  readonly rates: ErrorRates;
  readonly isLive?: true;
  /** What the theory of the test says of such hosts; null where no host of the kind is ever judged. */
  readonly exact: number | null;
}

const PERCENT = { falsePositiveRate: 0.01, missRate: 0.01 };
const DEFAULT = { falsePositiveRate: 1e-4, missRate: 0.01 };

function strayCase(rates: ErrorRates, sources: number): InnocentCase {
  return {
    label: 'stray at the limit of the model',
    behavior: { kind: 'stray', strayRatePerSecond: STRAY_RATE },
    sources,
    durationSeconds: 12 * DAY,
    rates,
    exact: exactOutcome(modelOf(rates), STRAY_RATE * MONITORED).verdictProbability,
  };
}

/** Gambler's ruin over the whole steps to either threshold, the odds of a failure 1 to 4. */
function walkExact({ falsePositiveRate, missRate }: ErrorRates): number {
  const walk = thresholdRandomWalk({ missRate, falsePositiveRate: falsePositiveRate / 2 });
  const up = Math.ceil(walk.thresholds.upper / walk.failureStep);
  const down = Math.ceil(walk.thresholds.lower / walk.successStep);
  return (4 ** down - 1) / (4 ** (down + up) - 1);
}

const INNOCENT: readonly InnocentCase[] = [
  strayCase(PERCENT, 20_000),
  strayCase(DEFAULT, 60_000),
  {
    label: 'clients of live hosts',
    behavior: { kind: 'client', connectionsPerSecond: 0.05, successShare: 0.8 },
    sources: 8000,
    durationSeconds: 1500,
    rates: PERCENT,
    isLive: true,
    exact: walkExact(PERCENT),
  },
  ...(['background', 'backscatter', 'misconfigured'] as const).map((kind): InnocentCase => {
    const behaviors = {
      background: { kind: 'background' },
      backscatter: { kind: 'backscatter', answersPerSecond: 0.01 },
      misconfigured: { kind: 'misconfigured', callsPerSecond: 0.01 },
    } as const;
    const behavior = behaviors[kind];
    return { label: kind, behavior, sources: 5000, durationSeconds: 6 * HOUR, rates: DEFAULT, exact: null };
  }),
];

function statusOf({
  label,
  behavior,
  sources,
  durationSeconds,
  rates,
  isLive,
}: InnocentCase): DetectorStatus {
  const watched = isLive ? { dark, live } : { dark };
  const detector = createDetector({
    test: 'trw',
    streams,
    monitored: dark,
    ...(isLive ? { live } : {}),
    ...rates,
  });
  const groups = [{ label, sources: scaled(sources), behavior }];
  score(detector, syntheticTraffic({ streams, ...watched, durationSeconds, groups }));
  return detector.status();
}

describe('false verdicts', () => {
  it('are as rare as computed, and rarer than promised', { timeout: 600_000 }, () => {
    const rows = INNOCENT.map((each) => {
      const { verdicts, testsCleared, testsBegun } = statusOf(each);
      // Whether a quiet host is cleared is looked up at its next contact; the last test of each would be left out.
      const tests = each.isLive ? verdicts + testsCleared : testsBegun;
      const measured = verdicts / Math.max(tests, 1);
      if (each.exact === null) expect(verdicts).toBe(0);
      else {
        expect(each.exact).toBeLessThan(each.rates.falsePositiveRate);
        // Three standard errors of a Poisson number of verdicts, and one for its skewness where few are expected.
        const expected = tests * each.exact;
        expect(Math.abs(verdicts - expected)).toBeLessThan(3 * Math.sqrt(expected) + 1);
      }
      const computed = each.exact === null ? '0' : share(each.exact);
      const promised = String(each.rates.falsePositiveRate);
      return [
        each.label,
        formatCount(scaled(each.sources)),
        formatCount(tests),
        formatCount(verdicts),
        share(measured),
        computed,
        promised,
      ];
    });
    const head = ['innocent hosts', 'hosts', 'tests', 'false verdicts', 'measured', 'computed', 'promised'];
    compareWithDocument(tableOf(head, rows));
  });
});

interface ScannerCase {
  readonly label: string;
  readonly pattern: ScanPattern;
  readonly ratePerSecond: number;
  readonly sources: number;
  readonly durationSeconds: number;
}

const SCANNERS: readonly ScannerCase[] = [
  {
    label: 'uniform, the slowest',
    pattern: { kind: 'uniform' },
    ratePerSecond: 1,
    sources: 10_000,
    durationSeconds: 5 * DAY,
  },
  {
    label: 'uniform',
    pattern: { kind: 'uniform' },
    ratePerSecond: 10,
    sources: 10_000,
    durationSeconds: 4 * HOUR,
  },
  {
    label: 'uniform',
    pattern: { kind: 'uniform' },
    ratePerSecond: 50,
    sources: 10_000,
    durationSeconds: HOUR,
  },
  {
    label: 'permutation',
    pattern: { kind: 'permutation' },
    ratePerSecond: 50,
    sources: 10_000,
    durationSeconds: HOUR,
  },
  {
    label: 'hitlist',
    pattern: { kind: 'hitlist', listed: 10_000 },
    ratePerSecond: 50,
    sources: 10_000,
    durationSeconds: HOUR,
  },
];

function measure(
  { label, pattern, ratePerSecond, sources, durationSeconds }: ScannerCase,
  isAnswered: boolean,
) {
  const detector = createDetector({ test: 'trw', streams, monitored: dark, ...DEFAULT });
  const behavior = {
    kind: 'scanner',
    pattern,
    scanRatePerSecond: ratePerSecond,
    protocol: 'tcp',
    port: 445,
    isAnswered,
  } as const;
  const groups = [{ label, sources: scaled(sources), behavior }];
  const traffic = syntheticTraffic({ streams, dark, durationSeconds, groups });
  const found = score(detector, traffic).scores.get(label);
  return { found, status: detector.status() };
}

describe('detection', () => {
  it('takes the time that is computed, and misses no more than promised', { timeout: 600_000 }, () => {
    const model = modelOf(DEFAULT);
    const rows = SCANNERS.map((each) => {
      const { found, status } = measure(each, false);
      const { seen = 0, verdicts = 0, meanSeconds = 0 } = found ?? {};
      const contactsPerSecond = each.ratePerSecond * MONITORED;
      const { verdictProbability, meanSeconds: exactSeconds } = exactOutcome(model, contactsPerSecond);
      const least = leastMeanSeconds(model, DEFAULT, contactsPerSecond);
      expect(verdictProbability).toBeGreaterThan(1 - DEFAULT.missRate);
      // Of one test: a verdict, not the innocence of a scanner whose contacts happened to be far apart.
      const firstTry = status.verdicts / (status.verdicts + status.testsCleared);
      const standardError = Math.sqrt((verdictProbability * (1 - verdictProbability)) / seen);
      // Shared bits let a contact pass for known with probability 4/128 at most, which delays a verdict.
      expect(Math.abs(firstTry - verdictProbability)).toBeLessThan(3 * standardError + 0.004);
      // Shared bits delay by 3 % at most; a scanner that was cleared takes another test or two.
      const timeError = exactSeconds / Math.sqrt(3 * verdicts);
      const delay = (0.03 + 2 * (1 - verdictProbability)) * exactSeconds;
      expect(Math.abs(meanSeconds - exactSeconds)).toBeLessThan(3 * timeError + delay);
      expect(exactSeconds).toBeGreaterThan(least);
      return [
        each.label,
        String(each.ratePerSecond),
        formatCount(seen),
        formatCount(verdicts),
        share(firstTry),
        share(verdictProbability),
        String(1 - DEFAULT.missRate),
        formatDuration(meanSeconds),
        formatDuration(exactSeconds),
        formatDuration(least),
      ];
    });
    const head = [
      'scanners',
      'probes/s',
      'seen',
      'found',
      'found at the first test',
      'computed',
      'promised',
      'mean time to verdict',
      'computed',
      'least possible',
    ];
    compareWithDocument(tableOf(head, rows));
  });

  it('finds scanners that prefer their neighbourhood or walk through it, and proves those that are answered', () => {
    const rows = (
      [
        ['local preference', { kind: 'local-preference', own8: 0.5, own16: 0.375 }, 600],
        ['sequential', { kind: 'sequential' }, 600],
        ['uniform, answered', { kind: 'uniform' }, HOUR],
      ] as const
    ).map(([label, pattern, durationSeconds]) => {
      const isUniform = pattern.kind === 'uniform';
      const detector = createDetector({ test: 'trw', streams, monitored: dark, ...DEFAULT });
      const behavior = {
        kind: 'scanner',
        pattern,
        scanRatePerSecond: 50,
        protocol: 'tcp',
        port: 445,
        isAnswered: isUniform,
        ...(isUniform ? {} : { from: neighbours }),
      } as const;
      const groups = [{ label, sources: scaled(1000), behavior }];
      const traffic = syntheticTraffic({ streams, dark, durationSeconds, groups });
      const found = score(detector, traffic).scores.get(label);
      const { sources = 0, seen = 0, verdicts = 0, unforgeableVerdicts = 0, meanSeconds = 0 } = found ?? {};
      // The rest was seen too late or too seldom: a sequential scanner passes each dark block once.
      expect(seen).toBeGreaterThan(sources / 5);
      expect(verdicts).toBeGreaterThan(0.95 * seen);
      expect(unforgeableVerdicts).toBe(isUniform ? verdicts : 0);
      return [
        label,
        formatDuration(durationSeconds),
        formatCount(sources),
        formatCount(seen),
        formatCount(verdicts),
        formatCount(unforgeableVerdicts),
        formatDuration(meanSeconds),
      ];
    });
    const head = [
      '50 probes/s',
      'observed for',
      'scanners',
      'seen',
      'found',
      'with proof of address',
      'mean time to verdict',
    ];
    compareWithDocument(tableOf(head, rows));
  });
});
