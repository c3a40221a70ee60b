/** ARP for IPv4 over Ethernet (RFC 826); other hardware and protocol types are malformed here. */

import { formatIpv4 } from '@wormwood/base';
import { assertRoom, readU16, readU32, writeU16, writeU32, writeU8 } from './bytes.ts';
import { etherType } from './ether-type.ts';

import { formatMac, MAC_ADDRESS_LENGTH, readMac, writeMac } from './mac-address.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of an ARP packet (RFC 826, "Packet format") with addresses of 6 and 4 octets. */
export const field = {
  hardwareType: 0,
  protocolType: 2,
  hardwareLength: 4,
  protocolLength: 5,
  operation: 6,
  senderMac: 8,
  senderAddress: 14,
  targetMac: 18,
  targetAddress: 24,
} as const;

/** Octets of a packet: all have the same length. */
export const LENGTH = 28;

/** Values of the operation field (RFC 826). */
export const operation = { request: 1, reply: 2 } as const;

const HARDWARE_ETHERNET = 1;
const IPV4_ADDRESS_LENGTH = 4;

export interface Repr {
  /** `arp.operation.request`, `.reply`, or whatever the packet holds. */
  readonly operation: number;
  readonly senderMac: number;
  readonly senderAddress: number;
  readonly targetMac: number;
  readonly targetAddress: number;
}

/** Whether the octets hold a whole packet about IPv4 over Ethernet; what follows it is padding. */
export function check(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  if (end - start < LENGTH) return malformed('arp', start, 'the packet is truncated');
  if (readU16(bytes, start + field.hardwareType) !== HARDWARE_ETHERNET) {
    return malformed('arp', start + field.hardwareType, 'the hardware type is not Ethernet');
  }
  if (readU16(bytes, start + field.protocolType) !== etherType.ipv4) {
    return malformed('arp', start + field.protocolType, 'the protocol type is not IPv4');
  }
  if (bytes[start + field.hardwareLength] !== MAC_ADDRESS_LENGTH) {
    return malformed('arp', start + field.hardwareLength, 'a hardware address is not 6 octets long');
  }
  if (bytes[start + field.protocolLength] !== IPV4_ADDRESS_LENGTH) {
    return malformed('arp', start + field.protocolLength, 'a protocol address is not 4 octets long');
  }
  return undefined;
}

/** Returns the value of the packet in [start, end), or why the octets are none. */
export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  const fault = check(bytes, start, end);
  if (fault !== undefined) return fault;
  return {
    operation: readU16(bytes, start + field.operation),
    senderMac: readMac(bytes, start + field.senderMac),
    senderAddress: readU32(bytes, start + field.senderAddress),
    targetMac: readMac(bytes, start + field.targetMac),
    targetAddress: readU32(bytes, start + field.targetAddress),
  };
}

/** Returns how many octets the emitted packet has. */
export function length(_repr: Repr): number {
  return LENGTH;
}

/** Writes the packet with its lengths and checksum; returns the offset after it. */
export function emit(repr: Repr, out: Uint8Array, offset = 0): number {
  assertRoom(out, offset, LENGTH);
  writeU16(out, offset + field.hardwareType, HARDWARE_ETHERNET);
  writeU16(out, offset + field.protocolType, etherType.ipv4);
  writeU8(out, offset + field.hardwareLength, MAC_ADDRESS_LENGTH);
  writeU8(out, offset + field.protocolLength, IPV4_ADDRESS_LENGTH);
  writeU16(out, offset + field.operation, repr.operation);
  writeMac(out, offset + field.senderMac, repr.senderMac);
  writeU32(out, offset + field.senderAddress, repr.senderAddress);
  writeMac(out, offset + field.targetMac, repr.targetMac);
  writeU32(out, offset + field.targetAddress, repr.targetAddress);
  return offset + LENGTH;
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const sender = formatIpv4(repr.senderAddress);
  const target = formatIpv4(repr.targetAddress);
  if (repr.operation === operation.request) return `arp who-has ${target} tell ${sender}`;
  if (repr.operation === operation.reply) return `arp ${sender} is-at ${formatMac(repr.senderMac)}`;
  return `arp operation ${repr.operation} ${sender} > ${target}`;
}
