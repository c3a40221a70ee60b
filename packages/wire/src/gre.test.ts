import { describe, expect, it } from 'vitest';
import * as gre from './gre.ts';
import { hex } from './linux-frames-test-support.ts';

describe('gre', () => {
  it('knows the layout of RFC 2784 and RFC 2890', () => {
    expect(gre.parse(hex('0000 0800 4500'))).toEqual({
      protocolType: 0x0800,
      checksummed: false,
      payload: hex('4500'),
    });
    const repr: gre.Repr = {
      protocolType: 0x0800,
      checksummed: true,
      key: 0x0102_0304,
      sequenceNumber: 5,
      payload: hex('4500'),
    };
    const out = new Uint8Array(gre.length(repr));
    gre.emit(repr, out);
    // b000 + 0800 + 0102 + 0304 + 0005 + 4500 = 0x1010b, folded 0x010c, complemented 0xfef3.
    expect(out).toEqual(hex('b000 0800 fef3 0000 01020304 00000005 4500'));
    expect(gre.parse(out)).toEqual(repr);
    expect(gre.verifyChecksum(out, 0, out.length)).toBe(true);
    out[17]! ^= 1;
    expect(gre.verifyChecksum(out, 0, out.length)).toBe(false);
    expect(gre.format(repr)).toBe('gre type 0x0800 key 16909060 seq 5 length 2');
  });

  it('refuses what it does not know', () => {
    expect(gre.parse(hex('0001 880b'))).toMatchObject({ reason: 'the version is not 0', offset: 1 });
    expect(gre.parse(hex('4000 0800 00000000'))).toMatchObject({
      reason: expect.stringContaining('RFC 1701') as string,
    });
    expect(gre.parse(hex('2000 0800 000000'))).toMatchObject({ reason: 'the optional fields are truncated' });
    expect(gre.parse(hex('0000 08'))).toMatchObject({ reason: 'the header is truncated' });
  });
});
