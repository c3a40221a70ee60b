/**
 * The blocks of a pcapng capture file (draft-ietf-opsawg-pcapng): sections, interfaces, packets; name resolution,
 * statistics and all the others stay octets. `CaptureReader` reads whole files; to write one, emit a section, an
 * interface, and an enhanced packet for each packet, all in the byte order of the section.
 */

import { assert, unreachable } from '@wormwood/base';
import {
  type ByteOrder,
  readOrderedU16,
  readOrderedU32,
  writeOrderedU16,
  writeOrderedU32,
} from './byte-order.ts';
import { assertRoom, writeOctets } from './bytes.ts';
import { isMalformed, type Malformed, malformed } from './malformed.ts';
import * as pcap from './pcap.ts';
import * as pcapngOption from './pcapng-option.ts';

/** Byte offsets of every block (§3.1); the content follows, and then the length once more. */
const pcapngField = { blockType: 0, blockLength: 4, content: 8 } as const;

/** Types of blocks that are understood. */
export const blockType = {
  section: 0x0a0d_0d0a,
  interface: 1,
  simplePacket: 3,
  nameResolution: 4,
  interfaceStatistics: 5,
  enhancedPacket: 6,
} as const;

/** Octets of a block without content. */
export const BLOCK_OVERHEAD = 12;

/** A block that claims more is garbled: it would have to be held in memory before anything of it is known. */
export const BLOCK_LENGTH_MAX = 16_777_216;

const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
const UNKNOWN_LENGTH = 0xffff_ffff;
const TWO_TO_32 = 0x1_0000_0000;

export type Repr =
  | {
      readonly kind: 'section';
      /** Octets of the blocks up to the next section; left out where the writer did not know. */
      readonly sectionLength?: number;
      readonly options: readonly pcapngOption.Repr[];
    }
  | {
      readonly kind: 'interface';
      readonly linkType: number;
      /** 0 where packets are not cut. */
      readonly snapLength: number;
      readonly options: readonly pcapngOption.Repr[];
    }
  | {
      readonly kind: 'enhancedPacket';
      /** Which interface block of the section, counted from 0. */
      readonly interfaceIndex: number;
      /** In the units of the interface since 1970-01-01 UTC, 64 bits. */
      readonly timestamp: bigint;
      readonly originalLength: number;
      readonly bytes: Uint8Array;
      readonly options: readonly pcapngOption.Repr[];
    }
  | {
      readonly kind: 'simplePacket';
      readonly originalLength: number;
      /** With the filling to a word of 4 octets, which only the interface's snap length distinguishes. */
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'unknown'; readonly blockType: number; readonly content: Uint8Array };

/** Octets of the block at `start`, of which the first 8 must be there. */
export function readBlockLength(bytes: Uint8Array, start: number, order: ByteOrder): number {
  return readOrderedU32(bytes, start + pcapngField.blockLength, order);
}

/** The byte order that the section block at `start` declares, of which the first 12 octets must be there. */
export function readByteOrder(bytes: Uint8Array, start: number): ByteOrder | undefined {
  const at = start + pcapngField.content;
  if (readOrderedU32(bytes, at, 'little') === BYTE_ORDER_MAGIC) return 'little';
  return readOrderedU32(bytes, at, 'big') === BYTE_ORDER_MAGIC ? 'big' : undefined;
}

/** Whether the octets hold a whole block whose two lengths agree. */
function checkPcapng(bytes: Uint8Array, start: number, end: number, order: ByteOrder): Malformed | undefined {
  if (end - start < BLOCK_OVERHEAD) return malformed('pcapng', start, 'a block is truncated');
  const lengthBytes = readBlockLength(bytes, start, order);
  if (lengthBytes < BLOCK_OVERHEAD || lengthBytes % 4 !== 0 || lengthBytes > BLOCK_LENGTH_MAX) {
    return malformed('pcapng', start + pcapngField.blockLength, 'the length of a block is impossible');
  }
  if (lengthBytes > end - start) return malformed('pcapng', start, 'a block is truncated');
  if (readOrderedU32(bytes, start + lengthBytes - 4, order) !== lengthBytes) {
    return malformed('pcapng', start + lengthBytes - 4, 'the two lengths of a block differ');
  }
  return undefined;
}

export function parse(bytes: Uint8Array, start: number, end: number, order: ByteOrder): Repr | Malformed {
  const fault = checkPcapng(bytes, start, end, order);
  if (fault !== undefined) return fault;
  const type = readOrderedU32(bytes, start, order);
  const content = start + pcapngField.content;
  const contentEnd = start + readBlockLength(bytes, start, order) - 4;
  const needed = fixedLength(type);
  if (contentEnd - content < needed) return malformed('pcapng', content, 'a block is too short for its type');
  switch (type) {
    case blockType.section:
      return parseSection(bytes, content, contentEnd, order);
    case blockType.interface:
      return parseInterface(bytes, content, contentEnd, order);
    case blockType.enhancedPacket:
      return parseEnhancedPacket(bytes, content, contentEnd, order);
    case blockType.simplePacket:
      return {
        kind: 'simplePacket',
        originalLength: readOrderedU32(bytes, content, order),
        bytes: bytes.subarray(content + needed, contentEnd),
      };
    default:
      return { kind: 'unknown', blockType: type, content: bytes.subarray(content, contentEnd) };
  }
}

/** Octets of the content before what varies. */
function fixedLength(type: number): number {
  switch (type) {
    case blockType.section:
      return 16;
    case blockType.interface:
      return 8;
    case blockType.enhancedPacket:
      return 20;
    case blockType.simplePacket:
      return 4;
    default:
      return 0;
  }
}

function parseInterface(
  bytes: Uint8Array,
  content: number,
  contentEnd: number,
  order: ByteOrder,
): Repr | Malformed {
  const options = pcapngOption.parse(bytes, content + 8, contentEnd, order);
  if (isMalformed(options)) return options;
  return {
    kind: 'interface',
    linkType: readOrderedU16(bytes, content, order),
    snapLength: readOrderedU32(bytes, content + 4, order),
    options,
  };
}

function parseSection(
  bytes: Uint8Array,
  content: number,
  contentEnd: number,
  order: ByteOrder,
): Repr | Malformed {
  if (readOrderedU32(bytes, content, order) !== BYTE_ORDER_MAGIC) {
    return malformed('pcapng', content, 'the byte-order magic of a section is missing');
  }
  if (readOrderedU16(bytes, content + 4, order) !== 1) {
    return malformed('pcapng', content + 4, 'the major version is not 1');
  }
  const [lowAt, highAt] = order === 'little' ? [content + 8, content + 12] : [content + 12, content + 8];
  const low = readOrderedU32(bytes, lowAt, order);
  const high = readOrderedU32(bytes, highAt, order);
  const options = pcapngOption.parse(bytes, content + 16, contentEnd, order);
  if (isMalformed(options)) return options;
  if (low === UNKNOWN_LENGTH && high === UNKNOWN_LENGTH) return { kind: 'section', options };
  const sectionLength = high * TWO_TO_32 + low;
  if (!Number.isSafeInteger(sectionLength)) {
    return malformed('pcapng', content + 8, 'the length of a section is impossible');
  }
  return { kind: 'section', sectionLength, options };
}

function parseEnhancedPacket(
  bytes: Uint8Array,
  content: number,
  contentEnd: number,
  order: ByteOrder,
): Repr | Malformed {
  const capturedLength = readOrderedU32(bytes, content + 12, order);
  const packet = content + 20;
  if (capturedLength > contentEnd - packet) {
    return malformed('pcapng', content + 12, 'a packet is longer than its block');
  }
  if (capturedLength > pcap.CAPTURED_LENGTH_MAX) {
    return malformed('pcapng', content + 12, 'a record is longer than any packet');
  }
  const optionsStart = Math.min(packet + roundUp(capturedLength), contentEnd);
  const options = pcapngOption.parse(bytes, optionsStart, contentEnd, order);
  if (isMalformed(options)) return options;
  const high = readOrderedU32(bytes, content + 4, order);
  const low = readOrderedU32(bytes, content + 8, order);
  return {
    kind: 'enhancedPacket',
    interfaceIndex: readOrderedU32(bytes, content, order),
    timestamp: (BigInt(high) << 32n) | BigInt(low),
    originalLength: readOrderedU32(bytes, content + 16, order),
    bytes: bytes.subarray(packet, packet + capturedLength),
    options,
  };
}

function roundUp(lengthBytes: number): number {
  return (lengthBytes + 3) & ~3;
}

export function length(repr: Repr): number {
  return BLOCK_OVERHEAD + contentLength(repr);
}

function contentLength(repr: Repr): number {
  switch (repr.kind) {
    case 'section':
      return 16 + pcapngOption.length(repr.options);
    case 'interface':
      return 8 + pcapngOption.length(repr.options);
    case 'enhancedPacket':
      return 20 + roundUp(repr.bytes.length) + pcapngOption.length(repr.options);
    case 'simplePacket':
      return 4 + roundUp(repr.bytes.length);
    case 'unknown':
      return roundUp(repr.content.length);
    default:
      return unreachable(repr);
  }
}

export function emit(repr: Repr, out: Uint8Array, offset: number, order: ByteOrder): number {
  const lengthBytes = length(repr);
  assert(lengthBytes <= BLOCK_LENGTH_MAX, 'a pcapng block has at most 16 MiB');
  assertRoom(out, offset, lengthBytes);
  const type = repr.kind === 'unknown' ? repr.blockType : blockType[repr.kind];
  out.fill(0, offset, offset + lengthBytes);
  writeOrderedU32(out, offset, type, order);
  writeOrderedU32(out, offset + pcapngField.blockLength, lengthBytes, order);
  emitContent(repr, out, offset + pcapngField.content, order);
  writeOrderedU32(out, offset + lengthBytes - 4, lengthBytes, order);
  return offset + lengthBytes;
}

/** Writes into zeros what stands between the two lengths. */
function emitContent(repr: Repr, out: Uint8Array, content: number, order: ByteOrder): void {
  switch (repr.kind) {
    case 'section': {
      const low = repr.sectionLength === undefined ? UNKNOWN_LENGTH : repr.sectionLength % TWO_TO_32;
      const high =
        repr.sectionLength === undefined ? UNKNOWN_LENGTH : Math.floor(repr.sectionLength / TWO_TO_32);
      writeOrderedU32(out, content, BYTE_ORDER_MAGIC, order);
      writeOrderedU16(out, content + 4, 1, order);
      writeOrderedU32(out, content + 8, order === 'little' ? low : high, order);
      writeOrderedU32(out, content + 12, order === 'little' ? high : low, order);
      pcapngOption.emit(repr.options, out, content + 16, order);
      break;
    }
    case 'interface':
      writeOrderedU16(out, content, repr.linkType, order);
      writeOrderedU32(out, content + 4, repr.snapLength, order);
      pcapngOption.emit(repr.options, out, content + 8, order);
      break;
    case 'enhancedPacket':
      writeOrderedU32(out, content, repr.interfaceIndex, order);
      writeOrderedU32(out, content + 4, Number(repr.timestamp >> 32n), order);
      writeOrderedU32(out, content + 8, Number(repr.timestamp & 0xffff_ffffn), order);
      writeOrderedU32(out, content + 12, repr.bytes.length, order);
      writeOrderedU32(out, content + 16, repr.originalLength, order);
      writeOctets(out, content + 20, repr.bytes);
      pcapngOption.emit(repr.options, out, content + 20 + roundUp(repr.bytes.length), order);
      break;
    case 'simplePacket':
      writeOrderedU32(out, content, repr.originalLength, order);
      writeOctets(out, content + 4, repr.bytes);
      break;
    case 'unknown':
      writeOctets(out, content, repr.content);
      break;
    default:
      unreachable(repr);
  }
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  switch (repr.kind) {
    case 'section':
      return `pcapng section length ${repr.sectionLength ?? 'unknown'}`;
    case 'interface':
      return `pcapng interface link type ${repr.linkType} snap length ${repr.snapLength}`;
    case 'enhancedPacket':
      return `pcapng packet interface ${repr.interfaceIndex} length ${repr.bytes.length} of ${repr.originalLength}`;
    case 'simplePacket':
      return `pcapng simple packet length ${repr.originalLength}`;
    case 'unknown':
      return `pcapng block type ${repr.blockType} length ${repr.content.length}`;
    default:
      return unreachable(repr);
  }
}
