import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BindingTable } from './binding-table.ts';
import { emptyTemplate } from './config/honeynet-builder.ts';
import type { Binding } from './model.ts';

const template = emptyTemplate('t');
const bind = (first: number, last = first): Binding => ({
  first,
  last,
  isNetwork: false,
  original: 't',
  template,
});

/** The definition, address by address. */
function answers(bindings: readonly Binding[], address: number): number {
  let best = -1;
  bindings.forEach(({ first, last }, index) => {
    if (address < first || address > last) return;
    const chosen = bindings[best];
    if (chosen === undefined || last - first <= chosen.last - chosen.first) best = index;
  });
  return best;
}

describe('BindingTable', () => {
  it('finds nobody in an empty honeynet', () => {
    expect(new BindingTable([]).find(1)).toBe(-1);
  });

  it('lets one address inside a /8 answer for itself', () => {
    const table = new BindingTable([bind(0x0a000000, 0x0affffff), bind(0x0a010203)]);
    expect(
      [0x09ffffff, 0x0a000000, 0x0a010202, 0x0a010203, 0x0a010204, 0x0affffff, 0x0b000000].map((a) =>
        table.find(a),
      ),
    ).toEqual([-1, 0, 0, 1, 0, 0, -1]);
  });

  it('covers the first and the last address there is', () => {
    const table = new BindingTable([bind(0, 2 ** 32 - 1), bind(2 ** 32 - 1)]);
    expect([table.find(0), table.find(2 ** 32 - 2), table.find(2 ** 32 - 1)]).toEqual([0, 0, 1]);
  });

  it('agrees with the definition for any bindings', () => {
    const range = fc.tuple(fc.nat(40), fc.nat(40)).map(([a, b]) => bind(Math.min(a, b), Math.max(a, b)));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (bindings) => {
        const table = new BindingTable(bindings);
        for (let address = 0; address <= 42; address++) {
          expect(table.find(address)).toBe(answers(bindings, address));
        }
      }),
      { numRuns: 500 },
    );
  });
});
