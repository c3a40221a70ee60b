/** The lists, sums and queues that hosts are kept in, against plain arrays that do the same slowly. */
import { randomStreams } from '@wormwood/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IndexSet } from '../hosts/index-set.ts';
import { MemberRecords, NetworkMembers } from '../hosts/network-members.ts';
import { ProductTree } from '../hosts/product-tree.ts';
import { HostQueue } from './host-queue.ts';
import { orderPlaces } from './place-order.ts';
import { RankedSums } from './ranked-sums.ts';
import { HostStates, SUSCEPTIBLE } from './host-states.ts';

const stream = () => randomStreams('1').stream('structures', 0);

describe('sums', () => {
  const changes = fc.array(fc.tuple(fc.nat(40), fc.nat(9)), { maxLength: 60 });

  it('over ranks', () => {
    fc.assert(
      fc.property(changes, (given) => {
        const sums = new RankedSums(41);
        const plain: number[] = Array.from({ length: 41 }, () => 0);
        for (const [rank, value] of given) {
          sums.add(rank, value);
          plain[rank]! += value;
        }
        const before = plain.map((_, rank) => plain.slice(0, rank).reduce((a, b) => a + b, 0));
        expect(plain.map((_, rank) => sums.before(rank))).toEqual(before);
        for (let point = 0; point < sums.total; point++) {
          expect(sums.rankAt(point)).toBe(
            before.findLastIndex((sum, rank) => sum <= point && plain[rank]! > 0),
          );
        }
      }),
    );
  });

  it('in a tree', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), changes, (size, given) => {
        const tree = new ProductTree(size);
        const plain: number[] = Array.from({ length: size }, () => 0);
        for (const [index, value] of given) {
          tree.set(index % size, value);
          plain[index % size] = value;
        }
        const total = plain.reduce((a, b) => a + b, 0);
        expect(tree.total()).toBe(total);
        let before = 0;
        for (const [index, value] of plain.entries()) {
          if (value > 0)
            expect([tree.indexAt(before), tree.indexAt(before + value - 0.5)]).toEqual([index, index]);
          before += value;
        }
        const filled = new ProductTree(size);
        filled.fill((index) => plain[index]!, size);
        expect(filled.total()).toBe(total);
      }),
    );
  });
});

it('a set of indexes finds the next one', () => {
  const indexes = fc.array(fc.nat(2999), { maxLength: 30 });
  fc.assert(
    fc.property(indexes, indexes, fc.nat(2999), (added, removed, from) => {
      const set = new IndexSet(3000);
      const plain = new Set(added);
      for (const index of added) set.add(index);
      for (const index of removed) {
        set.remove(index);
        plain.delete(index);
      }
      const rest = [...plain].filter((index) => index >= from);
      expect(set.next(from)).toBe(rest.length === 0 ? -1 : Math.min(...rest));
    }),
  );
});

it('a queue gives hosts in the order of their times', () => {
  const moves = fc.array(
    fc.tuple(fc.nat(19), fc.oneof(fc.double({ min: 0, max: 12, noNaN: true }), fc.constant(Infinity))),
    {
      maxLength: 80,
    },
  );
  fc.assert(
    fc.property(moves, fc.nat(5), (given, taken) => {
      const queue = new HostQueue(20, 10);
      const plain = new Map<number, number>();
      let now = 0;
      for (const [index, [host, time]] of given.entries()) {
        // Nothing is put before what has been taken already.
        const at = Math.max(now, time);
        queue.set(host, at);
        if (at === Infinity) plain.delete(host);
        else plain.set(host, at);
        const within = [...plain.values()].filter((value) => value <= 10);
        expect(queue.firstTime()).toBe(within.length === 0 ? Infinity : Math.min(...within));
        if (index % (taken + 2) !== 0 || within.length === 0) continue;
        now = queue.firstTime();
        const first = queue.takeFirst();
        expect(plain.get(first)).toBe(now);
        plain.delete(first);
        expect(queue.has(first)).toBe(false);
      }
    }),
  );
});

it('a queue keeps the last time of hosts that are moved again and again', () => {
  const queue = new HostQueue(20, 10);
  const plain = new Map<number, number>();
  const random = stream();
  // Ten times as many moves as entries are kept.
  for (let move = 0; move < 50_000; move++) {
    const host = random.nextBelow(20);
    const time = 1 + 9 * random.nextDouble();
    queue.set(host, time);
    plain.set(host, time);
    if (move % 7 > 0) continue;
    queue.remove(host);
    plain.delete(host);
  }
  const rising = [...plain].toSorted(([, one], [, other]) => one - other);
  const taken = rising.map(() => [queue.firstTime(), queue.takeFirst()]);
  expect(taken).toEqual(rising.map(([host, time]) => [time, host]));
  expect(queue.firstTime()).toBe(Infinity);
});

it('places are in order, and found', () => {
  const places = fc.array(fc.oneof(fc.nat(999), fc.nat(9)), { maxLength: 200 });
  fc.assert(
    fc.property(places, fc.nat(1200), (given, wanted) => {
      const order = orderPlaces(Float64Array.from(given), 1000);
      const rising = given.toSorted((a, b) => a - b);
      expect(Array.from(order.place)).toEqual(rising);
      expect(Array.from(order.row, (row) => given[row])).toEqual(rising);
      const first = rising.findIndex((place) => place >= wanted);
      expect(order.firstAtLeast(wanted)).toBe(first < 0 ? given.length : first);
    }),
  );
});

it('members of a network are in the part that fits their state', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(29), { maxLength: 200 }), (picked) => {
      // Hosts 3 … 29 in networks of ten; each goes from susceptible to scanning, to neither, and back.
      const members = new NetworkMembers(Int32Array.of(3, 10, 20, 30), new MemberRecords(30, 1));
      const state: number[] = Array.from({ length: 30 }, () => 0);
      const random = stream();
      for (const [index, host] of picked.entries()) {
        const network = members.networkOf(host);
        if (network < 0) continue;
        if (state[host] === 1) members.dropScanning(host, network);
        else if (state[host] === 2) members.addSusceptible(host, network);
        else if (index % 2 === 0) members.promote(host, network);
        else {
          members.dropSusceptible(host, network);
          members.addScanning(host, network);
        }
        state[host] = (state[host]! + 1) % 3;
        for (const wanted of [0, 1]) {
          const inIt = state.flatMap((one, at) =>
            one === wanted && members.networkOf(at) === network ? [at] : [],
          );
          const count = wanted === 0 ? members.susceptible[network] : members.scanning[network];
          expect(count).toBe(inIt.length);
          if (count === 0) continue;
          const any =
            wanted === 0 ? members.anySusceptible(network, random) : members.anyScanning(network, random);
          expect(inIt).toContain(any);
        }
      }
    }),
    { numRuns: 50 },
  );
});

it('a roster gives any host of a state', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(39), fc.nat(3)), { maxLength: 300 }), (moves) => {
      const listed = new Set([SUSCEPTIBLE, 2]);
      const roster = new HostStates(40, listed);
      const state: number[] = Array.from({ length: 40 }, () => SUSCEPTIBLE);
      const random = stream();
      for (const [host, to] of moves) {
        if (state[host] === to) continue;
        roster.move(host, to);
        state[host] = to;
      }
      for (let one = 0; one < 4; one++) {
        const inIt = state.flatMap((value, host) => (value === one ? [host] : []));
        expect(roster.count[one]).toBe(inIt.length);
        if (inIt.length > 0 && listed.has(one)) expect(inIt).toContain(roster.any(one, random));
      }
    }),
  );
});
