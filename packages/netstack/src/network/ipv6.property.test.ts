// Whatever comes over IPv6 does no harm, and leaves nothing behind.
import { ipProtocol, ipv6, writeU16 } from '@wormwood/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  echoOf,
  icmpv6Octets,
  ipv6Bench,
  ipv6Packet,
  OURS,
  type PacketWords,
  tcpOctets,
  THEIRS,
  udpOctets,
} from './ipv6-test-support.ts';

const seed = Number(process.env['WORMWOOD_SEED'] ?? Date.now() % 1_000_000);

const options = fc.uint8Array({ maxLength: 12 }).map((octets) => [{ kind: 'garbled', octets } as const]);
const extension: fc.Arbitrary<ipv6.Repr['extensions'][number]> = fc.oneof(
  fc.record({ kind: fc.constantFrom('hopByHop' as const, 'destinationOptions' as const), options }),
  fc.record({
    kind: fc.constant('routing' as const),
    routingType: fc.nat(4),
    segmentsLeft: fc.nat(2),
    data: fc.constant(new Uint8Array(4)),
  }),
  fc.record({
    kind: fc.constant('fragment' as const),
    fragmentOffset: fc.constantFrom(0, 8, 16, 64, 65_528),
    moreFragments: fc.boolean(),
    identification: fc.nat(2),
  }),
);
const transport: fc.Arbitrary<readonly [protocol: number, octets: Uint8Array]> = fc.oneof(
  fc
    .constantFrom('S', 'A', 'R', 'F', 'SF', '')
    .map((flags) => [ipProtocol.tcp, tcpOctets({ flags })] as const),
  fc.nat(40).map((length) => [ipProtocol.udp, udpOctets(new Uint8Array(length), 80 + (length % 3))] as const),
  fc.nat(40).map((length) => [ipProtocol.icmpv6, icmpv6Octets(echoOf(new Uint8Array(length)))] as const),
  fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 40 })),
);
const words: fc.Arbitrary<PacketWords> = fc.record(
  {
    extensions: fc.array(extension, { maxLength: 3 }),
    source: fc.constantFrom(THEIRS, THEIRS + 1n, OURS, 0n, 1n, 0xff02n << 112n),
    destination: fc.constantFrom(OURS, OURS, OURS + 1n, (0xff02n << 112n) + 1n),
  },
  { requiredKeys: [] },
);
const damage = fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 2 });

it(`answers at most one packet each, and none to a group or nobody; seed ${seed}`, () => {
  const bench = ipv6Bench();
  let answers = 0;
  fc.assert(
    fc.property(transport, words, damage, fc.boolean(), ([protocol, octets], given, changes, isCut) => {
      const packet = ipv6Packet(protocol, octets, given);
      for (const [at, value] of changes) if (at >= 1 && at < packet.length) packet[at] = value;
      // The length is right, or the packet is cut.
      if (!isCut) writeU16(packet, ipv6.field.payloadLength, packet.length - ipv6.HEADER_LENGTH);
      bench.sendPacket(isCut ? packet.subarray(0, packet.length - 3) : packet);
      const replies = bench.receive();
      // A SYN/ACK of before is sent again.
      expect(replies.filter((reply) => reply.protocol !== ipProtocol.tcp).length).toBeLessThanOrEqual(1);
      for (const reply of replies) {
        answers++;
        expect(reply.destination >> 120n).not.toBe(0xffn);
        expect(reply.destination > 1n).toBe(true);
        expect(ipv6.length(reply)).toBeLessThanOrEqual(1280);
      }
      bench.clock.advanceBy(0.01);
    }),
    { numRuns: 4000, seed },
  );
  expect(answers).toBeGreaterThan(100);
  for (let minute = 0; minute < 10; minute++) bench.advance(60);
  bench.receive();
  // No connection, no piece, and no name of an address is left.
  expect([bench.stack.tcp.connectionCount, bench.stack.heldBytes, bench.stack.namedCount]).toEqual([0, 0, 0]);
});
