/** Where the parts of an IPv6 packet of a capture lie, and what it says as a message of neighbor discovery. */
import {
  icmpv6,
  ipProtocol,
  ipv6,
  isMalformed,
  readIpv6Address,
  readPseudoHeaderSumIpv6,
  readU16,
} from '@wormwood/wire';
import type { LinkMessage } from './link-owners.ts';

/** A packet whose headers are there. */
export interface Ipv6Packet {
  readonly source: bigint;
  readonly destination: bigint;
  readonly start: number;
  /** Where the fragment header stands; −1 where there is none. */
  readonly fragmentStart: number;
  /** An `ipProtocol`: of what stands behind the last extension header. */
  readonly protocol: number;
  readonly transportStart: number;
  readonly end: number;
}

/** RFC 4861 7.1: a message of neighbor discovery comes from no further than this link. */
const HOP_LIMIT_NDP = 255;

/**
 * Returns the packet that begins at `start`, or null for one that is malformed. Of a packet of which the capture kept only the
 * beginning, `isCut`, its end may be missing.
 */
export function locateIpv6(bytes: Uint8Array, start: number, isCut: boolean): Ipv6Packet | null {
  if (bytes.length - start < ipv6.HEADER_LENGTH || (bytes[start] ?? 0) >>> 4 !== 6) return null;
  const end = start + ipv6.HEADER_LENGTH + readU16(bytes, start + ipv6.field.payloadLength);
  if (end > bytes.length && !isCut) return null;
  const found = { protocol: 0, payloadStart: 0, fragmentStart: -1 };
  if (ipv6.scan(bytes, start, Math.min(end, bytes.length), found) !== undefined) return null;
  return {
    source: readIpv6Address(bytes, start + ipv6.field.source),
    destination: readIpv6Address(bytes, start + ipv6.field.destination),
    start,
    fragmentStart: found.fragmentStart,
    protocol: found.protocol,
    transportStart: found.payloadStart,
    end: Math.min(end, bytes.length),
  };
}

/**
 * Returns what a solicitation or an advertisement says of who has an address; null for any other packet, and for one that no
 * receiver believes. `frameMac` is where its frame came from.
 */
export function neighborMessageOf(
  bytes: Uint8Array,
  { start, source, protocol, transportStart, end }: Ipv6Packet,
  frameMac: number,
): LinkMessage | null {
  if (protocol !== ipProtocol.icmpv6 || bytes[start + ipv6.field.hopLimit] !== HOP_LIMIT_NDP) return null;
  const pseudoSum = readPseudoHeaderSumIpv6(bytes, start);
  if (!icmpv6.verifyChecksum(bytes, transportStart, end, pseudoSum)) return null;
  const message = icmpv6.parse(bytes, transportStart, end);
  if (isMalformed(message) || message.code !== 0) return null;
  if (message.kind === 'neighborSolicitation') {
    const senderMac = macOf(message.options, 'sourceLinkLayerAddress') ?? frameMac;
    return { asked: message.target, claimed: source === 0n ? null : source, senderMac, isReply: false };
  }
  if (message.kind !== 'neighborAdvertisement') return null;
  const senderMac = macOf(message.options, 'targetLinkLayerAddress') ?? frameMac;
  return { asked: null, claimed: message.target, senderMac, isReply: message.solicited };
}

/** Whether a message of ICMPv6 asks or answers nobody but the machines of its link: neighbor discovery, groups. */
export function isOfLink(type: number): boolean {
  const { multicastListenerQuery, redirect, multicastListenerReportV2 } = icmpv6.messageType;
  return (type >= multicastListenerQuery && type <= redirect) || type === multicastListenerReportV2;
}

type Options = Extract<icmpv6.Repr, { kind: 'neighborSolicitation' }>['options'];

function macOf(options: Options, kind: 'sourceLinkLayerAddress' | 'targetLinkLayerAddress'): number | null {
  for (const option of options) if (option.kind === kind) return option.mac;
  return null;
}
