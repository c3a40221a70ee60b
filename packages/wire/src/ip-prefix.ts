/** Blocks of addresses of either version, as people write them: `10.20.0.0/16`, `2001:db8:20::/48`. */

import { type Cidr, cidrSize, formatCidr, parseCidr, type Parsed } from '@wormwood/base';
import { formatIpv6, type IpAddress, type Ipv6Prefix, parseIpv6Prefix } from './ipv6-address.ts';

/** A block of either version; of IPv6, `first` is a bigint. */
export type IpPrefix = Cidr | Ipv6Prefix;

const IPV4_BITS = 32;
const IPV6_BITS = 128;

/** Whether the block is one of IPv6. */
export function isIpv6Prefix(prefix: IpPrefix): prefix is Ipv6Prefix {
  return 'first' in prefix;
}

/** Returns the block of `length` bits that the address lies in; without `length`, the address alone. */
export function ipPrefixOf(address: IpAddress, length?: number): IpPrefix {
  if (typeof address === 'number') {
    const prefixLength = length ?? IPV4_BITS;
    return { address: address - (address % cidrSize(prefixLength)), prefixLength };
  }
  const shift = BigInt(IPV6_BITS - (length ?? IPV6_BITS));
  return { first: (address >> shift) << shift, length: length ?? IPV6_BITS };
}

/** The block that the text names, a bare address being a block of one; or why there is none. */
export function parseIpPrefix(text: string): Parsed<IpPrefix> {
  return text.includes(':') ? parseIpv6Prefix(text) : parseCidr(text);
}

/** CIDR notation with the length always written. */
export function formatIpPrefix(prefix: IpPrefix): string {
  return isIpv6Prefix(prefix) ? `${formatIpv6(prefix.first)}/${prefix.length}` : formatCidr(prefix);
}
