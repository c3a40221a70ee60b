import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import type { Outbreak } from '../outbreak/outbreak.ts';
import {
  PLACED_ADDRESSES_MAX,
  placementObstacles,
  placeHosts,
  placePopulation,
  type PlacedPopulation,
} from './place-population.ts';
import type { Honeypots } from '../outbreak/honeypots.ts';

const streams = randomStreams('11');

function honeypots(count: number, placement: Honeypots['placement']): Honeypots {
  const start = { kind: 'time', timeSeconds: 0 } as const;
  return { kind: 'honeypots', count, start, delaySeconds: 0, success: 1, placement };
}

function outbreakOf(change: {
  readonly space: number;
  readonly first?: number;
  readonly vulnerable: number;
  readonly honeypots?: readonly Honeypots[];
}): Outbreak {
  return {
    addressSpaceSize: change.space,
    firstAddress: change.first ?? 0,
    population: { vulnerable: change.vulnerable, infected: 1 },
    worm: { scanRatePerSecond: 1, strategy: { kind: 'uniform' } },
    honeypots: change.honeypots ?? [],
    durationSeconds: 1,
    sampleSeconds: 1,
  };
}

function place(outbreak: Outbreak, replicate = 0): PlacedPopulation {
  expect(placementObstacles(outbreak)).toEqual([]);
  return placePopulation(outbreak, streams.stream('placement', replicate));
}

/** Expects whole, distinct addresses within the space, as many as asked for, and the hosts that `placeHosts` gives. */
function expectValid(
  outbreak: Outbreak,
  { hostAddress, honeypotAddress }: PlacedPopulation,
  replicate = 0,
): void {
  const { firstAddress, addressSpaceSize, population, honeypots: groups } = outbreak;
  expect(hostAddress.length).toBe(population.vulnerable);
  expect(honeypotAddress.map(({ length }) => length)).toEqual(groups.map(({ count }) => count));
  const all = [hostAddress, ...honeypotAddress].flatMap((addresses) => Array.from(addresses));
  expect(new Set(all).size).toBe(all.length);
  expect(all.every(Number.isSafeInteger)).toBe(true);
  expect(all.every((address) => address >= firstAddress && address < firstAddress + addressSpaceSize)).toBe(
    true,
  );
  expect(placeHosts(outbreak, streams.stream('placement', replicate))).toEqual(hostAddress);
}

function isRun(addresses: Float64Array): boolean {
  return addresses.every((address, row) => address === addresses[0]! + row);
}

const mixed = [
  honeypots(300, 'block'),
  honeypots(200, 'scattered'),
  honeypots(100, 'populated'),
  honeypots(50, 'block'),
];

describe('population', () => {
  for (const [name, outbreak] of [
    ['sparse', outbreakOf({ space: 2 ** 32, vulnerable: 5000, honeypots: mixed })],
    ['beyond 32 bits', outbreakOf({ space: 2 ** 53, vulnerable: 500, honeypots: mixed })],
    ['of any size', outbreakOf({ space: 1_000_003, first: 77, vulnerable: 5000, honeypots: mixed })],
    ['half full', outbreakOf({ space: 2600, first: 2 ** 31 - 100, vulnerable: 650, honeypots: mixed })],
    ['full', outbreakOf({ space: 1000, first: 65_000, vulnerable: 350, honeypots: mixed })],
    ['of one address', outbreakOf({ space: 1, vulnerable: 1 })],
    ['without hosts', outbreakOf({ space: 10, vulnerable: 0, honeypots: [honeypots(10, 'block')] })],
  ] as const) {
    it(`places all on different addresses in a space ${name}`, () => {
      for (let replicate = 0; replicate < 5; replicate++) {
        const placed = place(outbreak, replicate);
        expectValid(outbreak, placed, replicate);
        for (const [position, { placement }] of outbreak.honeypots.entries()) {
          if (placement === 'block') expect(isRun(placed.honeypotAddress[position]!)).toBe(true);
        }
      }
    });
  }

  it('is the same for the same stream, and another for another', () => {
    const outbreak = outbreakOf({ space: 2 ** 32, vulnerable: 100, honeypots: mixed });
    expect(place(outbreak)).toEqual(place(outbreak));
    expect(place(outbreak, 1).hostAddress).not.toEqual(place(outbreak).hostAddress);
  });

  it('draws hosts uniformly: pairs of a small space', () => {
    // 2 hosts and 1 honeypot on 5 addresses: 5·4·3 = 60 equally likely arrangements; chi-squared, 59 degrees of freedom.
    const outbreak = outbreakOf({ space: 5, vulnerable: 2, honeypots: [honeypots(1, 'scattered')] });
    const counts = new Map<string, number>();
    const runs = 12_000;
    for (let replicate = 0; replicate < runs; replicate++) {
      const { hostAddress, honeypotAddress } = place(outbreak, replicate);
      const key = [...hostAddress, ...honeypotAddress[0]!].join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(60);
    const expected = runs / 60;
    const chiSquared = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    // Mean 59, standard deviation √118; four of them.
    expect(Math.abs(chiSquared - 59)).toBeLessThan(4 * Math.sqrt(118));
  });

  it('draws blocks uniformly among arrangements that do not overlap', () => {
    // Blocks of 2 and 1 and a host on 6 addresses: the blocks as slots, 5·4 = 20 choices, times 3 places for the host.
    const blocks = [honeypots(2, 'block'), honeypots(1, 'block')];
    const outbreak = outbreakOf({ space: 6, vulnerable: 1, honeypots: blocks });
    const counts = new Map<string, number>();
    const runs = 12_000;
    for (let replicate = 0; replicate < runs; replicate++) {
      const { hostAddress, honeypotAddress } = place(outbreak, replicate);
      const key = [hostAddress[0], honeypotAddress[0]![0], honeypotAddress[1]![0]].join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(60);
    const expected = runs / 60;
    const chiSquared = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    expect(Math.abs(chiSquared - 59)).toBeLessThan(4 * Math.sqrt(118));
  });

  it('spreads hosts over a large space evenly', () => {
    const { hostAddress } = place(outbreakOf({ space: 2 ** 32, vulnerable: 64_000 }));
    const counts = new Float64Array(64);
    for (const address of hostAddress) counts[Math.floor(address / 2 ** 26)]! += 1;
    // Each of 64 parts holds 1,000 ± √1000·(1 − 1/64); five standard deviations.
    expect(Math.max(...counts.map((count) => Math.abs(count - 1000)))).toBeLessThan(5 * Math.sqrt(1000));
  });

  it('places populated honeypots in networks that hold hosts, and elsewhere only when these are full', () => {
    const roomy = outbreakOf({ space: 2 ** 32, vulnerable: 40, honeypots: [honeypots(5000, 'populated')] });
    const { hostAddress, honeypotAddress } = place(roomy);
    const networks = new Set(Array.from(hostAddress, (address) => Math.floor(address / 65_536)));
    expect(honeypotAddress[0]!.every((address) => networks.has(Math.floor(address / 65_536)))).toBe(true);

    // Three hosts on two networks, and as many honeypots as two networks hold beside them: where the hosts share one
    // network, half of the honeypots overflow.
    const tight = outbreakOf({
      space: 2 ** 18,
      vulnerable: 3,
      honeypots: [honeypots(2 ** 17 - 3, 'populated')],
    });
    for (let replicate = 0; replicate < 3; replicate++)
      expectValid(tight, place(tight, replicate), replicate);
  });

  it('says why a population cannot be placed', () => {
    const crowded = outbreakOf({ space: 10, vulnerable: 8, honeypots: [honeypots(3, 'scattered')] });
    expect(placementObstacles(crowded)).toEqual([
      'An address space of 10 addresses has no room for 8 vulnerable hosts and 3 honeypots.',
    ]);
    const huge = outbreakOf({ space: 2 ** 53, vulnerable: PLACED_ADDRESSES_MAX + 1 });
    expect(placementObstacles(huge)[0]).toContain('fit in memory');
    const lonely = outbreakOf({ space: 2 ** 32, vulnerable: 1, honeypots: [honeypots(65_536, 'populated')] });
    expect(placementObstacles(lonely)[0]).toContain('no room for 65536 honeypots beside them');
  });
});
