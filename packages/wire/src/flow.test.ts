import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { u32 } from './arbitrary-field-test-support.ts';
import { writeU32 } from './bytes.ts';
import { foldIpv6Address, hashFlow } from './flow.ts';
import { parameters } from './protocol-laws-test-support.ts';

describe('the flow hash', () => {
  it('is MurmurHash3 (x86, 32 bits) of the twelve octets', () => {
    // Published vectors of words: Murmur3 of 12 octets is not among them, so the function is written out once more here.
    const murmur3 = (words: readonly number[], seed: number): number => {
      let h = BigInt(seed);
      const m32 = 0xffff_ffffn;
      const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (32n - by))) & m32;
      for (const word of words) {
        const k = (rotate((BigInt(word) * 0xcc9e2d51n) & m32, 15n) * 0x1b873593n) & m32;
        h = (rotate(h ^ k, 13n) * 5n + 0xe6546b64n) & m32;
      }
      h ^= BigInt(words.length * 4);
      h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & m32;
      h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & m32;
      return Number(h ^ (h >> 16n));
    };
    // MurmurHash3_x86_32 of four zero octets with seed 0 is 0x2362f9de (SMHasher's list of test vectors).
    expect(murmur3([0], 0)).toBe(0x2362_f9de);
    const bytes = new Uint8Array(16);
    fc.assert(
      fc.property(u32, u32, u32, u32, u32, (seed, a, b, c, d) => {
        expect(hashFlow(seed, a, b, c)).toBe(murmur3([a, b, c], seed));
        for (const [index, word] of [a, b, c, d].entries()) writeU32(bytes, index * 4, word);
        expect(foldIpv6Address(seed, bytes, 0)).toBe(murmur3([a, b, c, d], seed));
      }),
      parameters,
    );
  });

  it('spreads a scan of one port evenly over a table', () => {
    const buckets = new Uint32Array(256);
    const drawn = 65_536;
    for (let host = 0; host < drawn; host++) {
      buckets[hashFlow(20_040_809, 0x0a09_0801, 0x0a00_0000 + host, (40_000 << 16) | 445) & 255]! += 1;
    }
    const expected = drawn / 256;
    const chiSquare = buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 255 degrees of freedom: mean 255, standard deviation sqrt(510) = 22.6; five of them on either side.
    expect(Math.abs(chiSquare - 255)).toBeLessThan(5 * Math.sqrt(510));
  });
});
