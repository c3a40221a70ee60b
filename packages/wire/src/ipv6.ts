/**
 * IPv6 (RFC 8200). `parseIpv6Packet` follows the extension headers, so that `protocol` is what the payload is and not
 * the next header of the fixed one. Jumbograms (RFC 2675) are malformed here: no device carries them.
 */

import { assert } from '@wormwood/base';
import { assertRoom, readU16, readU32, readU8, writeOctets, writeU16, writeU32, writeU8 } from './bytes.ts';
import { formatIpProtocol } from './ip-protocol.ts';
import { formatIpv6, readIpv6Address, writeIpv6Address } from './ipv6-address.ts';
import {
  emitIpv6Extension,
  formatIpv6Extension,
  type Ipv6Extension,
  ipv6ExtensionLength,
  ipv6ExtensionProtocol,
  type Ipv6Scan,
  newIpv6Scan,
  parseIpv6Extensions,
  scanIpv6Extensions,
} from './ipv6-extension.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of an IPv6 header (RFC 8200 §3). */
export const ipv6Field = {
  versionClassLabel: 0,
  payloadLength: 4,
  nextHeader: 6,
  hopLimit: 7,
  source: 8,
  destination: 24,
} as const;

/** Octets of the fixed header. */
export const IPV6_HEADER_LENGTH = 40;

const PAYLOAD_LENGTH_MAX = 0xffff;

export interface Ipv6Repr {
  /** The whole octet: DSCP (RFC 2474) and ECN (RFC 3168). */
  readonly trafficClass: number;
  /** 20 bits. */
  readonly flowLabel: number;
  readonly hopLimit: number;
  readonly source: bigint;
  readonly destination: bigint;
  /** In the order of the packet. */
  readonly extensions: readonly Ipv6Extension[];
  /** The number of what follows the last extension header. */
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/**
 * Whether the octets hold a whole packet: version 6 and as many octets as the payload length claims. Then the packet
 * ends at `start + IPV6_HEADER_LENGTH + readU16(…payloadLength)`. Extension headers are looked at by `scanIpv6`.
 */
export function checkIpv6(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  const fault = checkIpv6Header(bytes, start, end);
  if (fault !== undefined) return fault;
  if (readU16(bytes, start + ipv6Field.payloadLength) > end - start - IPV6_HEADER_LENGTH) {
    return malformed('ipv6', start + ipv6Field.payloadLength, 'the packet is truncated');
  }
  return undefined;
}

function checkIpv6Header(bytes: Uint8Array, start: number, end: number): Malformed | undefined {
  if (end - start < IPV6_HEADER_LENGTH) return malformed('ipv6', start, 'the header is truncated');
  if (readU8(bytes, start) >>> 4 !== 6) return malformed('ipv6', start, 'the version is not 6');
  return undefined;
}

/** Follows the extension headers of a packet that `checkIpv6` has accepted and fills `found`. */
export function scanIpv6(
  bytes: Uint8Array,
  start: number,
  end: number,
  found: Ipv6Scan,
): Malformed | undefined {
  const packetEnd = readPacketEnd(bytes, start, end);
  const nextHeader = readU8(bytes, start + ipv6Field.nextHeader);
  return scanIpv6Extensions(bytes, start + IPV6_HEADER_LENGTH, packetEnd, nextHeader, found);
}

function readPacketEnd(bytes: Uint8Array, start: number, end: number): number {
  return Math.min(start + IPV6_HEADER_LENGTH + readU16(bytes, start + ipv6Field.payloadLength), end);
}

export function parseIpv6Packet(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Ipv6Repr | Malformed {
  return checkIpv6(bytes, start, end) ?? parseChecked(bytes, start, end);
}

/** Parses a packet whose end may be missing: one quoted in an ICMPv6 error, or cut by the snap length of a capture. */
export function parseIpv6Quote(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Ipv6Repr | Malformed {
  return checkIpv6Header(bytes, start, end) ?? parseChecked(bytes, start, end);
}

function parseChecked(bytes: Uint8Array, start: number, end: number): Ipv6Repr | Malformed {
  const found = newIpv6Scan();
  const fault = scanIpv6(bytes, start, end, found);
  if (fault !== undefined) return fault;
  const first = readU32(bytes, start);
  return {
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xf_ffff,
    hopLimit: readU8(bytes, start + ipv6Field.hopLimit),
    source: readIpv6Address(bytes, start + ipv6Field.source),
    destination: readIpv6Address(bytes, start + ipv6Field.destination),
    extensions: parseIpv6Extensions(
      bytes,
      start + IPV6_HEADER_LENGTH,
      found.payloadStart,
      readU8(bytes, start + ipv6Field.nextHeader),
    ),
    protocol: found.protocol,
    payload: bytes.subarray(found.payloadStart, readPacketEnd(bytes, start, end)),
  };
}

/** Returns how many octets the emitted packet has. */
export function ipv6Length(repr: Ipv6Repr): number {
  const extensions = repr.extensions.reduce((sum, extension) => sum + ipv6ExtensionLength(extension), 0);
  return IPV6_HEADER_LENGTH + extensions + repr.payload.length;
}

/** Writes the packet with its lengths and checksum; returns the offset after it. */
export function emitIpv6(repr: Ipv6Repr, out: Uint8Array, offset = 0): number {
  const lengthBytes = ipv6Length(repr);
  assert(lengthBytes - IPV6_HEADER_LENGTH <= PAYLOAD_LENGTH_MAX, 'an IPv6 payload has at most 65535 octets');
  assertRoom(out, offset, lengthBytes);
  const numbers = [...repr.extensions.map(ipv6ExtensionProtocol), repr.protocol];
  writeU32(out, offset, (6 << 28) | (repr.trafficClass << 20) | repr.flowLabel);
  writeU16(out, offset + ipv6Field.payloadLength, lengthBytes - IPV6_HEADER_LENGTH);
  writeU8(out, offset + ipv6Field.nextHeader, numbers[0] ?? repr.protocol);
  writeU8(out, offset + ipv6Field.hopLimit, repr.hopLimit);
  writeIpv6Address(out, offset + ipv6Field.source, repr.source);
  writeIpv6Address(out, offset + ipv6Field.destination, repr.destination);
  let at = offset + IPV6_HEADER_LENGTH;
  for (const [index, extension] of repr.extensions.entries()) {
    at = emitIpv6Extension(extension, numbers[index + 1] ?? repr.protocol, out, at);
  }
  return writeOctets(out, at, repr.payload);
}

/** Returns it on one line, for a person. */
export function formatIpv6Packet(repr: Ipv6Repr): string {
  const addresses = `${formatIpv6(repr.source)} > ${formatIpv6(repr.destination)}`;
  const extensions = repr.extensions.map((extension) => ` <${formatIpv6Extension(extension)}>`).join('');
  return (
    `ipv6 ${addresses} ${formatIpProtocol(repr.protocol)} hop limit ${repr.hopLimit}` +
    `${extensions} length ${ipv6Length(repr)}`
  );
}
