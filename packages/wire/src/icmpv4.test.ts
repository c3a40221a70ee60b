import { describe, expect, it } from 'vitest';
import * as icmpv4 from './icmpv4.ts';
import * as ipv4 from './ipv4.ts';
import { hex, ipv4PayloadOf, packetOf } from './linux-frames-test-support.ts';

const emitted = (repr: icmpv4.Repr): Uint8Array => {
  const out = new Uint8Array(icmpv4.length(repr));
  icmpv4.emit(repr, out);
  return out;
};

describe('icmpv4', () => {
  it('takes an echo request of Linux apart and puts it together', () => {
    const message = ipv4PayloadOf('echoRequest');
    const repr: icmpv4.Repr = {
      kind: 'echoRequest',
      code: 0,
      identifier: 0x1025,
      sequenceNumber: 1,
      payload: message.subarray(8),
    };
    expect(icmpv4.parse(message)).toEqual(repr);
    expect(emitted(repr)).toEqual(message);
    expect(icmpv4.format(repr)).toBe('icmp echoRequest code 0 id 4133 seq 1 length 24');
  });

  it('takes a port unreachable of Linux apart and puts it together, quote and all', () => {
    const message = ipv4PayloadOf('portUnreachable');
    const repr: icmpv4.Repr = {
      kind: 'destinationUnreachable',
      code: icmpv4.unreachableCode.port,
      unused: 0,
      nextHopMtu: 0,
      quote: packetOf('datagram'),
    };
    expect(icmpv4.parse(message)).toEqual(repr);
    expect(emitted(repr)).toEqual(message);
    expect(ipv4.parseQuote(repr.quote)).toMatchObject({ identification: 0xbfe8, protocol: 17 });
    expect(icmpv4.verifyChecksum(message, 0, message.length)).toBe(true);
    message[30]! ^= 4;
    expect(icmpv4.verifyChecksum(message, 0, message.length)).toBe(false);
  });

  it('knows the layout of RFC 792, RFC 950 and RFC 1191', () => {
    expect(icmpv4.parse(hex('0304 0000 0000 05dc 45'))).toEqual({
      kind: 'destinationUnreachable',
      code: 4,
      unused: 0,
      nextHopMtu: 1500,
      quote: hex('45'),
    });
    expect(icmpv4.parse(hex('0501 0000 0a090801'))).toMatchObject({ kind: 'redirect', gateway: 0x0a09_0801 });
    expect(icmpv4.parse(hex('0c00 0000 14000000'))).toMatchObject({ kind: 'parameterProblem', pointer: 20 });
    expect(icmpv4.parse(hex('0d00 0000 0001 0002 00000003 00000004 80000005'))).toEqual({
      kind: 'timestampRequest',
      code: 0,
      identifier: 1,
      sequenceNumber: 2,
      originateTimestamp: 3,
      receiveTimestamp: 4,
      transmitTimestamp: 0x8000_0005,
      payload: hex(''),
    });
    expect(icmpv4.parse(hex('1200 0000 0001 0002 ffffff00'))).toMatchObject({
      kind: 'addressMaskReply',
      addressMask: 0xffff_ff00,
    });
    expect(icmpv4.parse(hex('fe07 0000 aabbccdd'))).toEqual({
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
    for (const [kind, type] of Object.entries(icmpv4.messageType)) {
      const length = leastLength[kind] ?? 8;
      const message = new Uint8Array(length);
      message[0] = type;
      expect(icmpv4.parse(message)).toMatchObject({ kind });
      expect(icmpv4.parse(message, 0, length - 1)).toMatchObject({ malformed: true });
    }
    expect(icmpv4.parse(hex('fe0700 00 aabbcc'))).toMatchObject({ reason: 'the header is truncated' });
  });
});
