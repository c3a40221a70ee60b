/** `sim observe` through the built program. */
import { describe, expect, it } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';

interface Seen {
  readonly alarm: {
    readonly infectedFraction: number;
    readonly growthPerInterval: { readonly low: number; readonly high: number };
    readonly vulnerableEstimate: number;
  } | null;
  readonly sourcesAt: readonly { readonly sources: number; readonly timeSeconds: number | null }[];
  readonly series: Readonly<Record<string, readonly number[]>>;
}

async function observed(args: readonly string[]): Promise<Seen> {
  const { code, stdout, stderr } = await wormwoodInProcess(['sim', 'observe', ...args, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Seen;
}

describe('what a telescope sees of Code Red', () => {
  it('raises the alarm at a few per cent infected and knows growth and hosts', async () => {
    const seen = await observed(['code-red-v2', '--telescope', '/12', '--background', '110']);
    expect(seen.alarm?.infectedFraction).toBeLessThan(0.05);
    // 5.97 probes a second to 2^32 addresses with 360,000 hosts, in a minute.
    const truth = Math.expm1((5.97 * 60 * 360_000) / 2 ** 32);
    expect(seen.alarm?.growthPerInterval.low).toBeLessThan(truth);
    expect(seen.alarm?.growthPerInterval.high).toBeGreaterThan(truth);
    expect(seen.series['sources']?.at(-1)).toBeGreaterThan(359_000);
    expect(seen.series['correctedEverInfected']).toHaveLength(seen.series['time']!.length - 1);
    const times = seen.sourcesAt.map(({ timeSeconds }) => timeSeconds);
    expect(times).toEqual(times.toSorted((a, b) => a! - b!));
  });

  it('is the same for the same seed, and another for another', async () => {
    const args = ['small-campus', '--telescope', '4096', '--interval', '10s'];
    const [first, again, other] = await Promise.all([
      observed(args),
      observed(args),
      observed([...args, '--seed', '2']),
    ]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

it.each([
  [['code-red-v2', '--telescope', '/33'], 'telescope'],
  [['code-red-v2', '--interval', '0s'], 'longer than 0'],
  [['code-red-v2', '--interval', '1ms'], 'intervals'],
  [['small-campus', '--telescope', '/0'], 'does not fit'],
  [['blaster'], 'uniform scanning'],
])('refuses %j', async (args, reason) => {
  const { code, stdout, stderr } = await wormwoodInProcess(['sim', 'observe', ...args]);
  expect(stderr).toContain(reason);
  expect([code, stdout]).toEqual([2, '']);
});
