/** The table of who holds how much, against a plain model of it: lists in JavaScript. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SourceTable } from './source-table.ts';

const MEMBERS = 64;
const LINKS = 2;

interface ModelMember {
  readonly member: number;
  bytes: number;
}

/** Sources in the order in which each came to hold as much as it does, by powers of two. */
class Model {
  readonly members: Map<number, ModelMember[]> = new Map();
  readonly order: number[] = [];

  heldBy(address: number): number {
    return (this.members.get(address) ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Runs a change of one source, and moves it to the end when its class is another than before. */
  change(address: number, change: () => void): void {
    const before = this.heldBy(address);
    change();
    const after = this.heldBy(address);
    if (power(before) === power(after)) return;
    const at = this.order.indexOf(address);
    if (at >= 0) this.order.splice(at, 1);
    if (after > 0) this.order.push(address);
  }

  oldestOfLargest(): number {
    const highest = Math.max(-1, ...this.order.map((address) => power(this.heldBy(address))));
    const largest = this.order.find((address) => power(this.heldBy(address)) === highest);
    return largest === undefined ? -1 : this.members.get(largest)![0]!.member;
  }
}

const power = (bytes: number): number => (bytes === 0 ? -1 : Math.floor(Math.log2(bytes)));

it('does what lists in JavaScript do, through growth and second uses of its rows', () => {
  const action = fc.record({
    kind: fc.constantFrom('join', 'join', 'leave', 'hold'),
    address: fc.constantFrom(0, 1, 2, 0xffff_ffff, 0x0a00_0001, 0x0a00_0002),
    bytes: fc.integer({ min: 1, max: 5000 }),
    pick: fc.nat(1000),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), fc.integer(), (actions, key) => {
      const memory = { words: new Int32Array(MEMBERS * LINKS).fill(-7) };
      const table = new SourceTable({ memory, next: 0, previous: 1 }, key);
      const model = new Model();
      const free = Array.from({ length: MEMBERS }, (_, i) => i * LINKS);
      for (const { kind, address, bytes, pick } of actions) {
        const members = model.members.get(address) ?? [];
        const chosen = members[pick % Math.max(1, members.length)];
        if (kind === 'join' && free.length > 0) {
          const member = free.pop()!;
          table.join(address, member, bytes);
          model.change(address, () => model.members.set(address, [...members, { member, bytes }]));
        } else if (kind === 'leave' && chosen !== undefined) {
          table.leave(table.sourceOf(address), chosen.member, chosen.bytes);
          model.change(address, () => members.splice(members.indexOf(chosen), 1));
          free.push(chosen.member);
        } else if (kind === 'hold' && chosen !== undefined) {
          const change = pick % 2 === 0 ? bytes : -(bytes % chosen.bytes);
          table.hold(table.sourceOf(address), change);
          model.change(address, () => (chosen.bytes += change));
        }
        expect(table.oldestOfLargest()).toBe(model.oldestOfLargest());
        expect(table.heldBy(address)).toBe(model.heldBy(address));
        expect(table.count).toBe([...model.members.values()].filter((list) => list.length > 0).length);
      }
      const all = [...model.members.keys()].reduce((sum, address) => sum + model.heldBy(address), 0);
      expect(table.heldBytes).toBe(all);
    }),
    { numRuns: 500 },
  );
});

it('holds many sources, and forgets them in any order', () => {
  const sources = 5000;
  const memory = { words: new Int32Array(sources * LINKS) };
  const table = new SourceTable({ memory, next: 0, previous: 1 }, 12_345);
  for (let i = 0; i < sources; i++) table.join(i, i * LINKS, 1 + (i % 100));
  expect(table.count).toBe(sources);
  for (let i = 0; i < sources; i++) expect(table.heldBy(i)).toBe(1 + (i % 100));
  // Those of 64 octets and more are one class; the first of them came first.
  expect(table.oldestOfLargest()).toBe(63 * LINKS);
  for (let i = sources - 1; i >= 0; i--) table.leave(table.sourceOf(i), i * LINKS, 1 + (i % 100));
  expect([table.count, table.heldBytes, table.oldestOfLargest()]).toEqual([0, 0, -1]);
  table.join(7, 0, 3);
  expect([table.heldBy(7), table.oldestOfLargest()]).toEqual([3, 0]);
});

it('has no source but those that were added, also when it has grown', () => {
  const memory = { words: new Int32Array(1000 * LINKS) };
  const table = new SourceTable({ memory, next: 0, previous: 1 }, 0);
  for (let i = 1; i <= 600; i++) {
    table.join(i, i * LINKS, 1);
    expect([table.sourceOf(0), table.count]).toEqual([-1, i]);
  }
  table.join(0, 0, 1 << 30);
  expect([table.count, table.heldBy(0), table.oldestOfLargest()]).toEqual([601, 1 << 30, 0]);
});
