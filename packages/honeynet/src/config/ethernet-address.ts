/**
 * Ethernet addresses of templates: written out, or the words of a vendor whose prefix gets random low bits. A short table
 * of vendors stands here; the whole registry can be read from `nmap-mac-prefixes` where nmap is installed.
 */
import { type Parsed, quoted, type RandomStream } from '@wormwood/base';

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

/** Returns the vendors of a file like `nmap-mac-prefixes`: six hexadecimal digits and a name a line, all else passed over. */
export function parseMacPrefixes(text: string): readonly EthernetVendor[] {
  return Array.from(text.matchAll(/^([0-9A-Fa-f]{6})[ \t]+(\S.*)$/gm), ([, digits, name]) => ({
    prefix: Number.parseInt(digits ?? '', 16),
    name: (name ?? '').trim(),
  }));
}

/**
 * Returns the address of 48 bits that `written` means, or why it means none. Of several vendors that have all its words
 * in their names, the one with the shortest name is meant, and of its prefixes the first. The low 24 bits are drawn.
 */
export function ethernetAddress(
  written: string,
  vendors: readonly EthernetVendor[],
  stream: RandomStream,
): Parsed<number> {
  if (WRITTEN_OUT.test(written)) {
    const octets = written.split(':').map((octet) => Number.parseInt(octet, 16));
    const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
    return Math.floor(address / GROUP_BIT) % 2 === 0
      ? { ok: true, value: address }
      : { ok: false, reason: `${quoted(written)} is an address of a group, which no host has.` };
  }
  const vendor = vendorOf(written, vendors);
  return vendor === undefined
    ? { ok: false, reason: `No vendor of Ethernet addresses is known as ${quoted(written)}.` }
    : { ok: true, value: vendor.prefix * 2 ** 24 + Math.floor(stream.nextDouble() * 2 ** 24) };
}

/** Returns whether `written` is an address or the words of a vendor. */
export function isEthernetAddress(written: string, vendors: readonly EthernetVendor[]): boolean {
  return WRITTEN_OUT.test(written) || vendorOf(written, vendors) !== undefined;
}

function vendorOf(written: string, vendors: readonly EthernetVendor[]): EthernetVendor | undefined {
  const words = wordsOf(written);
  if (words.length === 0) return undefined;
  let best: EthernetVendor | undefined;
  for (const vendor of vendors) {
    if (best !== undefined && vendor.name.length >= best.name.length) continue;
    const name = wordsOf(vendor.name);
    if (words.every((word) => name.some((each) => each.startsWith(word)))) best = vendor;
  }
  return best;
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z0-9-]+/g) ?? [];
}
