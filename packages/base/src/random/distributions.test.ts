import { describe, expect, test } from 'vitest';
import { exponential, exponentialOutsideLayer, gamma, normal } from './distributions.ts';
import {
  expectDistribution,
  expectMoments,
  normalCumulative,
  sampleOf,
} from './goodness-of-fit-test-support.ts';
import type { RandomStream } from './random-stream.ts';
import { randomStreams } from './random-streams.ts';
import { exponentialZiggurat, normalZiggurat } from './ziggurat.ts';

const SAMPLE = 200_000;
const streams = randomStreams('20040816');

describe('the ziggurat tables', () => {
  test.each([
    ['exponential', exponentialZiggurat, (x: number) => Math.exp(-x), 0.003949659822581557],
    ['normal', normalZiggurat, (x: number) => Math.exp((-x * x) / 2), 0.004928673233974655],
  ] as const)(
    'of the %s density have 256 layers of equal area',
    (_, { k, w, f, tailStart }, density, area) => {
      const edges = Array.from(w, (width) => width * 2 ** 53);
      expect(edges[1]).toBe(tailStart);
      for (let layer = 1; layer < 256; layer++) {
        expect(f[layer]).toBeCloseTo(density(edges[layer]!), 14);
        expect(edges[layer]! * (f[layer + 1]! - f[layer]!)).toBeCloseTo(area, 13);
        expect(k[layer]! / 2 ** 53).toBeCloseTo((edges[layer + 1] ?? 0) / edges[layer]!, 14);
      }
      expect(f[256]).toBe(1);
      expect(edges[0]! * density(tailStart)).toBeCloseTo(area, 14);
    },
  );
});

describe('exponential', () => {
  test('has the exponential distribution of mean 1', () => {
    const stream = streams.stream('exponential');
    const sample = sampleOf(SAMPLE, () => exponential(stream));
    expectMoments(sample, { mean: 1, variance: 1, kurtosis: 9 });
    expectDistribution(sample, (x) => 1 - Math.exp(-x));
  });

  test('has the same distribution in its tail, beyond the lowest layer', () => {
    const stream = streams.stream('exponential/tail');
    const { tailStart } = exponentialZiggurat;
    const sample = sampleOf(50_000, () => exponentialOutsideLayer(stream, 0, 0) - tailStart);
    expectDistribution(sample, (x) => 1 - Math.exp(-x));
    // A whole sample reaches the tail as often as e^-r says: within 4.75 standard errors of a binomial count.
    const whole = streams.stream('exponential/whole');
    const beyond = sampleOf(1_000_000, () => exponential(whole)).filter((x) => x > tailStart).length;
    const expected = 1_000_000 * Math.exp(-tailStart);
    expect(Math.abs(beyond - expected)).toBeLessThan(4.75 * Math.sqrt(expected));
  });

  test('can be inlined as its tables describe', () => {
    const whole = streams.stream('exponential/inline');
    const inlined = streams.stream('exponential/inline');
    const { k, w } = exponentialZiggurat;
    for (let i = 0; i < 20_000; i++) {
      const a = inlined.nextUint32();
      const j = (a >>> 11) * 2 ** 32 + inlined.nextUint32();
      const layer = a & 255;
      const x = j * w[layer]!;
      const draw = j < k[layer]! ? x : exponentialOutsideLayer(inlined, layer, x);
      if (draw !== exponential(whole)) expect.fail(`draw ${i} differs`);
    }
    expect(inlined.state).toEqual(whole.state);
  });
});

describe('normal', () => {
  test('has the normal distribution of mean 0 and variance 1', () => {
    const stream = streams.stream('normal');
    const sample = sampleOf(SAMPLE, () => normal(stream));
    expectMoments(sample, { mean: 0, variance: 1, kurtosis: 3 });
    expectDistribution(sample, normalCumulative);
  });

  test('reaches its tail as often as it should', () => {
    const stream = streams.stream('normal/whole');
    const { tailStart } = normalZiggurat;
    const beyond = sampleOf(2_000_000, () => normal(stream)).filter((x) => Math.abs(x) > tailStart).length;
    const expected = 2_000_000 * 2 * normalCumulative(-tailStart);
    expect(Math.abs(beyond - expected)).toBeLessThan(4.75 * Math.sqrt(expected));
  });

  test('has the right tail, beyond the lowest layer', () => {
    const { tailStart } = normalZiggurat;
    const draw = tailDrawer(streams.stream('normal/tail'));
    expectDistribution(
      sampleOf(50_000, draw),
      (x) => 1 - normalCumulative(-x) / normalCumulative(-tailStart),
    );
  });
});

/** Normal draws whose first two words lead to the outer end of the lowest layer, with positive sign. */
function tailDrawer(stream: RandomStream): () => number {
  const genuine = stream.nextUint32.bind(stream);
  let scripted: number[] = [];
  stream.nextUint32 = () => scripted.shift() ?? genuine();
  return () => {
    scripted = [0xfffffe00, 0xffffffff];
    return normal(stream);
  };
}

describe('gamma', () => {
  test.each([0.01, 0.3, 0.5, 1, 1.5, 4, 100, 1e6])(
    'of shape %d has the moments of its distribution',
    (shape) => {
      const stream = streams.stream(`gamma/${shape}`);
      // A misplaced 1/3 shifts the mean, most visibly where the variance is small.
      const sample = sampleOf(shape === 1 ? 3_000_000 : SAMPLE, () => gamma(stream, shape));
      expectMoments(sample, { mean: shape, variance: shape, kurtosis: 3 + 6 / shape });
    },
  );

  const chiCumulative = (x: number) => 2 * normalCumulative(Math.sqrt(2 * x)) - 1;

  test.each([
    [0.5, chiCumulative],
    [1.5, (x: number) => chiCumulative(x) - 2 * Math.sqrt(x / Math.PI) * Math.exp(-x)],
    [1, (x: number) => erlangCumulative(1, x)],
    [4, (x: number) => erlangCumulative(4, x)],
    [100, (x: number) => erlangCumulative(100, x)],
  ] as const)('of shape %d has the exact distribution function', (shape, cumulative) => {
    const stream = streams.stream(`gamma/cumulative/${shape}`);
    expectDistribution(
      sampleOf(100_000, () => gamma(stream, shape)),
      cumulative,
    );
  });

  test('of a small shape is the product that defines it: gamma(1/4) + gamma(3/4) is exponential', () => {
    const stream = streams.stream('gamma/sum');
    expectDistribution(
      sampleOf(200_000, () => gamma(stream, 0.25) + gamma(stream, 0.75)),
      (x) => 1 - Math.exp(-x),
    );
  });

  test.each([0, -1, Number.NaN, Infinity])('asserts against shape %d', (shape) => {
    expect(() => gamma(streams.stream('x'), shape)).toThrow('shape');
  });
});

/** P(gamma(k) <= x) for whole k: at least k events of a Poisson process by time x. */
function erlangCumulative(k: number, x: number): number {
  let term = Math.exp(-x);
  let sum = 0;
  for (let i = 0; i < k; i++) {
    sum += term;
    term *= x / (i + 1);
  }
  return 1 - sum;
}
