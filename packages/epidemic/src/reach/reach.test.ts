/**
 * Where probes go on average, against placements that are drawn: for every host the chance that its probe finds another,
 * and the honeypots that it meets, by counting addresses. Means over placements to four standard errors, seeds fixed.
 */
import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import type { Outbreak } from '../outbreak/outbreak.ts';
import { placementObstacles, placePopulation } from '../placement/place-population.ts';
import { honeypots, momentsOf } from '../engine/random-engine-test-support.ts';
import type { ScanStrategy, LocalLevel, LocalPreferenceScan } from '../outbreak/scan-strategy.ts';
import { reachOf } from './reach.ts';
import type { Honeypots } from '../outbreak/honeypots.ts';
import type { HostPlacement } from '../outbreak/population.ts';

const SPACE = 2 ** 22;
const RUNS = 100;
const streams = randomStreams('5');

const guarded: readonly Honeypots[] = [
  honeypots({ count: 3000, placement: 'scattered' }),
  honeypots({ count: 2000, placement: 'populated' }),
];

function outbreakOf(strategy: ScanStrategy, placement: HostPlacement): Outbreak {
  return {
    addressSpaceSize: SPACE,
    firstAddress: 0,
    population: { vulnerable: 300, infected: 1, placement },
    worm: { scanRatePerSecond: 1, strategy },
    honeypots: guarded,
    durationSeconds: 1,
    sampleSeconds: 1,
  };
}

function blockCounts(addresses: Float64Array, size: number): Map<number, number> {
  const count = new Map<number, number>();
  for (const address of addresses) {
    const block = Math.floor(address / size);
    count.set(block, (count.get(block) ?? 0) + 1);
  }
  return count;
}

/** Per probe: other hosts found, then the honeypots of each group met, averaged over all hosts of one placement. */
function locally(outbreak: Outbreak, levels: readonly LocalLevel[], replicate: number): readonly number[] {
  const placed = placePopulation(outbreak, streams.stream('placement', replicate));
  const hosts = placed.hostAddress.length;
  const anywhere = 1 - levels.reduce((sum, { probability }) => sum + probability, 0);
  return [placed.hostAddress, ...placed.honeypotAddress].map((targets, row) => {
    const self = row === 0 ? 1 : 0;
    let sum = (anywhere * (targets.length - self)) / SPACE;
    for (const { networkSize, probability } of levels) {
      const size = Math.min(networkSize, SPACE);
      const count = blockCounts(targets, size);
      let inOwn = 0;
      for (const address of placed.hostAddress) inOwn += (count.get(Math.floor(address / size)) ?? 0) - self;
      sum += (probability * inOwn) / hosts / size;
    }
    return sum;
  });
}

/** The same from the reach: averaged over cells of senders by their hosts. */
function expected(outbreak: Outbreak): readonly number[] {
  const { hosts, onto, met } = reachOf(outbreak);
  const { vulnerable } = outbreak.population;
  const cells = hosts.length;
  const average = (of: (cell: number) => number): number =>
    hosts.reduce((sum, count, cell) => sum + (count / vulnerable) * of(cell), 0);
  const found = average((from) => {
    // A host does not find itself.
    let sum = -onto[from * cells + from]!;
    for (let to = 0; to < cells; to++) sum += hosts[to]! * onto[to * cells + from]!;
    return sum;
  });
  return [found, ...met.map((row) => average((from) => row[from]!))];
}

function expectAgreement(outbreak: Outbreak, drawn: (replicate: number) => readonly number[]): void {
  expect(placementObstacles(outbreak)).toEqual([]);
  const wanted = expected(outbreak);
  const rows = Array.from({ length: RUNS }, (_, replicate) => drawn(replicate));
  for (const [column, value] of wanted.entries()) {
    const { mean, standardError } = momentsOf(rows.map((row) => row[column]!));
    // That two hosts cannot share one address, nor a honeypot and a host, makes less than 0.2 % here; that the number of
    // populated networks varies, so that the mean of its inverse is not the inverse of its mean, less than 0.4 %.
    const allowed = 4 * standardError + 0.004 * value;
    expect(Math.abs(mean - value), `${column}: ${mean} for ${value} ± ${standardError}`).toBeLessThan(
      allowed,
    );
  }
}

const placements: Readonly<Record<string, HostPlacement>> = {
  anywhere: { kind: 'uniform' },
  'in networks of networks': {
    kind: 'clustered',
    levels: [
      { networkSize: 2 ** 18, networks: 6 },
      { networkSize: 2 ** 13, networks: 40 },
    ],
  },
  'in fewer small networks than large ones': {
    kind: 'clustered',
    levels: [
      { networkSize: 2 ** 14, networks: 100 },
      { networkSize: 2 ** 11, networks: 60 },
      { networkSize: 2 ** 9, networks: 45 },
    ],
  },
  'in ranges': {
    kind: 'ranges',
    ranges: [
      { first: 70_000, size: 200_000, weight: 3 },
      { first: 270_000, size: 3000, weight: 1 },
      { first: 1_000_000, size: 700, weight: 0.5 },
      { first: 1_002_000, size: 5000, weight: 2 },
      { first: 3_000_000, size: 1_100_000, weight: 1 },
    ],
  },
};

const levelsOf: readonly (readonly LocalLevel[])[] = [
  [
    { networkSize: 2 ** 18, probability: 0.5 },
    { networkSize: 2 ** 13, probability: 0.3 },
  ],
  [
    { networkSize: 2 ** 20, probability: 0.4 },
    { networkSize: 2 ** 10, probability: 0.6 },
  ],
  [
    { networkSize: 2 ** 15, probability: 0.9 },
    { networkSize: 2 ** 23, probability: 0.1 },
  ],
];

describe('local preference', () => {
  it.each(Object.entries(placements))('hosts %s', (_, placement) => {
    for (const levels of levelsOf) {
      const strategy: LocalPreferenceScan = { kind: 'local', levels };
      const outbreak = outbreakOf(strategy, placement);
      expectAgreement(outbreak, (replicate) => locally(outbreak, levels, replicate));
    }
  });
});

describe('runs of addresses', () => {
  const lists = [
    { first: 60_000, size: 150_000, probability: 0.3 },
    { first: 250_000, size: 30_000, probability: 0.4 },
    { first: 3_500_000, size: 600_000, probability: 0.2 },
  ];
  const inside = (addresses: Float64Array, { first, size }: { first: number; size: number }): number =>
    addresses.reduce((sum, address) => sum + (address >= first && address < first + size ? 1 : 0), 0);

  it.each(Object.entries(placements))('hosts %s', (_, placement) => {
    const outbreak = outbreakOf({ kind: 'lists', lists }, placement);
    expectAgreement(outbreak, (replicate) => {
      const placed = placePopulation(outbreak, streams.stream('placement', replicate));
      const hosts = placed.hostAddress.length;
      return [placed.hostAddress, ...placed.honeypotAddress].map((targets, row) =>
        lists.reduce((sum, list) => {
          const found = inside(targets, list);
          return sum + (list.probability / list.size) * (row === 0 ? found * (1 - 1 / hosts) : found);
        }, 0),
      );
    });
  });
});
