import { exponential, poisson, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { WormTrend } from './worm-trend.ts';

const streams = randomStreams('1');
const NEVER = -Infinity;

/** New sources on port 445 at a Yule process's pace, each seen once, amid constant traffic on other ports. */
function grow(doublingSeconds: number, run: number) {
  const trend = new WormTrend();
  const stream = streams.stream('test/yule', run);
  const growth = Math.LN2 / doublingSeconds;
  let infected = 5;
  let seconds = 0;
  let lastNoise = 0;
  while (infected < 30_000) {
    seconds += exponential(stream) / (growth * infected);
    infected++;
    // Innocent sources, as many per second on each of two ports at all times.
    for (let k = poisson(stream, (Math.min(seconds - lastNoise, 1e5) * 20) / doublingSeconds); k > 0; k--)
      trend.observe(k % 2 === 0 ? 23 : 80, seconds, NEVER);
    lastNoise = seconds;
    trend.observe(445, seconds, NEVER);
    if (infected % 100 !== 0) continue;
    const alarm = trend.alarm();
    if (alarm !== null) return { alarm, infected, seconds };
  }
  return null;
}

describe('worm trend', () => {
  // Slammer, a fast worm, Code Red, Mirai, and one of half a day: each is seen in intervals of its own length.
  it.each([8.5, 60, 1388, 4560, 43_200])('finds a worm that doubles every %d s, and how fast', (doubling) => {
    const runs = 10;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const found = grow(doubling, run);
      expect(found).not.toBeNull();
      if (found === null) continue;
      const { alarm, infected } = found;
      expect(alarm).toMatchObject({ protocol: 'tcp', port: 445, endedSeconds: null });
      expect(alarm.raisedSeconds).toBeLessThanOrEqual(found.seconds);
      const { estimate, low, high } = alarm.doublingSeconds;
      expect(low).toBeLessThan(estimate);
      expect(estimate).toBeLessThan(high);
      if (low <= doubling && doubling <= high) covered++;
      expect(alarm.text).toContain('tcp/445');
      expect(infected).toBeLessThan(30_000);
    }
    // Three binomial standard errors of ten runs below 95 %.
    expect(covered / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs));
  });

  it('counts a source once per interval, however much it sends', () => {
    const trend = new WormTrend();
    let previous = NEVER;
    // One source that sends exponentially more.
    for (let seconds = 0; seconds < 4000; seconds += Math.max(20 * 2 ** (-seconds / 300), 0.01)) {
      trend.observe(445, seconds, previous);
      previous = seconds;
    }
    expect(trend.alarm()).toBeNull();
  });

  it('remembers an alarm that has ended', () => {
    const trend = new WormTrend();
    for (let second = 0; second < 60; second++) {
      const sources = Math.round(4 * 1.15 ** second);
      for (let i = 0; i < sources; i++) trend.observe(445, second + i / sources, NEVER);
    }
    expect(trend.alarm()).toMatchObject({ port: 445, endedSeconds: null });
    // Other traffic shows that time has passed.
    for (let second = 60; second < 90_000; second += 30) trend.observe(80, second, NEVER);
    const ended = trend.alarm();
    expect(ended?.port).toBe(445);
    expect(ended?.endedSeconds).toBeGreaterThan(60);
    expect(ended?.doublingSeconds.estimate).toBeCloseTo(Math.LN2 / Math.log(1.15), 0);
  });
});
