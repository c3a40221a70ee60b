import { describe, expect, it } from 'vitest';
import {
  emitIcmpv4,
  formatIcmpv4,
  icmpv4Length,
  type Icmpv4Repr,
  icmpv4Type,
  parseIcmpv4,
  unreachableCode,
  verifyIcmpv4Checksum,
} from './icmpv4.ts';
import { parseIpv4Quote } from './ipv4.ts';
import { hex, ipv4PayloadOf, packetOf } from './linux-frames.fixture.ts';

const emitted = (repr: Icmpv4Repr): Uint8Array => {
  const out = new Uint8Array(icmpv4Length(repr));
  emitIcmpv4(repr, out);
  return out;
};

describe('icmpv4', () => {
  it('takes an echo request of Linux apart and puts it together', () => {
    const message = ipv4PayloadOf('echoRequest');
    const repr: Icmpv4Repr = {
      kind: 'echoRequest',
      code: 0,
      identifier: 0x1025,
      sequenceNumber: 1,
      payload: message.subarray(8),
    };
    expect(parseIcmpv4(message)).toEqual(repr);
    expect(emitted(repr)).toEqual(message);
    expect(formatIcmpv4(repr)).toBe('icmp echoRequest code 0 id 4133 seq 1 length 24');
  });

  it('takes a port unreachable of Linux apart and puts it together, quote and all', () => {
    const message = ipv4PayloadOf('portUnreachable');
    const repr: Icmpv4Repr = {
      kind: 'destinationUnreachable',
      code: unreachableCode.port,
      unused: 0,
      nextHopMtu: 0,
      quote: packetOf('datagram'),
    };
    expect(parseIcmpv4(message)).toEqual(repr);
    expect(emitted(repr)).toEqual(message);
    expect(parseIpv4Quote(repr.quote)).toMatchObject({ identification: 0xbfe8, protocol: 17 });
    expect(verifyIcmpv4Checksum(message, 0, message.length)).toBe(true);
    message[30]! ^= 4;
    expect(verifyIcmpv4Checksum(message, 0, message.length)).toBe(false);
  });

  it('knows the layout of RFC 792, RFC 950 and RFC 1191', () => {
    expect(parseIcmpv4(hex('0304 0000 0000 05dc 45'))).toEqual({
      kind: 'destinationUnreachable',
      code: 4,
      unused: 0,
      nextHopMtu: 1500,
      quote: hex('45'),
    });
    expect(parseIcmpv4(hex('0501 0000 0a090801'))).toMatchObject({ kind: 'redirect', gateway: 0x0a09_0801 });
    expect(parseIcmpv4(hex('0c00 0000 14000000'))).toMatchObject({ kind: 'parameterProblem', pointer: 20 });
    expect(parseIcmpv4(hex('0d00 0000 0001 0002 00000003 00000004 80000005'))).toEqual({
      kind: 'timestampRequest',
      code: 0,
      identifier: 1,
      sequenceNumber: 2,
      originateTimestamp: 3,
      receiveTimestamp: 4,
      transmitTimestamp: 0x8000_0005,
      payload: hex(''),
    });
    expect(parseIcmpv4(hex('1200 0000 0001 0002 ffffff00'))).toMatchObject({
      kind: 'addressMaskReply',
      addressMask: 0xffff_ff00,
    });
    expect(parseIcmpv4(hex('fe07 0000 aabbccdd'))).toEqual({
      kind: 'unknown',
      type: 254,
      code: 7,
      rest: hex('aabbccdd'),
    });
  });

  it('refuses each type one octet short of its fields', () => {
    const leastLength: Readonly<Record<string, number>> = {
      timestampRequest: 20,
      timestampReply: 20,
      addressMaskRequest: 12,
      addressMaskReply: 12,
    };
    for (const [kind, type] of Object.entries(icmpv4Type)) {
      const length = leastLength[kind] ?? 8;
      const message = new Uint8Array(length);
      message[0] = type;
      expect(parseIcmpv4(message)).toMatchObject({ kind });
      expect(parseIcmpv4(message, 0, length - 1)).toMatchObject({ malformed: true });
    }
    expect(parseIcmpv4(hex('fe0700 00 aabbcc'))).toMatchObject({ reason: 'the header is truncated' });
  });
});
