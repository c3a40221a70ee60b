/** Where a frame belongs: the flow that a file of its own, or a line of a log, is kept for. */
import {
  checkEthernet,
  checkIpv4Header,
  etherType,
  type Flow,
  ipProtocol,
  ipv4Field,
  readEthernetHeaderLength,
  readIpv4FragmentOffset,
  readIpv4HeaderLength,
  readU16,
  readU32,
  readU8,
} from '@wormwood/wire';
import type { LinkDevice } from './device.ts';

/**
 * Returns the flow of an IPv4 packet as its sender sees it; an answer has both ends turned around. Ports are 0 where the
 * packet has none: in protocols without ports, and in all fragments but the first. Undefined for ARP and all else.
 */
export function flowOfFrame(
  medium: LinkDevice['medium'],
  bytes: Uint8Array,
  start: number,
  end: number,
): Flow | undefined {
  let ipStart = start;
  if (medium === 'ethernet') {
    if (checkEthernet(bytes, start, end) !== undefined) return undefined;
    ipStart = start + readEthernetHeaderLength(bytes, start);
    if (readU16(bytes, ipStart - 2) !== etherType.ipv4) return undefined;
  }
  if (checkIpv4Header(bytes, ipStart, end) !== undefined) return undefined;
  const protocol = readU8(bytes, ipStart + ipv4Field.protocol);
  const transportStart = ipStart + readIpv4HeaderLength(bytes, ipStart);
  const hasPorts =
    (protocol === ipProtocol.tcp || protocol === ipProtocol.udp) &&
    readIpv4FragmentOffset(bytes, ipStart) === 0 &&
    transportStart + 4 <= end;
  return {
    protocol,
    source: readU32(bytes, ipStart + ipv4Field.source),
    destination: readU32(bytes, ipStart + ipv4Field.destination),
    sourcePort: hasPorts ? readU16(bytes, transportStart) : 0,
    destinationPort: hasPorts ? readU16(bytes, transportStart + 2) : 0,
  };
}
