/** Answers that are longer than a frame carries. The judge of the pieces is written here, from RFC 791 3.2. */
import {
  emitIcmpv4,
  icmpv4Length,
  type Icmpv4Repr,
  type Ipv4Repr,
  parseUdp,
  udpLength,
  emitUdp,
  isMalformed,
  pseudoHeaderSum,
  verifyIcmpv4Checksum,
  verifyUdpChecksum,
} from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { bench, ipPacket, LOCAL, PORT, REMOTE } from '../stack.fixture.ts';

const MTU = 1500;

/** Cuts a message into packets as a remote host with the same MTU does. */
function pieces(protocol: number, message: Uint8Array, identification: number): Uint8Array[] {
  const room = (MTU - 20) & ~7;
  const packets: Uint8Array[] = [];
  for (let fragmentOffset = 0; fragmentOffset < message.length; fragmentOffset += room) {
    packets.push(
      ipPacket(protocol, message.subarray(fragmentOffset, fragmentOffset + room), REMOTE, {
        identification,
        fragmentOffset,
        moreFragments: fragmentOffset + room < message.length,
      }),
    );
  }
  return packets;
}

/** Joins the pieces of one packet and holds each to the rules of a fragment. */
function join(packets: readonly Ipv4Repr[]): Uint8Array {
  expect(new Set(packets.map(({ identification }) => identification)).size).toBe(1);
  const octets: number[] = [];
  for (const [index, piece] of packets.entries()) {
    expect(piece.payload.length + 20).toBeLessThanOrEqual(MTU);
    expect(piece).toMatchObject({ fragmentOffset: octets.length, dontFragment: false, source: LOCAL });
    expect(piece.moreFragments).toBe(index < packets.length - 1);
    octets.push(...piece.payload);
  }
  return Uint8Array.from(octets);
}

function echoRequest(length: number): Uint8Array {
  const payload = Uint8Array.from({ length }, (_, i) => (i * 7) & 255);
  const repr: Icmpv4Repr = { kind: 'echoRequest', identifier: 9, sequenceNumber: 1, code: 0, payload };
  const message = new Uint8Array(icmpv4Length(repr));
  emitIcmpv4(repr, message);
  return message;
}

describe('output beyond the MTU', () => {
  it.each([1472, 1473, 1480, 2960, 60_000, 65_507])('answers an echo of %i octets', (length) => {
    const { sendPacket, receivePackets } = bench();
    const request = echoRequest(length);
    for (const packet of pieces(1, request, 77)) sendPacket(packet);
    const replies = receivePackets();
    expect(replies).toHaveLength(Math.ceil((length + 8) / 1480));
    const reply = join(replies);
    expect(reply[0]).toBe(0);
    expect(verifyIcmpv4Checksum(reply, 0, reply.length)).toBe(true);
    expect(reply.subarray(4)).toEqual(request.subarray(4));
  });

  it('answers with a long datagram, whose checksum covers the whole', () => {
    const { sendPacket, receivePackets } = bench();
    const payload = Uint8Array.from({ length: 9000 }, (_, i) => (i * 13) & 255);
    const repr = { sourcePort: 4000, destinationPort: PORT, checksummed: true, payload };
    const message = new Uint8Array(udpLength(repr));
    const sum = pseudoHeaderSum({ source: REMOTE, destination: LOCAL });
    emitUdp(repr, message, 0, sum);
    for (const packet of pieces(17, message, 78)) sendPacket(packet);
    const reply = join(receivePackets());
    expect(verifyUdpChecksum(reply, 0, sum)).toBe(true);
    const datagram = parseUdp(reply);
    if (isMalformed(datagram)) throw new Error(datagram.reason);
    expect(datagram.payload).toEqual(payload);
  });

  it('gives each packet an identification of its own', () => {
    const { sendPacket, receivePackets } = bench();
    for (const id of [1, 2]) for (const packet of pieces(1, echoRequest(3000), id)) sendPacket(packet);
    const identifications = receivePackets().map(({ identification }) => identification);
    expect(new Set(identifications.slice(0, 3)).size).toBe(1);
    expect(new Set(identifications).size).toBe(2);
  });
});
