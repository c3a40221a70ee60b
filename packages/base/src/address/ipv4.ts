/** IPv4 addresses as plain numbers in 0..2^32-1, and blocks of them in CIDR notation (RFC 4632). */

import { assert } from '../assert.ts';
import { type Parsed, parsed, refused } from '../units/parsed.ts';

const ADDRESS_SPACE_SIZE = 2 ** 32;
const DOTTED_QUAD = /^([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$/;

/** A block of 2^(32 - prefixLength) addresses; `address` is its first one, all host bits zero. */
export interface Cidr {
  readonly address: number;
  readonly prefixLength: number;
}

/** The address written as four decimal numbers in `text`, or why there is none. */
export function parseIpv4(text: string): Parsed<number> {
  const match = DOTTED_QUAD.exec(text.trim());
  if (match === null) {
    return refused(`An IPv4 address is four numbers between dots, such as 192.0.2.1, not "${text}".`);
  }
  let address = 0;
  for (const part of match.slice(1)) {
    // Some readers take a leading zero for octal: 010 would be 8 to them and 10 to others.
    if (part.length > 1 && part.startsWith('0')) {
      return refused(`Write "${part}" in "${text}" without leading zeros: ${Number(part)}.`);
    }
    if (Number(part) > 255)
      return refused(`Each number of an IPv4 address is 0 to 255; "${part}" is larger.`);
    address = address * 256 + Number(part);
  }
  return parsed(address);
}

/** The dotted-quad notation of an address in 0..2^32-1. */
export function formatIpv4(address: number): string {
  assert(isIpv4(address), `an IPv4 address is an integer in 0..2^32-1, not ${address}`);
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** The block written `address/prefixLength`, a bare address being a block of one; or why there is none. */
export function parseCidr(text: string): Parsed<Cidr> {
  const slash = text.indexOf('/');
  const address = parseIpv4(slash < 0 ? text : text.slice(0, slash));
  if (!address.ok || slash < 0)
    return address.ok ? parsed({ address: address.value, prefixLength: 32 }) : address;
  const lengthText = text.slice(slash + 1).trim();
  if (!/^[0-9]{1,2}$/.test(lengthText) || Number(lengthText) > 32) {
    return refused(`A prefix length is a whole number from 0 to 32, such as /24, not "/${lengthText}".`);
  }
  const prefixLength = Number(lengthText);
  const first = address.value - (address.value % cidrSize(prefixLength));
  if (first !== address.value) {
    const meant = formatCidr({ address: first, prefixLength });
    return refused(`"${text}" has bits set beyond its prefix; did you mean ${meant}?`);
  }
  return parsed({ address: first, prefixLength });
}

/** The CIDR notation of a block, its prefix length always written. */
export function formatCidr(cidr: Cidr): string {
  return `${formatIpv4(cidr.address)}/${cidr.prefixLength}`;
}

/** The number of addresses in a block of `prefixLength` bits. */
export function cidrSize(prefixLength: number): number {
  assert(
    Number.isInteger(prefixLength) && prefixLength >= 0 && prefixLength <= 32,
    'a prefix has 0 to 32 bits',
  );
  return ADDRESS_SPACE_SIZE / 2 ** prefixLength;
}

function isIpv4(address: number): boolean {
  return Number.isInteger(address) && address >= 0 && address < ADDRESS_SPACE_SIZE;
}
