/** MAC addresses (EUI-48) as numbers in 0..2^48-1: values that compare with `===` and serve as keys of a Map. */

import { assert, type Parsed } from '@wormwood/base';
import { readU16, readU32, writeU16, writeU32 } from './bytes.ts';

/** Octets of an address. */
export const MAC_ADDRESS_LENGTH = 6;

/** ff:ff:ff:ff:ff:ff: every station of the link. */
export const MAC_BROADCAST = 0xffff_ffff_ffff;

const TWO_TO_32 = 0x1_0000_0000;
const COLON_OR_DASH = /^[0-9a-f]{1,2}([:-])[0-9a-f]{1,2}(?:\1[0-9a-f]{1,2}){4}$/i;
const CISCO = /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i;

/** The address at `offset`. */
export function readMac(bytes: Uint8Array, offset: number): number {
  return readU16(bytes, offset) * TWO_TO_32 + readU32(bytes, offset + 2);
}

/** Writes the address. */
export function writeMac(bytes: Uint8Array, offset: number, mac: number): void {
  const upper = Math.floor(mac / TWO_TO_32);
  writeU16(bytes, offset, upper);
  // A division with rest takes ten times as long.
  writeU32(bytes, offset + 2, mac - upper * TWO_TO_32);
}

/** Whether the group bit is set (IEEE 802 §8.2): multicast, and broadcast among it. */
export function isMacMulticast(mac: number): boolean {
  return (Math.floor(mac / 2 ** 40) & 1) === 1;
}

/** The group address that an IPv4 multicast address maps to: its low 23 bits (RFC 1112 §6.4). */
export function macOfIpv4Multicast(address: number): number {
  return 0x0100_5e00_0000 + (address & 0x7f_ffff);
}

/** The group address that an IPv6 multicast address maps to: its low 32 bits (RFC 2464 §7). */
export function macOfIpv6Multicast(address: bigint): number {
  return 0x3333_0000_0000 + Number(address & 0xffff_ffffn);
}

/** The address written in `text` as six pairs between colons or dashes, or three groups between dots. */
export function parseMac(text: string): Parsed<number> {
  const trimmed = text.trim();
  if (CISCO.test(trimmed)) return { ok: true, value: Number.parseInt(trimmed.replaceAll('.', ''), 16) };
  if (!COLON_OR_DASH.test(trimmed)) {
    return {
      ok: false,
      reason: `A MAC address is six hexadecimal pairs, such as 02:00:5e:10:00:01, not "${text}".`,
    };
  }
  const octets = trimmed.split(/[:-]/).map((octet) => octet.padStart(2, '0'));
  return { ok: true, value: Number.parseInt(octets.join(''), 16) };
}

/** Six lower-case pairs between colons. */
export function formatMac(mac: number): string {
  assert(Number.isInteger(mac) && mac >= 0 && mac <= MAC_BROADCAST, 'a MAC address is in 0..2^48-1');
  const digits = mac.toString(16).padStart(12, '0');
  return (digits.match(/../g) ?? []).join(':');
}
