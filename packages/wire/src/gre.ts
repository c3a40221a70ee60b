/**
 * GRE tunnels (RFC 2784 with the key and sequence number of RFC 2890). Version 1, which PPTP uses, and the source routes
 * of RFC 1701 are malformed here.
 */

import { assertRoom, readU16, readU32, writeOctets, writeU16, writeU32 } from './bytes.ts';
import { writeChecksum, isChecksumValid } from './checksum.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of the part that every GRE header has; checksum, key and sequence number follow where their flag is set. */
export const field = { flagsAndVersion: 0, protocolType: 2, checksum: 4 } as const;

/** Bits of the word at `gre.field.flagsAndVersion` (RFC 2890 §2). */
const flag = { checksum: 0x8000, key: 0x2000, sequenceNumber: 0x1000 } as const;

const FIXED_LENGTH = 4;
const VERSION_MASK = 0x0007;
/** RFC 2784 §2.3: a packet with one of these bits set is discarded unless RFC 1701 is implemented. */
const ROUTING_BITS = 0x4c00;

export interface Repr {
  /** An `etherType`: what the payload is. */
  readonly protocolType: number;
  readonly checksummed: boolean;
  readonly key?: number;
  readonly sequenceNumber?: number;
  readonly payload: Uint8Array;
}

/** Whether the octets hold a whole header. The checksum is not looked at. */
export function check(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  if (end - start < FIXED_LENGTH) return malformed('gre', start, 'the header is truncated');
  const flags = readU16(bytes, start);
  if ((flags & VERSION_MASK) !== 0) return malformed('gre', start + 1, 'the version is not 0');
  if ((flags & ROUTING_BITS) !== 0) return malformed('gre', start, 'source routes of RFC 1701 are not known');
  if (end - start < readHeaderLength(bytes, start)) {
    return malformed('gre', start + FIXED_LENGTH, 'the optional fields are truncated');
  }
  return undefined;
}

export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  const fault = check(bytes, start, end);
  if (fault !== undefined) return fault;
  const flags = readU16(bytes, start);
  const checksummed = (flags & flag.checksum) !== 0;
  const hasKey = (flags & flag.key) !== 0;
  const keyStart = start + FIXED_LENGTH + (checksummed ? 4 : 0);
  const sequenceStart = keyStart + (hasKey ? 4 : 0);
  return {
    protocolType: readU16(bytes, start + field.protocolType),
    checksummed,
    ...(hasKey && { key: readU32(bytes, keyStart) }),
    ...((flags & flag.sequenceNumber) !== 0 && { sequenceNumber: readU32(bytes, sequenceStart) }),
    payload: bytes.subarray(start + readHeaderLength(bytes, start), end),
  };
}

/** Octets of the header with its optional fields. */
export function readHeaderLength(bytes: Uint8Array, start: number): number {
  const flags = readU16(bytes, start);
  return (
    FIXED_LENGTH +
    ((flags & flag.checksum) === 0 ? 0 : 4) +
    ((flags & flag.key) === 0 ? 0 : 4) +
    ((flags & flag.sequenceNumber) === 0 ? 0 : 4)
  );
}

/** A checksum that was left out is valid. */
export function verifyChecksum(bytes: Uint8Array, start: number, end: number): boolean {
  return (readU16(bytes, start) & flag.checksum) === 0 || isChecksumValid(bytes, start, end);
}

/** Returns the octets of the header with its options. */
export function headerLength(repr: Repr): number {
  return (
    FIXED_LENGTH +
    (repr.checksummed ? 4 : 0) +
    (repr.key === undefined ? 0 : 4) +
    (repr.sequenceNumber === undefined ? 0 : 4)
  );
}

/** Returns how many octets the emitted packet has. */
export function length(repr: Repr): number {
  return headerLength(repr) + repr.payload.length;
}

/** Writes the packet with its lengths and checksum; returns the offset after it. */
export function emit(repr: Repr, out: Uint8Array, offset = 0): number {
  assertRoom(out, offset, length(repr));
  const flags =
    (repr.checksummed ? flag.checksum : 0) |
    (repr.key === undefined ? 0 : flag.key) |
    (repr.sequenceNumber === undefined ? 0 : flag.sequenceNumber);
  writeU16(out, offset, flags);
  writeU16(out, offset + field.protocolType, repr.protocolType);
  let at = offset + FIXED_LENGTH;
  const words = [repr.checksummed ? 0 : undefined, repr.key, repr.sequenceNumber];
  for (const word of words) {
    if (word === undefined) continue;
    writeU32(out, at, word);
    at += 4;
  }
  const end = writeOctets(out, at, repr.payload);
  if (repr.checksummed) writeChecksum(out, offset + field.checksum, offset, end);
  return end;
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const key = repr.key === undefined ? '' : ` key ${repr.key}`;
  const sequence = repr.sequenceNumber === undefined ? '' : ` seq ${repr.sequenceNumber}`;
  const type = repr.protocolType.toString(16).padStart(4, '0');
  return `gre type 0x${type}${key}${sequence} length ${repr.payload.length}`;
}
