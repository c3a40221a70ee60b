/**
 * What an observer is called with, packet by packet, over both protocols; and what a host does with each: its answers as
 * protocol and length. Lengths are those of the packets, whatever the link adds behind them.
 */
import { icmpv4, icmpv6, ipProtocol, ipv4, ipv6, pseudoHeaderSum, readU32, tcp, udp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { silentObserver, type StackObserver } from './observer.ts';
import {
  bench,
  type BenchOptions,
  flagsOf,
  ipPacket,
  ipv6Packet,
  LOCAL,
  PORT,
  REMOTE,
  REMOTE_PORT,
  type SegmentWords,
  tcpOctetsOf,
} from './stack-test-support.ts';

const LOCAL6 = (0x2001_0db8n << 96n) | BigInt(LOCAL);
const REMOTE6 = (0x2001_0db8n << 96n) | BigInt(REMOTE);
const CLOSED = 82;
const FILTERED = 81;
const UNKNOWN_PROTOCOL = 200;
/** What Ethernet adds to short packets. */
const PADDING = 7;

type Words = Partial<ipv4.Repr & ipv6.Repr>;

/** A bench whose observer keeps its calls, and both protocols under the same words. */
function reporting(isIpv6: boolean, options: BenchOptions = {}) {
  const calls: unknown[][] = [];
  const names = Object.keys(silentObserver) as (keyof StackObserver)[];
  const observer = Object.fromEntries(
    names.map((name) => [name, (...words: unknown[]) => calls.push([name, ...words])]),
  ) as unknown as StackObserver;
  const made = bench({ ...options, observer, addresses: [LOCAL, LOCAL6] });
  const [source, destination] = isIpv6 ? [REMOTE6, LOCAL6] : [REMOTE, LOCAL];
  const headerLength = isIpv6 ? ipv6.HEADER_LENGTH : ipv4.HEADER_LENGTH;
  const ends = { source, destination };
  /** Sends a packet with padding behind it; returns protocol and length of what comes back. */
  const exchange = (protocol: number, payload: Uint8Array, words: Words = {}): [number, number][] => {
    const packet = isIpv6
      ? ipv6Packet(protocol, payload, { ...words, source: REMOTE6, destination: LOCAL6 })
      : ipPacket(protocol, payload, REMOTE, words);
    made.sendPacket(Uint8Array.from([...packet, ...new Uint8Array(PADDING).fill(0xee)]));
    return made
      .receiveOctets()
      .map((octets) => [octets[isIpv6 ? ipv6.field.nextHeader : ipv4.field.protocol]!, octets.length]);
  };
  const datagram = (port: number, length: number): Uint8Array => {
    const payload = new Uint8Array(length).fill(9);
    const out = new Uint8Array(udp.HEADER_LENGTH + length);
    udp.emit(
      { sourcePort: REMOTE_PORT, destinationPort: port, checksummed: true, payload },
      out,
      0,
      pseudoHeaderSum(ends),
    );
    return out;
  };
  const flowTo = (port: number) => ({
    localAddress: destination,
    localPort: port,
    remoteAddress: source,
    remotePort: REMOTE_PORT,
  });
  return { ...made, calls, exchange, datagram, flowTo, ends, source, destination, headerLength };
}

describe.each([
  { name: 'IPv4', isIpv6: false },
  { name: 'IPv6', isIpv6: true },
])('over $name', ({ isIpv6 }) => {
  const icmpProtocol = isIpv6 ? ipProtocol.icmpv6 : ipProtocol.icmpv4;

  it('a datagram to an open port is reported with its octets, and so is its answer', () => {
    const { calls, exchange, datagram, flowTo, headerLength } = reporting(isIpv6);
    expect(exchange(ipProtocol.udp, datagram(PORT, 5))).toEqual([[ipProtocol.udp, headerLength + 13]]);
    expect(calls).toEqual([
      ['udpReceived', { ...flowTo(PORT) }, headerLength + 13, 5],
      ['udpSent', { ...flowTo(PORT) }, 5],
    ]);
  });

  it('a datagram to a closed port is refused, one to a filtered port is not; both are reported', () => {
    const { calls, exchange, datagram, flowTo, headerLength } = reporting(isIpv6);
    // IPv6 quotes as much as fits; IPv4 no more than header and eight octets of so short a packet.
    const refusal = headerLength + 8 + headerLength + (isIpv6 ? 11 : 8);
    expect(exchange(ipProtocol.udp, datagram(CLOSED, 3))).toEqual([[icmpProtocol, refusal]]);
    expect(exchange(ipProtocol.udp, datagram(FILTERED, 4))).toEqual([]);
    expect(calls).toEqual([
      ['udpProbe', flowTo(CLOSED), headerLength + 11],
      ['udpProbe', flowTo(FILTERED), headerLength + 12],
    ]);
  });

  it('a service may answer as often as it likes, with no more octets than it was sent', () => {
    const { calls, exchange, datagram, source, destination, headerLength } = reporting(isIpv6, {
      host: {
        receiveUdp: (_, reply) => {
          reply(new Uint8Array(2));
          reply(new Uint8Array(4));
          reply(new Uint8Array(3));
          reply(new Uint8Array(1));
        },
      },
    });
    expect(exchange(ipProtocol.udp, datagram(PORT, 5)).map(([, length]) => length)).toEqual([
      headerLength + 8 + 2,
      headerLength + 8 + 3,
    ]);
    const limit = ['answerLimited', 'udp-answer-length', ipProtocol.udp, source, destination];
    expect(calls.slice(1).map((call) => (call[0] === 'udpSent' ? call[2] : call))).toEqual([
      2,
      limit,
      3,
      limit,
    ]);
  });

  it('a segment outside any connection is reported with its flags; that it opens one, only where it does', () => {
    const { calls, exchange, ends, flowTo, headerLength } = reporting(isIpv6);
    const lengthOf = (flags: string, port: number) =>
      exchange(ipProtocol.tcp, tcpOctetsOf({ flags, destinationPort: port }, ends));
    expect(lengthOf('S', CLOSED)).toEqual([[ipProtocol.tcp, headerLength + 20]]);
    expect(lengthOf('S', FILTERED)).toEqual([]);
    expect(lengthOf('R', PORT)).toEqual([]);
    expect(lengthOf('S', PORT)).toHaveLength(1);
    expect(calls).toEqual([
      ['tcpProbe', flowTo(CLOSED), flagsOf('S'), headerLength + 20, false],
      ['tcpProbe', flowTo(FILTERED), flagsOf('S'), headerLength + 20, false],
      ['tcpProbe', flowTo(PORT), flagsOf('R'), headerLength + 20, false],
      ['tcpProbe', flowTo(PORT), flagsOf('S'), headerLength + 20, true],
    ]);
  });

  it('a protocol that is not spoken is refused and reported', () => {
    const { calls, exchange, source, destination, headerLength } = reporting(isIpv6);
    const refusal = headerLength + 8 + headerLength + (isIpv6 ? 12 : 8);
    expect(exchange(UNKNOWN_PROTOCOL, new Uint8Array(12))).toEqual([[icmpProtocol, refusal]]);
    expect(calls).toEqual([['other', source, destination, UNKNOWN_PROTOCOL, headerLength + 12]]);
    // IGMP is for hosts; and behind "no next header" nothing follows.
    const quiet = isIpv6 ? ipProtocol.noNextHeader : ipProtocol.igmp;
    expect(exchange(quiet, new Uint8Array(12))).toEqual([]);
    expect(calls[1]).toEqual(['other', source, destination, quiet, headerLength + 12]);
  });

  it('of a host that loses the packet, nothing but the packet is reported', () => {
    const { calls, exchange, datagram, source, destination, headerLength } = reporting(isIpv6, {
      host: { losesPacket: () => true },
    });
    expect(exchange(ipProtocol.udp, datagram(PORT, 5))).toEqual([]);
    expect(calls).toEqual([['other', source, destination, ipProtocol.udp, headerLength + 13]]);
  });

  it('echo is reported, and answered where host and system do', () => {
    const message = (ends: Parameters<typeof pseudoHeaderSum>[0]): Uint8Array => {
      const out = new Uint8Array(8 + 6);
      const repr = {
        kind: 'echoRequest',
        code: 0,
        identifier: 1,
        sequenceNumber: 2,
        payload: new Uint8Array(6),
      } as const;
      if (isIpv6) icmpv6.emit(repr, out, 0, pseudoHeaderSum(ends));
      else icmpv4.emit(repr, out);
      return out;
    };
    for (const [options, answers] of [
      [{}, true],
      [{ host: { answersEcho: false } }, false],
      [{ behavior: { answersEcho: false } }, false],
    ] as const) {
      const { calls, exchange, ends, source, destination, headerLength } = reporting(isIpv6, options);
      expect(exchange(icmpProtocol, message(ends))).toEqual(
        answers ? [[icmpProtocol, headerLength + 14]] : [],
      );
      expect(calls).toEqual([['icmp', source, destination, isIpv6 ? 128 : 8, 0, headerLength + 14]]);
    }
  });

  it('an echo reply has the DSCP and ECN of its request; an error those of the system, over IPv6 none', () => {
    const octetOf = (octets: Uint8Array): number =>
      isIpv6 ? ((octets[0]! & 0x0f) << 4) | (octets[1]! >>> 4) : octets[1]!;
    for (const requested of [0x00, 0x01, 0x0f, 0x10, 0x2e, 0xf0, 0xff]) {
      const { sendPacket, receiveOctets, datagram, ends } = reporting(isIpv6);
      const echo = new Uint8Array(8);
      const repr = {
        kind: 'echoRequest',
        code: 0,
        identifier: 1,
        sequenceNumber: 2,
        payload: new Uint8Array(0),
      } as const;
      if (isIpv6) icmpv6.emit(repr, echo, 0, pseudoHeaderSum(ends));
      else icmpv4.emit(repr, echo);
      for (const [protocol, payload] of [
        [icmpProtocol, echo],
        [ipProtocol.udp, datagram(CLOSED, 0)],
      ] as const)
        sendPacket(
          isIpv6
            ? ipv6Packet(protocol, payload, {
                source: REMOTE6,
                destination: LOCAL6,
                trafficClass: requested,
                flowLabel: 0xf_ffff,
              })
            : ipPacket(protocol, payload, REMOTE, { typeOfService: requested }),
        );
      // RFC 1812 4.3.2.5: four bits of the request, and the precedence of internetwork control.
      const error = isIpv6 ? 0 : (requested & 0x1e) | 0xc0;
      expect(receiveOctets().map(octetOf)).toEqual([requested, error]);
    }
  });

  it('a system that refuses no datagrams sends no error; the hundred-and-first error of a second is reported as limited', () => {
    const silent = reporting(isIpv6, { behavior: { refusesDatagrams: false } });
    expect(silent.exchange(ipProtocol.udp, silent.datagram(CLOSED, 0))).toEqual([]);
    const { calls, exchange, datagram, source, destination } = reporting(isIpv6);
    for (let i = 0; i < 100; i++) expect(exchange(ipProtocol.udp, datagram(CLOSED, 0))).toHaveLength(1);
    expect(exchange(ipProtocol.udp, datagram(CLOSED, 0))).toEqual([]);
    expect(calls.filter(([name]) => name === 'answerLimited')).toEqual([
      ['answerLimited', 'icmp-error-rate', ipProtocol.udp, source, destination],
    ]);
  });

  it('a connection is reported from its handshake to its end, with the octets each way', () => {
    const { calls, ends, flowTo, services, headerLength, sendPacket, receiveOctets, advance } =
      reporting(isIpv6);
    const send = (words: SegmentWords): Uint8Array[] => {
      const segment = tcpOctetsOf(words, ends);
      sendPacket(
        isIpv6
          ? ipv6Packet(ipProtocol.tcp, segment, { source: REMOTE6, destination: LOCAL6 })
          : ipPacket(ipProtocol.tcp, segment),
      );
      return receiveOctets();
    };
    const [synAck] = send({ flags: 'S', sequenceNumber: 100 });
    const acknowledgmentNumber = (readU32(synAck!, headerLength + tcp.field.sequenceNumber) + 1) >>> 0;
    send({ flags: 'A', sequenceNumber: 101, acknowledgmentNumber: acknowledgmentNumber + 5 });
    expect(calls.map(([name]) => name)).toEqual(['tcpProbe']);
    send({ flags: 'A', sequenceNumber: 101, acknowledgmentNumber, payload: [1, 2, 3] });
    services[0]!.connection.write(new Uint8Array(4));
    services[0]!.connection.end();
    receiveOctets();
    send({ flags: 'FA', sequenceNumber: 104, acknowledgmentNumber: acknowledgmentNumber + 5 });
    expect(services[0]!.received).toEqual([1, 2, 3]);
    advance(61);
    const flow = expect.objectContaining(flowTo(PORT)) as unknown;
    expect(calls.slice(1)).toEqual([
      ['flowOpen', flow, expect.anything()],
      ['flowClose', flow, 3, 4, 'done'],
    ]);
  });
});

it('an error quotes as much as system and device allow, and changes and words are those of the system', () => {
  for (const [excess, longer] of [
    [0, 0],
    [9, 9],
    [28, 28],
    [29, 28],
  ] as const) {
    const { exchange, datagram } = reporting(false, { behavior: { icmpExcessBytes: excess } });
    expect(exchange(ipProtocol.udp, datagram(CLOSED, 100))).toEqual([[ipProtocol.icmpv4, 128 + longer]]);
  }
  const { sendPacket, receivePackets, datagram } = reporting(false, {
    behavior: {
      icmpUnused: 0x0102_0304,
      changeQuote: (bytes, start, end) => {
        bytes[start + 1] = 0xab;
        bytes[end - 1] = 0xcd;
      },
    },
  });
  const request = ipPacket(ipProtocol.udp, datagram(CLOSED, 100));
  sendPacket(request);
  const { payload } = receivePackets()[0]!;
  expect([...payload.subarray(0, 2), ...payload.subarray(4, 8)]).toEqual([3, 3, 1, 2, 3, 4]);
  const quote = request.slice(0, payload.length - 8);
  quote[1] = 0xab;
  quote[quote.length - 1] = 0xcd;
  expect(payload.subarray(8)).toEqual(quote);
  expect(icmpv4.verifyChecksum(payload, 0, payload.length)).toBe(true);
});
