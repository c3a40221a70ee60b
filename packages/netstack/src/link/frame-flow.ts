/** Where a frame belongs: the flow that a file of its own, or a line of a log, is kept for. */
import { ethernet, etherType, type Flow, ipProtocol, ipv4, readU16, readU32, readU8 } from '@wormwood/wire';
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
    if (ethernet.check(bytes, start, end) !== undefined) return undefined;
    ipStart = start + ethernet.readHeaderLength(bytes, start);
    if (readU16(bytes, ipStart - 2) !== etherType.ipv4) return undefined;
  }
  if (ipv4.checkHeader(bytes, ipStart, end) !== undefined) return undefined;
  const protocol = readU8(bytes, ipStart + ipv4.field.protocol);
  const transportStart = ipStart + ipv4.readHeaderLength(bytes, ipStart);
  const hasPorts =
    (protocol === ipProtocol.tcp || protocol === ipProtocol.udp) &&
    ipv4.readFragmentOffset(bytes, ipStart) === 0 &&
    transportStart + 4 <= end;
  return {
    protocol,
    source: readU32(bytes, ipStart + ipv4.field.source),
    destination: readU32(bytes, ipStart + ipv4.field.destination),
    sourcePort: hasPorts ? readU16(bytes, transportStart) : 0,
    destinationPort: hasPorts ? readU16(bytes, transportStart + 2) : 0,
  };
}
