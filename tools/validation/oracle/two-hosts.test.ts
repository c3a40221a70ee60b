/** The engines against the closed forms of two hosts, one defense alone and several together. */
import { engineNamed, type EngineName, type Outbreak } from '@wormwood/epidemic';
import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { aloneCases, combinedCases, singleHostCases, wormCases } from './two-hosts.mjs';

const streams = randomStreams('20261130');

/** Whether the share of runs in which the second host is infected lies within four standard errors of `exact`. */
function isNear(name: EngineName, outbreak: Outbreak, exact: number, first: number, runs: number): boolean {
  const engine = engineNamed(name);
  let second = 0;
  for (let replicate = first; replicate < first + runs; replicate++) {
    second += engine.run(outbreak, { streams, replicate }).summary.everInfected - 1;
  }
  return Math.abs(second / runs - exact) < 4 * Math.sqrt((exact * (1 - exact)) / runs);
}

const cases = [...aloneCases, ...combinedCases, ...wormCases];

describe.each(['hosts', 'probes', 'stochastic'] as const)('two hosts: %s', (name) => {
  it.each(name === 'stochastic' ? cases : [...cases, ...singleHostCases])('%s', (_, outbreak, exact) => {
    expect(engineNamed(name).unsupported(outbreak)).toEqual([]);
    // What chance throws out in the first runs is looked at again in more.
    expect(isNear(name, outbreak, exact, 0, 400) || isNear(name, outbreak, exact, 400, 4000)).toBe(true);
  });
});

describe('two hosts: refused where hosts are counted', () => {
  it.each(singleHostCases)('%s', (_, outbreak) => {
    const sentences = engineNamed('stochastic').unsupported(outbreak);
    expect(sentences.join(' ')).toMatch(
      /^The engine stochastic counts hosts .* engines hosts and probes follow each host\.$/,
    );
  });
});
