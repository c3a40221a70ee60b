/**
 * ICMP for IPv4 (RFC 792, RFC 950 for address masks, RFC 1191 for the next-hop MTU). Every message keeps its code, and
 * errors keep the words that must be zero: fingerprinting tools send unusual ones and measure what comes back.
 */

import { formatIpv4 } from '@wormwood/base';
import {
  assertRoom,
  readU16,
  readU24,
  readU32,
  writeOctets,
  writeU16,
  writeU24,
  writeU32,
  writeU8,
} from './bytes.ts';
import { writeChecksum, isChecksumValid } from './checksum.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of an ICMP message; which of those from 4 on exist is a matter of the type. */
export const field = {
  type: 0,
  code: 1,
  checksum: 2,
  identifier: 4,
  /** Second word of a destination unreachable; the lower half is the MTU of the next hop. */
  unused: 4,
  gateway: 4,
  pointer: 4,
  sequenceNumber: 6,
  nextHopMtu: 6,
  payload: 8,
  originateTimestamp: 8,
  addressMask: 8,
  receiveTimestamp: 12,
  transmitTimestamp: 16,
} as const;

/** Octets of every message known here up to its payload, quote or times. */
export const HEADER_LENGTH = 8;

/** Values of the type field (RFC 792, RFC 950). */
export const messageType = {
  echoReply: 0,
  destinationUnreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
  parameterProblem: 12,
  timestampRequest: 13,
  timestampReply: 14,
  informationRequest: 15,
  informationReply: 16,
  addressMaskRequest: 17,
  addressMaskReply: 18,
} as const;

/** Codes of destination unreachable (RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1) that a stack sends. */
export const unreachableCode = {
  network: 0,
  host: 1,
  protocol: 2,
  port: 3,
  fragmentationNeeded: 4,
  sourceRouteFailed: 5,
  networkProhibited: 9,
  hostProhibited: 10,
  communicationProhibited: 13,
} as const;

interface Coded {
  readonly code: number;
}

interface Identified extends Coded {
  readonly identifier: number;
  readonly sequenceNumber: number;
  /** What follows the fields of the message. */
  readonly payload: Uint8Array;
}

interface Quoting extends Coded {
  /** The packet that the error is about: its header and at least 8 octets more (RFC 792; RFC 1812 §4.3.2.3). */
  readonly quote: Uint8Array;
}

export type Repr =
  | (Identified & { readonly kind: 'echoRequest' | 'echoReply' | 'informationRequest' | 'informationReply' })
  | (Identified & {
      readonly kind: 'timestampRequest' | 'timestampReply';
      /** Milliseconds since midnight UT, or anything with the high bit set. */
      readonly originateTimestamp: number;
      readonly receiveTimestamp: number;
      readonly transmitTimestamp: number;
    })
  | (Identified & {
      readonly kind: 'addressMaskRequest' | 'addressMaskReply';
      readonly addressMask: number;
    })
  | (Quoting & {
      readonly kind: 'destinationUnreachable';
      /** 16 bits that RFC 792 wants zero; RFC 4884 §4.1 puts a length there. */
      readonly unused: number;
      /** Meant with `unreachableCode.fragmentationNeeded` (RFC 1191 §4), else zero. */
      readonly nextHopMtu: number;
    })
  | (Quoting & { readonly kind: 'sourceQuench' | 'timeExceeded'; readonly unused: number })
  | (Quoting & { readonly kind: 'redirect'; readonly gateway: number })
  | (Quoting & { readonly kind: 'parameterProblem'; readonly pointer: number; readonly unused: number })
  | (Coded & {
      readonly kind: 'unknown';
      readonly type: number;
      /** What follows the checksum: 4 octets or more, since no ICMP message is shorter than 8. */
      readonly rest: Uint8Array;
    });

type KnownKind = keyof typeof messageType;

const kindOfType: ReadonlyMap<number, KnownKind> = new Map(
  Object.entries(messageType).map(([kind, type]): [number, KnownKind] => [type, kind as KnownKind]),
);

/** Whether the octets hold a whole header, with its times or mask where the type has them. */
export function check(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  const lengthBytes = end - start;
  if (lengthBytes < HEADER_LENGTH) return malformed('icmpv4', start, 'the header is truncated');
  if (lengthBytes < fixedLength(bytes[start]!)) return malformed('icmpv4', start, 'the message is truncated');
  return undefined;
}

/** Octets before the payload or quote, or before the rest of an unknown type. */
function fixedLength(type: number): number {
  switch (type) {
    case messageType.timestampRequest:
    case messageType.timestampReply:
      return 20;
    case messageType.addressMaskRequest:
    case messageType.addressMaskReply:
      return 12;
    default:
      return kindOfType.has(type) ? HEADER_LENGTH : 4;
  }
}

export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  const fault = check(bytes, start, end);
  if (fault !== undefined) return fault;
  const type = bytes[start]!;
  const code = bytes[start + field.code]!;
  const kind = kindOfType.get(type);
  const payload = bytes.subarray(start + fixedLength(type), end);
  switch (kind) {
    case undefined:
      return { kind: 'unknown', type, code, rest: payload };
    case 'destinationUnreachable':
      return {
        kind,
        code,
        unused: readU16(bytes, start + field.unused),
        nextHopMtu: readU16(bytes, start + field.nextHopMtu),
        quote: payload,
      };
    case 'sourceQuench':
    case 'timeExceeded':
      return { kind, code, unused: readU32(bytes, start + field.unused), quote: payload };
    case 'redirect':
      return { kind, code, gateway: readU32(bytes, start + field.gateway), quote: payload };
    case 'parameterProblem':
      return {
        kind,
        code,
        pointer: bytes[start + field.pointer]!,
        unused: readU24(bytes, start + field.pointer + 1),
        quote: payload,
      };
    default:
      return parseIdentified(kind, bytes, start, payload);
  }
}

type IdentifiedRepr = Extract<Repr, Identified>;

function parseIdentified(
  kind: IdentifiedRepr['kind'],
  bytes: Uint8Array,
  start: number,
  payload: Uint8Array,
): IdentifiedRepr {
  const identified: Identified = {
    code: bytes[start + field.code]!,
    identifier: readU16(bytes, start + field.identifier),
    sequenceNumber: readU16(bytes, start + field.sequenceNumber),
    payload,
  };
  switch (kind) {
    case 'timestampRequest':
    case 'timestampReply':
      return {
        kind,
        ...identified,
        originateTimestamp: readU32(bytes, start + field.originateTimestamp),
        receiveTimestamp: readU32(bytes, start + field.receiveTimestamp),
        transmitTimestamp: readU32(bytes, start + field.transmitTimestamp),
      };
    case 'addressMaskRequest':
    case 'addressMaskReply':
      return { kind, ...identified, addressMask: readU32(bytes, start + field.addressMask) };
    default:
      return { kind, ...identified };
  }
}

export function verifyChecksum(bytes: Uint8Array, start: number, end: number): boolean {
  return isChecksumValid(bytes, start, end);
}

export function fillChecksum(bytes: Uint8Array, start: number, end: number): void {
  writeChecksum(bytes, start + field.checksum, start, end);
}

export function length(repr: Repr): number {
  if (repr.kind === 'unknown') return 4 + repr.rest.length;
  const variable = 'quote' in repr ? repr.quote : repr.payload;
  return fixedLength(messageType[repr.kind]) + variable.length;
}

export function emit(repr: Repr, out: Uint8Array, offset = 0): number {
  assertRoom(out, offset, length(repr));
  writeU8(out, offset, repr.kind === 'unknown' ? repr.type : messageType[repr.kind]);
  writeU8(out, offset + field.code, repr.code);
  const end = emitContent(repr, out, offset);
  fillChecksum(out, offset, end);
  return end;
}

/** Writes what follows the checksum. */
function emitContent(repr: Repr, out: Uint8Array, offset: number): number {
  switch (repr.kind) {
    case 'unknown':
      return writeOctets(out, offset + 4, repr.rest);
    case 'destinationUnreachable':
      writeU16(out, offset + field.unused, repr.unused);
      writeU16(out, offset + field.nextHopMtu, repr.nextHopMtu);
      break;
    case 'sourceQuench':
    case 'timeExceeded':
      writeU32(out, offset + field.unused, repr.unused);
      break;
    case 'redirect':
      writeU32(out, offset + field.gateway, repr.gateway);
      break;
    case 'parameterProblem':
      writeU8(out, offset + field.pointer, repr.pointer);
      writeU24(out, offset + field.pointer + 1, repr.unused);
      break;
    default:
      return emitIdentified(repr, out, offset);
  }
  return writeOctets(out, offset + field.payload, repr.quote);
}

function emitIdentified(repr: IdentifiedRepr, out: Uint8Array, offset: number): number {
  writeU16(out, offset + field.identifier, repr.identifier);
  writeU16(out, offset + field.sequenceNumber, repr.sequenceNumber);
  switch (repr.kind) {
    case 'timestampRequest':
    case 'timestampReply':
      writeU32(out, offset + field.originateTimestamp, repr.originateTimestamp);
      writeU32(out, offset + field.receiveTimestamp, repr.receiveTimestamp);
      writeU32(out, offset + field.transmitTimestamp, repr.transmitTimestamp);
      break;
    case 'addressMaskRequest':
    case 'addressMaskReply':
      writeU32(out, offset + field.addressMask, repr.addressMask);
      break;
    default:
  }
  return writeOctets(out, offset + fixedLength(messageType[repr.kind]), repr.payload);
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const type = repr.kind === 'unknown' ? `type ${repr.type}` : repr.kind;
  const head = `icmp ${type} code ${repr.code}`;
  if (repr.kind === 'redirect') return `${head} gateway ${formatIpv4(repr.gateway)}`;
  if (repr.kind === 'parameterProblem') return `${head} pointer ${repr.pointer}`;
  if (repr.kind === 'destinationUnreachable' && repr.code === unreachableCode.fragmentationNeeded) {
    return `${head} mtu ${repr.nextHopMtu}`;
  }
  if (!('identifier' in repr)) return head;
  return `${head} id ${repr.identifier} seq ${repr.sequenceNumber} length ${repr.payload.length}`;
}
