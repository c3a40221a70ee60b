/** The extension headers of IPv6 (RFC 8200 §4) between the fixed header and what it carries. */

import { unreachable } from '@wormwood/base';
import { readU16, readU32, writeOctets, writeU16, writeU32, writeU8 } from './bytes.ts';
import { ipProtocol } from './ip-protocol.ts';
import { type Malformed, malformed } from './malformed.ts';

/** An option of a hop-by-hop or destination options header (RFC 8200 §4.2, RFC 2711 for the router alert). */
export type Option =
  | { readonly kind: 'pad1' }
  | { readonly kind: 'padN'; readonly data: Uint8Array }
  | { readonly kind: 'routerAlert'; readonly value: number }
  | { readonly kind: 'unknown'; readonly code: number; readonly data: Uint8Array }
  /** All the rest of a header from the first option that runs over its end. */
  | { readonly kind: 'garbled'; readonly octets: Uint8Array };

export type Repr =
  | { readonly kind: 'hopByHop' | 'destinationOptions'; readonly options: readonly Option[] }
  | {
      readonly kind: 'routing';
      readonly routingType: number;
      readonly segmentsLeft: number;
      /** 4 octets and then any number of 8. */
      readonly data: Uint8Array;
    }
  | {
      readonly kind: 'fragment';
      /** In octets, a multiple of 8. */
      readonly fragmentOffset: number;
      readonly moreFragments: boolean;
      readonly identification: number;
    };

const OPTION_PAD1 = 0;
const OPTION_PADN = 1;
const OPTION_ROUTER_ALERT = 5;
const UNIT = 8;

/** Where the chain of extension headers leads; one object is used again for every packet. */
export interface Scan {
  /** What the packet carries behind its extension headers: an `ipProtocol`. */
  protocol: number;
  /** Where that begins. */
  payloadStart: number;
  /** Where the fragment header stands, or -1. */
  fragmentStart: number;
}

export function newScan(): Scan {
  return { protocol: 0, payloadStart: 0, fragmentStart: -1 };
}

/** Whether a next header of this number is one of those that lie between the fixed header and the payload. */
export function isExtension(nextHeader: number): boolean {
  return (
    nextHeader === ipProtocol.hopByHop ||
    nextHeader === ipProtocol.routing ||
    nextHeader === ipProtocol.fragment ||
    nextHeader === ipProtocol.destinationOptions
  );
}

/**
 * Follows the chain that begins at `start` with a header of number `nextHeader`, and fills `found`. Behind a fragment
 * header whose offset is not zero there is no header to follow (RFC 8200 §4.5), only a piece; and a hop-by-hop header
 * is one only at the beginning (§4.1), elsewhere its number is an unknown protocol.
 */
export function scan(
  bytes: Uint8Array,
  start: number,
  end: number,
  nextHeader: number,
  found: Scan,
): Malformed | undefined {
  let next = nextHeader;
  let at = start;
  found.fragmentStart = -1;
  while (isExtension(next) && (next !== ipProtocol.hopByHop || at === start)) {
    const lengthBytes = at + UNIT <= end ? readExtensionLength(bytes, at, next) : UNIT;
    if (at + lengthBytes > end) return malformed('ipv6', at, 'an extension header is truncated');
    const isPiece = next === ipProtocol.fragment && readFragmentOffset(bytes, at) !== 0;
    if (next === ipProtocol.fragment) found.fragmentStart = at;
    next = bytes[at]!;
    at += lengthBytes;
    if (isPiece) break;
  }
  found.protocol = next;
  found.payloadStart = at;
  return undefined;
}

/** The fragment header has one length; the others count what exceeds 8 octets in units of 8. */
function readExtensionLength(bytes: Uint8Array, start: number, nextHeader: number): number {
  return nextHeader === ipProtocol.fragment ? UNIT : (bytes[start + 1]! + 1) * UNIT;
}

/** Where in the whole packet the piece behind the fragment header at `start` belongs, in octets. */
function readFragmentOffset(bytes: Uint8Array, start: number): number {
  return readU16(bytes, start + 2) & 0xfff8;
}

/** Takes a chain apart that `ipv6Extension.scan` has followed up to `payloadStart`. */
export function parse(
  bytes: Uint8Array,
  start: number,
  payloadStart: number,
  nextHeader: number,
): readonly Repr[] {
  const extensions: Repr[] = [];
  let next = nextHeader;
  for (let at = start; at < payloadStart;) {
    const lengthBytes = readExtensionLength(bytes, at, next);
    extensions.push(parseExtension(bytes, at, at + lengthBytes, next));
    next = bytes[at]!;
    at += lengthBytes;
  }
  return extensions;
}

function parseExtension(bytes: Uint8Array, start: number, end: number, nextHeader: number): Repr {
  if (nextHeader === ipProtocol.fragment) {
    return {
      kind: 'fragment',
      fragmentOffset: readFragmentOffset(bytes, start),
      moreFragments: (bytes[start + 3]! & 1) === 1,
      identification: readU32(bytes, start + 4),
    };
  }
  if (nextHeader === ipProtocol.routing) {
    return {
      kind: 'routing',
      routingType: bytes[start + 2]!,
      segmentsLeft: bytes[start + 3]!,
      data: bytes.subarray(start + 4, end),
    };
  }
  const kind = nextHeader === ipProtocol.hopByHop ? 'hopByHop' : 'destinationOptions';
  return { kind, options: parseOptions(bytes, start + 2, end) };
}

function parseOptions(bytes: Uint8Array, start: number, end: number): readonly Option[] {
  const options: Option[] = [];
  let at = start;
  while (at < end) {
    const code = bytes[at]!;
    if (code === OPTION_PAD1) {
      options.push({ kind: 'pad1' });
      at += 1;
      continue;
    }
    const dataEnd = at + 1 < end ? at + 2 + bytes[at + 1]! : end + 1;
    if (dataEnd > end) {
      options.push({ kind: 'garbled', octets: bytes.subarray(at, end) });
      break;
    }
    options.push(decodeOption(code, bytes.subarray(at + 2, dataEnd)));
    at = dataEnd;
  }
  return options;
}

function decodeOption(code: number, data: Uint8Array): Option {
  if (code === OPTION_PADN) return { kind: 'padN', data };
  if (code === OPTION_ROUTER_ALERT && data.length === 2) {
    return { kind: 'routerAlert', value: readU16(data, 0) };
  }
  return { kind: 'unknown', code, data };
}

/** The number by which the header before names this one. */
export function protocol(extension: Repr): number {
  return ipProtocol[extension.kind];
}

export function length(extension: Repr): number {
  if (extension.kind === 'fragment') return UNIT;
  const content =
    extension.kind === 'routing'
      ? 4 + extension.data.length
      : extension.options.reduce((sum, option) => sum + optionLength(option), 2);
  return Math.ceil(content / UNIT) * UNIT;
}

function optionLength(option: Option): number {
  switch (option.kind) {
    case 'pad1':
      return 1;
    case 'routerAlert':
      return 4;
    case 'garbled':
      return option.octets.length;
    default:
      return 2 + option.data.length;
  }
}

/**
 * Writes one extension header which is followed by one of number `nextHeader`, and returns the offset after it. Options
 * that do not fill units of 8 octets are followed by padding (RFC 8200 §4.2), a routing header by zeros.
 */
export function emit(extension: Repr, nextHeader: number, out: Uint8Array, offset: number): number {
  const end = offset + length(extension);
  writeU8(out, offset, nextHeader);
  writeU8(out, offset + 1, (end - offset) / UNIT - 1);
  switch (extension.kind) {
    case 'fragment':
      writeU16(out, offset + 2, extension.fragmentOffset | (extension.moreFragments ? 1 : 0));
      writeU32(out, offset + 4, extension.identification);
      return end;
    case 'routing':
      writeU8(out, offset + 2, extension.routingType);
      writeU8(out, offset + 3, extension.segmentsLeft);
      out.fill(0, writeOctets(out, offset + 4, extension.data), end);
      return end;
    case 'hopByHop':
    case 'destinationOptions': {
      let at = offset + 2;
      for (const option of extension.options) at = emitOption(option, out, at);
      emitPadding(out, at, end);
      return end;
    }
    default:
      return unreachable(extension);
  }
}

function emitOption(option: Option, out: Uint8Array, offset: number): number {
  switch (option.kind) {
    case 'pad1':
      writeU8(out, offset, OPTION_PAD1);
      return offset + 1;
    case 'garbled':
      return writeOctets(out, offset, option.octets);
    case 'routerAlert':
      writeU8(out, offset, OPTION_ROUTER_ALERT);
      writeU8(out, offset + 1, 2);
      writeU16(out, offset + 2, option.value);
      return offset + 4;
    case 'padN':
    case 'unknown':
      writeU8(out, offset, option.kind === 'padN' ? OPTION_PADN : option.code);
      writeU8(out, offset + 1, option.data.length);
      return writeOctets(out, offset + 2, option.data);
    default:
      return unreachable(option);
  }
}

function emitPadding(out: Uint8Array, offset: number, end: number): void {
  out.fill(0, offset, end);
  if (end - offset < 2) return;
  writeU8(out, offset, OPTION_PADN);
  writeU8(out, offset + 1, end - offset - 2);
}

/** Returns it on one line, for a person. */
export function format(extension: Repr): string {
  switch (extension.kind) {
    case 'fragment': {
      const more = extension.moreFragments ? ' more' : '';
      return `fragment ${extension.identification} offset ${extension.fragmentOffset}${more}`;
    }
    case 'routing':
      return `routing type ${extension.routingType} left ${extension.segmentsLeft}`;
    default:
      return `${extension.kind} ${extension.options.map((option) => option.kind).join(' ')}`;
  }
}
