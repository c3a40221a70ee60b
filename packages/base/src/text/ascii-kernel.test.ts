import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatIpv4 } from '../address/ipv4.ts';
import { emitAgain, emitAscii, emitDecimal, emitDigits, emitHex, emitIpv4 } from './ascii-kernel.ts';
import { utf8 } from './utf8.ts';

/** What `emit` writes at 5 into octets that are all `#`, and nothing but that up to where it says. */
function written(emit: (out: Uint8Array, at: number) => number): string {
  const out = new Uint8Array(200).fill(0x23);
  const end = emit(out, 5);
  const text = String.fromCharCode(...out);
  expect(text.slice(0, 5)).toBe('#####');
  return text.slice(5, end);
}

it('numbers and addresses are written as the language writes them', () => {
  const whole = fc.oneof(
    fc.integer({ min: 0, max: 999 }),
    fc
      .integer({ min: 0, max: 15 })
      .chain((power) => fc.integer({ min: -2, max: 2 }).map((near) => 10 ** power + near)),
    fc.maxSafeNat(),
  );
  fc.assert(
    fc.property(whole, (given) => {
      const value = Math.max(0, given);
      expect(written((out, at) => emitDecimal(value, out, at))).toBe(String(value));
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 8, max: 9 }), (value, width) => {
      expect(written((out, at) => emitDigits(value, width, out, at))).toBe(
        String(value).padStart(width, '0'),
      );
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 8 }), (word, width) => {
      const digits = word.toString(16).padStart(8, '0').slice(-width);
      expect(written((out, at) => emitHex(word, width, out, at))).toBe(digits);
      expect(written((out, at) => emitIpv4(word, out, at))).toBe(formatIpv4(word));
    }),
  );
});

it('texts are copied, short and long ones', () => {
  for (const length of [0, 1, 23, 24, 25, 90]) {
    const text = 'abcdefghij'.repeat(9).slice(0, length);
    expect(written((out, at) => emitAscii(utf8(text), out, at))).toBe(text);
    const twice = written((out, at) => {
      const end = emitAscii(utf8(text), out, at);
      return emitAgain(out, at, end, end);
    });
    expect(twice).toBe(text + text);
  }
});
