import { RecentMap } from '@wormwood/base';
import type { Flow } from '@wormwood/netstack';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FlowTable, NONE } from './flow-table.ts';

/** Few, so that they meet again; addresses and ports up to the highest. */
function flow(number: number): Flow {
  return {
    remoteAddress: 0xffff_ff00 + (number & 3),
    remotePort: 0xffff - ((number >> 2) & 3),
    localAddress: 0x8000_0000 + ((number >> 4) & 3),
    localPort: 0xffff - ((number >> 6) & 3),
  };
}

const step = fc.record({
  what: fc.constantFrom('set', 'set', 'delete', 'oldest'),
  number: fc.integer({ min: 0, max: 255 }),
  seconds: fc.double({ min: 0, max: 2e9, noNaN: true }),
});

it('holds what a map in the order of setting holds, over all that is set and deleted', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), fc.nat(), (steps, seed) => {
      const table = new FlowTable(seed);
      const model = new RecentMap<number, { readonly seconds: number; readonly id: number }>();
      const remove = (number: number): void => {
        const place = table.find(flow(number));
        expect(place !== NONE).toBe(model.delete(number));
        if (place !== NONE) table.delete(place);
      };
      steps.forEach(({ what, number, seconds }, id) => {
        if (what === 'set') {
          const place = table.set(flow(number), seconds);
          table.setSession(place, Uint32Array.of(id, ~id, 0, 7), id * 2 ** 20);
          model.set(number, { seconds, id });
        } else if (what === 'delete') remove(number);
        else {
          const oldest = model.oldest();
          expect(table.oldest).toBe(oldest === undefined ? NONE : table.find(flow(oldest.key)));
          if (oldest !== undefined) remove(oldest.key);
        }
        expect(table.size).toBe(model.size);
      });
      const id = new Uint32Array(4);
      for (let number = 0; number < 256; number++) {
        const [place, known] = [table.find(flow(number)), model.get(number)];
        expect(place === NONE).toBe(known === undefined);
        if (known === undefined) continue;
        table.readId(place, id);
        expect([...id]).toEqual([known.id, ~known.id >>> 0, 0, 7]);
        expect([table.secondsAt(place), table.vlanAt(place)]).toEqual([known.seconds, known.id * 2 ** 20]);
      }
    }),
  );
});
