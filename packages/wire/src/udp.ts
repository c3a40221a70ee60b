/**
 * UDP (RFC 768): the shortest complete protocol, and the pattern of the others. Octets to a value: `udp.parse`; a value
 * to octets: `udp.length`, `udp.emit`. Without values: `udp.check`, then `readU16(bytes, start + udp.field.…)`.
 */

import { assert } from '@wormwood/base';
import { assertRoom, readU16, writeOctets, writeU16 } from './bytes.ts';
import { complementSum, isChecksumValid, sumWords } from './checksum.ts';
import { ipProtocol } from './ip-protocol.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of a UDP header. */
export const field = { sourcePort: 0, destinationPort: 2, length: 4, checksum: 6 } as const;

export const HEADER_LENGTH = 8;

const LENGTH_MAX = 0xffff;

export interface Repr {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** False where the sender left the checksum out, which IPv4 allows and IPv6 does not (RFC 8200 §8.1). */
  readonly checksummed: boolean;
  readonly payload: Uint8Array;
}

/** Whether the octets hold a whole datagram; it ends at `start + readU16(…length)`. The checksum is not looked at. */
export function check(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  const fault = checkUdpHeader(bytes, start, end);
  if (fault !== undefined) return fault;
  if (readU16(bytes, start + field.length) > end - start) {
    return malformed('udp', start + field.length, 'the datagram is truncated');
  }
  return undefined;
}

function checkUdpHeader(bytes: Uint8Array, start: number, end: number): Malformed | undefined {
  if (end - start < HEADER_LENGTH) return malformed('udp', start, 'the header is truncated');
  if (readU16(bytes, start + field.length) < HEADER_LENGTH) {
    return malformed('udp', start + field.length, 'the length is below the header length');
  }
  return undefined;
}

export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  return check(bytes, start, end) ?? parseChecked(bytes, start, end);
}

/** Parses a datagram whose end may be missing: ICMP errors quote as little as its header. */
export function parseQuote(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  return checkUdpHeader(bytes, start, end) ?? parseChecked(bytes, start, end);
}

function parseChecked(bytes: Uint8Array, start: number, end: number): Repr {
  const datagramEnd = Math.min(start + readU16(bytes, start + field.length), end);
  return {
    sourcePort: readU16(bytes, start + field.sourcePort),
    destinationPort: readU16(bytes, start + field.destinationPort),
    checksummed: readU16(bytes, start + field.checksum) !== 0,
    payload: bytes.subarray(start + HEADER_LENGTH, datagramEnd),
  };
}

/** `pseudoSum` from `pseudoHeaderSum` or its like. A checksum that was left out is valid. */
export function verifyChecksum(bytes: Uint8Array, start: number, pseudoSum: number): boolean {
  if (readU16(bytes, start + field.checksum) === 0) return true;
  const lengthBytes = readU16(bytes, start + field.length);
  return isChecksumValid(bytes, start, start + lengthBytes, pseudoSum + ipProtocol.udp + lengthBytes);
}

/** Computes the checksum and writes it into the header at `start`. */
export function fillChecksum(bytes: Uint8Array, start: number, pseudoSum: number): void {
  const lengthBytes = readU16(bytes, start + field.length);
  writeU16(bytes, start + field.checksum, 0);
  const computed = complementSum(
    sumWords(bytes, start, start + lengthBytes, pseudoSum + ipProtocol.udp + lengthBytes),
  );
  // RFC 768: zero means that there is no checksum, so a computed zero goes out as its other form, all ones.
  writeU16(bytes, start + field.checksum, computed === 0 ? 0xffff : computed);
}

/** Returns how many octets the emitted packet has. */
export function length(repr: Repr): number {
  return HEADER_LENGTH + repr.payload.length;
}

/** Writes the packet with its lengths and checksum; returns the offset after it. */
export function emit(repr: Repr, out: Uint8Array, offset: number, pseudoSum: number): number {
  const lengthBytes = length(repr);
  assert(lengthBytes <= LENGTH_MAX, 'a UDP datagram has at most 65535 octets');
  assertRoom(out, offset, lengthBytes);
  writeU16(out, offset + field.sourcePort, repr.sourcePort);
  writeU16(out, offset + field.destinationPort, repr.destinationPort);
  writeU16(out, offset + field.length, lengthBytes);
  writeU16(out, offset + field.checksum, 0);
  writeOctets(out, offset + HEADER_LENGTH, repr.payload);
  if (repr.checksummed) fillChecksum(out, offset, pseudoSum);
  return offset + lengthBytes;
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const checksum = repr.checksummed ? '' : ' no checksum';
  return `udp ${repr.sourcePort} > ${repr.destinationPort} length ${repr.payload.length}${checksum}`;
}
