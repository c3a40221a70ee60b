import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { findingWeight, waldThresholds } from './sequential-test.ts';
import { thresholdRandomWalk, walkPosition, walkState } from './threshold-random-walk.ts';

const PAPER = { falsePositiveRate: 0.01, missRate: 0.01 };
const walk = thresholdRandomWalk(PAPER);

/** Plays walks of one kind of host and returns how they ended. */
function playWalks(options: { readonly failure: number; readonly runs: number; readonly name: string }): {
  readonly infected: number;
  readonly meanContacts: number;
  readonly meanContactsStandardError: number;
} {
  const stream = randomStreams('1').stream(`test/walk/${options.name}`);
  let infected = 0;
  let contacts = 0;
  let squares = 0;
  for (let run = 0; run < options.runs; run++) {
    let failures = 0;
    let successes = 0;
    for (;;) {
      const state = walkState(walk, walkPosition(walk, { failures, successes }));
      if (state === 'infected') infected++;
      if (state !== 'undecided') break;
      if (stream.nextDouble() < options.failure) failures++;
      else successes++;
    }
    contacts += failures + successes;
    squares += (failures + successes) ** 2;
  }
  const meanContacts = contacts / options.runs;
  const variance = squares / options.runs - meanContacts ** 2;
  return {
    infected: infected / options.runs,
    meanContacts,
    meanContactsStandardError: Math.sqrt(variance / options.runs),
  };
}

describe('threshold random walk of Jung et al. 2004', () => {
  it('has the published thresholds, η1 = 99 and η0 = 0.0101', () => {
    expect(Math.exp(walk.thresholds.upper)).toBeCloseTo(99, 10);
    expect(Math.exp(walk.thresholds.lower)).toBeCloseTo(1 / 99, 10);
  });

  it('moves by ln 4 either way', () => {
    expect(walk.failureStep).toBeCloseTo(Math.log(4), 14);
    expect(walk.successStep).toBeCloseTo(-Math.log(4), 14);
  });

  it("expects 5.414 contacts of either kind of host, by Wald's approximation", () => {
    expect(walk.expectedContacts.innocent).toBeCloseTo(5.414, 3);
    expect(walk.expectedContacts.infected).toBeCloseTo(5.414, 3);
  });

  it.each([
    [0.01, 4],
    [1e-3, 5],
    [1e-4, 7],
    [1e-5, 9],
  ])('calls a source that only fails infected when α = %d at failure %d and no sooner', (rate, failures) => {
    const strict = thresholdRandomWalk({ falsePositiveRate: rate, missRate: 0.01 });
    expect(walkState(strict, walkPosition(strict, { failures, successes: 0 }))).toBe('infected');
    expect(walkState(strict, walkPosition(strict, { failures: failures - 1, successes: 0 }))).toBe(
      'undecided',
    );
  });

  // Gambler's ruin with 4 steps to either end and odds 4:1: P = 1 / (1 + 4^-4), E[N] = 4 (2P - 1) / 0.6.
  it('plays as the exact walk: P_D 0.99611, P_F 0.00389, 6.615 contacts, within 3 standard errors', () => {
    const runs = 100_000;
    const exact = 1 / (1 + 4 ** -4);
    expect(exact).toBeCloseTo(0.99611, 5);
    const mean = (4 * (2 * exact - 1)) / 0.6;
    expect(mean).toBeCloseTo(6.615, 3);
    const standardError = Math.sqrt((exact * (1 - exact)) / runs);
    const scanner = playWalks({ failure: 0.8, runs, name: 'scanner' });
    const innocent = playWalks({ failure: 0.2, runs, name: 'innocent' });
    expect(Math.abs(scanner.infected - exact)).toBeLessThan(3 * standardError);
    expect(Math.abs(innocent.infected - (1 - exact))).toBeLessThan(3 * standardError);
    expect(Math.abs(scanner.meanContacts - mean)).toBeLessThan(3 * scanner.meanContactsStandardError);
    expect(Math.abs(innocent.meanContacts - mean)).toBeLessThan(3 * innocent.meanContactsStandardError);
  });
});

describe('sequential test', () => {
  it('refuses error rates that promise nothing', () => {
    expect(() => waldThresholds({ falsePositiveRate: 0, missRate: 0.1 })).toThrow('false-positive');
    expect(() => waldThresholds({ falsePositiveRate: 0.1, missRate: 0.5 })).toThrow('miss rate');
  });

  it('weighs a finding so that the likelihood ratio of an innocent host is 1 on average', () => {
    const { present, absent } = findingWeight({ infected: 0.5, innocent: 0.1 });
    expect(0.1 * Math.exp(present) + 0.9 * Math.exp(absent)).toBeCloseTo(1, 14);
  });
});
