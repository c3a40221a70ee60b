import { describe, expect, it } from 'vitest';
import { pseudoHeaderSum, readPseudoHeaderSumIpv4 } from './ip-protocol.ts';
import { hex, ipv4PayloadOf, packetOf } from './linux-frames-test-support.ts';
import * as udp from './udp.ts';

const pseudoSum = pseudoHeaderSum({ source: 0x0a09_0801, destination: 0x0a09_0802 });

const repr: udp.Repr = {
  sourcePort: 33_792,
  destinationPort: 9,
  checksummed: true,
  payload: new TextEncoder().encode('Wabc').subarray(1),
};

describe('udp', () => {
  it('takes a datagram of Linux apart and puts it together', () => {
    expect(udp.parse(ipv4PayloadOf('datagram'))).toEqual(repr);
    const out = new Uint8Array(udp.length(repr));
    udp.emit(repr, out, 0, pseudoSum);
    expect(out).toEqual(ipv4PayloadOf('datagram'));
    expect(udp.format(repr)).toBe('udp 33792 > 9 length 3');
  });

  it('sums the pseudo-header alike from values and from the header', () => {
    expect(readPseudoHeaderSumIpv4(packetOf('datagram'), 0)).toBe(pseudoSum);
    expect(udp.verifyChecksum(packetOf('datagram'), 20, pseudoSum)).toBe(true);
    expect(udp.verifyChecksum(packetOf('datagram'), 20, pseudoSum + 1)).toBe(false);
  });

  it('refuses impossible lengths and ignores what follows the datagram', () => {
    expect(udp.parse(hex('00010002 0007 0000'))).toMatchObject({
      reason: 'the length is below the header length',
      offset: 4,
    });
    expect(udp.parse(hex('00010002 0009 0000'))).toMatchObject({ reason: 'the datagram is truncated' });
    expect(udp.parse(hex('00010002 0008 00'))).toMatchObject({ reason: 'the header is truncated' });
    expect(udp.parse(hex('00010002 0008 0000 aabb'))).toMatchObject({ payload: hex(''), checksummed: false });
  });

  it('never sends a computed checksum as zero, which would mean that there is none (RFC 768)', () => {
    // The checksum is zero when the payload brings the sum to ones: the payload is the checksum of the rest.
    const out = new Uint8Array(10);
    udp.emit({ ...repr, payload: hex('0000') }, out, 0, pseudoSum);
    udp.emit({ ...repr, payload: out.slice(6, 8) }, out, 0, pseudoSum);
    expect(out.subarray(6, 8)).toEqual(hex('ffff'));
    expect(udp.verifyChecksum(out, 0, pseudoSum)).toBe(true);
  });

  it('takes a missing checksum for valid', () => {
    const out = new Uint8Array(11);
    udp.emit({ ...repr, checksummed: false }, out, 0, pseudoSum);
    expect(out.subarray(6, 8)).toEqual(hex('0000'));
    expect(udp.verifyChecksum(out, 0, 0)).toBe(true);
  });
});
