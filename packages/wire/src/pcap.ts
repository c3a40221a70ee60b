/**
 * The classic capture file (draft-ietf-opsawg-pcap): one header, then records. Both byte orders and both precisions are
 * read and written. `CaptureReader` reads whole files; to write one, emit the header once and a record for each packet.
 */

import { assertRoom, readU32, writeOctets } from './bytes.ts';
import {
  type ByteOrder,
  readOrderedU16,
  readOrderedU32,
  writeOrderedU16,
  writeOrderedU32,
} from './byte-order.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of the file header (§4); those of a record (§5) are `pcapRecordField`. */
const pcapField = {
  magic: 0,
  majorVersion: 4,
  minorVersion: 6,
  snapLength: 16,
  linkType: 20,
} as const;

const pcapRecordField = { seconds: 0, fraction: 4, capturedLength: 8, originalLength: 12 } as const;

export const HEADER_LENGTH = 24;

/** Octets before the packet in a record. */
export const RECORD_HEADER_LENGTH = 16;

/** No link carries more, so a record that claims more is garbled; tcpdump and Wireshark draw the same line. */
export const CAPTURED_LENGTH_MAX = 262_144;

const MAGIC_MICROSECONDS = 0xa1b2_c3d4;
const MAGIC_NANOSECONDS = 0xa1b2_3c4d;

export interface Repr {
  readonly byteOrder: ByteOrder;
  readonly precision: 'microseconds' | 'nanoseconds';
  /** Longer packets were cut to so many octets. */
  readonly snapLength: number;
  /** What the packets begin with: a `linkType`. */
  readonly linkType: number;
}

/** A captured packet with its time. */
export interface RecordRepr {
  /** Since 1970-01-01 UTC. */
  readonly seconds: number;
  /** 0..999,999,999 after `seconds`; a multiple of 1000 in a file of microseconds. */
  readonly nanoseconds: number;
  /** Octets that the packet had on the link. */
  readonly originalLength: number;
  /** The octets that were kept. */
  readonly bytes: Uint8Array;
}

function checkPcap(bytes: Uint8Array, start: number, end: number): Malformed | undefined {
  if (end - start < HEADER_LENGTH) return malformed('pcap', start, 'the file header is truncated');
  const order = readByteOrder(bytes, start);
  if (order === undefined) return malformed('pcap', start, 'the file is not a pcap capture');
  if (readOrderedU16(bytes, start + pcapField.majorVersion, order) !== 2) {
    return malformed('pcap', start + pcapField.majorVersion, 'the major version is not 2');
  }
  return undefined;
}

function readByteOrder(bytes: Uint8Array, start: number): ByteOrder | undefined {
  const magic = readU32(bytes, start);
  if (magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS) return 'big';
  const swapped = readOrderedU32(bytes, start, 'little');
  return swapped === MAGIC_MICROSECONDS || swapped === MAGIC_NANOSECONDS ? 'little' : undefined;
}

/** Parses the file header. */
export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  const fault = checkPcap(bytes, start, end);
  if (fault !== undefined) return fault;
  const byteOrder = readByteOrder(bytes, start) ?? 'little';
  const magic = readOrderedU32(bytes, start, byteOrder);
  return {
    byteOrder,
    precision: magic === MAGIC_NANOSECONDS ? 'nanoseconds' : 'microseconds',
    snapLength: readOrderedU32(bytes, start + pcapField.snapLength, byteOrder),
    // The upper half may say how long the frame check sequences are; none of these packets is read to its last octet.
    linkType: readOrderedU32(bytes, start + pcapField.linkType, byteOrder) & 0xffff,
  };
}

export function length(_repr: Repr): number {
  return HEADER_LENGTH;
}

/** Writes the file header. */
export function emit(repr: Repr, out: Uint8Array, offset = 0): number {
  assertRoom(out, offset, HEADER_LENGTH);
  const order = repr.byteOrder;
  const magic = repr.precision === 'nanoseconds' ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS;
  out.fill(0, offset, offset + HEADER_LENGTH);
  writeOrderedU32(out, offset, magic, order);
  writeOrderedU16(out, offset + pcapField.majorVersion, 2, order);
  writeOrderedU16(out, offset + pcapField.minorVersion, 4, order);
  writeOrderedU32(out, offset + pcapField.snapLength, repr.snapLength, order);
  writeOrderedU32(out, offset + pcapField.linkType, repr.linkType, order);
  return offset + HEADER_LENGTH;
}

/** Octets of the record at `start`, of which the first 16 must be there. */
export function readRecordLength(bytes: Uint8Array, start: number, file: Repr): number {
  const captured = readOrderedU32(bytes, start + pcapRecordField.capturedLength, file.byteOrder);
  return RECORD_HEADER_LENGTH + captured;
}

/** Parses the record at `start` of a file with that header. */
export function parseRecord(
  bytes: Uint8Array,
  start: number,
  end: number,
  file: Repr,
): RecordRepr | Malformed {
  if (end - start < RECORD_HEADER_LENGTH) return malformed('pcap', start, 'a record is truncated');
  const lengthBytes = readRecordLength(bytes, start, file);
  if (lengthBytes - RECORD_HEADER_LENGTH > CAPTURED_LENGTH_MAX) {
    return malformed('pcap', start + pcapRecordField.capturedLength, 'a record is longer than any packet');
  }
  if (lengthBytes > end - start) return malformed('pcap', start, 'a record is truncated');
  const perUnit = file.precision === 'nanoseconds' ? 1 : 1000;
  const nanoseconds = readOrderedU32(bytes, start + pcapRecordField.fraction, file.byteOrder) * perUnit;
  if (nanoseconds > 999_999_999) {
    return malformed(
      'pcap',
      start + pcapRecordField.fraction,
      'the time has more than a second after the second',
    );
  }
  return {
    seconds: readOrderedU32(bytes, start + pcapRecordField.seconds, file.byteOrder),
    nanoseconds,
    originalLength: readOrderedU32(bytes, start + pcapRecordField.originalLength, file.byteOrder),
    bytes: bytes.subarray(start + RECORD_HEADER_LENGTH, start + lengthBytes),
  };
}

/** Returns how many octets the emitted record has. */
export function recordLength(repr: RecordRepr): number {
  return RECORD_HEADER_LENGTH + repr.bytes.length;
}

/** Writes a record of a file with that header; what is finer than its precision is cut off. */
export function emitRecord(repr: RecordRepr, out: Uint8Array, offset: number, file: Repr): number {
  assertRoom(out, offset, recordLength(repr));
  const fraction = file.precision === 'nanoseconds' ? repr.nanoseconds : Math.floor(repr.nanoseconds / 1000);
  writeOrderedU32(out, offset + pcapRecordField.seconds, repr.seconds, file.byteOrder);
  writeOrderedU32(out, offset + pcapRecordField.fraction, fraction, file.byteOrder);
  writeOrderedU32(out, offset + pcapRecordField.capturedLength, repr.bytes.length, file.byteOrder);
  writeOrderedU32(out, offset + pcapRecordField.originalLength, repr.originalLength, file.byteOrder);
  return writeOctets(out, offset + RECORD_HEADER_LENGTH, repr.bytes);
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  return `pcap link type ${repr.linkType} ${repr.precision} ${repr.byteOrder}-endian snap length ${repr.snapLength}`;
}
