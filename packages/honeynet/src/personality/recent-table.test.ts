// The table against a plain map: what it finds is what was kept for that key last, and the latest keys are there.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentTable } from './recent-table.ts';

/** Whether the value is found under the key. */
function findsAs(table: RecentTable<string>, key: string, value: string): boolean {
  const [first, second] = key.split('/').map(Number);
  return table.find(first!, second!) === value;
}

describe('RecentTable', () => {
  it('finds nothing but what was kept for a key', () => {
    const key = fc.tuple(fc.constantFrom(0, 1, 2, 0xffff_ffff), fc.nat(400));
    fc.assert(
      fc.property(fc.array(key, { maxLength: 600 }), (keys) => {
        const table = new RecentTable<string>(128);
        const kept = new Map<string, string>();
        keys.forEach(([first, second], i) => {
          const name = `${first}/${second}`;
          const found = table.find(first, second);
          if (found === undefined) {
            if (i % 2 === 0) {
              const gone = table.makeRoom(first, second);
              expect(gone === undefined || ![...kept.keys()].some((each) => findsAs(table, each, gone))).toBe(
                true,
              );
            }
            table.add(first, second, `${name} ${i}`);
            kept.set(name, `${name} ${i}`);
          } else expect(found).toBe(kept.get(name));
          expect(table.find(first, second)).toBe(kept.get(name));
        });
      }),
    );
  });

  it('keeps far fewer keys than it has room for, while it grows', () => {
    const table = new RecentTable<number>(8192);
    for (let i = 0; i < 2000; i++) table.add(i, 7, i);
    const missing = Array.from({ length: 2000 }, (_, i) => i).filter((i) => table.find(i, 7) !== i);
    // At half of the places taken, more than two of a set are e^-1/2 (1 - 1 - 1/2 - 1/8) of all: about one in seventy, from each growth.
    expect(missing.length).toBeLessThan(2000 * 0.12);
  });

  it('gives the older of two keys of a set away', () => {
    const table = new RecentTable<number>(64);
    for (let i = 0; i < 100_000; i++) table.add(i, 0, i);
    expect(table.find(99_999, 0)).toBe(99_999);
    expect(table.find(0, 0)).toBe(undefined);
  });
});
