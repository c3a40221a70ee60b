import { expect, test } from 'vitest';
import { binomial } from './binomial.ts';
import { exponential, gamma, normal } from './distributions.ts';
import { poisson } from './poisson.ts';
import type { RandomStream } from './random-stream.ts';
import { randomStreams } from './random-streams.ts';

// The same seed gives the same draws, to the last bit, on every machine, engine and worker. Whoever changes a figure
// here changes every published result, and says so in the changelog.
test.each([
  ['exponential', (stream: RandomStream) => exponential(stream), '72e2b985'],
  ['normal', (stream: RandomStream) => normal(stream), '693bb4db'],
  ['gamma', (stream: RandomStream) => gamma(stream, 0.7), 'f7ab81e9'],
  ['poisson below 10', (stream: RandomStream) => poisson(stream, 3.3), 'c15c4c4e'],
  ['poisson above 10', (stream: RandomStream) => poisson(stream, 1e9), '6c1f9462'],
  ['binomial below 10', (stream: RandomStream) => binomial(stream, 360_000, 1e-5), '5d7d1085'],
  ['binomial above 10', (stream: RandomStream) => binomial(stream, 2 ** 40, 0.3), '76ab4791'],
])('10,000 draws of %s', (name, draw, expected) => {
  const stream = randomStreams('1').stream(name);
  let hash = 0x811c9dc5;
  for (let i = 0; i < 10_000; i++) {
    for (const octet of new Uint8Array(Float64Array.of(draw(stream)).buffer)) {
      hash = Math.imul(hash ^ octet, 0x01000193);
    }
  }
  expect((hash >>> 0).toString(16)).toBe(expected);
});
