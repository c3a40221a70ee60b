/** Which connection is evicted when memory is short, against lists in JavaScript that follow the rule to the letter. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AddressNames } from '../../network/address-names.ts';
import { ConnectionTable, NONE } from './connection-table.ts';
import { MemoryClaims } from './memory-claims.ts';

const LIMITS = { bytes: 10_000, connections: 12 };
const PORTS = 1;

interface Held {
  readonly at: number;
  readonly source: number;
  bytes: number;
}

/** Both queues as lists, first to last. */
class Model {
  newcomers: Held[] = [];
  useful: Held[] = [];

  get all(): Held[] {
    return [...this.newcomers, ...this.useful];
  }

  bytesOf(held: readonly Held[]): number {
    return held.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  remove(one: Held): void {
    this.newcomers = this.newcomers.filter((other) => other !== one);
    this.useful = this.useful.filter((other) => other !== one);
  }

  progress(one: Held): void {
    this.remove(one);
    this.useful.push(one);
  }

  next(): number {
    const isOver = this.bytesOf(this.useful) > 7500 || this.useful.length > 9;
    const isUseful = this.newcomers.length === 0 || (this.useful.length > 0 && isOver);
    const queue = isUseful ? this.useful : this.newcomers;
    const heldBy = ({ source }: Held): number =>
      this.bytesOf(this.all.filter((one) => one.source === source));
    const most = Math.max(0, ...queue.slice(0, 16).map(heldBy));
    if (most >= LIMITS.bytes / 256) while (8 * heldBy(queue[0]!) < most) queue.push(queue.shift()!);
    return queue[0]?.at ?? NONE;
  }
}

it('is decided as by the rule', () => {
  const action = fc.record({
    kind: fc.constantFrom('join', 'join', 'leave', 'hold', 'progress', 'spare', 'next', 'next'),
    source: fc.constantFrom(0, 1, 2, 0xefff_ffff, 0x0a00_0001, 0x0a00_0002),
    bytes: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 5000 })),
    pick: fc.nat(1000),
  });
  let spared = 0;
  fc.assert(
    fc.property(fc.array(action, { maxLength: 150 }), fc.integer(), (actions, key) => {
      const table = new ConnectionTable(1024, 1);
      const claims = new MemoryClaims(table, LIMITS, key, AddressNames.seeded(1));
      const model = new Model();
      let port = PORTS;
      for (const { kind, source, bytes, pick } of actions) {
        const { all } = model;
        const chosen = all[pick % Math.max(1, all.length)];
        if (kind === 'join') {
          const at = table.add(source, 0, port++);
          claims.join(at, bytes);
          model.newcomers.push({ at, source, bytes });
        } else if (kind === 'next') {
          const before = [model.newcomers[0], model.useful[0]];
          expect(claims.next()).toBe(model.next());
          if (before[0] !== model.newcomers[0] || before[1] !== model.useful[0]) spared++;
        } else if (chosen !== undefined) {
          const { at } = chosen;
          if (kind === 'leave') {
            claims.leave(at);
            table.remove(at);
            model.remove(chosen);
          } else if (kind === 'hold') {
            const change = pick % 2 === 0 ? bytes : -Math.min(bytes, chosen.bytes);
            claims.hold(at, change);
            chosen.bytes += change;
          } else if (kind === 'progress') {
            claims.progress(at);
            model.progress(chosen);
          } else {
            claims.spare(at);
            const queue = model.useful.includes(chosen) ? 'useful' : 'newcomers';
            model[queue] = [...model[queue].filter((other) => other !== chosen), chosen];
          }
        }
        expect([claims.count, claims.heldBytes]).toEqual([model.all.length, model.bytesOf(model.all)]);
        const isCrowded = model.all.length > LIMITS.connections;
        expect([claims.isCrowded, claims.isShort]).toEqual([
          isCrowded,
          isCrowded || model.bytesOf(model.all) > LIMITS.bytes,
        ]);
      }
    }),
    { numRuns: 300 },
  );
  expect(spared).toBeGreaterThan(0);
});
