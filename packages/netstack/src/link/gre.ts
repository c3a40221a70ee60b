/**
 * Carries IP packets in GRE (RFC 2784 over IPv4) between two addresses: as functions on packets, for a router that tunnels
 * some networks, and as a device, for a stack that lives at the far end of a tunnel. Checksum, key and sequence number of
 * RFC 2890 are not sent; what comes with them is taken.
 */
import { etherType, gre, ipProtocol, ipv4, isMalformed, readU16, readU32, readU8 } from '@wormwood/wire';
import { type FrameReceiver, type LinkDevice, ReusedFrame } from './device.ts';

/** Addresses of the two ends, ours first. */
export interface GreTunnel {
  readonly source: number;
  readonly destination: number;
}

/** Octets that the tunnel adds to a packet. */
export const GRE_OVERHEAD_BYTES: number = ipv4.HEADER_LENGTH + 4;

/** A tunnel is one hop: what is inside has its own time to live. */
const TIME_TO_LIVE = 64;

/**
 * Writes the IPv4 packet in [start, end) of `bytes`, carried through the tunnel, to `out` and returns the offset after it.
 * The outer header has the type of service of the inner one, and its DF flag (RFC 2784 leaves both open).
 */
export function encapsulate(
  { source, destination }: GreTunnel,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  offset: number,
): number {
  const flags = readU16(bytes, start + ipv4.field.flagsAndFragmentOffset);
  const inner = bytes.slice(start, end);
  const payload = new Uint8Array(4 + inner.length);
  gre.emit({ protocolType: etherType.ipv4, checksummed: false, payload: inner }, payload);
  return ipv4.emit(
    {
      typeOfService: readU8(bytes, start + ipv4.field.typeOfService),
      identification: readU16(bytes, start + ipv4.field.identification),
      reservedFlag: false,
      dontFragment: (flags & ipv4.flag.dontFragment) !== 0,
      moreFragments: false,
      fragmentOffset: 0,
      timeToLive: TIME_TO_LIVE,
      protocol: ipProtocol.gre,
      source,
      destination,
      options: [],
      payload,
    },
    out,
    offset,
  );
}

/**
 * Returns the IPv4 packet that came through the tunnel in the packet in [start, end), as a view; undefined where that is
 * none from its far end, is damaged, or is a fragment.
 */
export function decapsulate(
  { source, destination }: GreTunnel,
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array | undefined {
  if (ipv4.check(bytes, start, end) !== undefined || !ipv4.verifyChecksum(bytes, start)) return undefined;
  const isOurs =
    readU8(bytes, start + ipv4.field.protocol) === ipProtocol.gre &&
    readU32(bytes, start + ipv4.field.source) === destination &&
    readU32(bytes, start + ipv4.field.destination) === source;
  if (!isOurs || ipv4.isFragment(bytes, start)) return undefined;
  const greStart = start + ipv4.readHeaderLength(bytes, start);
  const greEnd = start + readU16(bytes, start + ipv4.field.totalLength);
  const tunneled = gre.parse(bytes, greStart, greEnd);
  if (isMalformed(tunneled) || tunneled.protocolType !== etherType.ipv4) return undefined;
  if (!gre.verifyChecksum(bytes, greStart, greEnd)) return undefined;
  return ipv4.check(tunneled.payload) === undefined ? tunneled.payload : undefined;
}

/** The far end of a tunnel over a device without link headers: what else comes on that device is left aside. */
export class GreDevice implements LinkDevice {
  readonly medium = 'ip';
  readonly #device: LinkDevice;
  readonly #tunnel: GreTunnel;
  readonly #frame: ReusedFrame = new ReusedFrame();
  #reserved = 0;

  constructor(device: LinkDevice, tunnel: GreTunnel) {
    this.#device = device;
    this.#tunnel = tunnel;
  }

  get mtuBytes(): number {
    return this.#device.mtuBytes - GRE_OVERHEAD_BYTES;
  }

  get transmitBuffer(): Uint8Array {
    return this.#device.transmitBuffer;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    return this.#device.receive(({ bytes, start, end }) => {
      const packet = decapsulate(this.#tunnel, bytes, start, end);
      if (packet !== undefined) receiver(this.#frame.of(packet, 0, packet.length));
    }, budget);
  }

  reserve(): number {
    this.#reserved = this.#device.reserve();
    return this.#reserved < 0 ? -1 : this.#reserved + GRE_OVERHEAD_BYTES;
  }

  commit(lengthBytes: number): void {
    const bytes = this.transmitBuffer;
    const start = this.#reserved + GRE_OVERHEAD_BYTES;
    const end = encapsulate(this.#tunnel, bytes, start, start + lengthBytes, bytes, this.#reserved);
    this.#device.commit(end - this.#reserved);
  }

  flush(): void {
    this.#device.flush();
  }
}
