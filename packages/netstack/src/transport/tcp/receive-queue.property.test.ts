/** Octets that came before their turn, against a map from places to octets; and rings, against lists. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OctetRing } from './octet-ring.ts';
import { ReceiveQueue } from './receive-queue.ts';

const SEED = Number(process.env['WORMWOOD_SEED'] ?? 20_261_201);
/** What a piece costs besides its octets. */
const PIECE_BYTES = 288;

/** Runs of places, as ranges. */
function runsOf(places: readonly number[], base: number): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (const place of places.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.end === place) last.end = place + 1;
    else runs.push({ start: place, end: place + 1 });
  }
  return runs.map(({ start, end }) => ({ start: (base + start) >>> 0, end: (base + end) >>> 0 }));
}

const step = fc.record({
  offset: fc.integer({ min: 1, max: 60 }),
  length: fc.integer({ min: 1, max: 20 }),
  moves: fc.constantFrom(0, 0, 0, 1, 5, 20),
});

describe('a queue of early segments', () => {
  it(`holds each octet once, as it came first, and hands out what follows; seed ${SEED}`, () => {
    const base = fc.constantFrom(0, 1000, 2 ** 31 - 40, 2 ** 32 - 40);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), base, (steps, first) => {
        const queue = new ReceiveQueue();
        const held = new Map<number, number>();
        let next = 0;
        let fill = 0;
        for (const { offset, length, moves } of steps) {
          const octets = Uint8Array.from({ length }, () => ++fill & 0xff);
          queue.addEarly((first + next + offset) >>> 0, octets);
          octets.forEach((octet, i) => {
            const place = next + offset + i;
            if (!held.has(place)) held.set(place, octet);
          });
          expect(queue.earlyBytes).toBe(held.size);
          // Beyond the gap, a range is held where each of its octets is.
          for (const [from, to] of [
            [offset, offset + length],
            [offset - 1, offset + length],
            [offset, offset + length + 1],
          ] as const) {
            const isHeld = Array.from({ length: to - from }, (_, i) => held.has(next + from + i)).every(
              Boolean,
            );
            expect(queue.holds((first + next + from) >>> 0, (first + next + to) >>> 0)).toBe(isHeld);
          }
          const ranges = queue.takeRanges(100);
          expect(ranges.toSorted((a, b) => (a.start - b.start) | 0)).toEqual(runsOf([...held.keys()], first));
          // The range that grew last stands first (RFC 2018 4).
          const begun = (first + next + offset) >>> 0;
          const inFirst = (begun - ranges[0]!.start) >>> 0;
          expect(inFirst).toBeLessThan((ranges[0]!.end - ranges[0]!.start) >>> 0);
          next += moves;
          for (;;) {
            const taken = queue.takeInOrder((first + next) >>> 0);
            if (taken === undefined) break;
            for (const octet of taken) {
              expect(octet).toBe(held.get(next));
              next++;
            }
          }
          expect(held.has(next)).toBe(false);
          for (const place of held.keys()) if (place < next) held.delete(place);
          expect([queue.earlyBytes, queue.hasRanges, queue.isEmpty]).toEqual([
            held.size,
            held.size > 0,
            held.size === 0,
          ]);
        }
        queue.forgetEarly();
        expect([queue.earlyBytes, queue.capacityBytes, queue.takeRanges(9)]).toEqual([0, 0, []]);
      }),
      { numRuns: 300, seed: SEED },
    );
  });

  it('keeps 128 pieces, and no octet of one more', () => {
    const queue = new ReceiveQueue();
    for (let i = 0; i < 130; i++) queue.addEarly(10 + 2 * i, Uint8Array.of(i));
    expect([queue.earlyBytes, queue.capacityBytes]).toEqual([128, 128 * (1 + PIECE_BYTES)]);
    expect([queue.holds(10 + 2 * 127, 11 + 2 * 127), queue.holds(10 + 2 * 128, 11 + 2 * 128)]).toEqual([
      true,
      false,
    ]);
    queue.takeInOrder(10);
    // What one segment adds on both sides of a piece are two; there is room for one.
    queue.addEarly(13, Uint8Array.of(1, 2, 3));
    expect([queue.holds(13, 14), queue.holds(13, 16)]).toEqual([true, false]);
  });

  it('reports what came twice once, before all else, and the ranges that grew last first', () => {
    const queue = new ReceiveQueue();
    for (const seq of [10, 20, 30, 40, 50, 60, 70]) queue.addEarly(seq, Uint8Array.of(1));
    queue.addEarly(21, Uint8Array.of(2));
    queue.noteRepeated(1, 5);
    const starts = () => queue.takeRanges(8).map(({ start }) => start);
    // Of five numbers the order is kept; the others follow by number.
    expect(starts()).toEqual([1, 20, 70, 60, 50, 40, 10, 30]);
    expect(starts()).toEqual([20, 70, 60, 50, 40, 10, 30]);
    expect(queue.takeRanges(2)).toEqual([
      { start: 20, end: 22 },
      { start: 70, end: 71 },
    ]);
  });

  it('keeps a FIN beyond the gap for its turn', () => {
    const queue = new ReceiveQueue();
    queue.addEarly(10, Uint8Array.of(1, 2));
    queue.addEarlyFin(12);
    expect([queue.hasRanges, queue.takeRanges(3)]).toEqual([true, [{ start: 10, end: 13 }]]);
    expect([queue.takeFinInOrder(11), queue.takeFinInOrder(12), queue.takeFinInOrder(12)]).toEqual([
      false,
      true,
      false,
    ]);
    queue.addEarlyFin(20);
    expect(queue.takeRanges(3)).toEqual([
      { start: 20, end: 21 },
      { start: 10, end: 12 },
    ]);
    // What lies behind is no end.
    expect([queue.takeFinInOrder(21), queue.takeFinInOrder(20)]).toEqual([false, false]);
  });

  it('hands out what a paused service has not taken, 4,096 octets at a time', () => {
    const queue = new ReceiveQueue();
    queue.hold(Uint8Array.from({ length: 5000 }, (_, i) => i));
    expect([queue.readyBytes, queue.isEmpty, queue.hasRanges]).toEqual([5000, false, false]);
    const [first, second] = [queue.takeReady(), queue.takeReady()];
    expect([first.length, second.length, queue.takeReady().length, queue.isEmpty]).toEqual([
      4096,
      904,
      0,
      true,
    ]);
    expect([first[4095], second[0], second[903]]).toEqual([4095 & 0xff, 0, 4999 & 0xff]);
  });
});

it(`a ring holds the octets of a list, up to its limit; seed ${SEED}`, () => {
  const action = fc.record({ writes: fc.nat(9000), drops: fc.nat(9000) });
  fc.assert(
    fc.property(
      fc.array(action, { maxLength: 12 }),
      fc.constantFrom(1, 4095, 10_000, 65_536),
      (actions, limit) => {
        const ring = new OctetRing(limit);
        const list: number[] = [];
        let fill = 0;
        for (const { writes, drops } of actions) {
          const octets = Uint8Array.from({ length: writes }, () => ++fill % 251);
          const taken = ring.write(octets);
          expect(taken).toBe(Math.min(writes, limit - list.length));
          list.push(...octets.subarray(0, taken));
          expect([ring.length, ring.room]).toEqual([list.length, limit - list.length]);
          const power = list.length === 0 ? 0 : 2 ** Math.ceil(Math.log2(Math.max(4096, list.length)));
          expect(ring.capacityBytes).toBeGreaterThanOrEqual(power);
          expect(ring.capacityBytes).toBeLessThan(2 * Math.max(4096, limit));
          const [offset, length] = [drops % (list.length + 1), list.length - (drops % (list.length + 1))];
          if (length > 0) {
            const out = new Uint8Array(length + 2);
            ring.copyTo(out, 1, offset, length);
            expect([...out]).toEqual([0, ...list.slice(offset), 0]);
          }
          const dropped = Math.min(drops, list.length);
          if (dropped > 0) ring.drop(dropped);
          list.splice(0, dropped);
          if (list.length === 0) expect(ring.capacityBytes).toBe(0);
        }
      },
    ),
    { numRuns: 40, seed: SEED },
  );
});
