import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCount, parseCount } from './count.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { formatPercent, parseFraction } from './fraction.ts';
import type { Parsed } from './parsed.ts';
import { formatRange } from './range.ts';
import { formatRate, parseRate } from './rate.ts';

/** Magnitudes from far below to far above what people write. */
const magnitude = fc
  .record({ digits: fc.double({ min: 1, max: 10, noNaN: true }), exponent: fc.integer({ min: -9, max: 12 }) })
  .map(({ digits, exponent }) => digits * 10 ** exponent);

function valueOf(result: Parsed<number>): number {
  if (!result.ok) expect.fail(result.reason);
  return result.value;
}

describe('what was formatted is read back', () => {
  test('durations, to half of the last place shown', () => {
    fc.assert(
      fc.property(magnitude, (seconds) => {
        const back = valueOf(parseDuration(formatDuration(seconds)));
        const lastPlace =
          seconds < 1
            ? seconds * 1e-3
            : seconds < 600
              ? 0.1
              : seconds < 3600
                ? 1
                : seconds < 86_400
                  ? 60
                  : 3600;
        expect(Math.abs(back - seconds)).toBeLessThanOrEqual((lastPlace / 2) * (1 + 1e-9) + 1e-9 * seconds);
        expect(formatDuration(back)).toBe(formatDuration(seconds));
      }),
    );
  });

  test('rates and percentages, to four digits', () => {
    fc.assert(
      fc.property(magnitude, (perSecond) => {
        const back = valueOf(parseRate(formatRate(perSecond)));
        expect(Math.abs(back / perSecond - 1)).toBeLessThanOrEqual(5.001e-4);
        expect(formatRate(back)).toBe(formatRate(perSecond));
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (fraction) => {
        const back = valueOf(parseFraction(formatPercent(fraction)));
        expect(Math.abs(back - fraction)).toBeLessThanOrEqual(fraction * 5.001e-4);
      }),
    );
  });

  test('counts, exactly, once the commas are taken for underscores', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (count) => {
        expect(valueOf(parseCount(formatCount(count).replaceAll(',', '_')))).toBe(count);
        expect(valueOf(parseCount(count))).toBe(count);
      }),
    );
  });

  test('durations put together from parts', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(23), fc.nat(59), fc.nat(59), (d, h, min, s) => {
        const seconds = ((d * 24 + h) * 60 + min) * 60 + s;
        expect(parseDuration(`${d}d${h}h${min}min${s}s`)).toEqual({ ok: true, value: seconds });
      }),
    );
  });
});

describe('any text is read or refused with a sentence', () => {
  const alphabet = fc.constantFrom(...'0123456789._^%/eE+- ,smindhkM');
  const text = fc.oneof(fc.string(), fc.string({ unit: alphabet, maxLength: 12 }));

  test.each([
    ['parseDuration', parseDuration],
    ['parseRate', parseRate],
    ['parseCount', parseCount],
    ['parseFraction', parseFraction],
  ] as const)('%s', (_, parse) => {
    fc.assert(
      fc.property(fc.oneof(text, fc.double()), (input) => {
        const result = parse(input);
        if (result.ok) {
          expect(Number.isFinite(result.value) && result.value >= 0).toBe(true);
        } else {
          expect(result.reason).toMatch(/^["A-Z][\s\S]*[.?]$/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('a suggestion is always accepted', () => {
    const units = fc.constantFrom('min', 'mins', 'sec', 'hrs', 'days', 'H', 'mn', 'MS', 'mi');
    fc.assert(
      fc.property(fc.nat(1000), units, (number, unit) => {
        const result = parseDuration(`${number}${unit}`);
        const suggestion = result.ok ? undefined : /Did you mean (.*)\?$/.exec(result.reason)?.[1];
        if (suggestion !== undefined) expect(parseDuration(suggestion).ok).toBe(true);
        else expect(result.ok).toBe(true);
      }),
    );
  });
});

describe('a range has both ends in one format', () => {
  const formats = [formatCount, formatDuration, formatPercent, formatRate] as const;

  test('each end reads as it does alone, and ends that read alike stand once', () => {
    fc.assert(
      fc.property(magnitude, magnitude, fc.constantFrom(...formats), (a, b, format) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [from, to] = [format(low), format(high)];
        expect(formatRange([low, high], format)).toBe(from === to ? from : `${from} to ${to}`);
        expect(formatRange([low, low], format)).toBe(from);
      }),
    );
  });

  test('a large unit of both stands at the end alone', () => {
    const billions = (value: number): string => (value < 10 ? formatCount(value) : `${value / 10} billion`);
    expect(formatRange([20, 30], billions)).toBe('2 to 3 billion');
  });

  test('a large unit of the upper end alone is written out', () => {
    const words = (value: number): string => (value < 1e9 ? formatCount(value) : `${value / 1e9} billion`);
    expect(formatRange([9, 2e9], words)).toBe('9 to 2,000,000,000');
    expect(formatRange([9, 2_123_456_789], words)).toBe('9 to 2,123,000,000');
  });
});
