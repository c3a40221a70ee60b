/**
 * IPv4 (RFC 791). A fragment is an ordinary packet here whose payload is a piece; putting pieces together is the stack's
 * work. `ipv4.parse` cuts the payload at the total length, so that the padding of short Ethernet frames is gone.
 */

import { assert, formatIpv4 } from '@wormwood/base';
import { assertRoom, readU16, readU32, readU8, writeOctets, writeU16, writeU32, writeU8 } from './bytes.ts';
import { writeChecksum, isChecksumValid } from './checksum.ts';
import { formatIpProtocol } from './ip-protocol.ts';
import * as ipv4Option from './ipv4-option.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of an IPv4 header (RFC 791 §3.1). */
export const field = {
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
export const HEADER_LENGTH = 20;

const HEADER_LENGTH_MAX = 60;
const TOTAL_LENGTH_MAX = 0xffff;

/** Bits of the word at `ipv4.field.flagsAndFragmentOffset`; what is left of it are units of 8 octets. */
export const flag = { reserved: 0x8000, dontFragment: 0x4000, moreFragments: 0x2000 } as const;

const FRAGMENT_OFFSET_MASK = 0x1fff;

export interface Repr {
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
  readonly options: readonly ipv4Option.Repr[];
  readonly payload: Uint8Array;
}

/**
 * Whether the octets hold a whole packet: version 4, a header of 5 words or more, and as many octets as the total length
 * claims. Then no read below goes beyond `end`, and the packet ends at `start + readU16(…totalLength)`. The checksum is
 * not looked at.
 */
export function check(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  const fault = checkHeader(bytes, start, end);
  if (fault !== undefined) return fault;
  if (readU16(bytes, start + field.totalLength) > end - start) {
    return malformed('ipv4', start + field.totalLength, 'the packet is truncated');
  }
  return undefined;
}

/** The same for a packet whose end was cut off, as ICMP errors quote it: only the header need be whole. */
export function checkHeader(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  if (end - start < HEADER_LENGTH) return malformed('ipv4', start, 'the header is truncated');
  const first = readU8(bytes, start);
  if (first >>> 4 !== 4) return malformed('ipv4', start, 'the version is not 4');
  const headerBytes = (first & 15) * 4;
  if (headerBytes < HEADER_LENGTH) return malformed('ipv4', start, 'the header is below five words');
  if (headerBytes > end - start) return malformed('ipv4', start, 'the options are truncated');
  if (readU16(bytes, start + field.totalLength) < headerBytes) {
    return malformed('ipv4', start + field.totalLength, 'the total length is below the header length');
  }
  return undefined;
}

export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  return check(bytes, start, end) ?? parseChecked(bytes, start, end);
}

/** Parses a packet whose end may be missing: one quoted in an ICMP error, or cut by the snap length of a capture. */
export function parseQuote(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  return checkHeader(bytes, start, end) ?? parseChecked(bytes, start, end);
}

function parseChecked(bytes: Uint8Array, start: number, end: number): Repr {
  const payloadStart = start + readHeaderLength(bytes, start);
  const packetEnd = Math.min(start + readU16(bytes, start + field.totalLength), end);
  const flags = readU16(bytes, start + field.flagsAndFragmentOffset);
  return {
    typeOfService: readU8(bytes, start + field.typeOfService),
    identification: readU16(bytes, start + field.identification),
    reservedFlag: (flags & flag.reserved) !== 0,
    dontFragment: (flags & flag.dontFragment) !== 0,
    moreFragments: (flags & flag.moreFragments) !== 0,
    fragmentOffset: (flags & FRAGMENT_OFFSET_MASK) * 8,
    timeToLive: readU8(bytes, start + field.timeToLive),
    protocol: readU8(bytes, start + field.protocol),
    source: readU32(bytes, start + field.source),
    destination: readU32(bytes, start + field.destination),
    options: ipv4Option.parse(bytes, start + field.options, payloadStart),
    payload: bytes.subarray(payloadStart, packetEnd),
  };
}

/** Octets of the header with its options. */
export function readHeaderLength(bytes: Uint8Array, start: number): number {
  return (bytes[start]! & 15) << 2;
}

/** Where in the whole packet this piece belongs, in octets. */
export function readFragmentOffset(bytes: Uint8Array, start: number): number {
  return (readU16(bytes, start + field.flagsAndFragmentOffset) & FRAGMENT_OFFSET_MASK) << 3;
}

/**
 * Whether an address names no single machine that could be on the other side of a network (RFC 1812 §5.3.7, RFC 1122 §3.2.1.3):
 * 0/8, 127/8, and from 224.0.0.0 on, which is multicast, reserved, and broadcast.
 */
export function isMartian(address: number): boolean {
  const first = address >>> 24;
  return first === 0 || first === 127 || first >= 224;
}

/** Whether the packet is a piece of a larger one: the first, a middle or the last. */
export function isFragment(bytes: Uint8Array, start: number): boolean {
  const word = readU16(bytes, start + field.flagsAndFragmentOffset);
  return (word & (flag.moreFragments | FRAGMENT_OFFSET_MASK)) !== 0;
}

/** Returns whether the checksum in the header is right. */
export function verifyChecksum(bytes: Uint8Array, start: number): boolean {
  return isChecksumValid(bytes, start, start + readHeaderLength(bytes, start));
}

/** Computes the checksum and writes it into the header at `start`. */
export function fillChecksum(bytes: Uint8Array, start: number): void {
  const headerEnd = start + readHeaderLength(bytes, start);
  writeChecksum(bytes, start + field.checksum, start, headerEnd);
}

/** Returns the octets of the header with its options. */
export function headerLength(repr: Repr): number {
  return HEADER_LENGTH + ipv4Option.length(repr.options);
}

/** Returns how many octets the emitted packet has. */
export function length(repr: Repr): number {
  return headerLength(repr) + repr.payload.length;
}

/** Writes the packet with its lengths and checksum; returns the offset after it. */
export function emit(repr: Repr, out: Uint8Array, offset = 0): number {
  const headerBytes = headerLength(repr);
  const totalLength = headerBytes + repr.payload.length;
  assert(headerBytes <= HEADER_LENGTH_MAX, 'an IPv4 header has room for 40 octets of options');
  assert(totalLength <= TOTAL_LENGTH_MAX, 'an IPv4 packet has at most 65535 octets');
  assert(repr.fragmentOffset % 8 === 0, 'a fragment begins at a multiple of 8 octets');
  assertRoom(out, offset, totalLength);
  const flags =
    (repr.reservedFlag ? flag.reserved : 0) |
    (repr.dontFragment ? flag.dontFragment : 0) |
    (repr.moreFragments ? flag.moreFragments : 0);
  writeU8(out, offset, 0x40 | (headerBytes >>> 2));
  writeU8(out, offset + field.typeOfService, repr.typeOfService);
  writeU16(out, offset + field.totalLength, totalLength);
  writeU16(out, offset + field.identification, repr.identification);
  writeU16(out, offset + field.flagsAndFragmentOffset, flags | (repr.fragmentOffset >>> 3));
  writeU8(out, offset + field.timeToLive, repr.timeToLive);
  writeU8(out, offset + field.protocol, repr.protocol);
  writeU32(out, offset + field.source, repr.source);
  writeU32(out, offset + field.destination, repr.destination);
  const headerEnd = ipv4Option.emit(repr.options, out, offset + field.options);
  fillChecksum(out, offset);
  return writeOctets(out, headerEnd, repr.payload);
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const flags = [
    repr.reservedFlag ? ' reserved' : '',
    repr.dontFragment ? ' DF' : '',
    repr.moreFragments ? ' MF' : '',
    repr.fragmentOffset > 0 ? ` offset ${repr.fragmentOffset}` : '',
    ...repr.options.map((option) => ` <${ipv4Option.format(option)}>`),
  ].join('');
  const addresses = `${formatIpv4(repr.source)} > ${formatIpv4(repr.destination)}`;
  return (
    `ipv4 ${addresses} ${formatIpProtocol(repr.protocol)} ttl ${repr.timeToLive} id ${repr.identification}` +
    `${flags} length ${length(repr)}`
  );
}
