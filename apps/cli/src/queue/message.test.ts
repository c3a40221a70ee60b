import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MessageTooLarge, packMessage, unpackMessage } from './message.ts';

it('carries plain data of any length unchanged', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(5000), (value, length) => {
      const padded = { value, padding: 'ä'.repeat(length) };
      expect(JSON.stringify(unpackMessage(packMessage(padded)))).toBe(JSON.stringify(padded));
    }),
  );
});

it('is short where the data repeat themselves', () => {
  const networks = Array.from({ length: 20_000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
  const message = packMessage({ networks });
  expect(message.length).toBeLessThan(JSON.stringify({ networks }).length / 3);
  expect(unpackMessage(message)).toEqual({ networks });
});

it('is refused beyond its bound, in both directions', () => {
  expect(() => packMessage({ text: 'x'.repeat(2000) }, 1000)).toThrow(MessageTooLarge);
  const bomb = deflateRawSync(Buffer.alloc(2 ** 28 + 2 ** 20, 'x')).toString('base64');
  expect(() => unpackMessage(`z${bomb}`)).toThrow(/larger than/);
});

it('throws for anything else, and does nothing else', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        unpackMessage(text);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
      expect(() => unpackMessage(`q${text}`)).toThrow('This is not a message of a sweep.');
    }),
  );
});
