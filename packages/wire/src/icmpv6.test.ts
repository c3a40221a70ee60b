import { describe, expect, it } from 'vitest';
import * as icmpv6 from './icmpv6.ts';
import * as ipv6 from './ipv6.ts';
import { readPseudoHeaderSumIpv6 } from './ip-protocol.ts';
import { hex, type linuxFrames, packetOf } from './linux-frames-test-support.ts';
import { isMalformed } from './malformed.ts';

const HOST_2 = 0x2001_0db8_0000_0000_0000_0000_0000_0002n;
const SOLICITED_HOST_2 = 0xff02_0000_0000_0000_0000_0001_ff00_0002n;

/** Parses the message at `start` of a recorded packet, after verifying its checksum and emitting it again. */
function parsed(frame: keyof typeof linuxFrames, start = 40): icmpv6.Repr {
  const packet = packetOf(frame);
  const pseudoSum = readPseudoHeaderSumIpv6(packet, 0);
  expect(icmpv6.verifyChecksum(packet, start, packet.length, pseudoSum)).toBe(true);
  const repr = icmpv6.parse(packet, start);
  if (isMalformed(repr)) throw new Error(repr.reason);
  const out = new Uint8Array(icmpv6.length(repr));
  icmpv6.emit(repr, out, 0, pseudoSum);
  expect(out).toEqual(packet.subarray(start));
  return repr;
}

describe('icmpv6', () => {
  it('takes messages of Linux apart and puts them together', () => {
    expect(parsed('echoRequest6')).toMatchObject({
      kind: 'echoRequest',
      identifier: 0x1027,
      sequenceNumber: 1,
    });
    const unreachable = parsed('portUnreachable6');
    expect(unreachable).toMatchObject({ kind: 'destinationUnreachable', code: 4, unused: 0 });
    if (!('quote' in unreachable)) throw new Error('no quote');
    expect(ipv6.parseQuote(unreachable.quote)).toMatchObject({ protocol: 17, destination: HOST_2 });
  });

  it('takes Neighbor Discovery of Linux apart and puts it together', () => {
    expect(parsed('routerSolicitation')).toEqual({
      kind: 'routerSolicitation',
      code: 0,
      options: [{ kind: 'sourceLinkLayerAddress', mac: 0x0200_0000_0001 }],
    });
    expect(parsed('neighborSolicitation')).toEqual({
      kind: 'neighborSolicitation',
      code: 0,
      target: HOST_2,
      options: [{ kind: 'sourceLinkLayerAddress', mac: 0x0200_0000_0001 }],
    });
    const advertisement = parsed('neighborAdvertisement');
    expect(advertisement).toEqual({
      kind: 'neighborAdvertisement',
      code: 0,
      router: false,
      solicited: true,
      override: true,
      target: HOST_2,
      options: [{ kind: 'targetLinkLayerAddress', mac: 0x0200_0000_0002 }],
    });
    expect(icmpv6.format(advertisement)).toBe(
      'icmp6 neighborAdvertisement 2001:db8::2 <targetLinkLayerAddress 02:00:00:00:00:02>',
    );
  });

  it('takes a listener report of Linux apart and puts it together', () => {
    const report = parsed('mldv2Report', 48);
    expect(report).toEqual({
      kind: 'multicastListenerReportV2',
      code: 0,
      records: [{ recordType: 4, group: SOLICITED_HOST_2, sources: [], auxiliaryData: hex('') }],
      rest: hex(''),
    });
    expect(icmpv6.format(report)).toBe('icmp6 multicastListenerReportV2 ff02::1:ff00:2');
  });

  it('knows the layout of a router advertisement (RFC 4861 §4.2)', () => {
    const prefix = '0304 40 c0 00015180 00003840 00000000 20010db8000000000000000000000000';
    expect(icmpv6.parse(hex(`86000000 40 c0 0708 00007530 000003e8 0501 0000 000005dc ${prefix}`))).toEqual({
      kind: 'routerAdvertisement',
      code: 0,
      hopLimit: 64,
      routerFlags: 0xc0,
      routerLifetimeSeconds: 1800,
      reachableTimeMilliseconds: 30_000,
      retransmitTimeMilliseconds: 1000,
      options: [
        { kind: 'mtu', mtuBytes: 1500 },
        {
          kind: 'prefixInformation',
          prefixLength: 64,
          onLink: true,
          autonomous: true,
          validLifetimeSeconds: 86_400,
          preferredLifetimeSeconds: 14_400,
          prefix: 0x20010db8n << 96n,
        },
      ],
    });
  });

  it('refuses what is cut, and an option of length zero (RFC 4861 §4.6)', () => {
    const solicitation = packetOf('neighborSolicitation').subarray(40);
    expect(icmpv6.parse(solicitation, 0, 3)).toMatchObject({ reason: 'the header is truncated' });
    expect(icmpv6.parse(solicitation, 0, 23)).toMatchObject({ reason: 'the message is truncated' });
    expect(icmpv6.parse(solicitation, 0, 24)).toMatchObject({ options: [] });
    expect(icmpv6.parse(solicitation, 0, 31)).toMatchObject({
      reason: expect.stringContaining('truncated') as string,
    });
    solicitation[25] = 0;
    expect(icmpv6.parse(solicitation)).toMatchObject({
      reason: expect.stringContaining('zero') as string,
      offset: 25,
    });
    const report = packetOf('mldv2Report').subarray(48);
    report[7] = 2;
    expect(icmpv6.parse(report)).toMatchObject({ reason: 'a multicast record is truncated' });
    report[7] = 1;
    report[11] = 1;
    expect(icmpv6.parse(report)).toMatchObject({ reason: 'a multicast record is truncated' });
  });
});
