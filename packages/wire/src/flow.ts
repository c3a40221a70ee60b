/**
 * Flows: what packets of one conversation have in common. `hashFlow` places them in a table without allocating;
 * `communityId` names them so that other tools' records of the same flow can be found.
 */

import { encodeBase64, mixWord, sha1 } from '@wormwood/base';
import { writeU16, writeU32, writeU8 } from './bytes.ts';
import { ipProtocol } from './ip-protocol.ts';
import { type IpAddress, writeIpv6Address } from './ipv6-address.ts';

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

/** ICMP types that ask and their answers; a flow of any other type goes one way. */
const icmpv4Counterparts: ReadonlyMap<number, number> = bothWays([
  [8, 0],
  [13, 14],
  [15, 16],
  [10, 9],
  [17, 18],
]);

const icmpv6Counterparts: ReadonlyMap<number, number> = bothWays([
  [128, 129],
  [133, 134],
  [135, 136],
  [130, 131],
  [139, 140],
  [144, 145],
]);

function bothWays(pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(pairs.flatMap(([ask, answer]) => [[ask, answer] as const, [answer, ask] as const]));
}

const WITH_PORTS: ReadonlySet<number> = new Set([
  ipProtocol.icmpv4,
  ipProtocol.tcp,
  ipProtocol.udp,
  ipProtocol.icmpv6,
  ipProtocol.sctp,
]);

/**
 * Returns the Community ID of the flow, version 1 (C. Kreibich, corelight/community-id-spec): both directions have the same.
 */
export function communityId(flow: Flow, seed = 0): string {
  const octets = new Uint8Array(40);
  writeU16(octets, 0, seed);
  const [first, second] = endpoints(flow);
  let at = writeAddress(octets, 2, first.address);
  at = writeAddress(octets, at, second.address);
  writeU8(octets, at, flow.protocol);
  at += 2;
  if (WITH_PORTS.has(flow.protocol)) {
    writeU16(octets, at, first.port);
    writeU16(octets, at + 2, second.port);
    at += 4;
  }
  return `1:${encodeBase64(sha1(octets.subarray(0, at)))}`;
}

interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/** The end with the lesser address, then port, comes first, but the source does in a flow that goes one way. */
function endpoints(flow: Flow): readonly [Endpoint, Endpoint] {
  const counterparts =
    flow.protocol === ipProtocol.icmpv4
      ? icmpv4Counterparts
      : flow.protocol === ipProtocol.icmpv6
        ? icmpv6Counterparts
        : undefined;
  const answer = counterparts?.get(flow.sourcePort);
  const source = { address: flow.source, port: flow.sourcePort };
  const destination = { address: flow.destination, port: answer ?? flow.destinationPort };
  const isOneWay = counterparts !== undefined && answer === undefined;
  const isOrdered =
    source.address < destination.address ||
    (source.address === destination.address && source.port <= destination.port);
  return isOneWay || isOrdered ? [source, destination] : [destination, source];
}

function writeAddress(out: Uint8Array, offset: number, address: IpAddress): number {
  if (typeof address === 'number') {
    writeU32(out, offset, address);
    return offset + 4;
  }
  writeIpv6Address(out, offset, address);
  return offset + 16;
}
