/**
 * TCP segments (RFC 9293 §3.1). Every bit of the header that a sender may choose is kept, the reserved ones and an
 * urgent pointer without URG among them: fingerprinting tools send them and measure what comes back.
 */

import { assert } from '@wormwood/base';
import { assertRoom, readU16, readU32, readU8, writeOctets, writeU16, writeU32, writeU8 } from './bytes.ts';
import { isChecksumValid, sumWords } from './checksum.ts';
import { ipProtocol } from './ip-protocol.ts';
import { type Malformed, malformed } from './malformed.ts';
import * as tcpOption from './tcp-option.ts';

/** Byte offsets of a TCP header. */
export const field = {
  sourcePort: 0,
  destinationPort: 2,
  sequenceNumber: 4,
  acknowledgmentNumber: 8,
  dataOffset: 12,
  flags: 13,
  window: 14,
  checksum: 16,
  urgentPointer: 18,
  options: 20,
} as const;

/** Octets of a header without options. */
export const HEADER_LENGTH = 20;

const HEADER_LENGTH_MAX = 60;

/** Bits of the octet at `tcp.field.flags`. */
export const flag = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;

/** As packet logs write them, from the lowest bit up. */
const FLAG_LETTERS = ['F', 'S', 'R', 'P', 'A', 'U', 'E', 'C'] as const;

export interface Repr {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequenceNumber: number;
  readonly acknowledgmentNumber: number;
  /** The four reserved bits; the lowest one was NS (RFC 3540, historic). */
  readonly reserved: number;
  /** Bits of `tcp.flag`. */
  readonly flags: number;
  /** As it stands in the header, not scaled. */
  readonly window: number;
  readonly urgentPointer: number;
  readonly options: readonly tcpOption.Repr[];
  readonly payload: Uint8Array;
}

/** Whether the octets hold a whole header. Neither the options nor the checksum are looked at. */
export function check(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  if (end - start < HEADER_LENGTH) return malformed('tcp', start, 'the header is truncated');
  const headerBytes = readHeaderLength(bytes, start);
  if (headerBytes < HEADER_LENGTH) {
    return malformed('tcp', start + field.dataOffset, 'the data offset is below five words');
  }
  if (headerBytes > end - start) {
    return malformed('tcp', start + field.dataOffset, 'the options are truncated');
  }
  return undefined;
}

export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  const fault = check(bytes, start, end);
  if (fault !== undefined) return fault;
  const payloadStart = start + readHeaderLength(bytes, start);
  return {
    sourcePort: readU16(bytes, start + field.sourcePort),
    destinationPort: readU16(bytes, start + field.destinationPort),
    sequenceNumber: readU32(bytes, start + field.sequenceNumber),
    acknowledgmentNumber: readU32(bytes, start + field.acknowledgmentNumber),
    reserved: readU8(bytes, start + field.dataOffset) & 15,
    flags: readU8(bytes, start + field.flags),
    window: readU16(bytes, start + field.window),
    urgentPointer: readU16(bytes, start + field.urgentPointer),
    options: tcpOption.parse(bytes, start + field.options, payloadStart),
    payload: bytes.subarray(payloadStart, end),
  };
}

/** Octets of the header with its options. */
export function readHeaderLength(bytes: Uint8Array, start: number): number {
  return (bytes[start + field.dataOffset]! >>> 4) << 2;
}

/** Writes the data offset for a header of `headerBytes` octets, and the four reserved bits. */
export function writeHeaderLength(bytes: Uint8Array, start: number, headerBytes: number, reserved = 0): void {
  bytes[start + field.dataOffset] = (headerBytes << 2) | reserved;
}

/** `pseudoSum` from `pseudoHeaderSum` or its like. */
export function verifyChecksum(bytes: Uint8Array, start: number, end: number, pseudoSum: number): boolean {
  return isChecksumValid(bytes, start, end, pseudoSum + ipProtocol.tcp + (end - start));
}

export function fillChecksum(bytes: Uint8Array, start: number, end: number, pseudoSum: number): void {
  writeU16(bytes, start + field.checksum, 0);
  const sum = sumWords(bytes, start, end, pseudoSum + ipProtocol.tcp + (end - start));
  writeU16(bytes, start + field.checksum, ~sum);
}

export function headerLength(repr: Repr): number {
  return HEADER_LENGTH + tcpOption.length(repr.options);
}

export function length(repr: Repr): number {
  return headerLength(repr) + repr.payload.length;
}

export function emit(repr: Repr, out: Uint8Array, offset: number, pseudoSum: number): number {
  const headerBytes = headerLength(repr);
  assert(headerBytes <= HEADER_LENGTH_MAX, 'a TCP header has room for 40 octets of options');
  assertRoom(out, offset, headerBytes + repr.payload.length);
  writeU16(out, offset + field.sourcePort, repr.sourcePort);
  writeU16(out, offset + field.destinationPort, repr.destinationPort);
  writeU32(out, offset + field.sequenceNumber, repr.sequenceNumber);
  writeU32(out, offset + field.acknowledgmentNumber, repr.acknowledgmentNumber);
  writeHeaderLength(out, offset, headerBytes, repr.reserved);
  writeU8(out, offset + field.flags, repr.flags);
  writeU16(out, offset + field.window, repr.window);
  writeU16(out, offset + field.urgentPointer, repr.urgentPointer);
  const headerEnd = tcpOption.emit(repr.options, out, offset + field.options);
  const end = writeOctets(out, headerEnd, repr.payload);
  fillChecksum(out, offset, end, pseudoSum);
  return end;
}

/** Flags as one letter each, in the order of packet logs: `SA`, `F`, or a dot for none. */
export function formatFlags(flags: number): string {
  const letters = FLAG_LETTERS.filter((_, bit) => (flags & (1 << bit)) !== 0);
  return letters.length === 0 ? '.' : letters.join('');
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const acknowledgment = (repr.flags & flag.ACK) === 0 ? '' : ` ack ${repr.acknowledgmentNumber}`;
  const options = repr.options.length === 0 ? '' : ` <${repr.options.map(tcpOption.format).join(',')}>`;
  return (
    `tcp ${repr.sourcePort} > ${repr.destinationPort} ${formatFlags(repr.flags)} seq ${repr.sequenceNumber}` +
    `${acknowledgment} win ${repr.window}${options} length ${repr.payload.length}`
  );
}
