import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, linuxFrames, packetOf } from './linux-frames-test-support.ts';
import * as ipv4 from './ipv4.ts';
import { linkType } from './link-type.ts';
import { isMalformed } from './malformed.ts';
import { dissect, findLayer, formatPacket } from './packet.ts';
import { parameters } from './protocol-laws-test-support.ts';

const protocolsOf = (bytes: Uint8Array, type: number = linkType.ethernet): readonly string[] =>
  dissect({ bytes, linkType: type }).layers.map((layer) => layer.protocol);

describe('dissect', () => {
  it('takes every recorded frame of Linux apart to the end', () => {
    const layers = Object.fromEntries(
      Object.entries(linuxFrames).map(([name, digits]) => {
        const packet = dissect({ bytes: hex(digits), linkType: linkType.ethernet });
        expect(packet.fault).toBeUndefined();
        return [name, packet.layers.map((layer) => layer.protocol).join(' ')];
      }),
    );
    expect(layers).toEqual({
      mldv2Report: 'ethernet ipv6 icmpv6',
      routerSolicitation: 'ethernet ipv6 icmpv6',
      arpRequest: 'ethernet arp',
      arpReply: 'ethernet arp',
      echoRequest: 'ethernet ipv4 icmpv4',
      lastFragment: 'ethernet ipv4',
      neighborSolicitation: 'ethernet ipv6 icmpv6',
      neighborAdvertisement: 'ethernet ipv6 icmpv6',
      echoRequest6: 'ethernet ipv6 icmpv6',
      recordedRouteReply: 'ethernet ipv4 icmpv4',
      syn: 'ethernet ipv4 tcp',
      synAck: 'ethernet ipv4 tcp',
      data: 'ethernet ipv4 tcp',
      datagram: 'ethernet ipv4 udp',
      portUnreachable: 'ethernet ipv4 icmpv4',
      portUnreachable6: 'ethernet ipv6 icmpv6',
    });
  });

  it.each([
    [0, ['ipv4', 'udp']],
    [8, ['ipv4']],
    [16, ['ipv4']],
  ])('finds a transport header in a piece at offset %i: %j', (offset, protocols) => {
    const packet = packetOf('datagram');
    const repr = ipv4.parse(packet);
    if (isMalformed(repr)) throw new Error(repr.reason);
    const piece = { ...repr, fragmentOffset: offset, moreFragments: true };
    const bytes = new Uint8Array(ipv4.length(piece));
    ipv4.emit(piece, bytes);
    expect(protocolsOf(bytes, linkType.ipv4)).toEqual(protocols);
  });

  it('finds the packet behind every known link header', () => {
    const packet = packetOf('datagram');
    const behind = (digits: string): Uint8Array => new Uint8Array([...hex(digits), ...packet]);
    expect(protocolsOf(packet, linkType.raw)).toEqual(['ipv4', 'udp']);
    expect(protocolsOf(packetOf('echoRequest6'), linkType.raw)).toEqual(['ipv6', 'icmpv6']);
    expect(protocolsOf(packet, linkType.ipv4)).toEqual(['ipv4', 'udp']);
    expect(protocolsOf(packetOf('echoRequest6'), linkType.ipv6)).toEqual(['ipv6', 'icmpv6']);
    expect(protocolsOf(behind('02000000'), linkType.null)).toEqual(['ipv4', 'udp']);
    expect(protocolsOf(behind('00000002'), linkType.loop)).toEqual(['ipv4', 'udp']);
    expect(
      protocolsOf(new Uint8Array([...hex('1e000000'), ...packetOf('echoRequest6')]), linkType.null),
    ).toEqual(['ipv6', 'icmpv6']);
    expect(protocolsOf(behind('0000 0001 0006 0200000000010000 0800'), linkType.linuxCooked)).toEqual([
      'ipv4',
      'udp',
    ]);
    expect(
      protocolsOf(behind('0800 0000 00000002 0001 00 06 0200000000010000'), linkType.linuxCooked2),
    ).toEqual(['ipv4', 'udp']);
    expect(dissect({ bytes: packet, linkType: 147 }).fault).toMatchObject({
      reason: 'link type 147 is not known',
    });
    expect(dissect({ bytes: hex('0200'), linkType: linkType.null }).fault).toMatchObject({
      reason: 'the link header is truncated',
    });
  });

  it('looks into tunnels, but not for ever', () => {
    const inner = packetOf('datagram');
    const gre = new Uint8Array([
      ...hex('4500 0037 0000 4000 402f 0000 0a090801 0a090802 0000 0800'),
      ...inner,
    ]);
    expect(protocolsOf(gre, linkType.raw)).toEqual(['ipv4', 'gre', 'ipv4', 'udp']);
    const header = (length: number): string =>
      `4500 ${length.toString(16).padStart(4, '0')} 0000 4000 4004 0000 0a090801 0a090802`;
    const nested = hex(Array.from({ length: 40 }, (_, level) => header((40 - level) * 20)).join(''));
    expect(dissect({ bytes: nested, linkType: linkType.raw })).toMatchObject({
      layers: { length: 16 },
      fault: undefined,
    });
  });

  it('says what is wrong and where, counted from the first octet of the packet', () => {
    const bytes = hex(`ffff ${linuxFrames.syn}`);
    bytes[2 + 14 + 20 + 12] = 0x40;
    const packet = dissect({ bytes, start: 2, linkType: linkType.ethernet });
    expect(packet.fault).toMatchObject({ protocol: 'tcp', offset: 46 });
    expect(formatPacket(packet)).toMatch(
      /^ethernet .* \| ipv4 .* \| malformed tcp: the data offset is below five words \(octet 46\)$/,
    );
  });

  it('reads what is left of a packet that the capture cut', () => {
    const bytes = hex(linuxFrames.datagram).subarray(0, 43);
    expect(dissect({ bytes, linkType: 1 }).fault).toMatchObject({ reason: 'the packet is truncated' });
    const packet = dissect({ bytes, linkType: 1, isCut: true });
    expect(findLayer(packet, 'udp')).toMatchObject({ destinationPort: 9, payload: hex('61') });
    expect(findLayer(packet, 'tcp')).toBeUndefined();
    const cut6 = hex(linuxFrames.echoRequest6).subarray(0, 70);
    expect(findLayer(dissect({ bytes: cut6, linkType: 1, isCut: true }), 'icmpv6')).toMatchObject({
      kind: 'echoRequest',
    });
  });

  it('never throws', () => {
    const frames = Object.values(linuxFrames).map(hex);
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    const types = fc.constantFrom(...Object.values(linkType), 99);
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(change, { maxLength: 5 }),
        fc.nat(),
        types,
        fc.boolean(),
        (original, changes, cut, type, isCut) => {
          const bytes = original.slice(0, original.length - (cut % 20));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          for (const guess of [1, type]) {
            expect(formatPacket(dissect({ bytes, linkType: guess, isCut }))).toMatch(/^[^\n]*$/);
          }
        },
      ),
      { ...parameters, numRuns: 1000 },
    );
  });
});
