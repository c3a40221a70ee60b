/**
 * IPv6 (RFC 8200). `ipv6.parse` follows the extension headers, so that `protocol` is what the payload is and not
 * the next header of the fixed one. Jumbograms (RFC 2675) are malformed here: no device carries them.
 */

import { assert } from '@wormwood/base';
import { assertRoom, readU16, readU32, readU8, writeOctets, writeU16, writeU32, writeU8 } from './bytes.ts';
import { formatIpProtocol } from './ip-protocol.ts';
import { formatIpv6, readIpv6Address, writeIpv6Address } from './ipv6-address.ts';
import * as ipv6Extension from './ipv6-extension.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of an IPv6 header (RFC 8200 §3). */
export const field = {
  versionClassLabel: 0,
  payloadLength: 4,
  nextHeader: 6,
  hopLimit: 7,
  source: 8,
  destination: 24,
} as const;

/** Octets of the fixed header. */
export const HEADER_LENGTH = 40;

const PAYLOAD_LENGTH_MAX = 0xffff;

export interface Repr {
  /** The whole octet: DSCP (RFC 2474) and ECN (RFC 3168). */
  readonly trafficClass: number;
  /** 20 bits. */
  readonly flowLabel: number;
  readonly hopLimit: number;
  readonly source: bigint;
  readonly destination: bigint;
  /** In the order of the packet. */
  readonly extensions: readonly ipv6Extension.Repr[];
  /** The number of what follows the last extension header. */
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/**
 * Whether the octets hold a whole packet: version 6 and as many octets as the payload length claims. Then the packet
 * ends at `start + ipv6.HEADER_LENGTH + readU16(…payloadLength)`. Extension headers are looked at by `ipv6.scan`.
 */
export function check(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  const fault = checkIpv6Header(bytes, start, end);
  if (fault !== undefined) return fault;
  if (readU16(bytes, start + field.payloadLength) > end - start - HEADER_LENGTH) {
    return malformed('ipv6', start + field.payloadLength, 'the packet is truncated');
  }
  return undefined;
}

function checkIpv6Header(bytes: Uint8Array, start: number, end: number): Malformed | undefined {
  if (end - start < HEADER_LENGTH) return malformed('ipv6', start, 'the header is truncated');
  if (readU8(bytes, start) >>> 4 !== 6) return malformed('ipv6', start, 'the version is not 6');
  return undefined;
}

/** Follows the extension headers of a packet that `ipv6.check` has accepted and fills `found`. */
export function scan(
  bytes: Uint8Array,
  start: number,
  end: number,
  found: ipv6Extension.Scan,
): Malformed | undefined {
  const packetEnd = readPacketEnd(bytes, start, end);
  const nextHeader = readU8(bytes, start + field.nextHeader);
  return ipv6Extension.scan(bytes, start + HEADER_LENGTH, packetEnd, nextHeader, found);
}

function readPacketEnd(bytes: Uint8Array, start: number, end: number): number {
  return Math.min(start + HEADER_LENGTH + readU16(bytes, start + field.payloadLength), end);
}

export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  return check(bytes, start, end) ?? parseChecked(bytes, start, end);
}

/** Parses a packet whose end may be missing: one quoted in an ICMPv6 error, or cut by the snap length of a capture. */
export function parseQuote(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  return checkIpv6Header(bytes, start, end) ?? parseChecked(bytes, start, end);
}

function parseChecked(bytes: Uint8Array, start: number, end: number): Repr | Malformed {
  const found = ipv6Extension.newScan();
  const fault = scan(bytes, start, end, found);
  if (fault !== undefined) return fault;
  const first = readU32(bytes, start);
  return {
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xf_ffff,
    hopLimit: readU8(bytes, start + field.hopLimit),
    source: readIpv6Address(bytes, start + field.source),
    destination: readIpv6Address(bytes, start + field.destination),
    extensions: ipv6Extension.parse(
      bytes,
      start + HEADER_LENGTH,
      found.payloadStart,
      readU8(bytes, start + field.nextHeader),
    ),
    protocol: found.protocol,
    payload: bytes.subarray(found.payloadStart, readPacketEnd(bytes, start, end)),
  };
}

/** Returns how many octets the emitted packet has. */
export function length(repr: Repr): number {
  const extensions = repr.extensions.reduce((sum, extension) => sum + ipv6Extension.length(extension), 0);
  return HEADER_LENGTH + extensions + repr.payload.length;
}

/** Writes the packet with its lengths and checksum; returns the offset after it. */
export function emit(repr: Repr, out: Uint8Array, offset = 0): number {
  const lengthBytes = length(repr);
  assert(lengthBytes - HEADER_LENGTH <= PAYLOAD_LENGTH_MAX, 'an IPv6 payload has at most 65535 octets');
  assertRoom(out, offset, lengthBytes);
  const numbers = [...repr.extensions.map(ipv6Extension.protocol), repr.protocol];
  writeU32(out, offset, (6 << 28) | (repr.trafficClass << 20) | repr.flowLabel);
  writeU16(out, offset + field.payloadLength, lengthBytes - HEADER_LENGTH);
  writeU8(out, offset + field.nextHeader, numbers[0] ?? repr.protocol);
  writeU8(out, offset + field.hopLimit, repr.hopLimit);
  writeIpv6Address(out, offset + field.source, repr.source);
  writeIpv6Address(out, offset + field.destination, repr.destination);
  let at = offset + HEADER_LENGTH;
  for (const [index, extension] of repr.extensions.entries()) {
    at = ipv6Extension.emit(extension, numbers[index + 1] ?? repr.protocol, out, at);
  }
  return writeOctets(out, at, repr.payload);
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const addresses = `${formatIpv6(repr.source)} > ${formatIpv6(repr.destination)}`;
  const extensions = repr.extensions.map((extension) => ` <${ipv6Extension.format(extension)}>`).join('');
  return (
    `ipv6 ${addresses} ${formatIpProtocol(repr.protocol)} hop limit ${repr.hopLimit}` +
    `${extensions} length ${length(repr)}`
  );
}
