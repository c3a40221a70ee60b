/** Packets for the tests of what a capture shows: TCP, UDP and ICMP between two addresses, as records of a capture. */
import { parseIpv4 } from '@wormwood/base';
import {
  type CaptureRecord,
  emitIcmpv4,
  emitIpv4,
  emitTcp,
  emitUdp,
  ICMPV4_HEADER_LENGTH,
  type Icmpv4Repr,
  ipProtocol,
  ipv4Length,
  type Ipv4Repr,
  linkType,
  tcpFlag,
  tcpLength,
  UDP_HEADER_LENGTH,
} from '@wormwood/wire';

export interface PacketFields {
  readonly from: string;
  readonly to: string;
  readonly atSeconds?: number;
}

/** The address that a dotted quad names. */
export function ipv4(text: string): number {
  const parsed = parseIpv4(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

/** The record of an IPv4 packet without a link header. */
export function ipRecord(
  { from, to, atSeconds = 100 }: PacketFields,
  protocol: number,
  payload: Uint8Array,
): CaptureRecord {
  const repr: Ipv4Repr = {
    typeOfService: 0,
    identification: 1,
    reservedFlag: false,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 60,
    protocol,
    source: ipv4(from),
    destination: ipv4(to),
    options: [],
    payload,
  };
  const bytes = new Uint8Array(ipv4Length(repr));
  emitIpv4(repr, bytes);
  const seconds = Math.floor(atSeconds);
  const nanoseconds = Math.round((atSeconds - seconds) * 1e9);
  return { seconds, nanoseconds, linkType: linkType.raw, originalLength: bytes.length, bytes, options: [] };
}

export interface SegmentFields extends PacketFields {
  /** Such as `SA`; of F, S, R, P, A. */
  readonly flags: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly ports?: readonly [source: number, destination: number];
  readonly text?: string;
}

const FLAGS = { F: tcpFlag.FIN, S: tcpFlag.SYN, R: tcpFlag.RST, P: tcpFlag.PSH, A: tcpFlag.ACK } as const;

export function segment(fields: SegmentFields): CaptureRecord {
  const { flags, seq = 0, ack = 0, ports = [50_000, 445], text = '' } = fields;
  const letters = Object.entries(FLAGS);
  const repr = {
    sourcePort: ports[0],
    destinationPort: ports[1],
    sequenceNumber: seq,
    acknowledgmentNumber: ack,
    reserved: 0,
    flags: letters.reduce((bits, [letter, bit]) => (flags.includes(letter) ? bits | bit : bits), 0),
    window: 1024,
    urgentPointer: 0,
    options: [],
    payload: octets(text),
  };
  const bytes = new Uint8Array(tcpLength(repr));
  emitTcp(repr, bytes, 0, 0);
  return ipRecord(fields, ipProtocol.tcp, bytes);
}

export function datagram(
  fields: PacketFields & { readonly ports?: readonly [number, number]; readonly text?: string },
): CaptureRecord {
  const { ports = [50_000, 1434], text = '' } = fields;
  const bytes = new Uint8Array(UDP_HEADER_LENGTH + text.length);
  emitUdp(
    { sourcePort: ports[0], destinationPort: ports[1], checksummed: true, payload: octets(text) },
    bytes,
    0,
    0,
  );
  return ipRecord(fields, ipProtocol.udp, bytes);
}

export function echo(fields: PacketFields, kind: 'echoRequest' | 'echoReply'): CaptureRecord {
  const repr: Icmpv4Repr = { kind, code: 0, identifier: 1, sequenceNumber: 1, payload: octets('') };
  const bytes = new Uint8Array(ICMPV4_HEADER_LENGTH);
  emitIcmpv4(repr, bytes);
  return ipRecord(fields, ipProtocol.icmpv4, bytes);
}

/** A handshake and a payload, both directions. */
export function conversation(
  fields: PacketFields & { readonly ports?: readonly [number, number]; readonly text?: string },
): readonly CaptureRecord[] {
  const { from, to, atSeconds = 100, ports = [50_000, 445], text = 'hello' } = fields;
  const there = { from, to, ports } as const;
  const back = { from: to, to: from, ports: [ports[1], ports[0]] } as const;
  return [
    segment({ ...there, flags: 'S', seq: 1000, atSeconds }),
    segment({ ...back, flags: 'SA', seq: 77_000, ack: 1001, atSeconds: atSeconds + 0.01 }),
    segment({ ...there, flags: 'A', seq: 1001, ack: 77_001, atSeconds: atSeconds + 0.02 }),
    segment({ ...there, flags: 'PA', seq: 1001, ack: 77_001, text, atSeconds: atSeconds + 0.03 }),
  ];
}

function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
