/** ICMPv6 (RFC 4443) and what travels in it: Neighbor Discovery (`ndp.ts`) and Multicast Listener Discovery (`mld.ts`). */

import { assertRoom, readU16, readU32, writeOctets, writeU16, writeU32, writeU8 } from './bytes.ts';
import { isChecksumValid, sumWords } from './checksum.ts';
import { ipProtocol } from './ip-protocol.ts';
import { type Malformed, malformed } from './malformed.ts';
import * as mld from './mld.ts';
import * as ndp from './ndp.ts';

/** Byte offsets of an ICMPv6 message; which of those from 4 on exist is a matter of the type. */
export const field = {
  type: 0,
  code: 1,
  checksum: 2,
  identifier: 4,
  unused: 4,
  mtu: 4,
  pointer: 4,
  sequenceNumber: 6,
  payload: 8,
} as const;

/** Octets of errors and echo messages up to their quote or payload. */
export const HEADER_LENGTH = 8;

/** Values of the type field (RFC 4443, RFC 4861, RFC 2710, RFC 3810). */
export const messageType = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  multicastListenerQuery: 130,
  multicastListenerReport: 131,
  multicastListenerDone: 132,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
  redirect: 137,
  multicastListenerReportV2: 143,
} as const;

interface Quoting {
  readonly code: number;
  /** As much of the packet that the error is about as fits the least MTU (RFC 4443 §2.4 (c)). */
  readonly quote: Uint8Array;
}

export type Repr =
  | (Quoting & { readonly kind: 'destinationUnreachable' | 'timeExceeded'; readonly unused: number })
  | (Quoting & { readonly kind: 'packetTooBig'; readonly mtuBytes: number })
  | (Quoting & { readonly kind: 'parameterProblem'; readonly pointer: number })
  | {
      readonly kind: 'echoRequest' | 'echoReply';
      readonly code: number;
      readonly identifier: number;
      readonly sequenceNumber: number;
      readonly payload: Uint8Array;
    }
  | ndp.Repr
  | mld.Repr
  | {
      readonly kind: 'unknown';
      readonly type: number;
      readonly code: number;
      /** What follows the checksum. */
      readonly rest: Uint8Array;
    };

type KnownKind = keyof typeof messageType;

const kindOfType: ReadonlyMap<number, KnownKind> = new Map(
  Object.entries(messageType).map(([kind, type]): [number, KnownKind] => [type, kind as KnownKind]),
);

/** Whether the octets hold the fixed part of a message; what follows it is looked at by `icmpv6.parse`. */
export function check(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  const lengthBytes = end - start;
  if (lengthBytes < 4) return malformed('icmpv6', start, 'the header is truncated');
  if (lengthBytes < fixedLength(kindOfType.get(bytes[start]!))) {
    return malformed('icmpv6', start, 'the message is truncated');
  }
  return undefined;
}

function fixedLength(kind: KnownKind | undefined): number {
  if (kind === undefined) return 4;
  if (isNdpKind(kind)) return ndp.fixedLength[kind];
  return isMldKind(kind) ? mld.fixedLength[kind] : HEADER_LENGTH;
}

function isNdpKind(kind: string): kind is ndp.Repr['kind'] {
  return kind in ndp.fixedLength;
}

function isMldKind(kind: string): kind is mld.Repr['kind'] {
  return kind in mld.fixedLength;
}

export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  const fault = check(bytes, start, end);
  if (fault !== undefined) return fault;
  const type = bytes[start]!;
  const code = bytes[start + field.code]!;
  const kind = kindOfType.get(type);
  if (kind === undefined) return { kind: 'unknown', type, code, rest: bytes.subarray(start + 4, end) };
  if (isNdpKind(kind)) return ndp.parse(kind, bytes, start, end);
  if (isMldKind(kind)) return mld.parse(kind, bytes, start, end);
  const rest = bytes.subarray(start + HEADER_LENGTH, end);
  const word = readU32(bytes, start + 4);
  switch (kind) {
    case 'packetTooBig':
      return { kind, code, mtuBytes: word, quote: rest };
    case 'parameterProblem':
      return { kind, code, pointer: word, quote: rest };
    case 'echoRequest':
    case 'echoReply':
      return {
        kind,
        code,
        identifier: readU16(bytes, start + field.identifier),
        sequenceNumber: readU16(bytes, start + field.sequenceNumber),
        payload: rest,
      };
    default:
      return { kind, code, unused: word, quote: rest };
  }
}

/** `pseudoSum` from `pseudoHeaderSum` or its like (RFC 4443 §2.3). */
export function verifyChecksum(bytes: Uint8Array, start: number, end: number, pseudoSum: number): boolean {
  return isChecksumValid(bytes, start, end, pseudoSum + ipProtocol.icmpv6 + (end - start));
}

export function fillChecksum(bytes: Uint8Array, start: number, end: number, pseudoSum: number): void {
  writeU16(bytes, start + field.checksum, 0);
  const sum = sumWords(bytes, start, end, pseudoSum + ipProtocol.icmpv6 + (end - start));
  writeU16(bytes, start + field.checksum, ~sum);
}

export function length(repr: Repr): number {
  if (isNdp(repr)) return ndp.length(repr);
  if (isMld(repr)) return mld.length(repr);
  if (repr.kind === 'unknown') return 4 + repr.rest.length;
  return HEADER_LENGTH + ('quote' in repr ? repr.quote : repr.payload).length;
}

function isNdp(repr: Repr): repr is ndp.Repr {
  return isNdpKind(repr.kind);
}

function isMld(repr: Repr): repr is mld.Repr {
  return isMldKind(repr.kind);
}

export function emit(repr: Repr, out: Uint8Array, offset: number, pseudoSum: number): number {
  assertRoom(out, offset, length(repr));
  writeU8(out, offset, repr.kind === 'unknown' ? repr.type : messageType[repr.kind]);
  writeU8(out, offset + field.code, repr.code);
  const end = emitContent(repr, out, offset);
  fillChecksum(out, offset, end, pseudoSum);
  return end;
}

/** Writes what follows the checksum. */
function emitContent(repr: Repr, out: Uint8Array, offset: number): number {
  if (isNdp(repr)) return ndp.emit(repr, out, offset);
  if (isMld(repr)) return mld.emit(repr, out, offset);
  switch (repr.kind) {
    case 'unknown':
      return writeOctets(out, offset + 4, repr.rest);
    case 'echoRequest':
    case 'echoReply':
      writeU16(out, offset + field.identifier, repr.identifier);
      writeU16(out, offset + field.sequenceNumber, repr.sequenceNumber);
      return writeOctets(out, offset + field.payload, repr.payload);
    case 'packetTooBig':
      writeU32(out, offset + field.mtu, repr.mtuBytes);
      break;
    case 'parameterProblem':
      writeU32(out, offset + field.pointer, repr.pointer);
      break;
    default:
      writeU32(out, offset + field.unused, repr.unused);
  }
  return writeOctets(out, offset + field.payload, repr.quote);
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  if (isNdp(repr)) return ndp.format(repr);
  if (isMld(repr)) return mld.format(repr);
  const type = repr.kind === 'unknown' ? `type ${repr.type}` : repr.kind;
  const head = `icmp6 ${type} code ${repr.code}`;
  if (repr.kind === 'packetTooBig') return `${head} mtu ${repr.mtuBytes}`;
  if (repr.kind === 'parameterProblem') return `${head} pointer ${repr.pointer}`;
  if (!('identifier' in repr)) return head;
  return `${head} id ${repr.identifier} seq ${repr.sequenceNumber} length ${repr.payload.length}`;
}
