import { describe, expect, it } from 'vitest';
import { readU16, writeU16, writeU8 } from './bytes.ts';
import { rewriteU16 } from './checksum.ts';
import * as ipv4 from './ipv4.ts';
import { hex, linuxFrames, packetOf } from './linux-frames-test-support.ts';
import { isMalformed } from './malformed.ts';

const lastFragment: ipv4.Repr = {
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
    expect(ipv4.parse(packetOf('lastFragment'))).toEqual(lastFragment);
    const out = new Uint8Array(ipv4.length(lastFragment));
    ipv4.emit(lastFragment, out);
    expect(out).toEqual(packetOf('lastFragment'));
  });

  it('takes a recorded route of Linux apart and puts it together', () => {
    const packet = ipv4.parse(packetOf('recordedRouteReply'));
    if (isMalformed(packet)) throw new Error(packet.reason);
    expect(packet.options).toEqual([
      {
        kind: 'recordRoute',
        pointer: 16,
        addresses: [0x0a09_0801, 0x0a09_0802, 0x0a09_0802, 0, 0, 0, 0, 0, 0],
      },
      { kind: 'end' },
    ]);
    expect(ipv4.headerLength(packet)).toBe(60);
    const out = new Uint8Array(ipv4.length(packet));
    ipv4.emit(packet, out);
    expect(out).toEqual(packetOf('recordedRouteReply'));
  });

  it('reads fields in place as parse does', () => {
    const frame = hex(linuxFrames.lastFragment);
    expect(ipv4.readHeaderLength(frame, 14)).toBe(20);
    expect(ipv4.readFragmentOffset(frame, 14)).toBe(2960);
    expect(ipv4.isFragment(frame, 14)).toBe(true);
    expect(ipv4.isFragment(hex(linuxFrames.syn), 14)).toBe(false);
    expect(readU16(frame, 14 + ipv4.field.totalLength)).toBe(68);
    expect(ipv4.format(lastFragment)).toBe(
      'ipv4 10.9.8.1 > 10.9.8.2 icmp ttl 64 id 62199 offset 2960 length 68',
    );
  });

  it('finds every checksum of Linux valid, computes the same, and keeps it right when a field changes', () => {
    const packet = packetOf('portUnreachable');
    expect(ipv4.verifyChecksum(packet, 0)).toBe(true);
    rewriteU16(packet, ipv4.field.checksum, ipv4.field.timeToLive, 0x3f01);
    expect(ipv4.verifyChecksum(packet, 0)).toBe(true);
    writeU8(packet, ipv4.field.timeToLive, 0x40);
    expect(ipv4.verifyChecksum(packet, 0)).toBe(false);
    ipv4.fillChecksum(packet, 0);
    expect(packet).toEqual(packetOf('portUnreachable'));
  });

  it('refuses impossible lengths, naming the field', () => {
    const reasonOf = (change: (packet: Uint8Array) => void, end?: number): unknown => {
      const packet = packetOf('syn');
      change(packet);
      return ipv4.check(packet, 0, end);
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
    expect(ipv4.parse(padded)).toMatchObject({ payload: packetOf('datagram').subarray(20) });
    const quote = packetOf('datagram').subarray(0, 28);
    expect(ipv4.parse(quote)).toMatchObject({ malformed: true });
    expect(ipv4.checkHeader(quote)).toBeUndefined();
    expect(ipv4.parseQuote(quote)).toMatchObject({ protocol: 17, payload: quote.subarray(20) });
  });

  it('keeps options that cannot be taken apart, and their filling', () => {
    const options = (digits: string): unknown => {
      const header = hex(`46000018 00000000 4001 0000 00000000 00000000 ${digits}`);
      const packet = ipv4.parse(header);
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
