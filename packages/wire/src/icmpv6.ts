/** ICMPv6 (RFC 4443) and what travels in it: Neighbor Discovery (`ndp.ts`) and Multicast Listener Discovery (`mld.ts`). */

import { assertRoom, readU16, readU32, writeOctets, writeU16, writeU32, writeU8 } from './bytes.ts';
import { isChecksumValid, sumWords } from './checksum.ts';
import { ipProtocol } from './ip-protocol.ts';
import { type Malformed, malformed } from './malformed.ts';
import { emitMld, formatMld, mldFixedLength, mldLength, type MldRepr, parseMld } from './mld.ts';
import { emitNdp, formatNdp, ndpFixedLength, ndpLength, type NdpRepr, parseNdp } from './ndp.ts';

/** Byte offsets of an ICMPv6 message; which of those from 4 on exist is a matter of the type. */
export const icmpv6Field = {
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
export const ICMPV6_HEADER_LENGTH = 8;

export const icmpv6Type = {
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

/** Codes of destination unreachable (RFC 4443 §3.1). */
export const unreachableCode6 = { noRoute: 0, prohibited: 1, address: 3, port: 4 } as const;

interface Quoting {
  readonly code: number;
  /** As much of the packet that the error is about as fits the least MTU (RFC 4443 §2.4 (c)). */
  readonly quote: Uint8Array;
}

export type Icmpv6Repr =
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
  | NdpRepr
  | MldRepr
  | {
      readonly kind: 'unknown';
      readonly type: number;
      readonly code: number;
      /** What follows the checksum. */
      readonly rest: Uint8Array;
    };

type KnownKind = keyof typeof icmpv6Type;

const kindOfType: ReadonlyMap<number, KnownKind> = new Map(
  Object.entries(icmpv6Type).map(([kind, type]): [number, KnownKind] => [type, kind as KnownKind]),
);

/** Whether the octets hold the fixed part of a message; what follows it is looked at by `parseIcmpv6`. */
export function checkIcmpv6(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  const lengthBytes = end - start;
  if (lengthBytes < 4) return malformed('icmpv6', start, 'the header is truncated');
  if (lengthBytes < fixedLength(kindOfType.get(bytes[start]!))) {
    return malformed('icmpv6', start, 'the message is truncated');
  }
  return undefined;
}

function fixedLength(kind: KnownKind | undefined): number {
  if (kind === undefined) return 4;
  if (isNdpKind(kind)) return ndpFixedLength[kind];
  return isMldKind(kind) ? mldFixedLength[kind] : ICMPV6_HEADER_LENGTH;
}

function isNdpKind(kind: string): kind is NdpRepr['kind'] {
  return kind in ndpFixedLength;
}

function isMldKind(kind: string): kind is MldRepr['kind'] {
  return kind in mldFixedLength;
}

export function parseIcmpv6(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Icmpv6Repr | Malformed {
  const fault = checkIcmpv6(bytes, start, end);
  if (fault !== undefined) return fault;
  const type = bytes[start]!;
  const code = bytes[start + icmpv6Field.code]!;
  const kind = kindOfType.get(type);
  if (kind === undefined) return { kind: 'unknown', type, code, rest: bytes.subarray(start + 4, end) };
  if (isNdpKind(kind)) return parseNdp(kind, bytes, start, end);
  if (isMldKind(kind)) return parseMld(kind, bytes, start, end);
  const rest = bytes.subarray(start + ICMPV6_HEADER_LENGTH, end);
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
        identifier: readU16(bytes, start + icmpv6Field.identifier),
        sequenceNumber: readU16(bytes, start + icmpv6Field.sequenceNumber),
        payload: rest,
      };
    default:
      return { kind, code, unused: word, quote: rest };
  }
}

/** `pseudoSum` from `pseudoHeaderSum` or its like (RFC 4443 §2.3). */
export function verifyIcmpv6Checksum(
  bytes: Uint8Array,
  start: number,
  end: number,
  pseudoSum: number,
): boolean {
  return isChecksumValid(bytes, start, end, pseudoSum + ipProtocol.icmpv6 + (end - start));
}

export function fillIcmpv6Checksum(bytes: Uint8Array, start: number, end: number, pseudoSum: number): void {
  writeU16(bytes, start + icmpv6Field.checksum, 0);
  const sum = sumWords(bytes, start, end, pseudoSum + ipProtocol.icmpv6 + (end - start));
  writeU16(bytes, start + icmpv6Field.checksum, ~sum);
}

export function icmpv6Length(repr: Icmpv6Repr): number {
  if (isNdp(repr)) return ndpLength(repr);
  if (isMld(repr)) return mldLength(repr);
  if (repr.kind === 'unknown') return 4 + repr.rest.length;
  return ICMPV6_HEADER_LENGTH + ('quote' in repr ? repr.quote : repr.payload).length;
}

function isNdp(repr: Icmpv6Repr): repr is NdpRepr {
  return isNdpKind(repr.kind);
}

function isMld(repr: Icmpv6Repr): repr is MldRepr {
  return isMldKind(repr.kind);
}

export function emitIcmpv6(repr: Icmpv6Repr, out: Uint8Array, offset: number, pseudoSum: number): number {
  assertRoom(out, offset, icmpv6Length(repr));
  writeU8(out, offset, repr.kind === 'unknown' ? repr.type : icmpv6Type[repr.kind]);
  writeU8(out, offset + icmpv6Field.code, repr.code);
  const end = emitContent(repr, out, offset);
  fillIcmpv6Checksum(out, offset, end, pseudoSum);
  return end;
}

/** Writes what follows the checksum. */
function emitContent(repr: Icmpv6Repr, out: Uint8Array, offset: number): number {
  if (isNdp(repr)) return emitNdp(repr, out, offset);
  if (isMld(repr)) return emitMld(repr, out, offset);
  switch (repr.kind) {
    case 'unknown':
      return writeOctets(out, offset + 4, repr.rest);
    case 'echoRequest':
    case 'echoReply':
      writeU16(out, offset + icmpv6Field.identifier, repr.identifier);
      writeU16(out, offset + icmpv6Field.sequenceNumber, repr.sequenceNumber);
      return writeOctets(out, offset + icmpv6Field.payload, repr.payload);
    case 'packetTooBig':
      writeU32(out, offset + icmpv6Field.mtu, repr.mtuBytes);
      break;
    case 'parameterProblem':
      writeU32(out, offset + icmpv6Field.pointer, repr.pointer);
      break;
    default:
      writeU32(out, offset + icmpv6Field.unused, repr.unused);
  }
  return writeOctets(out, offset + icmpv6Field.payload, repr.quote);
}

/** Returns it on one line, for a person. */
export function formatIcmpv6(repr: Icmpv6Repr): string {
  if (isNdp(repr)) return formatNdp(repr);
  if (isMld(repr)) return formatMld(repr);
  const type = repr.kind === 'unknown' ? `type ${repr.type}` : repr.kind;
  const head = `icmp6 ${type} code ${repr.code}`;
  if (repr.kind === 'packetTooBig') return `${head} mtu ${repr.mtuBytes}`;
  if (repr.kind === 'parameterProblem') return `${head} pointer ${repr.pointer}`;
  if (!('identifier' in repr)) return head;
  return `${head} id ${repr.identifier} seq ${repr.sequenceNumber} length ${repr.payload.length}`;
}
