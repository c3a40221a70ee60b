/**
 * Ethernet addresses of hosts: written out, or the words of a vendor whose prefix gets low bits of the host's own. A short table
 * of vendors stands here; the whole registry can be read from `nmap-mac-prefixes` where nmap is installed.
 */
import { mixWord, quoted } from '@wormwood/base';
import type { IpAddress } from '@wormwood/wire';

/** A prefix of 24 bits and the organisation to which it was assigned. */
export interface EthernetVendor {
  readonly prefix: number;
  readonly name: string;
}

/** Assignments of the public IEEE MA-L registry (https://standards-oui.ieee.org): one or two of common vendors. */
export const COMMON_VENDORS: readonly EthernetVendor[] = [
  { prefix: 0x00000c, name: 'Cisco Systems' },
  { prefix: 0x00065b, name: 'Dell' },
  { prefix: 0x000102, name: '3Com' },
  { prefix: 0x000393, name: 'Apple' },
  { prefix: 0x0002b3, name: 'Intel' },
  { prefix: 0x0001e6, name: 'Hewlett Packard' },
  { prefix: 0x000255, name: 'IBM' },
  { prefix: 0x000569, name: 'VMware' },
  { prefix: 0x000625, name: 'Linksys' },
  { prefix: 0x000d88, name: 'D-Link' },
  { prefix: 0x00095b, name: 'Netgear' },
  { prefix: 0x000585, name: 'Juniper Networks' },
  { prefix: 0x00e04c, name: 'Realtek' },
  { prefix: 0x0001e3, name: 'Siemens' },
  { prefix: 0x0000bc, name: 'Rockwell Automation' },
  { prefix: 0x000054, name: 'Schneider Electric' },
  { prefix: 0x000000, name: 'Xerox' },
  { prefix: 0x000400, name: 'Lexmark' },
];

const WRITTEN_OUT = /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}$/i;
/** The bit of the first octet that addresses groups, which no host has for its own. */
const GROUP_BIT = 0x010000000000;
const LOW_BITS = 24;
const HALF_BITS = 12;
const HALF_MASK = 2 ** HALF_BITS - 1;
const ROUNDS = 6;
/** Of hosts whose vendor nobody knows: the bit of locally administered addresses, and nothing else. */
const LOCAL_PREFIX = 0x020000;

/** Returns the vendors of a file like `nmap-mac-prefixes`: six hexadecimal digits and a name a line, all else passed over. */
export function parseMacPrefixes(text: string): readonly EthernetVendor[] {
  return Array.from(text.matchAll(/^([0-9A-Fa-f]{6})[ \t]+(\S.*)$/gm), ([, digits, name]) => ({
    prefix: Number.parseInt(digits ?? '', 16),
    name: (name ?? '').trim(),
  }));
}

/** Returns why no host can have the Ethernet address that is written out; null where one can, or it is the words of a vendor. */
export function ethernetFault(written: string): string | null {
  if (!WRITTEN_OUT.test(written)) return null;
  const address = valueOf(written);
  if (Math.floor(address / GROUP_BIT) % 2 !== 0)
    return `${quoted(written)} is the address of a group, which no host has.`;
  return address === 0 ? `${quoted(written)} stands for no address, and no host has it.` : null;
}

/** Returns the address in one spelling where `written` is written out, since it is then that of every host; null: a vendor. */
export function sharedEthernetAddress(written: string): number | null {
  return WRITTEN_OUT.test(written) ? valueOf(written) : null;
}

/**
 * Returns which Ethernet address a host has at an IP address: one for each host, the same for the same `key`. An IPv6 address
 * that is made of an Ethernet address (RFC 4291, appendix A) belongs to that one. One that is written out is that of every host.
 * Of several vendors whose names begin with the first of the words and have them all, the one with the shortest name is meant,
 * and of its prefixes the first; without such a vendor the addresses are locally administered (IEEE 802 8.2).
 */
export function ethernetAddresses(
  written: string,
  vendors: readonly EthernetVendor[],
  key: EthernetKey,
): (address: IpAddress) => number {
  const shared = sharedEthernetAddress(written);
  if (shared !== null) return () => shared;
  const prefix = vendorOf(written, vendors)?.prefix ?? LOCAL_PREFIX;
  const made = (address: number): number => prefix * 2 ** LOW_BITS + permuted(address, key);
  return (address) =>
    typeof address === 'number' ? made(address) : (macIn(address) ?? made(Number(address & 0xffff_ffffn)));
}

/** The Ethernet address in a modified EUI-64 interface identifier; null where an address has none. */
function macIn(address: bigint): number | null {
  if (((address >> 24n) & 0xffffn) !== 0xfffen) return null;
  const upper = Number((address >> 40n) & 0xff_ffffn) ^ LOCAL_PREFIX;
  const mac = upper * 2 ** LOW_BITS + Number(address & 0xff_ffffn);
  return Math.floor(mac / GROUP_BIT) % 2 === 0 ? mac : null;
}

/** Of the low bits of Ethernet addresses: two words. */
export type EthernetKey = readonly [number, number];

/**
 * The low 24 bits of a host's Ethernet address: a permutation of those of its IPv4 address (a Feistel network of two halves),
 * so that two hosts of one /8 never share one.
 */
function permuted(address: number, [first, second]: EthernetKey): number {
  const tweak = mixWord((address >>> LOW_BITS) ^ second);
  let left = (address >>> HALF_BITS) & HALF_MASK;
  let right = address & HALF_MASK;
  for (let round = 0; round < ROUNDS; round++) {
    const mixed = mixWord(right ^ (round << HALF_BITS) ^ (round % 2 === 0 ? first : second) ^ tweak);
    [left, right] = [right, left ^ (mixed & HALF_MASK)];
  }
  return left * 2 ** HALF_BITS + right;
}

/** Returns the vendor of an Ethernet address; null where none is known. */
export function vendorNameOf(address: number, vendors: readonly EthernetVendor[]): string | null {
  const prefix = Math.floor(address / 2 ** LOW_BITS);
  return vendors.find((vendor) => vendor.prefix === prefix)?.name ?? null;
}

/** Returns the vendor that stands for what is written, an address or words; null where none is known. */
export function vendorNamedBy(written: string, vendors: readonly EthernetVendor[]): string | null {
  return WRITTEN_OUT.test(written)
    ? vendorNameOf(valueOf(written), vendors)
    : (vendorOf(written, vendors)?.name ?? null);
}

/** Returns whether `written` is an address or the words of a vendor. */
export function isEthernetAddress(written: string, vendors: readonly EthernetVendor[]): boolean {
  return WRITTEN_OUT.test(written) || vendorOf(written, vendors) !== undefined;
}

function valueOf(written: string): number {
  return written.split(':').reduce((sum, octet) => sum * 256 + Number.parseInt(octet, 16), 0);
}

function vendorOf(written: string, vendors: readonly EthernetVendor[]): EthernetVendor | undefined {
  const words = wordsOf(written);
  if (words.length === 0) return undefined;
  let best: EthernetVendor | undefined;
  for (const vendor of vendors) {
    if (best !== undefined && vendor.name.length >= best.name.length) continue;
    const name = wordsOf(vendor.name);
    // A name begins with what a vendor is called; what stands in brackets behind it may be anything.
    if (name[0]?.startsWith(words[0]!) !== true) continue;
    if (words.every((word) => name.some((each) => each.startsWith(word)))) best = vendor;
  }
  return best;
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z0-9-]+/g) ?? [];
}
