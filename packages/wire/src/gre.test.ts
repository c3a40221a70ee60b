import { describe, expect, it } from 'vitest';
import { emitGre, formatGre, greLength, type GreRepr, parseGre, verifyGreChecksum } from './gre.ts';
import { hex } from './linux-frames.fixture.ts';

describe('gre', () => {
  it('knows the layout of RFC 2784 and RFC 2890', () => {
    expect(parseGre(hex('0000 0800 4500'))).toEqual({
      protocolType: 0x0800,
      checksummed: false,
      payload: hex('4500'),
    });
    const repr: GreRepr = {
      protocolType: 0x0800,
      checksummed: true,
      key: 0x0102_0304,
      sequenceNumber: 5,
      payload: hex('4500'),
    };
    const out = new Uint8Array(greLength(repr));
    emitGre(repr, out);
    // b000 + 0800 + 0102 + 0304 + 0005 + 4500 = 0x1010b, folded 0x010c, complemented 0xfef3.
    expect(out).toEqual(hex('b000 0800 fef3 0000 01020304 00000005 4500'));
    expect(parseGre(out)).toEqual(repr);
    expect(verifyGreChecksum(out, 0, out.length)).toBe(true);
    out[17]! ^= 1;
    expect(verifyGreChecksum(out, 0, out.length)).toBe(false);
    expect(formatGre(repr)).toBe('gre type 0x0800 key 16909060 seq 5 length 2');
  });

  it('refuses what it does not know', () => {
    expect(parseGre(hex('0001 880b'))).toMatchObject({ reason: 'the version is not 0', offset: 1 });
    expect(parseGre(hex('4000 0800 00000000'))).toMatchObject({
      reason: expect.stringContaining('RFC 1701') as string,
    });
    expect(parseGre(hex('2000 0800 000000'))).toMatchObject({ reason: 'the optional fields are truncated' });
    expect(parseGre(hex('0000 08'))).toMatchObject({ reason: 'the header is truncated' });
  });
});
