import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AddressRange, AddressSet } from './address-set.ts';
import { cidrSize } from './ipv4.ts';

const SPACE = 64;

/** Ranges within a small space, where a naive set of numbers is the oracle; lifted by a multiple of the space. */
const ranges = fc.array(
  fc
    .tuple(fc.nat(SPACE - 1), fc.nat(SPACE - 1))
    .map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
  { maxLength: 6 },
);
const lift = fc.constantFrom(0, 2 ** 31 - 32, 2 ** 32 - 64, 2 ** 40 + 1, 2 ** 53 - 64);

const liftedBy = (origin: number, all: readonly AddressRange[]) =>
  AddressSet.fromRanges(all.map(({ first, last }) => ({ first: first + origin, last: last + origin })));

function naive(all: readonly AddressRange[]): Set<number> {
  const set = new Set<number>();
  for (const { first, last } of all) for (let a = first; a <= last; a++) set.add(a);
  return set;
}

/** The members below `SPACE`, found by asking for each. */
function membersOf(set: AddressSet, origin: number): number[] {
  return Array.from({ length: SPACE }, (_, i) => i).filter((i) => set.contains(origin + i));
}

function sortedFrom(members: Iterable<number>): number[] {
  return [...members].sort((a, b) => a - b);
}

describe('set laws against a naive set', () => {
  test('membership, size, order and rank', () => {
    fc.assert(
      fc.property(ranges, lift, (all, origin) => {
        const set = liftedBy(origin, all);
        const members = sortedFrom(naive(all));
        expect(membersOf(set, origin)).toEqual(members);
        expect(set.size).toBe(members.length);
        expect(members.map((_, i) => set.at(i) - origin)).toEqual(members);
        expect(members.map((a) => set.indexOf(a + origin))).toEqual(members.map((_, i) => i));
      }),
    );
  });

  test('a range is covered, met, or left out', () => {
    fc.assert(
      fc.property(ranges, ranges, lift, (all, others, origin) => {
        const set = liftedBy(origin, all);
        const members = naive(all);
        for (const { first, last } of others) {
          const inside = sortedFrom(naive([{ first, last }])).map((address) => members.has(address));
          const range = { first: first + origin, last: last + origin };
          expect(set.covers(range)).toBe(inside.every(Boolean));
          expect(set.meets(range)).toBe(inside.some(Boolean));
        }
      }),
    );
  });

  test('union, intersection, difference and complement', () => {
    fc.assert(
      fc.property(ranges, ranges, lift, (allA, allB, origin) => {
        const [a, b] = [liftedBy(origin, allA), liftedBy(origin, allB)];
        const [setA, setB] = [naive(allA), naive(allB)];
        const whole = { first: origin, last: origin + SPACE - 1 };
        expect(membersOf(a.union(b), origin)).toEqual(sortedFrom(new Set([...setA, ...setB])));
        expect(membersOf(a.intersection(b), origin)).toEqual(sortedFrom(setA).filter((x) => setB.has(x)));
        expect(membersOf(a.difference(b), origin)).toEqual(sortedFrom(setA).filter((x) => !setB.has(x)));
        const complement = a.complement(whole);
        expect(complement.size).toBe(SPACE - setA.size);
        expect(complement.intersection(a).size).toBe(0);
        expect([...complement.complement(whole).ranges()]).toEqual([...a.ranges()]);
      }),
    );
  });

  test('complement within a window sees only the window', () => {
    fc.assert(
      fc.property(ranges, fc.nat(SPACE - 1), fc.nat(SPACE - 1), (all, x, y) => {
        const within = { first: Math.min(x, y), last: Math.max(x, y) };
        const expected = sortedFrom(naive([within])).filter((address) => !naive(all).has(address));
        expect(membersOf(liftedBy(0, all).complement(within), 0)).toEqual(expected);
      }),
    );
  });

  test('ranges are sorted, disjoint and never touch', () => {
    fc.assert(
      fc.property(ranges, ranges, (allA, allB) => {
        const [a, b] = [liftedBy(0, allA), liftedBy(0, allB)];
        for (const set of [
          a.union(b),
          a.intersection(b),
          a.difference(b),
          a.complement({ first: 0, last: 63 }),
        ]) {
          const found = [...set.ranges()];
          expect(found.length).toBe(set.rangeCount);
          found.slice(1).forEach(({ first }, i) => expect(first).toBeGreaterThan(found[i]!.last + 1));
        }
      }),
    );
  });
});

describe('blocks', () => {
  test('make up the set exactly, and no two of them are halves of a larger one', () => {
    const origin = fc.constantFrom(0, 2 ** 31 - 32, 2 ** 32 - 64);
    fc.assert(
      fc.property(ranges, origin, (all, lifted) => {
        const set = liftedBy(lifted, all);
        const cidrs = set.toCidrs();
        expect([...AddressSet.fromCidrs(cidrs).ranges()]).toEqual([...set.ranges()]);
        expect(cidrs.reduce((sum, { prefixLength }) => sum + cidrSize(prefixLength), 0)).toBe(set.size);
        cidrs.slice(1).forEach((block, i) => {
          const previous = cidrs[i]!;
          const size = cidrSize(block.prefixLength);
          const isSecondHalf = block.address % (2 * size) === size;
          const areNeighbours = previous.address + cidrSize(previous.prefixLength) === block.address;
          expect(areNeighbours && isSecondHalf && previous.prefixLength === block.prefixLength).toBe(false);
        });
      }),
    );
  });
});
