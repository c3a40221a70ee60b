import { randomStreams, VirtualClock } from '@wormwood/base';
import { gre, ipv4, isMalformed, tcp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { silentObserver } from '../observer.ts';
import { Stack } from '../stack.ts';
import { bareHost, ipPacket, LOCAL, REMOTE, tcpPacket } from '../stack-test-support.ts';
import { decapsulate, encapsulate, GRE_OVERHEAD_BYTES, GreDevice, type GreTunnel } from './gre.ts';
import { memoryLink } from './memory-link.ts';

const NEAR = 0x0a01_0001;
const FAR = 0xc0a8_0101;
const near: GreTunnel = { source: NEAR, destination: FAR };
const far: GreTunnel = { source: FAR, destination: NEAR };

function carried(tunnel: GreTunnel, packet: Uint8Array): Uint8Array {
  const out = new Uint8Array(packet.length + GRE_OVERHEAD_BYTES);
  expect(encapsulate(tunnel, packet, 0, packet.length, out, 0)).toBe(out.length);
  return out;
}

describe('GRE tunnel', () => {
  const packet = tcpPacket({ flags: 'S' });

  it('writes the header of RFC 2784 octet by octet', () => {
    const outer = carried(near, packet);
    // Version and header length, protocol 47, the two ends; then no flags, version 0, and the type of IPv4.
    expect([outer[0], outer[9]]).toEqual([0x45, 47]);
    expect([...outer.subarray(12, 24)]).toEqual([10, 1, 0, 1, 192, 168, 1, 1, 0, 0, 8, 0]);
    expect(outer.subarray(24)).toEqual(packet);
  });

  it('gives back at one end what went in at the other, and nothing to anyone else', () => {
    const outer = carried(near, packet);
    expect(decapsulate(far, outer, 0, outer.length)).toEqual(packet);
    expect(decapsulate(near, outer, 0, outer.length)).toBeUndefined();
    expect(decapsulate({ source: FAR, destination: NEAR + 1 }, outer, 0, outer.length)).toBeUndefined();
  });

  it('keeps DF and the type of service', () => {
    const inner = ipPacket(17, new Uint8Array(9), REMOTE, { dontFragment: true, typeOfService: 0xb8 });
    const outer = ipv4.parse(carried(near, inner));
    expect(outer).toMatchObject({ dontFragment: true, typeOfService: 0xb8 });
  });

  it('takes what comes with checksum, key and sequence number (RFC 2890), unless it is damaged', () => {
    const repr = { protocolType: 0x0800, checksummed: true, key: 5, sequenceNumber: 9, payload: packet };
    const tunneled = new Uint8Array(gre.length(repr));
    gre.emit(repr, tunneled);
    const wrap = (octets: Uint8Array) => ipPacket(47, octets, NEAR, { destination: FAR });
    expect(decapsulate(far, wrap(tunneled), 0, 20 + tunneled.length)).toEqual(packet);
    tunneled[tunneled.length - 1]! ^= 1;
    expect(decapsulate(far, wrap(tunneled), 0, 20 + tunneled.length)).toBeUndefined();
  });

  it.each([
    ['another protocol', ipPacket(6, new Uint8Array(40), NEAR, { destination: FAR })],
    ['a fragment', ipPacket(47, new Uint8Array(40), NEAR, { destination: FAR, moreFragments: true })],
    ['a bridge in GRE', ipPacket(47, Uint8Array.of(0, 0, 0x65, 0x58, 1, 2), NEAR, { destination: FAR })],
    ['no packet inside', ipPacket(47, Uint8Array.of(0, 0, 8, 0, 1, 2), NEAR, { destination: FAR })],
    ['next to nothing', new Uint8Array(3)],
  ])('takes nothing out of %s', (_, outer) => {
    expect(decapsulate(far, outer, 0, outer.length)).toBeUndefined();
  });
});

it('a stack at the far end of a tunnel answers through it', () => {
  const [client, device] = memoryLink({ medium: 'ip' });
  const stack = new Stack({
    device: new GreDevice(device, far),
    hosts: {
      find: (address) => (address === LOCAL ? bareHost() : null),
    },
    clock: new VirtualClock(),
    streams: randomStreams('1'),
    observer: silentObserver,
    linkAddress: 0,
  });
  for (const packet of [tcpPacket({ flags: 'S' }), carried(near, tcpPacket({ flags: 'S' }))]) {
    client.transmitBuffer.set(packet, client.reserve());
    client.commit(packet.length);
  }
  client.flush();
  stack.work(10);
  const answers: Uint8Array[] = [];
  client.receive(({ bytes, start, end }) => void answers.push(bytes.slice(start, end)), 10);
  // The SYN that came outside the tunnel is not the stack's.
  expect(answers).toHaveLength(1);
  const inner = decapsulate(near, answers[0]!, 0, answers[0]!.length);
  const packet = ipv4.parse(inner ?? new Uint8Array(0));
  if (isMalformed(packet)) throw new Error(packet.reason);
  expect(packet).toMatchObject({ source: LOCAL, destination: REMOTE });
  const segment = tcp.parse(packet.payload);
  expect(segment).toMatchObject({ flags: 0x12 });
});
