import { describe, expect, test } from 'vitest';
import { fitContacts } from './contact-fit.ts';
import { ContactLog, type ContactSeries } from './contact-log.ts';
import { contactsOf, outbreakOf } from './contacts-test-support.ts';
import { filterContacts } from './unseen-hosts.ts';

/** WORMWOOD_LONG=1 runs 100 trials at each moment, else 6. */
const TRIALS = process.env['WORMWOOD_LONG'] === '1' ? 100 : 6;
const N = 4000;
const SCAN_RATE = 1;
const HONEYPOTS = 1024;
const SPACE = 2 ** 16;
const outbreak = outbreakOf({ vulnerable: N, infected: 10, scanRate: '1/s', minutes: 3 });
const BETA = (SCAN_RATE * N) / SPACE;

/** The fit at the moment when so many hosts are infected. */
function fitted(replicate: number, ever: number) {
  const { contacts, infectedSeconds } = contactsOf(outbreak, { honeypots: HONEYPOTS, seed: '5', replicate });
  const endSeconds = infectedSeconds[ever - 1] ?? outbreak.durationSeconds;
  const log = new ContactLog();
  for (const contact of contacts) if (contact.timeSeconds <= endSeconds) log.observe(contact);
  const [startSeconds] = log.spanSeconds;
  const intervalSeconds = (endSeconds - startSeconds) / Math.ceil((endSeconds - startSeconds) / 3);
  const series = log.series({ startSeconds, endSeconds, intervalSeconds, responseSeconds: undefined });
  const outcome = fitContacts(series, { honeypots: HONEYPOTS, addressSpaceSize: SPACE }, 0.08);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.fit;
}

/** How often an interval of 95 % may hold the truth in so many trials, to three standard errors. */
const LEAST_HITS = Math.floor(0.95 * TRIALS - 3 * Math.sqrt(0.95 * 0.05 * TRIALS));

describe('contacts that are drawn host by host', () => {
  const shares = process.env['WORMWOOD_LONG'] === '1' ? [0.05, 0.1, 0.3] : [0.2];
  test.each(shares)(
    'hold the truth in their intervals of 95 percent, at %f of N',
    { timeout: 1_800_000 },
    (share) => {
      const hits = { vulnerable: 0, rate: 0, scanRate: 0, infected: 0 };
      for (let replicate = 0; replicate < TRIALS; replicate++) {
        const ever = Math.round(share * N);
        const fit = fitted(replicate, ever);
        if (fit.vulnerable.low <= N && N <= fit.vulnerable.high) hits.vulnerable++;
        if (fit.contactRatePerSecond.low <= BETA && BETA <= fit.contactRatePerSecond.high) hits.rate++;
        if (fit.scanRatePerSecond.low <= SCAN_RATE && SCAN_RATE <= fit.scanRatePerSecond.high)
          hits.scanRate++;
        if (fit.everInfected.low <= ever && ever <= fit.everInfected.high) hits.infected++;
      }
      for (const [what, held] of Object.entries(hits))
        expect(held, `${what}: held in ${held} of ${TRIALS}`).toBeGreaterThanOrEqual(LEAST_HITS);
      if (process.env['WORMWOOD_LONG'] === '1') process.stdout.write(`${share}: ${JSON.stringify(hits)}\n`);
    },
  );
});

describe('the filter of unseen hosts', () => {
  const seriesOf = (fresh: readonly number[]): ContactSeries => ({
    startSeconds: 0,
    intervalSeconds: 1,
    fresh,
    active: [0, ...fresh.map((_, row) => fresh.slice(0, row + 1).reduce((a, b) => a + b, 0))],
    responseSeconds: undefined,
    backgroundPerInterval: 0,
    repeats: 0,
    watchedSeconds: 0,
    repeatsDispersion: 1,
  });

  test('finds the hosts that a mean course leaves unseen', () => {
    // E' = βE far below N, U' = E' − σU from E = U = 1000: U = 1000 (β e^{βt} + σ e^{−σt})/(β + σ).
    const [beta, sigma] = [0.1, 0.2];
    const unseenAt = (t: number): number =>
      (1000 * (beta * Math.exp(beta * t) + sigma * Math.exp(-sigma * t))) / (beta + sigma);
    const seenAt = (t: number): number => 1000 * Math.exp(beta * t) - unseenAt(t);
    const fresh = Array.from({ length: 20 }, (_, row) => seenAt(row + 1) - seenAt(row));
    const rates = { ratePerSecond: beta, vulnerable: 1e9, contactsPerSecond: sigma };
    const found = filterContacts(seriesOf(fresh), rates);
    expect(found.unseen / unseenAt(20)).toBeCloseTo(1, 1);
    expect(Math.abs(found.unseen - unseenAt(20))).toBeLessThan(2 * Math.sqrt(found.unseenVariance));
  });

  test('without growth it is the count of an urn: what is left of U after each is seen at its rate', () => {
    const sigma = 0.3;
    const fresh = Array.from(
      { length: 12 },
      (_, row) => 5000 * (Math.exp(-sigma * row) - Math.exp(-sigma * (row + 1))),
    );
    const rates = { ratePerSecond: 1e-12, vulnerable: 1e9, contactsPerSecond: sigma };
    const found = filterContacts(seriesOf(fresh), rates);
    const left = 5000 * Math.exp(-12 * sigma);
    expect(Math.abs(found.unseen - left)).toBeLessThan(3 * Math.sqrt(found.unseenVariance));
  });
});

test('too few sources are refused with the reason', () => {
  const log = new ContactLog();
  log.observe({ timeSeconds: 0, source: 1, destination: 1 });
  log.observe({ timeSeconds: 9, source: 2, destination: 1 });
  const series = log.series({
    startSeconds: 0,
    endSeconds: 10,
    intervalSeconds: 1,
    responseSeconds: undefined,
  });
  expect(fitContacts(series, { honeypots: 10, addressSpaceSize: 1000 }, 0.1)).toEqual({
    ok: false,
    reason: 'Only 2 intervals have a new source; a forecast needs 4.',
  });
});
