import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readU16, readU24, readU32, writeU16, writeU24, writeU32 } from './bytes.ts';
import {
  checksum,
  complementSum,
  writeChecksum,
  foldSum,
  isChecksumValid,
  rewriteU16,
  sumWords,
  updateChecksum,
  updateChecksumU32,
} from './checksum.ts';
import { hex } from './linux-frames-test-support.ts';
import { parameters } from './protocol-laws-test-support.ts';

/** RFC 1071 §1, word by word and in BigInt, to compare with. */
function referenceSum(bytes: Uint8Array): number {
  let sum = 0n;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += BigInt((bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0));
  }
  while (sum >> 16n) sum = (sum & 0xffffn) + (sum >> 16n);
  return Number(sum);
}

describe('checksum', () => {
  it('sums the example of RFC 1071 §3', () => {
    expect(sumWords(hex('0001 f203 f4f5 f6f7'), 0, 8)).toBe(0xddf2);
    expect(checksum(hex('0001 f203 f4f5 f6f7'), 0, 8)).toBe(0x220d);
  });

  it('updates as RFC 1624 §4 computes', () => {
    expect(updateChecksum(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  });

  it('equals the reference at every length and alignment around the change of method', () => {
    const room = Uint8Array.from({ length: 700 }, (_, index) => (index * 167 + 89) & 0xff);
    for (let start = 0; start < 6; start++) {
      for (const length of [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 511, 512, 513, 514, 515, 516, 517, 600, 601]) {
        const expected = referenceSum(room.slice(start, start + length));
        expect(sumWords(room, start, start + length)).toBe(expected);
        expect(sumWords(room.subarray(start), 0, length)).toBe(expected);
      }
    }
  });

  it('equals the reference on random octets, and on the largest packet of ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1600 }), fc.nat({ max: 9 }), (bytes, start) => {
        const from = Math.min(start, bytes.length);
        expect(sumWords(bytes, from, bytes.length)).toBe(referenceSum(bytes.slice(from)));
      }),
      parameters,
    );
    const ones = new Uint8Array(65_535).fill(0xff);
    expect(sumWords(ones, 0, ones.length)).toBe(referenceSum(ones));
    expect(sumWords(ones, 1, ones.length)).toBe(0xffff);
  });

  it('adds pieces of even length up to the whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1300 }), fc.nat({ max: 600 }), (bytes, half) => {
        const middle = Math.min(half * 2, bytes.length & ~1);
        const head = sumWords(bytes, 0, middle);
        expect(sumWords(bytes, middle, bytes.length, head)).toBe(sumWords(bytes, 0, bytes.length));
      }),
      parameters,
    );
  });

  it('accepts what it filled in, and nothing with one bit flipped', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 700 }), fc.nat(), (bytes, where) => {
        writeChecksum(bytes, 2, 0, bytes.length);
        expect(isChecksumValid(bytes, 0, bytes.length)).toBe(bytes.some((octet) => octet !== 0));
        const bit = where % (bytes.length * 8);
        bytes[bit >>> 3]! ^= 1 << (bit & 7);
        expect(isChecksumValid(bytes, 0, bytes.length)).toBe(false);
      }),
      parameters,
    );
  });

  it('updates to what a new computation gives, but for the two zeros', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        fc.nat({ max: 0xffff }),
        fc.nat({ max: 0xffff_ffff }),
        (bytes, word, address) => {
          bytes[0] = 0x45; // Some word is not zero, as in every header: the sum is then never the first zero.
          writeChecksum(bytes, 10, 0, 20);
          rewriteU16(bytes, 10, 8, word);
          expect(isChecksumValid(bytes, 0, 20)).toBe(true);
          const updated = updateChecksumU32(readU16(bytes, 10), readU32(bytes, 12), address);
          writeU32(bytes, 12, address);
          writeU16(bytes, 10, updated);
          expect(isChecksumValid(bytes, 0, 20)).toBe(true);
        },
      ),
      parameters,
    );
  });

  it('folds any sum', () => {
    expect(foldSum(0)).toBe(0);
    expect(foldSum(0x1_0000)).toBe(1);
    expect(foldSum(0xffff_ffff)).toBe(0xffff);
    expect(foldSum(2 ** 52)).toBe(2 ** 4);
    expect(complementSum(0x1_fffe)).toBe(0);
  });
});

describe('bytes', () => {
  it('reads and writes in network order', () => {
    const bytes = new Uint8Array(9);
    writeU16(bytes, 0, 0x1234);
    writeU24(bytes, 2, 0x56789a);
    writeU32(bytes, 5, 0xfedcba98);
    expect(bytes).toEqual(hex('12 34 56 78 9a fe dc ba 98'));
    expect([readU16(bytes, 0), readU24(bytes, 2), readU32(bytes, 5)]).toEqual([0x1234, 0x56789a, 0xfedcba98]);
    writeU32(bytes, 5, -2);
    expect(readU32(bytes, 5)).toBe(0xffff_fffe);
  });
});
