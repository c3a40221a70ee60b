/** Flows: what packets of one conversation have in common. `hashFlow` places them in a table without allocating. */

import { mixWord } from '@wormwood/base';
import type { IpAddress } from './ipv6-address.ts';

/** The 5-tuple of a flow. For ICMP the source port is the type and the destination port the code. */
export interface Flow {
  readonly protocol: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/**
 * A hash in 0..2^32-1 of the addresses (of IPv6 ones: `foldIpv6Address`) and `ports`, the source port in the high half.
 * MurmurHash3 (A. Appleby) with `seed`, which should be random and secret: whoever knows it can aim at one bucket.
 */
export function hashFlow(seed: number, source: number, destination: number, ports: number): number {
  const hash = mix(mix(mix(seed, source), destination), ports) ^ 12;
  return mixWord(hash);
}

/** 32 bits that depend on all of the IPv6 address at `offset`, to stand for it in `hashFlow`. */
export function foldIpv6Address(seed: number, bytes: Uint8Array, offset: number): number {
  let hash = seed;
  for (let at = offset; at < offset + 16; at += 4) {
    const word = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    hash = mix(hash, word);
  }
  return mixWord(hash ^ 16);
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e_2d51);
  const block = Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b87_3593);
  const mixed = hash ^ block;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe654_6b64) | 0;
}
