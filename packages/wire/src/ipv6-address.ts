/** IPv6 addresses as bigints in 0..2^128-1 (IPv4 addresses are numbers, so `typeof` distinguishes them). */

import { assert, formatIpv4, type Parsed, parseIpv4 } from '@wormwood/base';
import { readU32, writeU32 } from './bytes.ts';

/** An address of either version: a number is IPv4, a bigint is IPv6. */
export type IpAddress = number | bigint;

export const IPV6_ADDRESS_LENGTH = 16;

const ADDRESS_MAX = 2n ** 128n - 1n;
const WORD = 0xffff_ffffn;

/** Where an address changes between octets and bigints, 64 bits at a time: each bigint on the way is an allocation. */
const octets = new DataView(new ArrayBuffer(IPV6_ADDRESS_LENGTH));

/** The address at `offset`. */
export function readIpv6Address(bytes: Uint8Array, offset: number): bigint {
  for (let i = 0; i < IPV6_ADDRESS_LENGTH; i += 4) octets.setUint32(i, readU32(bytes, offset + i));
  return (octets.getBigUint64(0) << 64n) | octets.getBigUint64(8);
}

/** Writes the address. */
export function writeIpv6Address(bytes: Uint8Array, offset: number, address: bigint): void {
  octets.setBigUint64(0, address >> 64n);
  octets.setBigUint64(8, address);
  for (let i = 0; i < IPV6_ADDRESS_LENGTH; i += 4) writeU32(bytes, offset + i, octets.getUint32(i));
}

/** Whether the address lies in ff00::/8 (RFC 4291 §2.7). */
export function isIpv6Multicast(address: bigint): boolean {
  return address >> 120n === 0xffn;
}

/**
 * Whether no host can have the address: the unspecified one, loopback (RFC 4291 2.5), a group, or what stands for an address of
 * IPv4 inside a machine (2.5.5.2).
 */
export function isIpv6Martian(address: bigint): boolean {
  return address <= 1n || isIpv6Multicast(address) || address >> 32n === 0xffffn;
}

/** Whether the address lies in fe80::/10 (RFC 4291 §2.5.6). */
export function isIpv6LinkLocal(address: bigint): boolean {
  return address >> 118n === 0x3fan;
}

/** ff02::1:ffXX:XXXX, where neighbor solicitations for `address` are sent (RFC 4291 §2.7.1). */
export function solicitedNodeAddress(address: bigint): bigint {
  return 0xff02_0000_0000_0000_0000_0001_ff00_0000n | (address & 0xff_ffffn);
}

/** The address written in `text` in any form of RFC 4291 §2.2, or why there is none. No zone, no brackets. */
export function parseIpv6(text: string): Parsed<bigint> {
  const trimmed = text.trim();
  const halves = trimmed.split('::');
  const high = halves.length <= 2 ? parseGroups(halves[0] ?? '', halves.length === 1) : undefined;
  const low = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (high === undefined || low === undefined) return refusedIpv6(text);
  const missing = 8 - high.length - low.length;
  // RFC 4291 §2.2 (2): "::" stands for one or more groups of zeros.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return refusedIpv6(text);
  const groups = [...high, ...Array.from({ length: missing }, () => 0), ...low];
  return { ok: true, value: groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n) };
}

/** A block of 2^(128 - length) addresses; `first` has no bits beyond the prefix. */
export interface Ipv6Prefix {
  readonly first: bigint;
  readonly length: number;
}

const ADDRESS_BITS = 128;

/** The block written `address/length`, a bare address being a block of one; or why there is none. */
export function parseIpv6Prefix(text: string): Parsed<Ipv6Prefix> {
  const [addressText = '', lengthText = String(ADDRESS_BITS), ...rest] = text.trim().split('/');
  const address = parseIpv6(addressText);
  if (!address.ok) return address;
  const lengthBits = Number(lengthText);
  if (rest.length > 0 || !/^[0-9]{1,3}$/.test(lengthText) || lengthBits > ADDRESS_BITS) {
    return {
      ok: false,
      reason: `A prefix length is a whole number from 0 to ${ADDRESS_BITS}, not "/${lengthText}".`,
    };
  }
  const shift = BigInt(ADDRESS_BITS - lengthBits);
  const first = (address.value >> shift) << shift;
  if (first === address.value) return { ok: true, value: { first, length: lengthBits } };
  const meant = `${formatIpv6(first)}/${lengthBits}`;
  return { ok: false, reason: `"${text}" has bits set beyond its prefix; did you mean ${meant}?` };
}

/** The notation of a block; of one address, without a length. */
export function formatIpv6Prefix({ first, length }: Ipv6Prefix): string {
  return length === ADDRESS_BITS ? formatIpv6(first) : `${formatIpv6(first)}/${length}`;
}

/** Whether the address lies in the block. */
export function isInIpv6Prefix({ first, length }: Ipv6Prefix, address: bigint): boolean {
  const shift = BigInt(ADDRESS_BITS - length);
  return address >> shift === first >> shift;
}

function refusedIpv6(text: string): Parsed<never> {
  return {
    ok: false,
    reason: `An IPv6 address is eight hexadecimal groups, such as 2001:db8::1, not "${text}".`,
  };
}

/** The 16-bit groups of one side of "::"; only the last may be a dotted quad, worth two groups. */
function parseGroups(text: string, isLast: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else if (isLast && index === parts.length - 1 && /^[0-9.]+$/.test(part)) {
      const quad = parseIpv4(part);
      if (!quad.ok) return undefined;
      groups.push(quad.value >>> 16, quad.value & 0xffff);
    } else {
      return undefined;
    }
  }
  return groups;
}

/** The one canonical form of RFC 5952 §4: lower case, no leading zeros, the longest run of zeros as "::". */
export function formatIpv6(address: bigint): string {
  assert(address >= 0n && address <= ADDRESS_MAX, 'an IPv6 address is in 0..2^128-1');
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((address >> BigInt(112 - 16 * index)) & 0xffffn),
  );
  // RFC 5952 §5: the form with a dotted quad is for addresses known to embed one; of these only ::ffff:0:0/96 is certain.
  if (address >> 32n === 0xffffn) return `::ffff:${formatIpv4(Number(address & WORD))}`;
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  // RFC 5952 §4.2.2: "::" must not shorten just one group.
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

/** RFC 5952 §4.2.3: of several longest runs the first one is shortened. */
function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}

/** The address of either version written in `text`, or why there is none. */
export function parseIp(text: string): Parsed<IpAddress> {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Dotted quad or RFC 5952 form, by version. */
export function formatIp(address: IpAddress): string {
  return typeof address === 'number' ? formatIpv4(address) : formatIpv6(address);
}
