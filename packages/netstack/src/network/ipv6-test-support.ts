/** IPv6 packets to a stack on a link in memory, and what comes back. */
import { icmpv6, ipProtocol, ipv6, isMalformed, parseIpv6, pseudoHeaderSum, tcp, udp } from '@wormwood/wire';
import {
  type BenchOptions,
  bench,
  LOCAL,
  ipv6Packet as packetOf,
  PORT,
  REMOTE_PORT,
  type SegmentWords,
  tcpOctetsOf,
} from '../stack-test-support.ts';

export const address = (text: string): bigint => {
  const parsed = parseIpv6(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};
export const OURS: bigint = address('2001:db8::5');
export const THEIRS: bigint = address('2001:db8:7::1');

export type PacketWords = Partial<ipv6.Repr>;

/** A packet from `THEIRS` to `OURS`. */
export function ipv6Packet(protocol: number, payload: Uint8Array, words: PacketWords = {}): Uint8Array {
  return packetOf(protocol, payload, { ...ends(words), ...words });
}

const ends = ({ source = THEIRS, destination = OURS }: PacketWords) => ({ source, destination });

export function echoOf(payload: Uint8Array): icmpv6.Repr {
  return { kind: 'echoRequest', code: 0, identifier: 7, sequenceNumber: 3, payload };
}

export function icmpv6Octets(message: icmpv6.Repr, words: PacketWords = {}): Uint8Array {
  const out = new Uint8Array(icmpv6.length(message));
  icmpv6.emit(message, out, 0, pseudoHeaderSum(ends(words)));
  return out;
}

export function udpOctets(payload: Uint8Array, port: number = PORT, words: PacketWords = {}): Uint8Array {
  const datagram = { sourcePort: REMOTE_PORT, destinationPort: port, checksummed: true, payload };
  const out = new Uint8Array(udp.length(datagram));
  udp.emit(datagram, out, 0, pseudoHeaderSum(ends(words)));
  return out;
}

export function tcpOctets(segment: SegmentWords, words: PacketWords = {}): Uint8Array {
  return tcpOctetsOf(segment, ends(words));
}

/** A bench whose host answers at `OURS`, and at its address of IPv4. */
export function ipv6Bench(options: BenchOptions = {}) {
  const made = bench({ ...options, addresses: [LOCAL, OURS] });
  const receive = (): ipv6.Repr[] =>
    made.receiveOctets().map((octets) => {
      const packet = ipv6.parse(octets);
      if (isMalformed(packet)) throw new Error(packet.reason);
      return packet;
    });
  const exchange = (protocol: number, payload: Uint8Array, words: PacketWords = {}): ipv6.Repr[] => {
    made.sendPacket(ipv6Packet(protocol, payload, words));
    return receive();
  };
  const segments = (words: SegmentWords): tcp.Repr[] =>
    exchange(ipProtocol.tcp, tcpOctets(words)).map((packet) => {
      const sum = pseudoHeaderSum(packet);
      const segment = tcp.parse(packet.payload);
      if (isMalformed(segment)) throw new Error(segment.reason);
      if (!tcp.verifyChecksum(packet.payload, 0, packet.payload.length, sum)) throw new Error('checksum');
      return segment;
    });
  return { ...made, receive, exchange, segments };
}

/** The ICMPv6 message in a packet, whose checksum was looked at. */
export function messageIn(packet: ipv6.Repr | undefined): icmpv6.Repr {
  if (packet === undefined) throw new Error('no packet');
  const { payload } = packet;
  if (!icmpv6.verifyChecksum(payload, 0, payload.length, pseudoHeaderSum(packet)))
    throw new Error('checksum');
  const message = icmpv6.parse(payload);
  if (isMalformed(message)) throw new Error(message.reason);
  return message;
}
