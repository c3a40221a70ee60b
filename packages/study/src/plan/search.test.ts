import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCheapest, type SearchRange } from './search.ts';

const whole = (cheap: number, dear: number): SearchRange => ({
  cheap,
  dear,
  isWhole: true,
  isLogarithmic: Math.min(cheap, dear) > 0,
  relativeTolerance: 1e-6,
});

test('the least whole number at which a monotone claim holds, from either side', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 1e7 }),
      async (from, width) => {
        const to = from + width;
        const threshold = from + Math.floor(width * 0.37);
        const up = await findCheapest(whole(from, to), async (value) => Promise.resolve(value >= threshold));
        expect(up).toEqual({ isFound: true, value: threshold, failsAgainAt: [] });
        const down = await findCheapest(whole(to, from), async (value) =>
          Promise.resolve(value <= threshold),
        );
        expect(down).toEqual({ isFound: true, value: threshold, failsAgainAt: [] });
      },
    ),
    { numRuns: 200 },
  );
});

test('a real value to the tolerance, and the cheap end where everything holds', async () => {
  const range = { ...whole(0, 10), isWhole: false, isLogarithmic: false };
  const found = await findCheapest(range, async (value) => Promise.resolve(value > Math.PI));
  expect(found.isFound && Math.abs(found.value - Math.PI)).toBeLessThanOrEqual(1e-5);
  expect(await findCheapest(range, async () => Promise.resolve(true))).toMatchObject({ value: 0 });
  expect(await findCheapest(range, async () => Promise.resolve(false))).toEqual({ isFound: false });
});

test('a claim that fails again further on is noticed', async () => {
  const found = await findCheapest(whole(1, 257), async (value) =>
    Promise.resolve(value > 10 && value < 100),
  );
  expect(found).toMatchObject({ isFound: true, value: 11, failsAgainAt: [128, 257] });
});
