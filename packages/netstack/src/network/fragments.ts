/** Pieces of packets as reassembly takes them, and what their packets are once they are whole, for both protocols. */
import { ipv4, ipv6, readU16, readU32, readU8, writeU16 } from '@wormwood/wire';
import type { AddressNames } from './address-names.ts';
import type { HeaderChain } from './ipv6-headers.ts';
import type { PacketContext } from './packet-context.ts';
import type { FirstFragment, Piece } from './reassembly.ts';

const FRAGMENT_HEADER_LENGTH = 8;
const MORE_FRAGMENTS = 1;

/** RFC 791: source, destination, protocol and identification distinguish packets. */
export function pieceOfIpv4({ bytes, ipStart }: PacketContext): Piece {
  const headerLength = ipv4.readHeaderLength(bytes, ipStart);
  const isLast =
    (readU16(bytes, ipStart + ipv4.field.flagsAndFragmentOffset) & ipv4.flag.moreFragments) === 0;
  const length = readU16(bytes, ipStart + ipv4.field.totalLength) - headerLength;
  const source = readU32(bytes, ipStart + ipv4.field.source);
  return {
    key: [
      source,
      readU32(bytes, ipStart + ipv4.field.destination),
      readU8(bytes, ipStart + ipv4.field.protocol),
      readU16(bytes, ipStart + ipv4.field.identification),
    ].join(' '),
    share: source,
    offset: ipv4.readFragmentOffset(bytes, ipStart),
    // Offsets count units of eight octets: what a piece before the last has beyond them belongs nowhere.
    length: isLast ? length : length & ~7,
    isLast,
    payloadStart: ipStart + headerLength,
    headerLength,
  };
}

/** RFC 8200 4.5: source, destination and identification distinguish packets. */
export function pieceOfIpv6(
  packet: PacketContext,
  { fragmentStart }: HeaderChain,
  names: AddressNames,
): Piece {
  const { bytes, ipStart, end } = packet;
  const offsetAndFlag = readU16(bytes, fragmentStart + 2);
  const payloadStart = fragmentStart + FRAGMENT_HEADER_LENGTH;
  return {
    key: [
      names.addressOf(packet.source),
      names.addressOf(packet.destination),
      readU32(bytes, fragmentStart + 4),
    ].join(' '),
    share: packet.share,
    offset: offsetAndFlag & 0xfff8,
    length: end - payloadStart,
    isLast: (offsetAndFlag & MORE_FRAGMENTS) === 0,
    payloadStart,
    // The limit is on the payload, extension headers included.
    headerLength: fragmentStart - ipStart - ipv6.HEADER_LENGTH,
  };
}

/** Returns a packet made whole, with the header of its first piece. */
export function wholeIpv4({ bytes, ipStart }: FirstFragment, payload: Uint8Array): Uint8Array {
  const packet = joined(bytes.subarray(ipStart, ipStart + ipv4.readHeaderLength(bytes, ipStart)), payload);
  writeU16(packet, ipv4.field.totalLength, packet.length);
  writeU16(packet, ipv4.field.flagsAndFragmentOffset, 0);
  return packet;
}

/** The same of IPv6: the fragment header, whose number stands at `numberAt` in the first piece, is left out. */
export function wholeIpv6(
  { bytes, ipStart }: FirstFragment,
  payload: Uint8Array,
  { fragmentStart, fragmentNumberAt }: HeaderChain,
): Uint8Array {
  const packet = joined(bytes.subarray(ipStart, fragmentStart), payload);
  packet[fragmentNumberAt - ipStart] = bytes[fragmentStart]!;
  writeU16(packet, ipv6.field.payloadLength, packet.length - ipv6.HEADER_LENGTH);
  return packet;
}

function joined(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(header.length + payload.length);
  packet.set(header);
  packet.set(payload, header.length);
  return packet;
}
