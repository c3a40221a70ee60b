import { exponential, type RandomStream, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { type ContactModel, contactModel, exactOutcome, leastMeanSeconds } from './contact-model.ts';

const RATES = { falsePositiveRate: 0.01, missRate: 0.01 };
const MODEL = contactModel({
  monitoredFraction: 2 ** -12,
  slowestScanRatePerSecond: 1,
  strayRatePerSecond: 0.05,
  rates: RATES,
});
const RUNS = 20_000;

/** Plays one test by its definition: contact by contact, decided at contacts and whenever the ratio sinks too low. */
function playTest(model: ContactModel, contactsPerSecond: number, stream: RandomStream) {
  let level = 0;
  let seconds = 0;
  for (;;) {
    const gap = exponential(stream) / contactsPerSecond;
    const left = (level - model.thresholds.lower) / model.lossPerSecond;
    if (gap >= left) return { verdict: false, seconds: seconds + left };
    seconds += gap;
    level += model.weightPerAddress - gap * model.lossPerSecond;
    if (level >= model.thresholds.upper) return { verdict: true, seconds };
  }
}

describe('test of dark contacts', () => {
  it.each([0.05, 0.2, 1, 5, 50])('has the exact outcome that it plays, at %d probes/s', (scanRate) => {
    const contactsPerSecond = scanRate * 2 ** -12;
    const exact = exactOutcome(MODEL, contactsPerSecond);
    const stream = randomStreams('1').stream('test/contact-model', Math.round(scanRate * 100));
    const played = Array.from({ length: RUNS }, () => playTest(MODEL, contactsPerSecond, stream));
    const verdicts = played.filter(({ verdict }) => verdict).length / RUNS;
    const p = exact.verdictProbability;
    // Three binomial standard errors, and three standard errors of the mean.
    expect(Math.abs(verdicts - p)).toBeLessThan(3 * Math.sqrt((p * (1 - p)) / RUNS) + 1e-9);
    const mean = played.reduce((sum, { seconds }) => sum + seconds, 0) / RUNS;
    const variance = played.reduce((sum, { seconds }) => sum + (seconds - mean) ** 2, 0) / RUNS;
    expect(Math.abs(mean - exact.meanSeconds)).toBeLessThan(3 * Math.sqrt(variance / RUNS));
  });

  it.each([
    [0.01, 0.01],
    [1e-4, 0.01],
    [1e-6, 0.1],
    [0.001, 1e-4],
  ])('keeps the promise of %d false verdicts and %d misses', (falsePositiveRate, missRate) => {
    const rates = { falsePositiveRate, missRate };
    const model = contactModel({
      monitoredFraction: 1e-3,
      slowestScanRatePerSecond: 1,
      strayRatePerSecond: 0.05,
      rates,
    });
    const innocent = exactOutcome(model, model.strayContactsPerSecond);
    const slowest = exactOutcome(model, model.scannerContactsPerSecond);
    expect(innocent.verdictProbability).toBeLessThanOrEqual(falsePositiveRate);
    expect(1 - slowest.verdictProbability).toBeLessThanOrEqual(missRate);
    // Steps overshoot, so that the promise is kept with something to spare, yet not by orders of magnitude.
    expect(innocent.verdictProbability).toBeGreaterThan(falsePositiveRate / 20);
    expect(slowest.meanSeconds).toBeGreaterThan(
      leastMeanSeconds(model, rates, model.scannerContactsPerSecond),
    );
  });

  it('judges a fast scanner at the first address whose weights reach the threshold', () => {
    const needed = Math.ceil(MODEL.thresholds.upper / MODEL.weightPerAddress);
    expect(needed).toBe(2);
    const fast = 1e6;
    const { verdictProbability, meanSeconds } = exactOutcome(MODEL, fast);
    expect(verdictProbability).toBeCloseTo(1, 9);
    expect(meanSeconds * fast).toBeCloseTo(needed, 4);
  });
});
