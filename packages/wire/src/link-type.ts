/**
 * What the packets of a capture begin with (the LINKTYPE registry of tcpdump), and how to find the network packet behind
 * it. Captures of a user's network come from Ethernet, from a tunnel, or from Linux' "any" device.
 */

import { readU16, readU32 } from './bytes.ts';
import { readOrderedU32 } from './byte-order.ts';
import { etherType } from './ether-type.ts';

import { type Malformed, malformed } from './malformed.ts';

export const linkType = {
  /** BSD loopback: the address family in the order of the machine that wrote the file. */
  null: 0,
  ethernet: 1,
  /** An IP packet; its first 4 bits hold the version. */
  raw: 101,
  /** OpenBSD loopback: the address family in network order. */
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

const FAMILY_IPV4 = 2;
/** NetBSD and OpenBSD 24, FreeBSD 28, Darwin 30, Linux 10. */
const FAMILIES_IPV6: ReadonlySet<number> = new Set([10, 24, 28, 30]);

/** What stands behind a link header. */
export interface LinkPayload {
  /** 0 where the header names none that is known. */
  readonly etherType: number;
  readonly start: number;
}

/** Where the packet behind a header other than Ethernet's begins, and what it is. */
export function parseLinkHeader(
  type: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): LinkPayload | Malformed {
  const length = headerLength(type);
  if (length === undefined) return malformed('link', start, `link type ${type} is not known`);
  if (end - start < Math.max(length, 1)) return malformed('link', start, 'the link header is truncated');
  return { etherType: payloadType(type, bytes, start), start: start + length };
}

function headerLength(type: number): number | undefined {
  switch (type) {
    case linkType.raw:
    case linkType.ipv4:
    case linkType.ipv6:
      return 0;
    case linkType.null:
    case linkType.loop:
      return 4;
    case linkType.linuxCooked:
      return 16;
    case linkType.linuxCooked2:
      return 20;
    default:
      return undefined;
  }
}

function payloadType(type: number, bytes: Uint8Array, start: number): number {
  switch (type) {
    case linkType.ipv4:
      return etherType.ipv4;
    case linkType.ipv6:
      return etherType.ipv6;
    case linkType.raw:
      return bytes[start]! >>> 4 === 6 ? etherType.ipv6 : etherType.ipv4;
    case linkType.linuxCooked:
      return readU16(bytes, start + 14);
    case linkType.linuxCooked2:
      return readU16(bytes, start);
    default:
      return familyType(bytes, start);
  }
}

/** No family is so large that both orders would be taken for one. */
function familyType(bytes: Uint8Array, start: number): number {
  const families = [readU32(bytes, start), readOrderedU32(bytes, start, 'little')];
  if (families.includes(FAMILY_IPV4)) return etherType.ipv4;
  return families.some((family) => FAMILIES_IPV6.has(family)) ? etherType.ipv6 : 0;
}
