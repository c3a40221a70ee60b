/** The packet at hand: one object, used again for every packet, so that the hot path allocates nothing. */
import { ethernet, ipv4, readMac } from '@wormwood/wire';
import type { StackHost } from '../host.ts';

export class PacketContext {
  /** Memory of the device, or a copy where the packet was put together from fragments. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Octets of the link header in `bytes`; equal offsets on a device without one. */
  linkStart = 0;
  ipStart = 0;
  transportStart = 0;
  end = 0;
  isIpv6 = false;
  /** Words of the addresses (address-names.ts): names are held while the packet is at hand. */
  source = 0;
  destination = 0;
  /** 32 bits by which what the source may cause is counted: its address, or what stands for its network of 64 bits. */
  share = 0;
  protocol = 0;
  checksumsVerified = false;
  /** It came inside another packet, through a tunnel: the link header is that of the packet around it. */
  isCarried = false;
  /** Who answers at the destination. */
  host: StackHost | null = null;
  /** The Ethernet address from which it answers. */
  answersFrom = 0;
  /** Seconds of the stack's clock. */
  nowSeconds = 0;
  /** When it came, as exactly as the device knows: for what only differences between packets show. */
  arrivedSeconds = 0;

  /** The octet of the IP header that has DSCP and ECN (RFC 2474, RFC 3168). */
  get typeOfService(): number {
    const { bytes, ipStart } = this;
    return this.isIpv6
      ? ((bytes[ipStart]! & 0x0f) << 4) | (bytes[ipStart + 1]! >>> 4)
      : bytes[ipStart + ipv4.field.typeOfService]!;
  }

  /**
   * Whether the frame at hand went from somebody else to the Ethernet address of a host or to `own`, that of the stack: what goes
   * to a group or to another machine is not for us to answer. True where there is no Ethernet header.
   */
  isFrameFor(linkAddress: number | null, own: number): boolean {
    const { bytes, linkStart } = this;
    if (this.ipStart === linkStart) return true;
    const to = readMac(bytes, linkStart + ethernet.field.destination);
    if (to !== own && to !== linkAddress) return false;
    return readMac(bytes, linkStart + ethernet.field.source) !== to;
  }
}
