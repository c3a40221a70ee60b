/** Packets of either protocol without options and extension headers, and what is read of them. */
import { type IpAddress, ipv4, ipv6, isMalformed, readU8 } from '@wormwood/wire';

export interface Ends {
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

/** A packet that was received. */
export interface IpPacket extends Ends {
  readonly protocol: number;
  readonly payload: Uint8Array;
}

const HOP_LIMIT = 64;

/** A packet of the protocol that the addresses belong to. */
export function ipPacketOf(protocol: number, { source, destination }: Ends, payload: Uint8Array): Uint8Array {
  if (typeof source === 'bigint' && typeof destination === 'bigint') {
    const out = new Uint8Array(ipv6.HEADER_LENGTH + payload.length);
    const head = { trafficClass: 0, flowLabel: 0, hopLimit: HOP_LIMIT, extensions: [] };
    ipv6.emit({ ...head, protocol, source, destination, payload }, out);
    return out;
  }
  const out = new Uint8Array(ipv4.HEADER_LENGTH + payload.length);
  const flags = { reservedFlag: false, dontFragment: true, moreFragments: false, fragmentOffset: 0 };
  const head = { typeOfService: 0, identification: 0, timeToLive: HOP_LIMIT, options: [] };
  const ends = { source: Number(source), destination: Number(destination) };
  ipv4.emit({ ...flags, ...head, ...ends, protocol, payload }, out);
  return out;
}

/** Reads a packet of either protocol; null where its header is damaged, as far as that can be seen. */
export function readIpPacket(octets: Uint8Array): IpPacket | null {
  if (readU8(octets, 0) >>> 4 === 6) {
    const packet = ipv6.parse(octets);
    return isMalformed(packet) ? null : packet;
  }
  const packet = ipv4.parse(octets);
  return isMalformed(packet) || !ipv4.verifyChecksum(octets, 0) ? null : packet;
}

/** Whether a packet of IPv6 is damaged where no checksum covers it: the stack makes it with class and label 0, and that hop limit. */
export function hasUnseenDamage(octets: Uint8Array): boolean {
  if (readU8(octets, 0) >>> 4 !== 6) return false;
  return (
    octets[0] !== 0x60 || octets[1] !== 0 || octets[2] !== 0 || octets[3] !== 0 || octets[7] !== HOP_LIMIT
  );
}
