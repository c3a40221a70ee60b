import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexadecimal, utf8 } from '../text/utf8.ts';
import { sha1, sha256 } from './secure-hash.ts';

const octets = fc.uint8Array({ maxLength: 300 });

describe('secure hashes', () => {
  it('give the digests published in FIPS 180-4 examples', () => {
    expect(hexadecimal(sha256(utf8('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(hexadecimal(sha1(utf8('abc')))).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
  });

  it('agree with OpenSSL on any octets, every length around the block border among them', () => {
    const check = (bytes: Uint8Array): void => {
      expect(hexadecimal(sha256(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(hexadecimal(sha1(bytes))).toBe(createHash('sha1').update(bytes).digest('hex'));
    };
    for (let length = 0; length <= 130; length++) check(new Uint8Array(length).fill(length));
    fc.assert(fc.property(octets, check));
  });
});
