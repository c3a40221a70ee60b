/**
 * Community IDs, version 1 (C. Kreibich, corelight/community-id-spec): names of flows, by which other tools' records of the
 * same flow can be found.
 */

import { emitBase64, encodeBase64, mixWord, SHA1_INITIAL, sha1, sha1Block } from '@wormwood/base';
import { writeU16, writeU32, writeU8 } from './bytes.ts';
import type { Flow } from './flow.ts';
import { ipProtocol } from './ip-protocol.ts';
import { type IpAddress, writeIpv6Address } from './ipv6-address.ts';

const ONE = 0x31;
const COLON = 0x3a;
/** FIPS 180-4 §5.1.1: behind the last octet stands a one bit. */
const END_BIT = 0x8000_0000 | 0;

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

/** Octets of what `CommunityIds` writes. */
export const COMMUNITY_ID_LENGTH = 30;

/** Flows whose digest is remembered, and words of each: addresses, ports, protocol and the digest. */
const REMEMBERED = 1 << 10;
const PLACE_WORDS = 9;
const DIGEST = 4;
/** No protocol. */
const EMPTY = -1;

/**
 * The same for the flows of IPv4, with seed 0, as ASCII in the octets of a log: without garbage, and in a tenth of the time.
 * What is hashed is one block, of whole words. The next events of a flow find its digest.
 */
export class CommunityIds {
  readonly #schedule: Int32Array = new Int32Array(80);
  readonly #state: Int32Array = new Int32Array(5);
  readonly #places: Int32Array = new Int32Array(REMEMBERED * PLACE_WORDS);

  constructor() {
    for (let place = 0; place < REMEMBERED; place++) this.#places[place * PLACE_WORDS + 3] = EMPTY;
  }

  /** Writes the ID of a flow at `at`; returns the offset after it. */
  emit(flow: Ipv4Flow, out: Uint8Array, at: number): number {
    const places = this.#places;
    const source = flow.source | 0;
    const destination = flow.destination | 0;
    const ports = (flow.sourcePort << 16) | flow.destinationPort;
    const { protocol } = flow;
    const place = (mixWord(source ^ mixWord(ports ^ destination)) & (REMEMBERED - 1)) * PLACE_WORDS;
    if (
      places[place] !== source ||
      places[place + 1] !== destination ||
      places[place + 2] !== ports ||
      places[place + 3] !== protocol
    ) {
      places[place] = source;
      places[place + 1] = destination;
      places[place + 2] = ports;
      places[place + 3] = protocol;
      this.#hash(flow);
      for (let i = 0; i < 5; i++) places[place + DIGEST + i] = this.#state[i]!;
    }
    out[at] = ONE;
    out[at + 1] = COLON;
    return emitBase64(places, { start: place + DIGEST, words: 5 }, out, at + 2);
  }

  #hash({ protocol, source, destination, sourcePort, destinationPort }: Ipv4Flow): void {
    const w = this.#schedule;
    const hasPorts = WITH_PORTS.has(protocol);
    const counterparts = counterpartsOf(protocol);
    const answer = counterparts === undefined ? destinationPort : counterparts.get(sourcePort);
    const farPort = answer ?? destinationPort;
    const isTurned =
      answer !== undefined && (source > destination || (source === destination && sourcePort > farPort));
    const first = isTurned ? destination : source;
    const second = isTurned ? source : destination;
    const firstPort = isTurned ? farPort : sourcePort;
    const secondPort = isTurned ? sourcePort : farPort;
    for (let i = 4; i < 15; i++) w[i] = 0;
    w[0] = first >>> 16;
    w[1] = (first << 16) | (second >>> 16);
    w[2] = (second << 16) | (protocol << 8);
    w[3] = hasPorts ? (firstPort << 16) | secondPort : END_BIT;
    if (hasPorts) w[4] = END_BIT;
    // The length of the message in bits.
    w[15] = hasPorts ? 128 : 96;
    for (let i = 0; i < 5; i++) this.#state[i] = SHA1_INITIAL[i]!;
    sha1Block(this.#state, w);
  }
}

/** A flow of IPv4; see `Flow`. */
export interface Ipv4Flow {
  readonly protocol: number;
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

function counterpartsOf(protocol: number): ReadonlyMap<number, number> | undefined {
  if (protocol === ipProtocol.icmpv4) return icmpv4Counterparts;
  return protocol === ipProtocol.icmpv6 ? icmpv6Counterparts : undefined;
}

/** The end with the lesser address, then port, comes first, but the source does in a flow that goes one way. */
function endpoints(flow: Flow): readonly [Endpoint, Endpoint] {
  const counterparts = counterpartsOf(flow.protocol);
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
