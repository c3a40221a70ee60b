/** The octets of a step: whole IP packets, made wrong where the case wants them so. */
import { icmpv4, ipProtocol, ipv4, pseudoHeaderSum, tcp, udp, writeU16, writeU32 } from '@wormwood/wire';
import type { DatagramStep, IcmpStep, IpWords, OptionWords, OtherStep, SegmentStep } from './case.ts';

/** Who speaks with whom. */
export interface Ends {
  readonly client: number;
  readonly host: number;
  readonly clientPort: number;
  readonly hostPort: number;
}

/** What the numbers of a segment are relative to, and what those stand for that a step leaves out. */
export interface SegmentNumbers {
  readonly clientInitial: number;
  readonly hostInitial: number;
  readonly seq: number;
  readonly ack: number;
  readonly tsval: number;
  readonly tsecr: number;
  readonly hasTimestamps: boolean;
}

const FLAGS = 'FSRPAUEC';
const OFFSET_SHORT = 0x40;
const OFFSET_LONG = 0xf0;

/** The pattern that a client sends: by the relative sequence number alone. */
function patternAt(seq: number): number {
  return (seq * 7 + (seq >>> 8) + 13) & 0xff;
}

function pattern(seq: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => patternAt(seq + i));
}

/** The packets of a segment: one, or its pieces. */
export function segmentPackets(step: SegmentStep, ends: Ends, numbers: SegmentNumbers): Uint8Array[] {
  const { clientInitial, hostInitial, seq, ack } = numbers;
  const options = optionOctets(step, numbers);
  const payload = pattern(seq, step.data ?? 0);
  const segment = new Uint8Array(tcp.HEADER_LENGTH + options.length + payload.length);
  writeU16(segment, tcp.field.sourcePort, step.ports?.source ?? ends.clientPort);
  writeU16(segment, tcp.field.destinationPort, step.ports?.destination ?? ends.hostPort);
  writeU32(segment, tcp.field.sequenceNumber, (clientInitial + seq) >>> 0);
  const hasAck = step.flags.includes('A') || step.ack !== undefined;
  writeU32(segment, tcp.field.acknowledgmentNumber, hasAck ? (hostInitial + ack) >>> 0 : 0);
  tcp.writeHeaderLength(segment, 0, tcp.HEADER_LENGTH + options.length, step.reserved ?? 0);
  segment[tcp.field.flags] = [...step.flags].reduce((bits, letter) => bits | (1 << FLAGS.indexOf(letter)), 0);
  writeU16(segment, tcp.field.window, step.window ?? 65_535);
  writeU16(segment, tcp.field.urgentPointer, step.urgent ?? 0);
  segment.set(options, tcp.HEADER_LENGTH);
  segment.set(payload, tcp.HEADER_LENGTH + options.length);
  if (step.spoil === 'offset-short') segment[tcp.field.dataOffset] = OFFSET_SHORT;
  if (step.spoil === 'offset-long') segment[tcp.field.dataOffset] = OFFSET_LONG;
  const sum = pseudoHeaderSum({ source: ends.client, destination: ends.host });
  const end = step.spoil === 'truncated' ? tcp.HEADER_LENGTH - 4 : segment.length;
  tcp.fillChecksum(segment, 0, end, sum);
  if (step.spoil === 'checksum') segment[tcp.field.checksum + 1]! ^= 0x55;
  return ipPackets(ipProtocol.tcp, segment.subarray(0, end), ends, step.ip);
}

export function datagramPackets(step: DatagramStep, ends: Ends): Uint8Array[] {
  const payload = pattern(0, step.data ?? 0);
  const datagram = new Uint8Array(udp.HEADER_LENGTH + payload.length);
  writeU16(datagram, udp.field.sourcePort, step.source ?? ends.clientPort);
  writeU16(datagram, udp.field.destinationPort, step.destination);
  writeU16(datagram, udp.field.length, datagram.length);
  datagram.set(payload, udp.HEADER_LENGTH);
  udp.fillChecksum(datagram, 0, pseudoHeaderSum({ source: ends.client, destination: ends.host }));
  if (step.length !== undefined) writeU16(datagram, udp.field.length, step.length);
  if (step.checksum === 'none') writeU16(datagram, udp.field.checksum, 0);
  if (step.checksum === 'wrong') datagram[udp.field.checksum]! ^= 0x55;
  return ipPackets(ipProtocol.udp, datagram, ends, step.ip);
}

export function icmpPackets(step: IcmpStep, ends: Ends, hostInitial: number): Uint8Array[] {
  const data = step.quote === undefined ? pattern(0, step.data ?? 0) : quoteOf(step.quote, ends, hostInitial);
  const message = new Uint8Array(icmpv4.HEADER_LENGTH + data.length);
  message[icmpv4.field.type] = step.type;
  message[icmpv4.field.code] = step.code ?? 0;
  writeU32(message, icmpv4.field.identifier, step.word ?? 0x0007_0001);
  message.set(data, icmpv4.HEADER_LENGTH);
  const end = step.spoil === 'truncated' ? 6 : message.length;
  icmpv4.fillChecksum(message, 0, end);
  if (step.spoil === 'checksum') message[icmpv4.field.checksum]! ^= 0x55;
  return ipPackets(ipProtocol.icmpv4, message.subarray(0, end), ends, step.ip);
}

export function otherPackets(step: OtherStep, ends: Ends): Uint8Array[] {
  return ipPackets(step.protocol, Uint8Array.from(step.octets), ends, step.ip);
}

/** A packet of the host as an error quotes it (RFC 792): what it would have sent at that sequence number. */
function quoteOf(quote: NonNullable<IcmpStep['quote']>, ends: Ends, hostInitial: number): Uint8Array {
  const segment = new Uint8Array(Math.max(tcp.HEADER_LENGTH, quote.octets ?? 8));
  writeU16(segment, tcp.field.sourcePort, ends.hostPort);
  writeU16(segment, tcp.field.destinationPort, quote.destinationPort ?? ends.clientPort);
  writeU32(segment, tcp.field.sequenceNumber, (hostInitial + quote.seq) >>> 0);
  tcp.writeHeaderLength(segment, 0, tcp.HEADER_LENGTH);
  segment[tcp.field.flags] = tcp.flag.ACK;
  const whole = ipPacket(
    ipProtocol.tcp,
    segment,
    { ...ends, client: ends.host, host: ends.client },
    { df: true },
  );
  // As long as it was when it was too long.
  writeU16(whole, ipv4.field.totalLength, 1500);
  ipv4.fillChecksum(whole, 0);
  return whole.subarray(0, ipv4.HEADER_LENGTH + (quote.octets ?? 8));
}

function ipPackets(protocol: number, payload: Uint8Array, ends: Ends, words: IpWords = {}): Uint8Array[] {
  if (words.pieces === undefined) return [ipPacket(protocol, payload, ends, words)];
  return words.pieces.map(({ at, length, more, fill, spoil }) => {
    const piece = new Uint8Array(length);
    piece.set(payload.subarray(at * 8, at * 8 + length));
    if (fill !== undefined) piece.fill(fill);
    const packet = ipPacket(protocol, piece, ends, { ...words, df: false });
    writeU16(packet, ipv4.field.flagsAndFragmentOffset, (more ? ipv4.flag.moreFragments : 0) | at);
    ipv4.fillChecksum(packet, 0);
    if (spoil === 'checksum') packet[ipv4.field.checksum]! ^= 0x55;
    return packet;
  });
}

function ipPacket(protocol: number, payload: Uint8Array, ends: Ends, words: IpWords): Uint8Array {
  const options = Uint8Array.from(words.options ?? []);
  const headerLength = ipv4.HEADER_LENGTH + options.length;
  const packet = new Uint8Array(headerLength + payload.length);
  packet[0] = 0x40 | (headerLength >> 2);
  packet[ipv4.field.typeOfService] = words.tos ?? 0;
  writeU16(packet, ipv4.field.totalLength, packet.length);
  writeU16(packet, ipv4.field.identification, words.id ?? 0x1234);
  const flags =
    (words.df === true ? ipv4.flag.dontFragment : 0) | (words.reservedFlag === true ? ipv4.flag.reserved : 0);
  writeU16(packet, ipv4.field.flagsAndFragmentOffset, flags);
  packet[ipv4.field.timeToLive] = words.ttl ?? 64;
  packet[ipv4.field.protocol] = protocol;
  writeU32(packet, ipv4.field.source, ends.client);
  writeU32(packet, ipv4.field.destination, ends.host);
  packet.set(options, ipv4.HEADER_LENGTH);
  packet.set(payload, headerLength);
  if (words.spoil === 'version') packet[0] = 0x50 | (headerLength >> 2);
  if (words.spoil === 'length-long') writeU16(packet, ipv4.field.totalLength, packet.length + 8);
  if (words.spoil === 'length-short') writeU16(packet, ipv4.field.totalLength, 16);
  ipv4.fillChecksum(packet, 0);
  if (words.spoil === 'checksum') packet[ipv4.field.checksum]! ^= 0x55;
  return packet;
}

/** With `nop` in front of timestamps and SACK, as Linux has it, and zeros to the end of the last word. */
function optionOctets(step: SegmentStep, numbers: SegmentNumbers): Uint8Array {
  const words: readonly OptionWords[] =
    step.options ?? (numbers.hasTimestamps && !step.flags.includes('R') ? ['nop', 'nop', 'ts'] : []);
  const octets = words.flatMap((word) => octetsOf(word, numbers));
  if (step.sack !== undefined) octets.push(1, 1, ...sackOctets(step.sack, numbers.hostInitial));
  while (octets.length % 4 !== 0) octets.push(0);
  return Uint8Array.from(octets);
}

function octetsOf(word: OptionWords, numbers: SegmentNumbers): number[] {
  if (word === 'nop') return [1];
  if (word === 'sackOK') return [4, 2];
  if (word === 'ts') return [8, 10, ...wordOctets(numbers.tsval), ...wordOctets(numbers.tsecr)];
  if ('mss' in word) return [2, 4, word.mss >> 8, word.mss & 0xff];
  if ('scale' in word) return [3, 3, word.scale];
  return [...word.octets];
}

function sackOctets(blocks: NonNullable<SegmentStep['sack']>, hostInitial: number): number[] {
  const edges = blocks.flatMap(([left, right]) => [left, right]);
  return [5, 2 + 4 * edges.length, ...edges.flatMap((edge) => wordOctets((hostInitial + edge) >>> 0))];
}

function wordOctets(word: number): number[] {
  return [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
}
