import fc from 'fast-check';
import {
  checksum,
  icmpv4,
  ipProtocol,
  type ipv4,
  isChecksumValid,
  isMalformed,
  pseudoHeaderSum,
  udp,
} from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { bench, ipPacket, LOCAL, PORT, REMOTE, REMOTE_PORT } from '../stack-test-support.ts';

/** Cuts a transport message into packets of at most `mtu` octets, in the order of `order`. */
function piecesOf(protocol: number, message: Uint8Array, mtu: number): readonly Uint8Array[] {
  const room = (mtu - 20) & ~7;
  const count = Math.ceil(message.length / room);
  return Array.from({ length: count }, (_, i) =>
    ipPacket(protocol, message.subarray(i * room, (i + 1) * room), REMOTE, {
      identification: 77,
      fragmentOffset: i * room,
      moreFragments: i < count - 1,
    }),
  );
}

/** Puts answers together as a receiver does, and checks what their headers promise. */
function wholeOf(packets: readonly ipv4.Repr[]): Uint8Array {
  expect(new Set(packets.map(({ identification }) => identification)).size).toBe(1);
  expect(packets.map(({ dontFragment }) => dontFragment)).toEqual(packets.map(() => false));
  expect(packets.map(({ moreFragments }) => moreFragments)).toEqual(
    packets.map((_, i) => i < packets.length - 1),
  );
  const length = packets.reduce((sum, { payload }) => sum + payload.length, 0);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const { fragmentOffset, payload } of packets) {
    expect(fragmentOffset).toBe(at);
    expect(payload.length + 20).toBeLessThanOrEqual(1500);
    whole.set(payload, at);
    at += payload.length;
  }
  return whole;
}

function echoRequest(length: number): Uint8Array {
  const payload = Uint8Array.from({ length }, (_, i) => i * 31);
  const message = new Uint8Array(8 + length);
  icmpv4.emit({ kind: 'echoRequest', code: 0, identifier: 1, sequenceNumber: 2, payload }, message);
  return message;
}

describe('answers longer than a packet', () => {
  it('leave in pieces: a ping of any size comes back as it came', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1400, max: 65_000 }), (length) => {
        const { sendPacket, receivePackets } = bench();
        const request = echoRequest(length);
        for (const piece of piecesOf(ipProtocol.icmpv4, request, 1500)) sendPacket(piece);
        const whole = wholeOf(receivePackets());
        expect(whole[0]).toBe(icmpv4.messageType.echoReply);
        expect(isChecksumValid(whole, 0, whole.length)).toBe(true);
        expect(whole.subarray(4)).toEqual(request.subarray(4));
      }),
      { numRuns: 30 },
    );
  });

  it('leave in pieces: a long datagram is echoed with its checksum', () => {
    const { sendPacket, receivePackets } = bench();
    const payload = Uint8Array.from({ length: 5000 }, (_, i) => i);
    const message = new Uint8Array(8 + payload.length);
    const sum = pseudoHeaderSum({ source: REMOTE, destination: LOCAL });
    udp.emit({ sourcePort: REMOTE_PORT, destinationPort: PORT, checksummed: true, payload }, message, 0, sum);
    for (const piece of piecesOf(ipProtocol.udp, message, 1500)) sendPacket(piece);
    const packets = receivePackets();
    expect(packets.length).toBe(4);
    const whole = wholeOf(packets);
    expect(udp.verifyChecksum(whole, 0, pseudoHeaderSum({ source: LOCAL, destination: REMOTE }))).toBe(true);
    const datagram = udp.parse(whole);
    expect(isMalformed(datagram) ? null : datagram.payload).toEqual(payload);
  });

  it('need no pieces at the size of a packet', () => {
    const { sendPacket, receivePackets } = bench();
    sendPacket(ipPacket(ipProtocol.icmpv4, echoRequest(1472)));
    const [reply, ...more] = receivePackets();
    expect([reply?.payload.length, reply?.moreFragments, more.length]).toEqual([1480, false, 0]);
  });
});

describe('fragments that overlap', () => {
  /** An echo request in three pieces, the second over half of the first, whose checksum is right where `winner` counts. */
  function overlapping(winner: 'old' | 'new'): readonly Uint8Array[] {
    const first = echoRequest(48);
    const second = first.slice().fill(0xee, 16, 32);
    const counts = (winner === 'old' ? first : second).slice();
    counts.set([0, 0], 2);
    const sum = checksum(counts, 0, counts.length);
    first.set([sum >> 8, sum & 255], 2);
    const piece = (from: Uint8Array, start: number, end: number): Uint8Array =>
      ipPacket(ipProtocol.icmpv4, from.subarray(start, end), REMOTE, {
        identification: 78,
        fragmentOffset: start,
        moreFragments: end < from.length,
      });
    return [piece(first, 0, 32), piece(second, 16, 48), piece(first, 48, 56)];
  }

  it.each([
    ['old', 'old', 1],
    ['old', 'new', 0],
    ['new', 'new', 1],
    ['new', 'old', 0],
    ['drop', 'old', 0],
    ['drop', 'new', 0],
  ] as const)(
    'with the policy %s, where the %s octets are the right ones: %i answers',
    (fragments, winner, answers) => {
      const { sendPacket, receivePackets } = bench({ behavior: { fragments } });
      for (const packet of overlapping(winner)) sendPacket(packet);
      expect(receivePackets()).toHaveLength(answers);
    },
  );

  it('with the policy drop, not even pieces that do not overlap are put together', () => {
    const { sendPacket, receivePackets } = bench({ behavior: { fragments: 'drop' } });
    for (const packet of piecesOf(ipProtocol.icmpv4, echoRequest(2000), 1500)) sendPacket(packet);
    expect(receivePackets()).toEqual([]);
  });
});
