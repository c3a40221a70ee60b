// IPv6 as a host speaks it, by the words of RFC 8200 and RFC 4443.
import { ipProtocol, ipv6, isMalformed, pseudoHeaderSum, udp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { PORT } from '../stack-test-support.ts';
import {
  address,
  echoOf,
  icmpv6Octets,
  ipv6Bench,
  ipv6Packet,
  messageIn,
  OURS,
  type PacketWords,
  tcpOctets,
  THEIRS,
  udpOctets,
} from './ipv6-test-support.ts';

const CLOSED = 9;
const octets = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);

describe('echo requests', () => {
  it('come back as they came, in pieces where they are long', () => {
    const bench = ipv6Bench();
    const [reply] = bench.exchange(ipProtocol.icmpv6, icmpv6Octets(echoOf(octets(5))), { hopLimit: 3 });
    expect(reply).toMatchObject({
      source: OURS,
      destination: THEIRS,
      hopLimit: 64,
      protocol: ipProtocol.icmpv6,
    });
    expect(messageIn(reply)).toEqual({ ...echoOf(octets(5)), kind: 'echoReply' });
    const message = icmpv6Octets(echoOf(octets(3000)));
    for (let offset = 0; offset < message.length; offset += 1024)
      bench.sendPacket(pieceOf(message, offset, 1024));
    const pieces = bench.receive();
    expect(pieces.length).toBe(3);
    expect(pieces.every((piece) => ipv6.length(piece) <= 1500)).toBe(true);
    expect(messageIn(joined(pieces))).toEqual({ ...echoOf(octets(3000)), kind: 'echoReply' });
  });

  it.each<[string, PacketWords]>([
    ['to nobody here', { destination: OURS + 1n }],
    ['from a group', { source: address('ff02::1') }],
    ['from the unspecified address', { source: 0n }],
    ['from loopback', { source: 1n }],
    ['from its own destination', { source: OURS }],
    ['to a group', { destination: address('ff02::1') }],
    ['from an address of IPv4 inside a machine', { source: address('::ffff:192.0.2.1') }],
  ])('%s are not answered', (_, words) => {
    const bench = ipv6Bench();
    expect(bench.exchange(ipProtocol.icmpv6, icmpv6Octets(echoOf(octets(5)), words), words)).toEqual([]);
  });

  it('with a wrong checksum are not', () => {
    const message = icmpv6Octets(echoOf(octets(5)));
    message[9]! ^= 1;
    expect(ipv6Bench().exchange(ipProtocol.icmpv6, message)).toEqual([]);
  });
});

describe('UDP', () => {
  it('answers with a checksum, and no more octets than were asked', () => {
    const bench = ipv6Bench();
    const [reply] = bench.exchange(ipProtocol.udp, udpOctets(octets(12)));
    const datagram = udp.parse(reply!.payload);
    expect(isMalformed(datagram) ? null : datagram).toMatchObject({
      sourcePort: PORT,
      checksummed: true,
      payload: octets(12),
    });
    expect(udp.verifyChecksum(reply!.payload, 0, pseudoHeaderSum(reply!))).toBe(true);
  });

  it('drops datagrams without a checksum (RFC 8200 8.1)', () => {
    const datagram = udpOctets(octets(12));
    datagram.fill(0, udp.field.checksum, udp.field.checksum + 2);
    expect(ipv6Bench().exchange(ipProtocol.udp, datagram)).toEqual([]);
  });

  it('refuses closed ports with as much of the datagram as 1,280 octets hold (RFC 4443 2.4, 3.1)', () => {
    const bench = ipv6Bench();
    for (const length of [0, 100, 1400]) {
      const packet = ipv6Packet(ipProtocol.udp, udpOctets(octets(length), CLOSED));
      bench.sendPacket(packet);
      const [error] = bench.receive();
      expect(messageIn(error)).toEqual({
        kind: 'destinationUnreachable',
        code: 4,
        unused: 0,
        quote: packet.subarray(0, 1280 - 48),
      });
    }
  });

  it('refuses no more than a hundred a second of a network of 64 bits', () => {
    const bench = ipv6Bench();
    let errors = 0;
    for (let i = 0; i < 300; i++) {
      const words = { source: THEIRS + BigInt(i) };
      errors += bench.exchange(ipProtocol.udp, udpOctets(octets(1), CLOSED, words), words).length;
    }
    expect(errors).toBe(100);
  });
});

describe('extension headers', () => {
  const hop = (options: readonly number[]): PacketWords => ({
    extensions: [{ kind: 'hopByHop', options: [{ kind: 'garbled', octets: Uint8Array.from(options) }] }],
  });
  const echo = icmpv6Octets(echoOf(octets(5)));

  it.each<[string, PacketWords]>([
    ['options that may be skipped', hop([0x1e, 2, 0, 0, 1, 0])],
    ['a routing header that leads nowhere', routing(0)],
    ['a fragment header of a whole packet (RFC 6946)', fragment(0, false)],
    ['a router alert', { extensions: [{ kind: 'hopByHop', options: [{ kind: 'routerAlert', value: 0 }] }] }],
  ])('%s are passed over', (_, words) => {
    const [reply] = ipv6Bench().exchange(ipProtocol.icmpv6, echo, words);
    expect(messageIn(reply)).toMatchObject({ kind: 'echoReply' });
  });

  it.each<[string, PacketWords, number, number, number]>([
    ['an unknown option, code 10', hop([0x9e, 2, 0, 0, 1, 0]), ipProtocol.icmpv6, 2, 42],
    ['an unknown option, code 11', hop([1, 0, 0xde, 2, 0, 0]), ipProtocol.icmpv6, 2, 44],
    ['a routing header that leads on (RFC 5095)', routing(1), ipProtocol.icmpv6, 0, 42],
    ['an unknown protocol', {}, 143, 1, 6],
    ['an unknown protocol behind options', hop([1, 4, 0, 0, 0, 0]), 143, 1, 40],
  ])('%s is refused', (_, words, protocol, code, pointer) => {
    const [error] = ipv6Bench().exchange(protocol, echo, words);
    expect(messageIn(error)).toMatchObject({ kind: 'parameterProblem', code, pointer });
  });

  it.each<[string, PacketWords, number]>([
    ['an unknown option, code 01', hop([0x5e, 2, 0, 0, 1, 0]), ipProtocol.icmpv6],
    ['an option beyond its header', hop([0x1e, 9, 0, 0, 1, 0]), ipProtocol.icmpv6],
    ['no next header', {}, ipProtocol.noNextHeader],
  ])('%s is dropped', (_, words, protocol) => {
    expect(ipv6Bench().exchange(protocol, echo, words)).toEqual([]);
  });

  it('errors about errors are never sent', () => {
    const error = icmpv6Octets({ kind: 'timeExceeded', code: 0, unused: 0, quote: octets(60) });
    expect(ipv6Bench().exchange(ipProtocol.icmpv6, error, hop([0x9e, 2, 0, 0, 1, 0]))).toEqual([]);
  });
});

describe('fragments', () => {
  const message = icmpv6Octets(echoOf(octets(100)));

  it('in any order make a packet, once', () => {
    const bench = ipv6Bench();
    for (const offset of [64, 0, 32, 96]) bench.sendPacket(pieceOf(message, offset, 32));
    expect(messageIn(bench.receive()[0])).toMatchObject({ kind: 'echoReply' });
    expect(bench.stack.heldBytes).toBe(0);
  });

  it('that overlap are given up (RFC 5722); that repeat each other are not (RFC 8200 4.5)', () => {
    const overlapping = ipv6Bench();
    for (const [offset, length] of [
      [0, 64],
      [32, 64],
      [96, 32],
    ] as const)
      overlapping.sendPacket(pieceOf(message, offset, length));
    expect(overlapping.receive()).toEqual([]);
    const repeated = ipv6Bench();
    for (const offset of [0, 0, 64, 64]) repeated.sendPacket(pieceOf(message, offset, 64));
    expect(repeated.receive().length).toBe(1);
  });

  it('whose length is not a multiple of eight, or whose end lies too far, are refused', () => {
    const bench = ipv6Bench();
    bench.sendPacket(ipv6Packet(ipProtocol.icmpv6, message.subarray(0, 30), fragment(0, true)));
    expect(messageIn(bench.receive()[0])).toMatchObject({ kind: 'parameterProblem', code: 0, pointer: 4 });
    bench.sendPacket(ipv6Packet(ipProtocol.icmpv6, message.subarray(0, 32), fragment(65_528, false)));
    expect(messageIn(bench.receive()[0])).toMatchObject({ kind: 'parameterProblem', code: 0, pointer: 42 });
  });

  it('of which the first lacks the header of the transport are refused (RFC 7112)', () => {
    const bench = ipv6Bench();
    bench.sendPacket(
      ipv6Packet(ipProtocol.tcp, tcpOctets({ flags: 'S' }).subarray(0, 16), fragment(0, true)),
    );
    expect(messageIn(bench.receive()[0])).toMatchObject({ kind: 'parameterProblem', code: 3, pointer: 0 });
  });

  it('that never become whole are reported after a minute if the first came, and forgotten', () => {
    const bench = ipv6Bench();
    const first = pieceOf(message, 0, 64);
    bench.sendPacket(first);
    bench.sendPacket(pieceOf(message, 64, 32, 2));
    bench.advance(59);
    expect(bench.receive()).toEqual([]);
    bench.advance(2);
    const errors = bench.receive();
    expect(errors.length).toBe(1);
    expect(messageIn(errors[0])).toMatchObject({ kind: 'timeExceeded', code: 1, quote: first });
    expect(bench.stack.heldBytes).toBe(0);
  });
});

function routing(segmentsLeft: number): PacketWords {
  return { extensions: [{ kind: 'routing', routingType: 0, segmentsLeft, data: new Uint8Array(4) }] };
}

function fragment(fragmentOffset: number, moreFragments: boolean, identification = 1): PacketWords {
  return { extensions: [{ kind: 'fragment', fragmentOffset, moreFragments, identification }] };
}

function pieceOf(message: Uint8Array, offset: number, length: number, identification = 1): Uint8Array {
  const end = Math.min(message.length, offset + length);
  const words = fragment(offset, end < message.length, identification);
  return ipv6Packet(ipProtocol.icmpv6, message.subarray(offset, end), words);
}

/** The packet that pieces make, which come in order. */
function joined(pieces: readonly ipv6.Repr[]): ipv6.Repr {
  const payload = Uint8Array.from(pieces.flatMap((piece) => [...piece.payload]));
  const headers = pieces.map(({ extensions: [header] }) => (header?.kind === 'fragment' ? header : null));
  expect(new Set(headers.map((header) => header?.identification)).size).toBe(1);
  expect(headers.map((header) => header?.moreFragments)).toEqual([...pieces.slice(1).map(() => true), false]);
  return { ...pieces[0]!, payload };
}
