// The law of the waits on a link, from closed forms: their bounds, their mean, their order, and that links are independent.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { honeynetOf, ip } from '../honeynet-test-support.ts';
import { randomStreams } from '@wormwood/base';
import { jitterSeconds } from './jitter.ts';
import { Topology } from './topology.ts';

const LATENCY = 0.02;
/** 4 % of the latency. */
const LONGEST = 0.0008;
const COUNT = 20_000;

/** Waits at moments of which no two depend on each other. */
function waits(seed: number): readonly number[] {
  return Array.from({ length: COUNT }, (_, i) => jitterSeconds(LATENCY, seed, 1_790_000_000 + i * 0.01));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('jitter', () => {
  it('is neither zero nor longer than its bound, and a quarter of that on average', () => {
    const all = waits(7);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...all)).toBeLessThan(LONGEST);
    expect(new Set(all.map((value) => Math.round(value * 1e6))).size).toBeGreaterThan(500);
    // The cube of a uniform number has the mean 1/4 and the variance 1/7 - 1/16; what lies between two of them varies less.
    const standardError = (LONGEST * Math.sqrt(1 / 7 - 1 / 16)) / Math.sqrt(COUNT);
    expect(Math.abs(mean(all) - LONGEST / 4)).toBeLessThan(5 * standardError);
  });

  it('of two links has nothing in common, and that of one is the same again', () => {
    const [a, b] = [waits(1), waits(2)];
    expect(waits(1)).toEqual(a);
    const [meanA, meanB] = [mean(a), mean(b)];
    const covariance = mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)));
    const variance = mean(a.map((value) => (value - meanA) ** 2));
    // A correlation of independent samples has the standard error 1/√n.
    expect(Math.abs(covariance / variance)).toBeLessThan(5 / Math.sqrt(COUNT));
  });

  it('is none without latency', () => {
    expect(jitterSeconds(0, 1, 5)).toBe(0);
  });

  it('lets no packet overtake another on its way', () => {
    const net = new Topology(
      honeynetOf(`
route entry 10.3.0.1 network 10.3.0.0/16
route 10.3.0.1 add net 10.3.0.0/16 10.3.1.1 latency 10ms
route 10.3.1.1 add net 10.3.2.0/24 10.3.2.1 latency 25ms
route 10.3.2.1 link 10.3.2.0/24
`).topology,
      99,
    );
    const stream = randomStreams('1').stream('test/jitter');
    const arrivalOf = (nowSeconds: number): number => {
      const words = { destination: ip('10.3.2.9'), ttl: 64, lengthBytes: 84, nowSeconds };
      const arrival = net.walk(ip('10.3.0.1'), words, stream);
      if (arrival.kind !== 'delivered') throw new Error(arrival.kind);
      expect(arrival.delaySeconds).toBeGreaterThanOrEqual(0.035);
      expect(arrival.delaySeconds).toBeLessThan(0.035 * 1.04 + 1e-6);
      return nowSeconds + arrival.delaySeconds;
    };
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 0.01, noNaN: true }),
        (at, later) => {
          expect(arrivalOf(at + later)).toBeGreaterThan(arrivalOf(at));
        },
      ),
    );
  });
});
