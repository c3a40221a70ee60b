import fc from 'fast-check';
import { expect, it } from 'vitest';
import { civilTime } from './civil-time.ts';

it('agrees with the language in every second from year 1 to 9999', () => {
  const first = Date.parse('0001-01-01T00:00:00Z') / 1000;
  const last = Date.parse('9999-12-31T23:59:59Z') / 1000;
  fc.assert(
    fc.property(fc.integer({ min: first, max: last }), (second) => {
      const { date, time } = civilTime(second);
      expect(`${date}T${time}.000Z`).toBe(new Date(second * 1000).toISOString());
    }),
    {
      examples: [
        [first],
        [last],
        [Date.parse('2000-02-29T00:00:00Z') / 1000],
        [Date.parse('2100-03-01T00:00:00Z') / 1000],
      ],
    },
  );
});
