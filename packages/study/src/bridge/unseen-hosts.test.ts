/**
 * The filter beside what it stands for: hosts that are infected, seen and immunized at random, event by event. The law of
 * the first contacts in the next interval is compared in mean and variance with that of many such runs.
 */
import { exponential, randomStreams, type RandomStream } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import type { ContactSeries } from './contact-log.ts';
import { filterContacts, type OutbreakRates, repeatsLogLikelihood } from './unseen-hosts.ts';

const INTERVAL = 2;
/** Hosts that were seen before and scan on. */
const SEEN = 200;

function seriesOf(given: Partial<ContactSeries>): ContactSeries {
  return {
    startSeconds: 0,
    intervalSeconds: INTERVAL,
    fresh: [],
    active: [],
    backgroundPerInterval: 0,
    repeats: 0,
    watchedSeconds: 0,
    repeatsDispersion: 1,
    ...given,
  } as ContactSeries;
}

/** First contacts of an interval, by chance alone, and hosts left unseen. */
function simulate(
  stream: RandomStream,
  rates: OutbreakRates,
  unseenAtFirst: number,
  responseSeconds = Number.POSITIVE_INFINITY,
): readonly [fresh: number, left: number] {
  let [now, unseen, fresh, active, ever] = [0, unseenAtFirst, 0, SEEN, unseenAtFirst + SEEN];
  for (;;) {
    const births = rates.ratePerSecond * (unseen + active) * Math.max(0, 1 - ever / rates.vulnerable);
    const contacts = rates.contactsPerSecond * unseen;
    const all = births + contacts + active / responseSeconds;
    now += exponential(stream) / all;
    if (now > INTERVAL) return [fresh, unseen];
    const what = stream.nextDouble() * all;
    if (what < births) {
      unseen++;
      ever++;
    } else if (what < births + contacts) {
      unseen--;
      fresh++;
      active++;
    } else active--;
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

function covarianceOf(one: readonly number[], other: readonly number[]): number {
  const [first, second] = [meanOf(one), meanOf(other)];
  return one.reduce((sum, each, i) => sum + (each - first) * (other[i]! - second), 0) / (one.length - 1);
}

describe('the hosts that no honeypot has seen', () => {
  it.each([
    ['few contacts', { ratePerSecond: 0.2, vulnerable: 5000, contactsPerSecond: 0.05 }],
    ['many contacts', { ratePerSecond: 0.2, vulnerable: 5000, contactsPerSecond: 0.4 }],
    ['near the end', { ratePerSecond: 0.3, vulnerable: 700, contactsPerSecond: 0.3 }],
    ['fast growth', { ratePerSecond: 0.4, vulnerable: 50_000, contactsPerSecond: 0.1 }],
    ['hosts that a response stops', { ratePerSecond: 0.4, vulnerable: 50_000, contactsPerSecond: 0.1 }, 1],
  ])('are followed as chance has it: %s', (_, rates, responseSeconds?: number) => {
    // A first interval that shows 200: the hosts before it are known but for their spread.
    const series = seriesOf({ fresh: [200, 0], active: [0, 200], responseSeconds });
    const { unseen, unseenVariance, seen } = filterContacts(seriesOf({ fresh: [200], active: [0] }), rates);
    expect(seen).toBe(200);
    const stream = randomStreams('7').stream('test/unseen');
    const runs = 4000;
    const drawn = Array.from({ length: runs }, () => {
      // The spread of the hosts at the beginning, with the variance of a normal law.
      const spread = Math.sqrt(12 * unseenVariance) * (stream.nextDouble() - 0.5);
      return simulate(stream, rates, Math.max(0, Math.round(unseen + spread)), responseSeconds);
    });
    const [counts, left] = [drawn.map(([fresh]) => fresh), drawn.map((each) => each[1])];
    const mean = meanOf(counts);
    const variance = covarianceOf(counts, counts);
    // The residual of a count is (count − mean)/√variance: two counts give both.
    const filtered = (count: number): ReturnType<typeof filterContacts> =>
      filterContacts({ ...series, fresh: [200, count] }, rates);
    const residualOf = (count: number): number => filtered(count).residuals[0] ?? Number.NaN;
    const deviation = 100 / (residualOf(mean + 100) - residualOf(mean));
    const predicted = mean - residualOf(mean) * deviation;
    // Five standard errors of the simulation, and 2 % for the linear approximation of the mean, 5 % for those of variances.
    expect(Math.abs(predicted - mean)).toBeLessThan(5 * Math.sqrt(variance / runs) + 0.02 * mean);
    const relative = 5 * Math.sqrt(2 / runs) + 0.05;
    expect(Math.abs(deviation ** 2 / variance - 1)).toBeLessThan(relative);
    // What a count says of the hosts left: the regression of these on it, and what it leaves.
    const gain = filtered(mean + 1).unseen - filtered(mean).unseen;
    const covariance = covarianceOf(counts, left);
    const leftVariance = covarianceOf(left, left);
    const gainError = 5 * Math.sqrt(leftVariance / variance / runs) + 0.05 * Math.abs(gain);
    expect(Math.abs(gain - covariance / variance)).toBeLessThan(gainError);
    const rest = leftVariance - covariance ** 2 / variance;
    expect(Math.abs(filtered(predicted).unseenVariance / rest - 1)).toBeLessThan(relative + 0.05);
  });

  it('are fewer after a count below its mean, and known better', () => {
    const rates = { ratePerSecond: 0.2, vulnerable: 5000, contactsPerSecond: 0.3 };
    const after = (count: number): ReturnType<typeof filterContacts> =>
      filterContacts(seriesOf({ fresh: [200, count], active: [0, 200] }), rates);
    expect(after(100).unseen).toBeLessThan(after(200).unseen);
    expect(after(100).unseenVariance).toBeLessThan(after(200).unseenVariance);
    // Without a host that is unseen, nothing goes below the least that is believed.
    expect(after(0).unseen).toBeGreaterThanOrEqual(0.01);
  });

  it('begin with the first contact, of which half is owed to having looked', () => {
    const rates = { ratePerSecond: 0, vulnerable: 5000, contactsPerSecond: 0.3 };
    const q = 1 - Math.exp(-0.3 * INTERVAL);
    const { unseen, seen, residuals } = filterContacts(
      seriesOf({ fresh: [0, 0, 60], active: [0, 0, 0] }),
      rates,
    );
    expect([seen, residuals]).toEqual([60, []]);
    // Nothing is born: (60 − 1/2)/q hosts, of which 1 − q are left. One step of Runge and Kutta is good to 1e-3.
    expect(unseen / (((60 - 0.5) / q) * (1 - q))).toBeCloseTo(1, 2);
  });

  it('are no sources of the background', () => {
    const rates = { ratePerSecond: 0, vulnerable: 5000, contactsPerSecond: 0.3 };
    const with10 = filterContacts(seriesOf({ fresh: [70], active: [0], backgroundPerInterval: 10 }), rates);
    const without = filterContacts(seriesOf({ fresh: [60], active: [0] }), rates);
    expect(with10).toEqual(without);
  });

  it('say with later contacts how often a host comes: most likely as often as it did', () => {
    const series = seriesOf({ repeats: 30, watchedSeconds: 100, repeatsDispersion: 2 });
    const at = (rate: number): number => repeatsLogLikelihood(series, rate);
    expect(at(0.3)).toBeGreaterThan(Math.max(at(0.31), at(0.29)));
    // ln of the ratio of two Poisson probabilities, halved by the dispersion.
    expect(at(0.3) - at(0.15)).toBeCloseTo((30 * Math.log(2) - 15) / 2, 9);
    expect(repeatsLogLikelihood(seriesOf({ repeats: 3 }), 1)).toBe(0);
  });
});
