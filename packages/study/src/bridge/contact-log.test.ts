import { expect, test } from 'vitest';
import { ContactLog } from './contact-log.ts';

function logOf(
  contacts: readonly (readonly [timeSeconds: number, source: number, destination: number])[],
): ContactLog {
  const log = new ContactLog();
  for (const [timeSeconds, source, destination] of contacts)
    log.observe({ timeSeconds, source, destination });
  return log;
}

test('first contacts are counted by interval, later ones with the time that was watched', () => {
  const log = logOf([
    [0, 1, 10],
    [1, 1, 10], // The same attempt again.
    [4, 1, 11],
    [12, 2, 10],
    [20, 3, 12],
  ]);
  const series = log.series({
    startSeconds: 0,
    endSeconds: 20,
    intervalSeconds: 10,
    responseSeconds: undefined,
  });
  expect(series).toMatchObject({ fresh: [1, 2], active: [0, 1, 3], repeats: 1, watchedSeconds: 20 + 8 });
  expect(log.seenBy(0, [0, 11, 12, 99])).toEqual([1, 1, 2, 3]);
});

test('sources from before the start are background', () => {
  const before = Array.from({ length: 10 }, (_, index) => [index * 10, 100 + index, 1] as const);
  const log = logOf([...before, [100, 1, 1], [104, 2, 1], [109, 3, 1]]);
  const series = log.series({
    startSeconds: 100,
    endSeconds: 110,
    intervalSeconds: 5,
    responseSeconds: undefined,
  });
  expect(series.fresh).toEqual([2, 1]);
  expect(series.backgroundPerInterval).toBeCloseTo(0.5, 12);
});

test('a response ends the watching: of each source what an exponential time leaves', () => {
  const log = logOf([
    [0, 1, 1],
    [10, 2, 1],
  ]);
  const series = log.series({ startSeconds: 0, endSeconds: 20, intervalSeconds: 10, responseSeconds: 5 });
  expect(series.watchedSeconds).toBeCloseTo(5 * (1 - Math.exp(-4)) + 5 * (1 - Math.exp(-2)), 12);
  // After ten seconds a source of the middle of an interval has waited for five.
  expect(series.active[1]).toBeCloseTo(Math.exp(-1), 12);
  const atOnce = log.series({ startSeconds: 0, endSeconds: 20, intervalSeconds: 10, responseSeconds: 0 });
  expect(atOnce).toMatchObject({ active: [0, 0, 0], repeats: 0, watchedSeconds: 0 });
});

test('forgets the sources that came first, and begins where they end', () => {
  const log = logOf([
    [0, 1, 1],
    [10, 2, 1],
    [20, 3, 1],
    [30, 2, 2],
  ]);
  expect(log.sources).toBe(3);
  log.forgetUntil(10);
  expect([log.sources, log.hasForgotten, log.spanSeconds]).toEqual([1, true, [10, 30]]);
  expect(log.firstContacts()).toEqual([20]);
});
