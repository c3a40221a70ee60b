import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexadecimal, utf8 } from './utf8.ts';

const anyText = fc.string({ unit: 'binary' });

describe('utf8', () => {
  it('agrees with TextEncoder on every text, lone surrogates included', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(fc.oneof(anyText, units), (text) => {
        expect([...utf8(text)]).toEqual([...new TextEncoder().encode(text)]);
      }),
    );
  });
});

describe('hexadecimal', () => {
  it('has two digits for each octet', () => {
    expect(hexadecimal(Uint8Array.of(0, 1, 0x7f, 0x80, 0xff))).toBe('00017f80ff');
    expect(hexadecimal(Uint8Array.of())).toBe('');
  });
});
