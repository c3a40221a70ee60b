import { describe, expect, it } from 'vitest';
import { readU16, writeU16, writeU8 } from './bytes.ts';
import { rewriteU16 } from './checksum.ts';
import {
  checkIpv4,
  checkIpv4Header,
  emitIpv4,
  fillIpv4Checksum,
  formatIpv4Packet,
  ipv4Field,
  ipv4HeaderLength,
  ipv4Length,
  type Ipv4Repr,
  isIpv4Fragment,
  parseIpv4Packet,
  parseIpv4Quote,
  readIpv4FragmentOffset,
  readIpv4HeaderLength,
  verifyIpv4Checksum,
} from './ipv4.ts';
import { hex, linuxFrames, packetOf } from './linux-frames.fixture.ts';
import { isMalformed } from './malformed.ts';

const lastFragment: Ipv4Repr = {
  typeOfService: 0,
  identification: 0xf2f7,
  reservedFlag: false,
  dontFragment: false,
  moreFragments: false,
  fragmentOffset: 2960,
  timeToLive: 64,
  protocol: 1,
  source: 0x0a09_0801,
  destination: 0x0a09_0802,
  options: [],
  payload: packetOf('lastFragment').subarray(20),
};

describe('ipv4', () => {
  it('takes a fragment of Linux apart and puts it together', () => {
    expect(parseIpv4Packet(packetOf('lastFragment'))).toEqual(lastFragment);
    const out = new Uint8Array(ipv4Length(lastFragment));
    emitIpv4(lastFragment, out);
    expect(out).toEqual(packetOf('lastFragment'));
  });

  it('takes a recorded route of Linux apart and puts it together', () => {
    const packet = parseIpv4Packet(packetOf('recordedRouteReply'));
    if (isMalformed(packet)) throw new Error(packet.reason);
    expect(packet.options).toEqual([
      {
        kind: 'recordRoute',
        pointer: 16,
        addresses: [0x0a09_0801, 0x0a09_0802, 0x0a09_0802, 0, 0, 0, 0, 0, 0],
      },
      { kind: 'end' },
    ]);
    expect(ipv4HeaderLength(packet)).toBe(60);
    const out = new Uint8Array(ipv4Length(packet));
    emitIpv4(packet, out);
    expect(out).toEqual(packetOf('recordedRouteReply'));
  });

  it('reads fields in place as parse does', () => {
    const frame = hex(linuxFrames.lastFragment);
    expect(readIpv4HeaderLength(frame, 14)).toBe(20);
    expect(readIpv4FragmentOffset(frame, 14)).toBe(2960);
    expect(isIpv4Fragment(frame, 14)).toBe(true);
    expect(isIpv4Fragment(hex(linuxFrames.syn), 14)).toBe(false);
    expect(readU16(frame, 14 + ipv4Field.totalLength)).toBe(68);
    expect(formatIpv4Packet(lastFragment)).toBe(
      'ipv4 10.9.8.1 > 10.9.8.2 icmp ttl 64 id 62199 offset 2960 length 68',
    );
  });

  it('finds every checksum of Linux valid, computes the same, and keeps it right when a field changes', () => {
    const packet = packetOf('portUnreachable');
    expect(verifyIpv4Checksum(packet, 0)).toBe(true);
    rewriteU16(packet, ipv4Field.checksum, ipv4Field.timeToLive, 0x3f01);
    expect(verifyIpv4Checksum(packet, 0)).toBe(true);
    writeU8(packet, ipv4Field.timeToLive, 0x40);
    expect(verifyIpv4Checksum(packet, 0)).toBe(false);
    fillIpv4Checksum(packet, 0);
    expect(packet).toEqual(packetOf('portUnreachable'));
  });

  it('refuses impossible lengths, naming the field', () => {
    const reasonOf = (change: (packet: Uint8Array) => void, end?: number): unknown => {
      const packet = packetOf('syn');
      change(packet);
      return checkIpv4(packet, 0, end);
    };
    const nothing = (): void => undefined;
    expect(reasonOf(nothing)).toBeUndefined();
    expect(reasonOf(nothing, 19)).toMatchObject({ reason: 'the header is truncated', offset: 0 });
    expect(reasonOf(nothing, 59)).toMatchObject({ reason: 'the packet is truncated', offset: 2 });
    expect(reasonOf((packet) => writeU8(packet, 0, 0x65))).toMatchObject({ reason: 'the version is not 4' });
    expect(reasonOf((packet) => writeU8(packet, 0, 0x44))).toMatchObject({
      reason: 'the header is below five words',
    });
    expect(reasonOf((packet) => writeU8(packet, 0, 0x4f), 59)).toMatchObject({
      reason: 'the options are truncated',
    });
    expect(reasonOf((packet) => writeU16(packet, 2, 19))).toMatchObject({
      reason: 'the total length is below the header length',
    });
  });

  it('cuts off the padding of a short frame, and reads a quote whose end is missing', () => {
    const padded = new Uint8Array(46);
    padded.set(packetOf('datagram'));
    expect(parseIpv4Packet(padded)).toMatchObject({ payload: packetOf('datagram').subarray(20) });
    const quote = packetOf('datagram').subarray(0, 28);
    expect(parseIpv4Packet(quote)).toMatchObject({ malformed: true });
    expect(checkIpv4Header(quote)).toBeUndefined();
    expect(parseIpv4Quote(quote)).toMatchObject({ protocol: 17, payload: quote.subarray(20) });
  });

  it('keeps options that cannot be taken apart, and their filling', () => {
    const options = (digits: string): unknown => {
      const header = hex(`46000018 00000000 4001 0000 00000000 00000000 ${digits}`);
      const packet = parseIpv4Packet(header);
      return isMalformed(packet) ? packet : packet.options;
    };
    expect(options('94040000')).toEqual([{ kind: 'routerAlert', value: 0 }]);
    expect(options('01010101')).toHaveLength(4);
    expect(options('00000000')).toEqual([{ kind: 'end' }]);
    expect(options('00000001')).toEqual([{ kind: 'end', filling: hex('000001') }]);
    expect(options('07000000')).toEqual([{ kind: 'garbled', octets: hex('07000000') }]);
    expect(options('01010107')).toContainEqual({ kind: 'garbled', octets: hex('07') });
    expect(options('07048001')).toEqual([{ kind: 'unknown', code: 7, data: hex('8001') }]);
  });
});
