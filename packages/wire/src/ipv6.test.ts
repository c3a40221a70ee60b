import { describe, expect, it } from 'vitest';
import { readPseudoHeaderSumIpv6, pseudoHeaderSum } from './ip-protocol.ts';
import * as ipv6Extension from './ipv6-extension.ts';
import * as ipv6 from './ipv6.ts';
import { hex, packetOf } from './linux-frames-test-support.ts';
import { isMalformed } from './malformed.ts';

const HOST_1 = 0x2001_0db8_0000_0000_0000_0000_0000_0001n;
const HOST_2 = 0x2001_0db8_0000_0000_0000_0000_0000_0002n;

const echo: ipv6.Repr = {
  trafficClass: 0,
  flowLabel: 0x208d6,
  hopLimit: 64,
  source: HOST_1,
  destination: HOST_2,
  extensions: [],
  protocol: 58,
  payload: packetOf('echoRequest6').subarray(40),
};

const ADDRESSES = `${'0'.repeat(31)}1 ${'0'.repeat(31)}2`;

describe('ipv6', () => {
  it('emits a payload of 65,535 octets, which is the most that its length can say', () => {
    const most = { ...echo, payload: new Uint8Array(65_535) };
    const out = new Uint8Array(ipv6.length(most) + 1);
    expect(ipv6.emit(most, out)).toBe(40 + 65_535);
    expect(ipv6.parse(out.subarray(0, -1))).toEqual(most);
    expect(() => ipv6.emit({ ...echo, payload: new Uint8Array(65_536) }, out)).toThrow(
      'at most 65535 octets',
    );
  });

  it('takes a packet of Linux apart and puts it together', () => {
    expect(ipv6.parse(packetOf('echoRequest6'))).toEqual(echo);
    const out = new Uint8Array(ipv6.length(echo));
    ipv6.emit(echo, out);
    expect(out).toEqual(packetOf('echoRequest6'));
    expect(ipv6.format(echo)).toBe('ipv6 2001:db8::1 > 2001:db8::2 icmp6 hop limit 64 length 72');
  });

  it('takes the hop-by-hop header of a report of Linux apart and puts it together', () => {
    const packet = ipv6.parse(packetOf('mldv2Report'));
    if (isMalformed(packet)) throw new Error(packet.reason);
    expect(packet.extensions).toEqual([
      {
        kind: 'hopByHop',
        options: [
          { kind: 'routerAlert', value: 0 },
          { kind: 'padN', data: hex('') },
        ],
      },
    ]);
    expect(packet.protocol).toBe(58);
    const out = new Uint8Array(ipv6.length(packet));
    ipv6.emit(packet, out);
    expect(out).toEqual(packetOf('mldv2Report'));
  });

  it('pads options that do not fill 8 octets', () => {
    const out = new Uint8Array(48);
    ipv6.emit(
      {
        ...echo,
        extensions: [{ kind: 'hopByHop', options: [{ kind: 'routerAlert', value: 7 }] }],
        payload: hex(''),
      },
      out,
    );
    expect(out.subarray(40)).toEqual(hex('3a00 0502 0007 0100'));
  });

  it('sums the pseudo-header alike from values and from the header', () => {
    expect(readPseudoHeaderSumIpv6(packetOf('echoRequest6'), 0)).toBe(pseudoHeaderSum(echo));
  });

  it('stops behind a fragment header that is not the first', () => {
    const packet = (fragmentOffset: string): Uint8Array =>
      hex(`60000000 0010 2c 40 ${ADDRESSES} 3c00 ${fragmentOffset} 01020304 3b00 0104 00000000`);
    expect(ipv6.parse(packet('0008'))).toMatchObject({
      extensions: [
        { kind: 'fragment', fragmentOffset: 8, moreFragments: false, identification: 0x0102_0304 },
      ],
      protocol: 60,
      payload: hex('3b00 0104 00000000'),
    });
    const first = packet('0001');
    expect(ipv6.parse(first)).toMatchObject({
      extensions: [{ kind: 'fragment', moreFragments: true }, { kind: 'destinationOptions' }],
      protocol: 59,
    });
    const scan = ipv6Extension.newScan();
    expect(ipv6.scan(first, 0, first.length, scan)).toBeUndefined();
    expect(scan).toEqual({ protocol: 59, payloadStart: 56, fragmentStart: 40 });
    expect(ipv6.scan(packetOf('echoRequest6'), 0, 72, scan)).toBeUndefined();
    expect(scan).toEqual({ protocol: 58, payloadStart: 40, fragmentStart: -1 });
  });

  it('takes a hop-by-hop header for one at the beginning only (RFC 8200 §4.1)', () => {
    const twice = hex(`60000000 0010 00 40 ${ADDRESSES} 0000 0104 00000000 3b00 0104 00000000`);
    expect(ipv6.parse(twice)).toMatchObject({
      extensions: [{ kind: 'hopByHop' }],
      protocol: 0,
      payload: twice.subarray(48),
    });
  });

  it('refuses impossible lengths, naming the field', () => {
    const packet = packetOf('echoRequest6');
    expect(ipv6.check(packet, 0, 39)).toMatchObject({ reason: 'the header is truncated' });
    expect(ipv6.check(packet, 0, 71)).toMatchObject({ reason: 'the packet is truncated', offset: 4 });
    expect(ipv6.parseQuote(packet, 0, 71)).toMatchObject({ protocol: 58 });
    expect(ipv6.check(packetOf('syn'))).toMatchObject({ reason: 'the version is not 6' });
    const options = hex(`60000000 0008 00 40 ${ADDRESSES} 3b01 0104 00000000`);
    expect(ipv6.parse(options)).toMatchObject({
      reason: 'an extension header is truncated',
      offset: 40,
    });
    // RFC 2675: a jumbogram has payload length zero and a hop-by-hop header.
    expect(ipv6.parse(hex(`60000000 0000 00 40 ${ADDRESSES}`))).toMatchObject({ malformed: true });
  });
});

describe('an extension header on one line', () => {
  it.each<readonly [ipv6Extension.Repr, string]>([
    [
      { kind: 'fragment', fragmentOffset: 1480, moreFragments: true, identification: 7 },
      'fragment 7 offset 1480 more',
    ],
    [{ kind: 'fragment', fragmentOffset: 0, moreFragments: false, identification: 7 }, 'fragment 7 offset 0'],
    [{ kind: 'routing', routingType: 4, segmentsLeft: 2, data: new Uint8Array(4) }, 'routing type 4 left 2'],
    [
      { kind: 'hopByHop', options: [{ kind: 'routerAlert', value: 0 }, { kind: 'pad1' }] },
      'hopByHop routerAlert pad1',
    ],
  ])('%j', (extension, line) => {
    expect(ipv6Extension.format(extension)).toBe(line);
  });
});
