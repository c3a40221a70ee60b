import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { octetsOfChecksum } from './checksum-octets.ts';

/** CRC-32 of ISO 3309 by its definition: division of polynomials, bit by bit. */
function bitwise(octets: Iterable<number>): number {
  let rest = 0xffff_ffff;
  for (const octet of octets) {
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = ((rest ^ (octet >>> bit)) & 1) !== 0;
      rest = isOdd ? (rest >>> 1) ^ 0xedb8_8320 : rest >>> 1;
    }
  }
  return ~rest >>> 0;
}

describe('octets with a checksum', () => {
  it('have it', () => {
    // The check value of the CRC catalogue: https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc
    expect(bitwise(Buffer.from('123456789'))).toBe(0xcbf4_3926);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (checksum) => {
        expect(bitwise(octetsOfChecksum(checksum))).toBe(checksum);
      }),
    );
  });
});
