/**
 * Packets for the tests of what a capture shows: TCP, UDP and ICMP between two addresses, as records of a capture without
 * link headers; frames of Ethernet around them; ARP; and the head that a sensor writes.
 */
import { parseIpv4 } from '@wormwood/base';
import {
  arp,
  type CaptureRecord,
  ethernet,
  etherType,
  icmpv4,
  ipProtocol,
  ipv4,
  linkType,
  parseMac,
  pcapngOption,
  tcp,
  udp,
} from '@wormwood/wire';

export interface PacketFields {
  readonly from: string;
  readonly to: string;
  readonly atSeconds?: number;
}

/** The address that a dotted quad names. */
export function addressOf(text: string): number {
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
  return ipRecordBetween(
    { source: addressOf(from), destination: addressOf(to), atSeconds },
    protocol,
    payload,
  );
}

function ipRecordBetween(
  {
    source,
    destination,
    atSeconds,
  }: { readonly source: number; readonly destination: number; readonly atSeconds: number },
  protocol: number,
  payload: Uint8Array,
): CaptureRecord {
  const repr: ipv4.Repr = {
    typeOfService: 0,
    identification: 1,
    reservedFlag: false,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 60,
    protocol,
    source,
    destination,
    options: [],
    payload,
  };
  const bytes = new Uint8Array(ipv4.length(repr));
  ipv4.emit(repr, bytes);
  const seconds = Math.floor(atSeconds);
  const nanoseconds = Math.round((atSeconds - seconds) * 1e9);
  return {
    seconds,
    nanoseconds,
    linkType: linkType.raw,
    originalLength: bytes.length,
    bytes,
    options: [],
    sectionOptions: [],
  };
}

export interface SegmentFields extends PacketFields {
  /** Such as `SA`; of F, S, R, P, A. */
  readonly flags: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly ports?: readonly [source: number, destination: number];
  readonly text?: string;
}

const FLAGS = {
  F: tcp.flag.FIN,
  S: tcp.flag.SYN,
  R: tcp.flag.RST,
  P: tcp.flag.PSH,
  A: tcp.flag.ACK,
} as const;

export function segment({ from, to, ...fields }: SegmentFields): CaptureRecord {
  return segmentBetween(addressOf(from), addressOf(to), fields);
}

/** The same between addresses as numbers. */
export function segmentBetween(
  source: number,
  destination: number,
  fields: Omit<SegmentFields, 'from' | 'to'>,
): CaptureRecord {
  const { flags, seq = 0, ack = 0, ports = [50_000, 445], text = '', atSeconds = 100 } = fields;
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
  const bytes = new Uint8Array(tcp.length(repr));
  tcp.emit(repr, bytes, 0, 0);
  return ipRecordBetween({ source, destination, atSeconds }, ipProtocol.tcp, bytes);
}

export function datagram(
  fields: PacketFields & { readonly ports?: readonly [number, number]; readonly text?: string },
): CaptureRecord {
  const { ports = [50_000, 1434], text = '' } = fields;
  const bytes = new Uint8Array(udp.HEADER_LENGTH + text.length);
  udp.emit(
    { sourcePort: ports[0], destinationPort: ports[1], checksummed: true, payload: octets(text) },
    bytes,
    0,
    0,
  );
  return ipRecord(fields, ipProtocol.udp, bytes);
}

export function echo(fields: PacketFields, kind: 'echoRequest' | 'echoReply'): CaptureRecord {
  const repr: icmpv4.Repr = { kind, code: 0, identifier: 1, sequenceNumber: 1, payload: octets('') };
  const bytes = new Uint8Array(icmpv4.HEADER_LENGTH);
  icmpv4.emit(repr, bytes);
  return ipRecord(fields, ipProtocol.icmpv4, bytes);
}

/** A handshake and a payload, both directions. */
export function conversation(
  fields: PacketFields & {
    readonly ports?: readonly [number, number];
    readonly text?: string;
    /** Initial sequence number of the answer. */
    readonly isn?: number;
  },
): readonly CaptureRecord[] {
  const { from, to, atSeconds = 100, ports = [50_000, 445], text = 'hello', isn = 77_000 } = fields;
  const there = { from, to, ports } as const;
  const back = { from: to, to: from, ports: [ports[1], ports[0]] } as const;
  return [
    segment({ ...there, flags: 'S', seq: 1000, atSeconds }),
    segment({ ...back, flags: 'SA', seq: isn, ack: 1001, atSeconds: atSeconds + 0.01 }),
    segment({ ...there, flags: 'A', seq: 1001, ack: isn + 1, atSeconds: atSeconds + 0.02 }),
    segment({ ...there, flags: 'PA', seq: 1001, ack: isn + 1, text, atSeconds: atSeconds + 0.03 }),
  ];
}

/** The MAC address that the text names. */
export function macOf(text: string): number {
  const parsed = parseMac(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

/** Between which machines a frame goes, in which virtual networks. */
export interface Link {
  readonly source: number;
  readonly destination: number;
  readonly vlans?: readonly number[];
}

/** The record with an Ethernet header around its packet, IPv4 unless `type` says otherwise. */
export function framed(
  record: CaptureRecord,
  { source, destination, vlans = [] }: Link,
  type: number = etherType.ipv4,
): CaptureRecord {
  const tags = vlans.map((vlan) => ({ tagType: etherType.vlan, priority: 0, dropEligible: false, vlan }));
  const repr: ethernet.Repr = { source, destination, tags, etherType: type, payload: record.bytes };
  const bytes = new Uint8Array(ethernet.length(repr));
  ethernet.emit(repr, bytes);
  return { ...record, linkType: linkType.ethernet, originalLength: bytes.length, bytes };
}

/** An ARP packet in its frame. */
export function arpFrame(atSeconds: number, message: arp.Repr, link: Link): CaptureRecord {
  const bytes = new Uint8Array(arp.LENGTH);
  arp.emit(message, bytes);
  return framed(
    { ...timed(atSeconds), linkType: 0, originalLength: 0, bytes, options: [], sectionOptions: [] },
    link,
    etherType.arp,
  );
}

/** A section whose head the sensor has written: what stands behind the word. */
export function sectionOf(description: unknown): readonly pcapngOption.Repr[] {
  const text = typeof description === 'string' ? description : JSON.stringify(description);
  return [{ code: pcapngOption.code.comment, data: octets(`wormwood-sensor ${text}`) }];
}

/** The record as one that entered or left the machine that wrote the capture. */
export function directed(record: CaptureRecord, direction: 'in' | 'out'): CaptureRecord {
  const data = Uint8Array.of(direction === 'in' ? 1 : 2, 0, 0, 0);
  return { ...record, options: [{ code: pcapngOption.code.packetFlags, data }] };
}

function timed(atSeconds: number): Pick<CaptureRecord, 'seconds' | 'nanoseconds'> {
  const seconds = Math.floor(atSeconds);
  return { seconds, nanoseconds: Math.round((atSeconds - seconds) * 1e9) };
}

function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
