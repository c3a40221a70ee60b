/** The client's end of a link: frames of our own making at as many addresses as there are cases, and ARP for all of them. */
import { PacketRing } from '@wormwood/sensor';
import { arp, ethernet, etherType, ipv4, isMalformed, MAC_BROADCAST } from '@wormwood/wire';

/** Takes a whole IP packet of the host; the octets are the receiver's own. */
export type PacketReceiver = (packet: Uint8Array) => void;

const BATCH_FRAMES = 512;
const TURN_MS = 1;

export class RawClient {
  readonly #ring: PacketRing;
  readonly #linkAddress: number;
  readonly #receivers: Map<number, PacketReceiver> = new Map();
  #hostLinkAddress: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Must be called in the namespace of the interface. */
  constructor(interfaceName: string, linkAddress: number) {
    this.#ring = new PacketRing({ interfaceName });
    this.#linkAddress = linkAddress;
    this.#turn();
  }

  /** Hands what the host sends to an address to `receiver`. */
  join(address: number, receiver: PacketReceiver): void {
    this.#receivers.set(address, receiver);
  }

  leave(address: number): void {
    this.#receivers.delete(address);
  }

  /** Asks who has an address until somebody says so. */
  async find(host: number): Promise<void> {
    for (let tries = 0; tries < 100 && this.#hostLinkAddress === null; tries++) {
      this.#sendArp({
        operation: arp.operation.request,
        senderMac: this.#linkAddress,
        senderAddress: ((host & 0xffff_0000) | 0xfffe) >>> 0,
        targetMac: 0,
        targetAddress: host,
      });
      // oxlint-disable-next-line no-await-in-loop -- one question after the other
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (this.#hostLinkAddress === null) throw new Error('nobody answers ARP for the host');
  }

  send(packets: readonly Uint8Array[]): void {
    for (const payload of packets)
      this.#sendFrame(this.#hostLinkAddress ?? MAC_BROADCAST, etherType.ipv4, payload);
    this.#ring.flush();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#ring.close();
  }

  #turn(): void {
    const frames = this.#ring.receive(
      ({ bytes, start, end }) => this.#receive(bytes, start, end),
      BATCH_FRAMES,
    );
    this.#ring.flush();
    this.#timer = setTimeout(() => this.#turn(), frames > 0 ? 0 : TURN_MS);
  }

  #receive(bytes: Uint8Array, start: number, end: number): void {
    const frame = ethernet.parse(bytes, start, end);
    if (isMalformed(frame)) return;
    if (frame.etherType === etherType.arp) return this.#receiveArp(frame.payload);
    if (frame.etherType !== etherType.ipv4) return;
    const packet = ipv4.parse(frame.payload);
    if (isMalformed(packet)) return;
    this.#receivers.get(packet.destination)?.(frame.payload.slice(0, ipv4.length(packet)));
  }

  #receiveArp(octets: Uint8Array): void {
    const packet = arp.parse(octets);
    if (isMalformed(packet) || packet.senderMac === this.#linkAddress) return;
    if (packet.operation === arp.operation.reply) {
      this.#hostLinkAddress = packet.senderMac;
      return;
    }
    if (packet.senderAddress === packet.targetAddress || packet.senderAddress === 0) return;
    this.#sendArp({
      operation: arp.operation.reply,
      senderMac: this.#linkAddress,
      senderAddress: packet.targetAddress,
      targetMac: packet.senderMac,
      targetAddress: packet.senderAddress,
    });
  }

  #sendArp(repr: arp.Repr): void {
    const payload = new Uint8Array(arp.LENGTH);
    arp.emit(repr, payload);
    this.#sendFrame(repr.targetMac === 0 ? MAC_BROADCAST : repr.targetMac, etherType.arp, payload);
    this.#ring.flush();
  }

  #sendFrame(destination: number, type: number, payload: Uint8Array): void {
    const at = this.#ring.reserve();
    if (at < 0) throw new Error('the client has no room to send');
    const repr = { destination, source: this.#linkAddress, tags: [], etherType: type, payload };
    const end = ethernet.emit(repr, this.#ring.transmitBuffer, at);
    this.#ring.commit(Math.max(end - at, ETHERNET_FRAME_LENGTH_MIN));
  }
}

const ETHERNET_FRAME_LENGTH_MIN = 60;
