/** The numbers of the protocols above IP (IANA "Protocol Numbers") and the pseudo-header that their checksums cover. */

import { foldSum, sumWords } from './checksum.ts';
import type { IpAddress } from './ipv6-address.ts';

export const ipProtocol = {
  hopByHop: 0,
  icmpv4: 1,
  igmp: 2,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  encapsulatingSecurityPayload: 50,
  authentication: 51,
  icmpv6: 58,
  noNextHeader: 59,
  destinationOptions: 60,
  ospf: 89,
  sctp: 132,
} as const;

const names: ReadonlyMap<number, string> = new Map([
  ...Object.entries(ipProtocol).map(([name, number]): [number, string] => [number, name]),
  // As tcpdump and packet logs write it.
  [1, 'icmp'],
  [58, 'icmp6'],
]);

/** The usual short name, or `protocol-N`. */
export function formatIpProtocol(protocol: number): string {
  return names.get(protocol) ?? `protocol-${protocol}`;
}

/**
 * The sum of the addresses of a pseudo-header (RFC 9293 §3.1; RFC 8200 §8.1), which `tcp.emit`, `udp.verifyChecksum` and
 * the like take. They add protocol and length themselves. An `ipv4.Repr` or `ipv6.Repr` may be given as it is.
 */
export function pseudoHeaderSum(ip: { readonly source: IpAddress; readonly destination: IpAddress }): number {
  return foldSum(addressSum(ip.source) + addressSum(ip.destination));
}

function addressSum(address: IpAddress): number {
  if (typeof address === 'number') return (address >>> 16) + (address & 0xffff);
  let sum = 0;
  for (let rest = address; rest > 0n; rest >>= 16n) sum += Number(rest & 0xffffn);
  return sum;
}

/** The same, read from the IPv4 header at `ipStart`. */
export function readPseudoHeaderSumIpv4(bytes: Uint8Array, ipStart: number): number {
  return sumWords(bytes, ipStart + 12, ipStart + 20);
}

/** The same, read from the IPv6 header at `ipStart`. */
export function readPseudoHeaderSumIpv6(bytes: Uint8Array, ipStart: number): number {
  return sumWords(bytes, ipStart + 8, ipStart + 40);
}
