/** Drawn graphs by what is known of their degrees and clustering, and immune hosts of stars and rings. Seeds are fixed. */
import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import type { ImmuneHosts, RandomGraph } from '../outbreak/scan-strategy.ts';
import { drawImmune } from './immune-hosts.ts';
import { drawGraph, graphObstacles } from './random-graph.ts';
import type { NeighborScan } from './scan.ts';

const streams = randomStreams('20261201');

function drawn(graph: RandomGraph, hosts: number, replicate = 0): NeighborScan {
  expect(graphObstacles(graph, hosts)).toEqual([]);
  return drawGraph(graph, hosts, streams.stream(`graph/${graph.kind}`, replicate));
}

function neighborsOf({ first, neighbor }: NeighborScan): readonly (readonly number[])[] {
  return Array.from(first.subarray(1), (end, host) => Array.from(neighbor.subarray(first[host], end)));
}

function degreesOf(graph: NeighborScan): readonly number[] {
  return neighborsOf(graph).map(({ length }) => length);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, x) => total + x, 0);
}

/** Closed triples over all triples. */
function clustering(graph: NeighborScan): number {
  const known = neighborsOf(graph).map((row) => new Set(row));
  let closed = 0;
  let all = 0;
  for (const row of known) {
    for (const a of row) {
      for (const b of row) {
        if (a === b) continue;
        all++;
        if (known[a]!.has(b)) closed++;
      }
    }
  }
  return closed / all;
}

const HOSTS = 20_000;
const graphs: readonly RandomGraph[] = [
  { kind: 'erdos-renyi', meanDegree: 6 },
  { kind: 'barabasi-albert', links: 3 },
  { kind: 'watts-strogatz', degree: 6, rewired: 0.1 },
  {
    kind: 'degrees',
    degrees: [
      { degree: 2, hosts: 9000 },
      { degree: 40, hosts: 1000 },
    ],
  },
];

describe.each(graphs)('$kind', (graph) => {
  it('links each two hosts once, both ways, and none to itself', () => {
    const rows = neighborsOf(drawn(graph, HOSTS));
    const known = rows.map((row) => new Set(row));
    const isOnce = (row: readonly number[], host: number): boolean =>
      known[host]!.size === row.length && row.every((other) => other !== host && known[other]!.has(host));
    expect(rows.findIndex((row, host) => !isOnce(row, host))).toBe(-1);
  });

  it('differs from run to run and is the same for one', () => {
    expect(drawn(graph, 10_000, 1).neighbor).toEqual(drawn(graph, 10_000, 1).neighbor);
    expect(drawn(graph, 10_000, 1).neighbor).not.toEqual(drawn(graph, 10_000, 2).neighbor);
  });
});

it('Erdős and Rényi: degrees are binomial, and pairs at all distances are linked alike', () => {
  const mean = 6;
  const graph = drawn({ kind: 'erdos-renyi', meanDegree: mean }, HOSTS);
  const degrees = degreesOf(graph);
  // Each of N(N − 1)/2 pairs; four standard errors.
  const links = sum(degrees) / 2;
  expect(Math.abs(links - (mean * HOSTS) / 2)).toBeLessThan(4 * Math.sqrt((mean * HOSTS) / 2));
  // Poisson probabilities, but for a part of the order of 1/N.
  let probability = Math.exp(-mean);
  for (let k = 0; k <= 14; k++) {
    const found = degrees.filter((degree) => degree === k).length / HOSTS;
    expect(Math.abs(found - probability)).toBeLessThan(4.5 * Math.sqrt(probability / HOSTS));
    probability *= mean / (k + 1);
  }
  const near = neighborsOf(graph).flatMap((row, host) =>
    row.filter((other) => Math.abs(other - host) < HOSTS / 2),
  );
  // Of all pairs three quarters lie less than half of the hosts apart.
  expect(Math.abs(near.length / (2 * links) - 0.75)).toBeLessThan(4 * Math.sqrt(0.1875 / links));
});

it('Erdős and Rényi: all pairs, and none', () => {
  expect(degreesOf(drawn({ kind: 'erdos-renyi', meanDegree: 9 }, 10))).toEqual(
    Array.from({ length: 10 }, () => 9),
  );
  expect(sum(degreesOf(drawn({ kind: 'erdos-renyi', meanDegree: 0 }, 10)))).toBe(0);
  expect(drawn({ kind: 'erdos-renyi', meanDegree: 0 }, 1).first).toEqual(Int32Array.of(0, 0));
});

it('Barabási and Albert: as many links as are made, and the tail of degrees', () => {
  const links = 3;
  const degrees = degreesOf(drawn({ kind: 'barabasi-albert', links }, HOSTS));
  expect(sum(degrees) / 2).toBe((links * (links + 1)) / 2 + links * (HOSTS - links - 1));
  expect(Math.min(...degrees)).toBe(links);
  for (const k of [4, 6, 10, 20]) {
    // P(degree ≥ k) of the limit; degrees of one graph depend on each other, which ten standard errors allow for.
    const tail = (links * (links + 1)) / (k * (k + 1));
    const found = degrees.filter((degree) => degree >= k).length / HOSTS;
    expect(Math.abs(found - tail)).toBeLessThan(10 * Math.sqrt(tail / HOSTS));
  }
});

it('Watts and Strogatz: a ring, and the clustering that is left of it', () => {
  const ring = neighborsOf(drawn({ kind: 'watts-strogatz', degree: 4, rewired: 0 }, 10));
  expect(ring.map((row) => row.toSorted((a, b) => a - b))[5]).toEqual([3, 4, 6, 7]);
  for (const rewired of [0, 0.1, 0.5]) {
    const graph = drawn({ kind: 'watts-strogatz', degree: 6, rewired }, HOSTS);
    expect(sum(degreesOf(graph))).toBe(6 * HOSTS);
    // 3 (k − 2)/(4 (k − 1)) (1 − p)³ (Barrat, Weigt 2000) with the triples of degrees that vary: half of the ends stay, the
    // others go with probability p, and as many arrive. Four times the spread of 7,500 triangles, the fewest here.
    const variance = 3 * rewired * (1 - rewired) + 3 * rewired;
    const exact = (0.6 * (1 - rewired) ** 3 * 30) / (30 + variance);
    expect(Math.abs(clustering(graph) / exact - 1)).toBeLessThan(4 / Math.sqrt(7500));
  }
});

it('given degrees: each host has its own', () => {
  const degrees = [
    { degree: 1, hosts: 60 },
    { degree: 3, hosts: 20 },
    { degree: 20, hosts: 6 },
  ];
  for (let replicate = 0; replicate < 20; replicate++) {
    const found = degreesOf(drawn({ kind: 'degrees', degrees }, 100, replicate));
    expect(found.slice(0, 86)).toEqual(
      degrees.flatMap(({ degree, hosts }) => Array.from({ length: hosts }, () => degree)),
    );
    expect(sum(found.slice(86))).toBe(0);
  }
});

describe('immune hosts', () => {
  const star: RandomGraph = {
    kind: 'degrees',
    degrees: [
      { degree: 9, hosts: 1 },
      { degree: 1, hosts: 9 },
    ],
  };
  const immuneOf = (immune: ImmuneHosts, graph: NeighborScan, replicate: number): readonly number[] =>
    Array.from(drawImmune(immune, graph, streams.stream('immune', replicate)));

  it('hubs know most others, and ties are drawn', () => {
    const graph = drawn(star, 10);
    const second = new Set<number>();
    for (let replicate = 0; replicate < 100; replicate++) {
      const [first, ...rest] = immuneOf({ who: 'hubs', fraction: 0.2 }, graph, replicate);
      expect(first).toBe(0);
      for (const host of rest) second.add(host);
    }
    expect(second.size).toBe(9);
  });

  it('of a star nine in ten neighbors are its hub, and no host that nobody knows is one', () => {
    const graph = drawn(star, 10);
    const hubs = Array.from(
      { length: 1000 },
      (_, k) => immuneOf({ who: 'neighbors', fraction: 0.1 }, graph, k)[0],
    );
    const found = hubs.filter((host) => host === 0).length / 1000;
    expect(Math.abs(found - 0.9)).toBeLessThan(4 * Math.sqrt(0.09 / 1000));
    const apart = drawn(star, 20);
    expect(immuneOf({ who: 'neighbors', fraction: 1 }, apart, 0).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, host) => host),
    );
  });

  it('anyone is each host alike', () => {
    const graph = drawn(star, 10);
    const count = Array.from({ length: 10 }, () => 0);
    for (let k = 0; k < 1000; k++)
      for (const host of immuneOf({ who: 'anyone', fraction: 0.3 }, graph, k)) count[host]!++;
    for (const found of count) expect(Math.abs(found - 300)).toBeLessThan(4 * Math.sqrt(210));
  });
});

it('says which graphs there cannot be', () => {
  const sentences = (graph: RandomGraph): string => graphObstacles(graph, 10).join(' ');
  expect(sentences({ kind: 'erdos-renyi', meanDegree: 9.5 })).toContain(
    '9.5 others in the mean, where 10 hosts',
  );
  expect(sentences({ kind: 'barabasi-albert', links: 10 })).toContain('at least 10 others, where 10 hosts');
  expect(sentences({ kind: 'watts-strogatz', degree: 3, rewired: 0 })).toContain('even, not 3.');
  expect(sentences({ kind: 'watts-strogatz', degree: 10, rewired: 0 })).toContain('would know 10 others');
  const degrees = [
    { degree: 11, hosts: 1 },
    { degree: 1, hosts: 10 },
  ];
  expect(sentences({ kind: 'degrees', degrees })).toMatch(
    /those of 11 hosts.*would know 11 others.*add up to 21/,
  );
});
