/** ARP for IPv4 over Ethernet (RFC 826); other hardware and protocol types are malformed here. */

import { formatIpv4 } from '@wormwood/base';
import { assertRoom, readU16, readU32, writeU16, writeU32, writeU8 } from './bytes.ts';
import { etherType } from './ether-type.ts';

import { formatMac, MAC_ADDRESS_LENGTH, readMac, writeMac } from './mac-address.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of an ARP packet (RFC 826, "Packet format") with addresses of 6 and 4 octets. */
export const arpField = {
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

export const ARP_LENGTH = 28;

export const arpOperation = { request: 1, reply: 2 } as const;

const HARDWARE_ETHERNET = 1;
const IPV4_ADDRESS_LENGTH = 4;

export interface ArpRepr {
  /** `arpOperation.request`, `.reply`, or whatever the packet holds. */
  readonly operation: number;
  readonly senderMac: number;
  readonly senderAddress: number;
  readonly targetMac: number;
  readonly targetAddress: number;
}

/** Whether the octets hold a whole packet about IPv4 over Ethernet; what follows it is padding. */
export function checkArp(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  if (end - start < ARP_LENGTH) return malformed('arp', start, 'the packet is truncated');
  if (readU16(bytes, start + arpField.hardwareType) !== HARDWARE_ETHERNET) {
    return malformed('arp', start + arpField.hardwareType, 'the hardware type is not Ethernet');
  }
  if (readU16(bytes, start + arpField.protocolType) !== etherType.ipv4) {
    return malformed('arp', start + arpField.protocolType, 'the protocol type is not IPv4');
  }
  if (bytes[start + arpField.hardwareLength] !== MAC_ADDRESS_LENGTH) {
    return malformed('arp', start + arpField.hardwareLength, 'a hardware address has not 6 octets');
  }
  if (bytes[start + arpField.protocolLength] !== IPV4_ADDRESS_LENGTH) {
    return malformed('arp', start + arpField.protocolLength, 'a protocol address has not 4 octets');
  }
  return undefined;
}

/** Returns the value of the packet in [start, end), or why the octets are none. */
export function parseArp(bytes: Uint8Array, start = 0, end: number = bytes.length): ArpRepr | Malformed {
  const fault = checkArp(bytes, start, end);
  if (fault !== undefined) return fault;
  return {
    operation: readU16(bytes, start + arpField.operation),
    senderMac: readMac(bytes, start + arpField.senderMac),
    senderAddress: readU32(bytes, start + arpField.senderAddress),
    targetMac: readMac(bytes, start + arpField.targetMac),
    targetAddress: readU32(bytes, start + arpField.targetAddress),
  };
}

/** Returns how many octets the emitted packet has. */
export function arpLength(_repr: ArpRepr): number {
  return ARP_LENGTH;
}

/** Writes the packet with its lengths and checksum; returns the offset after it. */
export function emitArp(repr: ArpRepr, out: Uint8Array, offset = 0): number {
  assertRoom(out, offset, ARP_LENGTH);
  writeU16(out, offset + arpField.hardwareType, HARDWARE_ETHERNET);
  writeU16(out, offset + arpField.protocolType, etherType.ipv4);
  writeU8(out, offset + arpField.hardwareLength, MAC_ADDRESS_LENGTH);
  writeU8(out, offset + arpField.protocolLength, IPV4_ADDRESS_LENGTH);
  writeU16(out, offset + arpField.operation, repr.operation);
  writeMac(out, offset + arpField.senderMac, repr.senderMac);
  writeU32(out, offset + arpField.senderAddress, repr.senderAddress);
  writeMac(out, offset + arpField.targetMac, repr.targetMac);
  writeU32(out, offset + arpField.targetAddress, repr.targetAddress);
  return offset + ARP_LENGTH;
}

/** Returns it on one line, for a person. */
export function formatArp(repr: ArpRepr): string {
  const sender = formatIpv4(repr.senderAddress);
  const target = formatIpv4(repr.targetAddress);
  if (repr.operation === arpOperation.request) return `arp who-has ${target} tell ${sender}`;
  if (repr.operation === arpOperation.reply) return `arp ${sender} is-at ${formatMac(repr.senderMac)}`;
  return `arp operation ${repr.operation} ${sender} > ${target}`;
}
