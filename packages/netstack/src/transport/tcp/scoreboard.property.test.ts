/** The scoreboard against the words of RFC 6675 section 4 applied octet by octet. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scoreboard } from './scoreboard.ts';

const MSS = 4;
const SIZE = 80;

/** One flag an octet, and every rule as the RFC words it. */
class Octets {
  sacked: boolean[] = Array.from({ length: SIZE }, () => false);
  repeatedUntil = 0;

  isLost(at: number): boolean {
    let ranges = 0;
    let octets = 0;
    for (let i = at + 1; i < this.sacked.length; i++) {
      if (!this.sacked[i]) continue;
      octets++;
      if (!this.sacked[i - 1]) ranges++;
    }
    return ranges >= 3 || octets > 2 * MSS;
  }

  pipe(): number {
    return this.sacked.reduce(
      (pipe, isSacked, at) =>
        isSacked ? pipe : pipe + (this.isLost(at) ? 0 : 1) + (at < this.repeatedUntil ? 1 : 0),
      0,
    );
  }

  nextHole(): { offset: number; length: number } | null {
    const highest = this.sacked.lastIndexOf(true);
    for (let at = this.repeatedUntil; at < highest; at++) {
      if (this.sacked[at] || !this.isLost(at)) continue;
      let length = 0;
      while (length < MSS && !this.sacked[at + length]) length++;
      return { offset: at, length };
    }
    return null;
  }
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('sack' as const),
    start: fc.integer({ min: 1, max: SIZE }),
    length: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({ kind: fc.constant('repeat' as const) }),
  fc.record({ kind: fc.constant('acknowledge' as const), octets: fc.integer({ min: 1, max: 10 }) }),
);

describe('scoreboard', () => {
  it('counts and chooses as RFC 6675 does octet by octet', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const board = new Scoreboard();
        const model = new Octets();
        for (const action of steps) {
          const inFlight = model.sacked.length;
          if (action.kind === 'sack') {
            const end = Math.min(action.start + action.length, inFlight);
            board.add(action.start, end, inFlight);
            if (action.start < end) model.sacked.fill(true, action.start, end);
          } else if (action.kind === 'repeat') {
            const hole = board.nextHole(MSS);
            if (hole === null) continue;
            board.repeated(hole.offset + hole.length);
            model.repeatedUntil = hole.offset + hole.length;
          } else {
            // An acknowledgment takes in what was told: it ends before an octet that is not there.
            let octets = Math.min(action.octets, inFlight);
            while (model.sacked[octets]) octets++;
            board.acknowledge(octets);
            model.sacked.splice(0, octets);
            model.repeatedUntil = Math.max(0, model.repeatedUntil - octets);
          }
          expect(board.pipe(model.sacked.length, MSS)).toBe(model.pipe());
          expect(board.nextHole(MSS)).toEqual(model.nextHole());
          expect(board.isOldestLost(MSS)).toBe(model.sacked.includes(true) && model.isLost(0));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('believes no more than sixty-four ranges, and nothing outside what is in flight', () => {
    const board = new Scoreboard();
    for (let i = 1; i < 1000; i += 2) board.add(i, i + 1, 2000);
    // Holes of one octet stand before each of 64 ranges; all but the last two ranges leave lost octets in front of them.
    expect(board.pipe(2000, 100)).toBe(2000 - 64 - 62);
    for (const [start, end] of [
      [0, 5],
      [-3, 4],
      [9, 9],
      [1990, 2001],
    ] as const) {
      const fresh = new Scoreboard();
      fresh.add(start, end, 2000);
      expect(fresh.isEmpty).toBe(true);
    }
  });
});
