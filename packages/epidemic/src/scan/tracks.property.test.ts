/** Tracks are one-to-one, and walks keep to their rules. */
import { randomStreams } from '@wormwood/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanOf } from './scan-of.ts';
import { type DrawnScan, type WalkedScan, Walks } from './scan.ts';
import type { ScanStrategy } from '../outbreak/scan-strategy.ts';

const stream = randomStreams('1').stream('tracks', 0);

const strategies: Readonly<Record<string, ScanStrategy>> = {
  uniform: { kind: 'uniform' },
  local: { kind: 'local', levels: [{ networkSize: 16, probability: 0.5 }] },
  routable: {
    kind: 'routable',
    ranges: [
      { first: 1020, size: 30 },
      { first: 1005, size: 10 },
    ],
  },
  'coverage hole': { kind: 'coverage-hole', reached: 0.3 },
  lists: { kind: 'lists', lists: [{ first: 1001, size: 9, probability: 0.5 }] },
  sequential: { kind: 'sequential', nearProbability: 0.4 },
  permutation: { kind: 'permutation', giveUpAfter: 1, partitioned: false },
  'short cycles': { kind: 'short-cycles', cycles: [0.5, 0.2] },
};

describe('a track', () => {
  it.each(Object.entries(strategies))('%s', (_, strategy) => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 700 }), fc.integer(), (addressSpaceSize, key) => {
        const scan = scanOf(strategy, { firstAddress: 1000, addressSpaceSize, infected: 1, key });
        const { track } = scan as DrawnScan | WalkedScan;
        const places = Array.from({ length: addressSpaceSize }, (__, offset) => track.placeOf(1000 + offset));
        const reached = places.filter((place) => place >= 0);
        expect(reached.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: track.size }, (__, place) => place),
        );
        for (const [offset, place] of places.entries()) {
          if (place >= 0) expect(track.addressAt(place)).toBe(1000 + offset);
        }
        expect([track.placeOf(999), track.placeOf(1000 + addressSpaceSize)]).toEqual([-1, -1]);
      }),
      { numRuns: 20 },
    );
  });

  it('of 2^52 addresses', () => {
    const { track } = scanOf(strategies['permutation']!, {
      firstAddress: 0,
      addressSpaceSize: 2 ** 52,
      infected: 1,
      key: 7,
    }) as WalkedScan;
    for (let draw = 0; draw < 1000; draw++) {
      const address = stream.nextBelow(2 ** 52);
      expect(track.addressAt(track.placeOf(address))).toBe(address);
    }
  });

  it('in pseudo-random order is as even as drawn at random', () => {
    // Of 4,096 neighbouring addresses those that fall into each 64th of the track: chi-squared with 63 degrees of freedom,
    // above 103.4 with probability 0.001; keys are fixed.
    for (const key of [1, 2, 3]) {
      const space = { firstAddress: 0, addressSpaceSize: 2 ** 32, infected: 1, key };
      const { track } = scanOf(strategies['permutation']!, space) as WalkedScan;
      const count: number[] = Array.from({ length: 64 }, () => 0);
      for (let address = 0; address < 4096; address++) count[Math.floor(track.placeOf(address) / 2 ** 26)]!++;
      const statistic = count.reduce((sum, cell) => sum + (cell - 64) ** 2 / 64, 0);
      expect(statistic).toBeLessThan(103.4);
      expect(statistic).toBeGreaterThan(32);
    }
  });
});

describe('a walk', () => {
  it('of a partitioned permutation hands over half of what is left', () => {
    const space = { firstAddress: 0, addressSpaceSize: 1000, infected: 2, key: 1 };
    const scan = scanOf({ kind: 'permutation', giveUpAfter: 2, partitioned: true }, space) as WalkedScan;
    const walks = new Walks(4);
    scan.begin(walks, { host: 0, infector: -1, place: 5, isByWalk: false }, stream);
    scan.begin(walks, { host: 1, infector: -1, place: 6, isByWalk: false }, stream);
    expect([walks.next(0), walks.remaining(0), walks.next(1), walks.remaining(1)]).toEqual([
      0, 500, 500, 500,
    ]);
    walks.goOn(0, 101);
    scan.begin(walks, { host: 2, infector: 0, place: 100, isByWalk: true }, stream);
    expect([walks.next(0), walks.remaining(0)]).toEqual([101, 199]);
    expect([walks.next(2), walks.remaining(2)]).toEqual([300, 200]);
    walks.goOn(0, 199);
    scan.finishedRange(walks, 0, stream);
    expect(walks.remaining(0)).toBe(Infinity);
  });

  it('by permutation ends at the last infected host that it puts up with', () => {
    const space = { firstAddress: 0, addressSpaceSize: 1000, infected: 1, key: 1 };
    const scan = scanOf({ kind: 'permutation', giveUpAfter: 2, partitioned: false }, space) as WalkedScan;
    const walks = new Walks(1);
    scan.begin(walks, { host: 0, infector: -1, place: 5, isByWalk: false }, stream);
    scan.metInfected(walks, 0, stream);
    scan.succeeded(walks, 0);
    scan.metInfected(walks, 0, stream);
    expect(walks.remaining(0)).toBe(Infinity);
    scan.metInfected(walks, 0, stream);
    expect(walks.remaining(0)).toBe(0);
  });

  it('goes round its arc', () => {
    const walks = new Walks(1);
    walks.setNext(0, 57);
    walks.setArc(0, 50, 10);
    walks.setRemaining(0, Infinity);
    walks.goOn(0, 4);
    expect(walks.next(0)).toBe(51);
    walks.goOn(0, 2 ** 40);
    expect(walks.next(0)).toBe(50 + ((1 + 2 ** 40) % 10));
  });
});
