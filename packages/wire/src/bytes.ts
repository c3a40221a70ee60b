/**
 * Octets in network byte order (big-endian, RFC 1700 "Data Notations") at an offset. The hot path of the stack is made
 * of these calls with the field offsets that each protocol file exports: `readU16(bytes, start + udp.field.length)`.
 * They check nothing: whoever reads has called the protocol's `check…` before, and whoever writes has made room.
 */

import { assert } from '@wormwood/base';

/** The octet at `offset`. */
export function readU8(bytes: Uint8Array, offset: number): number {
  return bytes[offset]!;
}

/** The 16-bit number at `offset`. */
export function readU16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/** The 24-bit number at `offset`. */
export function readU24(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 16) | (bytes[offset + 1]! << 8) | bytes[offset + 2]!;
}

/** The 32-bit number at `offset`, in 0..2^32-1. */
export function readU32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>>
    0
  );
}

/** Writes the low 8 bits of `value`. */
export function writeU8(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
}

/** Writes the low 16 bits of `value`. */
export function writeU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

/** Writes the low 24 bits of `value`. */
export function writeU24(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 16;
  bytes[offset + 1] = value >>> 8;
  bytes[offset + 2] = value;
}

/** Writes the low 32 bits of `value`; a value that was made negative by `|0` is written as the same bits. */
export function writeU32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

/** Writes all of `octets` and returns the offset after them. */
export function writeOctets(bytes: Uint8Array, offset: number, octets: Uint8Array): number {
  bytes.set(octets, offset);
  return offset + octets.length;
}

/** Every `emit…` calls this first: running out of buffer is a fault of the caller, who knows the `…Length`. */
export function assertRoom(out: Uint8Array, offset: number, lengthBytes: number): void {
  assert(offset >= 0 && offset + lengthBytes <= out.length, 'a packet is emitted where it fits');
}
