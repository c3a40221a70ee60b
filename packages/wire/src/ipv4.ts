/**
 * IPv4 (RFC 791). A fragment is an ordinary packet here whose payload is a piece; putting pieces together is the stack's
 * work. `parseIpv4Packet` cuts the payload at the total length, so that the padding of short Ethernet frames is gone.
 */

import { assert, formatIpv4 } from '@wormwood/base';
import { assertRoom, readU16, readU32, readU8, writeOctets, writeU16, writeU32, writeU8 } from './bytes.ts';
import { writeChecksum, isChecksumValid } from './checksum.ts';
import { formatIpProtocol } from './ip-protocol.ts';
import {
  emitIpv4Options,
  formatIpv4Option,
  type Ipv4Option,
  ipv4OptionsLength,
  parseIpv4Options,
} from './ipv4-option.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of an IPv4 header (RFC 791 §3.1). */
export const ipv4Field = {
  versionAndHeaderLength: 0,
  typeOfService: 1,
  totalLength: 2,
  identification: 4,
  flagsAndFragmentOffset: 6,
  timeToLive: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
  options: 20,
} as const;

/** Octets of a header without options. */
export const IPV4_HEADER_LENGTH = 20;

const HEADER_LENGTH_MAX = 60;
const TOTAL_LENGTH_MAX = 0xffff;

/** Bits of the word at `ipv4Field.flagsAndFragmentOffset`; what is left of it are units of 8 octets. */
export const ipv4Flag = { reserved: 0x8000, dontFragment: 0x4000, moreFragments: 0x2000 } as const;

const FRAGMENT_OFFSET_MASK = 0x1fff;

export interface Ipv4Repr {
  /** The whole octet: DSCP (RFC 2474) and ECN (RFC 3168). */
  readonly typeOfService: number;
  readonly identification: number;
  readonly reservedFlag: boolean;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In octets, a multiple of 8. */
  readonly fragmentOffset: number;
  readonly timeToLive: number;
  readonly protocol: number;
  readonly source: number;
  readonly destination: number;
  readonly options: readonly Ipv4Option[];
  readonly payload: Uint8Array;
}

/**
 * Whether the octets hold a whole packet: version 4, a header of 5 words or more, and as many octets as the total length
 * claims. Then no read below goes beyond `end`, and the packet ends at `start + readU16(…totalLength)`. The checksum is
 * not looked at.
 */
export function checkIpv4(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  const fault = checkIpv4Header(bytes, start, end);
  if (fault !== undefined) return fault;
  if (readU16(bytes, start + ipv4Field.totalLength) > end - start) {
    return malformed('ipv4', start + ipv4Field.totalLength, 'the packet is truncated');
  }
  return undefined;
}

/** The same for a packet whose end was cut off, as ICMP errors quote it: only the header need be whole. */
export function checkIpv4Header(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Malformed | undefined {
  if (end - start < IPV4_HEADER_LENGTH) return malformed('ipv4', start, 'the header is truncated');
  const first = readU8(bytes, start);
  if (first >>> 4 !== 4) return malformed('ipv4', start, 'the version is not 4');
  const headerBytes = (first & 15) * 4;
  if (headerBytes < IPV4_HEADER_LENGTH) return malformed('ipv4', start, 'the header is below five words');
  if (headerBytes > end - start) return malformed('ipv4', start, 'the options are truncated');
  if (readU16(bytes, start + ipv4Field.totalLength) < headerBytes) {
    return malformed('ipv4', start + ipv4Field.totalLength, 'the total length is below the header length');
  }
  return undefined;
}

export function parseIpv4Packet(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Ipv4Repr | Malformed {
  return checkIpv4(bytes, start, end) ?? parseChecked(bytes, start, end);
}

/** Parses a packet whose end may be missing: one quoted in an ICMP error, or cut by the snap length of a capture. */
export function parseIpv4Quote(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Ipv4Repr | Malformed {
  return checkIpv4Header(bytes, start, end) ?? parseChecked(bytes, start, end);
}

function parseChecked(bytes: Uint8Array, start: number, end: number): Ipv4Repr {
  const payloadStart = start + readIpv4HeaderLength(bytes, start);
  const packetEnd = Math.min(start + readU16(bytes, start + ipv4Field.totalLength), end);
  const flags = readU16(bytes, start + ipv4Field.flagsAndFragmentOffset);
  return {
    typeOfService: readU8(bytes, start + ipv4Field.typeOfService),
    identification: readU16(bytes, start + ipv4Field.identification),
    reservedFlag: (flags & ipv4Flag.reserved) !== 0,
    dontFragment: (flags & ipv4Flag.dontFragment) !== 0,
    moreFragments: (flags & ipv4Flag.moreFragments) !== 0,
    fragmentOffset: (flags & FRAGMENT_OFFSET_MASK) * 8,
    timeToLive: readU8(bytes, start + ipv4Field.timeToLive),
    protocol: readU8(bytes, start + ipv4Field.protocol),
    source: readU32(bytes, start + ipv4Field.source),
    destination: readU32(bytes, start + ipv4Field.destination),
    options: parseIpv4Options(bytes, start + ipv4Field.options, payloadStart),
    payload: bytes.subarray(payloadStart, packetEnd),
  };
}

/** Octets of the header with its options. */
export function readIpv4HeaderLength(bytes: Uint8Array, start: number): number {
  return (bytes[start]! & 15) << 2;
}

/** Where in the whole packet this piece belongs, in octets. */
export function readIpv4FragmentOffset(bytes: Uint8Array, start: number): number {
  return (readU16(bytes, start + ipv4Field.flagsAndFragmentOffset) & FRAGMENT_OFFSET_MASK) << 3;
}

/**
 * Whether an address names no single machine that could be on the other side of a network (RFC 1812 §5.3.7, RFC 1122 §3.2.1.3):
 * 0/8, 127/8, and from 224.0.0.0 on, which is multicast, reserved, and broadcast.
 */
export function isIpv4Martian(address: number): boolean {
  const first = address >>> 24;
  return first === 0 || first === 127 || first >= 224;
}

/** Whether the packet is a piece of a larger one: the first, a middle or the last. */
export function isIpv4Fragment(bytes: Uint8Array, start: number): boolean {
  const word = readU16(bytes, start + ipv4Field.flagsAndFragmentOffset);
  return (word & (ipv4Flag.moreFragments | FRAGMENT_OFFSET_MASK)) !== 0;
}

/** Returns whether the checksum in the header is right. */
export function verifyIpv4Checksum(bytes: Uint8Array, start: number): boolean {
  return isChecksumValid(bytes, start, start + readIpv4HeaderLength(bytes, start));
}

/** Computes the checksum and writes it into the header at `start`. */
export function fillIpv4Checksum(bytes: Uint8Array, start: number): void {
  const headerEnd = start + readIpv4HeaderLength(bytes, start);
  writeChecksum(bytes, start + ipv4Field.checksum, start, headerEnd);
}

/** Returns the octets of the header with its options. */
export function ipv4HeaderLength(repr: Ipv4Repr): number {
  return IPV4_HEADER_LENGTH + ipv4OptionsLength(repr.options);
}

/** Returns how many octets the emitted packet has. */
export function ipv4Length(repr: Ipv4Repr): number {
  return ipv4HeaderLength(repr) + repr.payload.length;
}

/** Writes the packet with its lengths and checksum; returns the offset after it. */
export function emitIpv4(repr: Ipv4Repr, out: Uint8Array, offset = 0): number {
  const headerBytes = ipv4HeaderLength(repr);
  const totalLength = headerBytes + repr.payload.length;
  assert(headerBytes <= HEADER_LENGTH_MAX, 'an IPv4 header has room for 40 octets of options');
  assert(totalLength <= TOTAL_LENGTH_MAX, 'an IPv4 packet has at most 65535 octets');
  assert(repr.fragmentOffset % 8 === 0, 'a fragment begins at a multiple of 8 octets');
  assertRoom(out, offset, totalLength);
  const flags =
    (repr.reservedFlag ? ipv4Flag.reserved : 0) |
    (repr.dontFragment ? ipv4Flag.dontFragment : 0) |
    (repr.moreFragments ? ipv4Flag.moreFragments : 0);
  writeU8(out, offset, 0x40 | (headerBytes >>> 2));
  writeU8(out, offset + ipv4Field.typeOfService, repr.typeOfService);
  writeU16(out, offset + ipv4Field.totalLength, totalLength);
  writeU16(out, offset + ipv4Field.identification, repr.identification);
  writeU16(out, offset + ipv4Field.flagsAndFragmentOffset, flags | (repr.fragmentOffset >>> 3));
  writeU8(out, offset + ipv4Field.timeToLive, repr.timeToLive);
  writeU8(out, offset + ipv4Field.protocol, repr.protocol);
  writeU32(out, offset + ipv4Field.source, repr.source);
  writeU32(out, offset + ipv4Field.destination, repr.destination);
  const headerEnd = emitIpv4Options(repr.options, out, offset + ipv4Field.options);
  fillIpv4Checksum(out, offset);
  return writeOctets(out, headerEnd, repr.payload);
}

/** Returns it on one line, for a person. */
export function formatIpv4Packet(repr: Ipv4Repr): string {
  const flags = [
    repr.reservedFlag ? ' reserved' : '',
    repr.dontFragment ? ' DF' : '',
    repr.moreFragments ? ' MF' : '',
    repr.fragmentOffset > 0 ? ` offset ${repr.fragmentOffset}` : '',
    ...repr.options.map((option) => ` <${formatIpv4Option(option)}>`),
  ].join('');
  const addresses = `${formatIpv4(repr.source)} > ${formatIpv4(repr.destination)}`;
  return (
    `ipv4 ${addresses} ${formatIpProtocol(repr.protocol)} ttl ${repr.timeToLive} id ${repr.identification}` +
    `${flags} length ${ipv4Length(repr)}`
  );
}
