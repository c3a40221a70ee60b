/**
 * Ethernet II frames (RFC 894) with the tags of IEEE 802.1Q and 802.1ad (QinQ). The frame check sequence is the
 * device's affair and not part of the octets here. An 802.3 frame is read too: its `etherType` is below 1536 and is
 * the length of an LLC packet, which nothing here looks into.
 */

import { assertRoom, readU16, writeOctets, writeU16 } from './bytes.ts';
import { etherType } from './ether-type.ts';
import { formatMac, MAC_ADDRESS_LENGTH, readMac, writeMac } from './mac-address.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of an Ethernet header; `etherType` is where the first tag stands in a tagged frame. */
export const field = { destination: 0, source: 6, etherType: 12 } as const;

/** Octets of a header without tags. */
export const HEADER_LENGTH = 14;

const TAG_LENGTH = 4;

/** A tag of IEEE 802.1Q §9.6. */
export interface VlanTag {
  /** What marks the tag: `etherType.vlan` or `etherType.vlanService`. */
  readonly tagType: number;
  /** PCP, 0..7. */
  readonly priority: number;
  /** DEI. */
  readonly dropEligible: boolean;
  /** VID, 0..4095. */
  readonly vlan: number;
}

export interface Repr {
  readonly destination: number;
  readonly source: number;
  /** Outermost first. */
  readonly tags: readonly VlanTag[];
  readonly etherType: number;
  /** Padding of short frames included. */
  readonly payload: Uint8Array;
}

/** Whether the octets hold a whole header, its tags included; then no read below goes beyond `end`. */
export function check(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  let at = start + field.etherType;
  while (at + 2 <= end && isTagType(readU16(bytes, at))) at += TAG_LENGTH;
  if (at + 2 > end) return malformed('ethernet', start, 'the header is truncated');
  return undefined;
}

export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  const fault = check(bytes, start, end);
  if (fault !== undefined) return fault;
  const headerLength = readHeaderLength(bytes, start);
  const tags: VlanTag[] = [];
  for (let at = start + field.etherType; at < start + headerLength - 2; at += TAG_LENGTH) {
    const control = readU16(bytes, at + 2);
    tags.push({
      tagType: readU16(bytes, at),
      priority: control >>> 13,
      dropEligible: (control & 0x1000) !== 0,
      vlan: control & 0x0fff,
    });
  }
  return {
    destination: readMac(bytes, start + field.destination),
    source: readMac(bytes, start + field.source),
    tags,
    etherType: readU16(bytes, start + headerLength - 2),
    payload: bytes.subarray(start + headerLength, end),
  };
}

/** Octets of the header with its tags; the type of the payload is in the last two of them. */
export function readHeaderLength(bytes: Uint8Array, start: number): number {
  let at = start + field.etherType;
  while (isTagType(readU16(bytes, at))) at += TAG_LENGTH;
  return at + 2 - start;
}

function isTagType(type: number): boolean {
  return type === etherType.vlan || type === etherType.vlanService;
}

export function length(repr: Repr): number {
  return HEADER_LENGTH + repr.tags.length * TAG_LENGTH + repr.payload.length;
}

/** Writes no padding: a device pads frames of less than 60 octets where its medium needs it. */
export function emit(repr: Repr, out: Uint8Array, offset = 0): number {
  assertRoom(out, offset, length(repr));
  writeMac(out, offset + field.destination, repr.destination);
  writeMac(out, offset + field.source, repr.source);
  let at = offset + field.etherType;
  for (const tag of repr.tags) {
    writeU16(out, at, tag.tagType);
    writeU16(out, at + 2, (tag.priority << 13) | (tag.dropEligible ? 0x1000 : 0) | tag.vlan);
    at += TAG_LENGTH;
  }
  writeU16(out, at, repr.etherType);
  return writeOctets(out, at + 2, repr.payload);
}

/** Turns the frame at `start` around in place: its destination becomes its source, and `source` its destination. */
export function swapAddresses(bytes: Uint8Array, start: number): void {
  for (let at = start; at < start + MAC_ADDRESS_LENGTH; at++) {
    const octet = bytes[at]!;
    bytes[at] = bytes[at + MAC_ADDRESS_LENGTH]!;
    bytes[at + MAC_ADDRESS_LENGTH] = octet;
  }
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const tags = repr.tags.map((tag) => ` vlan ${tag.vlan}`).join('');
  const type =
    repr.etherType < 0x600
      ? `802.3 length ${repr.etherType}`
      : `type 0x${repr.etherType.toString(16).padStart(4, '0')}`;
  return `ethernet ${formatMac(repr.source)} > ${formatMac(repr.destination)}${tags} ${type}`;
}
