import { exp, normal, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { type FlashTree, flashTreeCurve } from './flash-tree.ts';

const tree: FlashTree = {
  tiers: [
    { fanOut: 200, octets: 800, bitsPerSecond: 10e6 },
    { fanOut: 30, octets: 404, bitsPerSecond: 1e6 },
  ],
  latency: { medianSeconds: 0.08, sigma: 0.6 },
  latenciesPerDelivery: 1,
};
const grid = { untilSeconds: 2, stepSeconds: 1e-3 };

function reachedAt(curve: Float64Array, timeSeconds: number): number {
  return curve[Math.round(timeSeconds / grid.stepSeconds)] ?? NaN;
}

describe('flash tree', () => {
  it('is the law of the latency where one host delivers to one', () => {
    const one = { ...tree, tiers: [{ fanOut: 1, octets: 404, bitsPerSecond: 1e12 }] };
    const curve = flashTreeCurve(one, grid);
    // Two hosts: the first, and one reached with probability 1/2 by the median, 0.97725 two deviations later.
    expect(reachedAt(curve, 0.08)).toBeCloseTo(0.75, 4);
    expect(reachedAt(curve, 0.266)).toBeCloseTo((1 + 0.97725) / 2, 3);
    const handshake = flashTreeCurve({ ...one, latenciesPerDelivery: 3 }, grid);
    expect(reachedAt(handshake, 0.24)).toBeCloseTo(0.75, 4);
  });

  it('is the sending time alone where the latency is next to nothing', () => {
    const latency = { medianSeconds: 5e-3, sigma: 0.02 };
    const tiers = [{ fanOut: 1000, octets: 1250, bitsPerSecond: 10e6 }];
    const curve = flashTreeCurve(
      { tiers, latency, latenciesPerDelivery: 1 },
      { untilSeconds: 2, stepSeconds: 1e-4 },
    );
    // One delivery a millisecond: half of them after half a second and a latency.
    expect(Math.abs((curve[5050] ?? NaN) - 501 / 1001)).toBeLessThan(1e-3);
    // The trapezoid of a bell one step wide is off by 2 e^{−2π²} = 5e-9.
    expect(curve.at(-1)).toBeCloseTo(1, 7);
  });

  it('agrees with trees that are drawn host by host, within 4 standard errors', () => {
    const curve = flashTreeCurve(tree, grid);
    const stream = randomStreams('14').stream('flash-tree');
    const times = [0.15, 0.25, 0.4, 0.6];
    const runs = 40;
    const drawn = Array.from({ length: runs }, () => {
      const infected = drawTree(() => 0.08 * exp(0.6 * normal(stream)));
      return times.map((time) => infected.filter((at) => at <= time).length / infected.length);
    });
    for (const [k, time] of times.entries()) {
      const values = drawn.map((run) => run[k] ?? NaN);
      const mean = values.reduce((sum, value) => sum + value, 0) / runs;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1);
      expect(Math.abs(reachedAt(curve, time) - mean)).toBeLessThan(4 * Math.sqrt(variance / runs));
    }
  });
});

/** When each host of `tree` is infected, in seconds. */
function drawTree(latencySeconds: () => number): readonly number[] {
  const all = [0];
  let above: readonly number[] = [0];
  for (const { fanOut, octets, bitsPerSecond } of tree.tiers) {
    const sending = (octets * 8) / bitsPerSecond;
    above = above.flatMap((at) =>
      Array.from({ length: fanOut }, (_, i) => at + (i + 1) * sending + latencySeconds()),
    );
    for (const at of above) all.push(at);
  }
  return all;
}
