import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64, emitBase64, encodeBase64 } from './base64.ts';

it('is written and read as Node does', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (octets) => {
      const text = encodeBase64(octets);
      expect(text).toBe(Buffer.from(octets).toString('base64'));
      expect(decodeBase64(text)).toEqual(Uint8Array.from(octets));
    }),
  );
});

it('of words is that of their octets, the highest first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 9 }), fc.nat(9), (numbers, skipped) => {
      const array = Int32Array.from(numbers);
      const start = Math.min(skipped, array.length);
      const octets = Buffer.alloc(4 * (array.length - start));
      array.subarray(start).forEach((word, i) => octets.writeInt32BE(word, 4 * i));
      const out = Buffer.alloc(60);
      const end = emitBase64(array, { start, words: array.length - start }, out, 3);
      expect(out.toString('latin1', 3, end)).toBe(octets.toString('base64'));
    }),
  );
});
