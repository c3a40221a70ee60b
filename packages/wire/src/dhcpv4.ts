/**
 * DHCP for IPv4 over Ethernet (RFC 2131), the payload of UDP ports 67 and 68. Options stay octets: `dhcpv4.findOption`
 * and the makers at the end of the file say what they mean.
 */

import { assert, formatIpv4 } from '@wormwood/base';
import { assertRoom, readU16, readU32, writeOctets, writeU16, writeU32, writeU8 } from './bytes.ts';
import { formatMac, MAC_ADDRESS_LENGTH, readMac, writeMac } from './mac-address.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Byte offsets of a DHCP message (RFC 2131 §2). */
export const field = {
  operation: 0,
  hardwareType: 1,
  hardwareLength: 2,
  hops: 3,
  transactionId: 4,
  secondsElapsed: 8,
  flags: 10,
  clientAddress: 12,
  yourAddress: 16,
  serverAddress: 20,
  relayAddress: 24,
  clientMac: 28,
  serverName: 44,
  bootFile: 108,
  magicCookie: 236,
  options: 240,
} as const;

/** Values of the first octet (RFC 2131 §2). */
export const operation = { request: 1, reply: 2 } as const;

/** Values of option 53 (RFC 2132 §9.6). */
export const messageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

/** Option codes of RFC 2132 which clients and servers exchange to make a lease. */
export const optionCode = {
  subnetMask: 1,
  router: 3,
  domainNameServer: 6,
  hostName: 12,
  domainName: 15,
  broadcastAddress: 28,
  requestedAddress: 50,
  leaseTime: 51,
  overload: 52,
  messageType: 53,
  serverIdentifier: 54,
  parameterRequestList: 55,
  maximumMessageSize: 57,
  renewalTime: 58,
  rebindingTime: 59,
  vendorClass: 60,
  clientIdentifier: 61,
} as const;

const PAD = 0;
const END = 255;
const MAGIC_COOKIE = 0x6382_5363;
const HARDWARE_ETHERNET = 1;
const BROADCAST_FLAG = 0x8000;
const SERVER_NAME_LENGTH = 64;
const BOOT_FILE_LENGTH = 128;

/** RFC 1542 §2.1: a BOOTP message has 300 octets, and old servers and relays drop shorter ones. */
const LENGTH_MIN = 300;

/** An option as it stands in the message (RFC 2132). */
export interface Option {
  readonly code: number;
  /** At most 255 octets. */
  readonly data: Uint8Array;
}

export interface Repr {
  readonly operation: number;
  readonly hops: number;
  readonly transactionId: number;
  readonly secondsElapsed: number;
  /** The client asks for a reply to the broadcast address. */
  readonly broadcast: boolean;
  readonly clientAddress: number;
  readonly yourAddress: number;
  readonly serverAddress: number;
  readonly relayAddress: number;
  readonly clientMac: number;
  /** Without the zeros that fill the field; options, where option 52 says so. */
  readonly serverName: Uint8Array;
  readonly bootFile: Uint8Array;
  /** In the order of the message, without pad and end. */
  readonly options: readonly Option[];
}

/** Whether the octets hold the fixed part of a message for Ethernet; the options are looked at by `dhcpv4.parse`. */
export function check(bytes: Uint8Array, start = 0, end: number = bytes.length): Malformed | undefined {
  if (end - start < field.options) return malformed('dhcpv4', start, 'the message is truncated');
  if (readU32(bytes, start + field.magicCookie) !== MAGIC_COOKIE) {
    return malformed('dhcpv4', start + field.magicCookie, 'the magic cookie is missing');
  }
  if (bytes[start + field.hardwareType] !== HARDWARE_ETHERNET) {
    return malformed('dhcpv4', start + field.hardwareType, 'the hardware type is not Ethernet');
  }
  if (bytes[start + field.hardwareLength] !== MAC_ADDRESS_LENGTH) {
    return malformed('dhcpv4', start + field.hardwareLength, 'a hardware address is not 6 octets long');
  }
  return undefined;
}

export function parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Repr | Malformed {
  const fault = check(bytes, start, end);
  if (fault !== undefined) return fault;
  const options: Option[] = [];
  const garbledAt = parseOptions(bytes, start + field.options, end, options);
  if (garbledAt >= 0) return malformed('dhcpv4', garbledAt, 'an option is truncated');
  const serverName = start + field.serverName;
  const bootFile = start + field.bootFile;
  return {
    operation: bytes[start + field.operation]!,
    hops: bytes[start + field.hops]!,
    transactionId: readU32(bytes, start + field.transactionId),
    secondsElapsed: readU16(bytes, start + field.secondsElapsed),
    broadcast: (readU16(bytes, start + field.flags) & BROADCAST_FLAG) !== 0,
    clientAddress: readU32(bytes, start + field.clientAddress),
    yourAddress: readU32(bytes, start + field.yourAddress),
    serverAddress: readU32(bytes, start + field.serverAddress),
    relayAddress: readU32(bytes, start + field.relayAddress),
    clientMac: readMac(bytes, start + field.clientMac),
    serverName: withoutFilling(bytes.subarray(serverName, serverName + SERVER_NAME_LENGTH)),
    bootFile: withoutFilling(bytes.subarray(bootFile, bootFile + BOOT_FILE_LENGTH)),
    options,
  };
}

/** Appends the options in [start, end) to `options`; returns where an impossible one stands, or -1. */
function parseOptions(bytes: Uint8Array, start: number, end: number, options: Option[]): number {
  let at = start;
  while (at < end && bytes[at] !== END) {
    const code = bytes[at]!;
    if (code === PAD) {
      at += 1;
      continue;
    }
    const dataEnd = at + 1 < end ? at + 2 + bytes[at + 1]! : end + 1;
    if (dataEnd > end) return at;
    options.push({ code, data: bytes.subarray(at + 2, dataEnd) });
    at = dataEnd;
  }
  return -1;
}

function withoutFilling(octets: Uint8Array): Uint8Array {
  return octets.subarray(0, octets.findLastIndex((octet) => octet !== 0) + 1);
}

export function length(repr: Repr): number {
  const options = repr.options.reduce((sum, option) => sum + 2 + option.data.length, 0);
  return Math.max(LENGTH_MIN, field.options + options + 1);
}

export function emit(repr: Repr, out: Uint8Array, offset = 0): number {
  const end = offset + length(repr);
  assert(repr.serverName.length <= SERVER_NAME_LENGTH, 'a server name has at most 64 octets');
  assert(repr.bootFile.length <= BOOT_FILE_LENGTH, 'a boot file name has at most 128 octets');
  assertRoom(out, offset, end - offset);
  out.fill(0, offset, end);
  writeU8(out, offset + field.operation, repr.operation);
  writeU8(out, offset + field.hardwareType, HARDWARE_ETHERNET);
  writeU8(out, offset + field.hardwareLength, MAC_ADDRESS_LENGTH);
  writeU8(out, offset + field.hops, repr.hops);
  writeU32(out, offset + field.transactionId, repr.transactionId);
  writeU16(out, offset + field.secondsElapsed, repr.secondsElapsed);
  writeU16(out, offset + field.flags, repr.broadcast ? BROADCAST_FLAG : 0);
  writeU32(out, offset + field.clientAddress, repr.clientAddress);
  writeU32(out, offset + field.yourAddress, repr.yourAddress);
  writeU32(out, offset + field.serverAddress, repr.serverAddress);
  writeU32(out, offset + field.relayAddress, repr.relayAddress);
  writeMac(out, offset + field.clientMac, repr.clientMac);
  writeOctets(out, offset + field.serverName, repr.serverName);
  writeOctets(out, offset + field.bootFile, repr.bootFile);
  writeU32(out, offset + field.magicCookie, MAGIC_COOKIE);
  let at = offset + field.options;
  for (const { code, data } of repr.options) {
    assert(code !== PAD && code !== END && data.length <= 255, 'an option has a code and at most 255 octets');
    writeU8(out, at, code);
    writeU8(out, at + 1, data.length);
    at = writeOctets(out, at + 2, data);
  }
  writeU8(out, at, END);
  return end;
}

/**
 * The data of the option, or undefined where the message has none. Several of one code are one long option (RFC 3396 §5);
 * the fields that option 52 turns into option space are searched too, the boot file first (RFC 3396 §5).
 */
export function findOption(repr: Repr, code: number): Uint8Array | undefined {
  const options = [...repr.options];
  const overload = repr.options.find((option) => option.code === optionCode.overload)?.data[0] ?? 0;
  // A garbled tail of these fields is left aside: what stands before it was found.
  if ((overload & 1) !== 0) parseOptions(repr.bootFile, 0, repr.bootFile.length, options);
  if ((overload & 2) !== 0) parseOptions(repr.serverName, 0, repr.serverName.length, options);
  const parts = options.filter((option) => option.code === code).map((option) => option.data);
  if (parts.length < 2) return parts[0];
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) at = writeOctets(joined, at, part);
  return joined;
}

/** The value of option 53, or undefined where the message is plain BOOTP. */
export function readMessageType(repr: Repr): number | undefined {
  const data = findOption(repr, optionCode.messageType);
  return data?.length === 1 ? data[0] : undefined;
}

/** An option of single octets: a message type, a parameter request list. */
export function octetsOption(code: number, values: readonly number[]): Option {
  return { code, data: Uint8Array.from(values) };
}

/** An option of 32-bit words: addresses, or a time in seconds. */
export function wordsOption(code: number, values: readonly number[]): Option {
  const data = new Uint8Array(values.length * 4);
  for (const [index, value] of values.entries()) writeU32(data, index * 4, value);
  return { code, data };
}

/** Returns it on one line, for a person. */
export function format(repr: Repr): string {
  const type = readMessageType(repr);
  const [name] = Object.entries(messageType).find(([, value]) => value === type) ?? ['bootp'];
  const id = repr.transactionId.toString(16).padStart(8, '0');
  return `dhcp ${name} ${formatMac(repr.clientMac)} your ${formatIpv4(repr.yourAddress)} id 0x${id}`;
}
