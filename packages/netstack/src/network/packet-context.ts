/** The packet at hand: one object, used again for every packet, so that the hot path allocates nothing. */
import type { StackHost } from '../host.ts';

export class PacketContext {
  /** Memory of the device, or a copy where the packet was put together from fragments. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Octets of the link header in `bytes`; equal offsets on a device without one. */
  linkStart = 0;
  ipStart = 0;
  transportStart = 0;
  end = 0;
  source = 0;
  destination = 0;
  protocol = 0;
  checksumsVerified = false;
  /** It came inside another packet, through a tunnel: the link header is that of the packet around it. */
  isCarried = false;
  /** Who answers at the destination. */
  host: StackHost | null = null;
  /** Seconds of the stack's clock. */
  nowSeconds = 0;
}
