/**
 * An Ethernet interface through AF_PACKET with memory-mapped rings (Linux packet(7), TPACKET_V2 both ways): a frame costs
 * no system call and no copy. Slots are read as soon as they are filled, so a lone frame waits for nothing; V3 blocks
 * would hold it back until their timer, whose step is that of the kernel's clock.
 */
import { type FrameReceiver, ReusedFrame } from '@wormwood/netstack';
import { InterfaceFacts, type InterfaceState } from './interface-facts.ts';
import * as libc from './libc.ts';
import type { SensorDevice } from './sensor-device.ts';
import { SlotRing } from './slot-ring.ts';
import { loadStatus, storeStatus } from './slot-status.ts';
import { TransmitRing } from './transmit-ring.ts';
import { LOOPBACK_FRAME_BYTES, loopbackFrame, type WireReport, WireWatch } from './wire-watch.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
/** No script inherits it. */
const SOCK_CLOEXEC = 0o2000000;
const SOL_PACKET = 263;
const ETH_P_ALL = 3;
const MSG_DONTWAIT = 0x40;

/** Socket options of level SOL_PACKET. */
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_COPY_THRESH = 7;
const PACKET_VERSION = 10;
const PACKET_RESERVE = 12;
const PACKET_TX_RING = 13;
const PACKET_LOSS = 14;
const PACKET_VNET_HDR = 15;
const PACKET_QDISC_BYPASS = 20;
const PACKET_IGNORE_OUTGOING = 23;
const TPACKET_V2 = 1;
const PACKET_MR_PROMISC = 1;

/** Words of a TPACKET_V2 slot, in bytes from its start. */
const STATUS = 0;
const CAPTURED = 8;
const MAC = 12;
const SECONDS = 16;
const NANOSECONDS = 20;
const VLAN_TCI = 24;
const VLAN_TPID = 26;
const PACKET_TYPE = 32 + 10;
/** struct virtio_net_hdr, which precedes each frame. */
const VIRTIO_HEADER_BYTES = 10;

const STATUS_KERNEL = 0;
const STATUS_USER = 1;
/** The slot holds the beginning only; the whole frame waits at the socket. */
const STATUS_COPY = 1 << 1;
/** The sender is on this machine and left the checksum to hardware, which a virtual interface does not have. */
const STATUS_CHECKSUM_NOT_READY = 1 << 3;
const STATUS_VLAN_VALID = 1 << 4;
const PACKET_OUTGOING = 4;

const CACHE_LINE_BYTES = 64;
/** An odd number of cache lines: at a distance of 2 KiB the headers of all slots would share a few sets of the cache. */
const RECEIVE_SLOT_BYTES = 2048 + CACHE_LINE_BYTES;
const RECEIVE_BYTES = 16 << 20;
/** Few enough to stay in the cache; frames that leave at once free their slot at once. */
const TRANSMIT_BYTES = 1 << 20;
const VLAN_TAG_BYTES = 4;
/** Room before a received frame: for its VLAN tag, and such that its IP header lies on a multiple of 16. */
const RESERVED_BYTES = 6;
const ETHERNET_HEADER_BYTES = 14;
const FRAME_BYTES_MAX = 65_536 + ETHERNET_HEADER_BYTES + VIRTIO_HEADER_BYTES;
/** Slots are made for an MTU of so much at least, so that an interface may be given it later. */
const MTU_BYTES_LEAST = 1500;

export interface PacketRingOptions {
  readonly interfaceName: string;
  /** Room for frames that wait to be received, in slots of 2 KiB. @default 16 MiB */
  readonly receiveBytes?: number;
  /** Room for frames that wait to be sent. @default 1 MiB */
  readonly transmitBytes?: number;
  /** Of the interface: where the frames of the watchdog go. @default there are none */
  readonly linkAddress?: number;
  /** Also take frames for other Ethernet addresses. @default true */
  readonly promiscuous?: boolean;
}

export class PacketRing implements SensorDevice {
  readonly medium = 'ethernet' as const;
  readonly transmitBuffer: Uint8Array;
  /** For `poll`: readable when a frame waits. */
  readonly fd: number;
  readonly #mapping: libc.Mapping;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;
  readonly #receive: SlotRing;
  readonly #transmit: TransmitRing;
  readonly #facts: InterfaceFacts;
  readonly #watch: WireWatch;
  readonly #frame: ReusedFrame = new ReusedFrame();
  readonly #oversize: Uint8Array = new Uint8Array(FRAME_BYTES_MAX);
  /** What slots have room for, and what the interface takes now. */
  readonly #mtuBytesMax: number;
  #mtuBytes: number;

  /** Opens the interface; throws the system's error, `EPERM` without CAP_NET_RAW. */
  constructor(options: PacketRingOptions) {
    const { interfaceName } = options;
    const index = libc.interfaceIndex(interfaceName);
    if (index === 0) throw libc.systemError(`interface ${interfaceName}`);
    this.#facts = new InterfaceFacts(index);
    this.fd = libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    try {
      if (this.fd < 0) throw libc.systemError('packet socket');
      const mtuBytes = this.#facts.mtuBytes() ?? MTU_BYTES_LEAST;
      this.#mtuBytes = mtuBytes;
      this.#mtuBytesMax = Math.max(mtuBytes, MTU_BYTES_LEAST);
      this.#setOptions();
      this.#receive = new SlotRing(0, options.receiveBytes ?? RECEIVE_BYTES, RECEIVE_SLOT_BYTES);
      const slotBytes = TransmitRing.slotBytes(this.#mtuBytesMax);
      const slots = new SlotRing(this.#receive.end, options.transmitBytes ?? TRANSMIT_BYTES, slotBytes);
      this.#setOption(PACKET_RX_RING, this.#receive.request());
      this.#setOption(PACKET_TX_RING, slots.request());
      this.#mapping = libc.mapShared(this.fd, slots.end);
      if (libc.bind(this.fd, socketAddress(index), 20) < 0)
        throw libc.systemError(`bind to ${interfaceName}`);
      if (options.promiscuous ?? true) this.#joinPromiscuous(index);
      this.#transmit = this.#transmitRing(slots);
    } catch (error) {
      this.#facts.close();
      if (this.fd >= 0) libc.close(this.fd);
      throw error;
    }
    this.#bytes = new Uint8Array(this.#mapping.buffer);
    this.#words = new Int32Array(this.#mapping.buffer);
    this.#halves = new Uint16Array(this.#mapping.buffer);
    this.transmitBuffer = this.#bytes;
    this.#watch = new WireWatch({
      interfaceName,
      transmit: this.#transmit,
      isRunning: () => this.#facts.isRunning(),
      mtuBytes: () => this.#mtuBytes,
      sendProbe: () => this.#sendProbe(options.linkAddress ?? 0),
    });
  }

  /** Largest IP packet that the interface takes now. */
  get mtuBytes(): number {
    return this.#mtuBytes;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    const words = this.#words;
    let delivered = 0;
    while (delivered < budget) {
      const slot = this.#receive.at;
      const status = loadStatus(words, (slot + STATUS) >> 2);
      if ((status & STATUS_USER) === 0) break;
      try {
        if (this.#bytes[slot + PACKET_TYPE] !== PACKET_OUTGOING) {
          delivered++;
          this.#deliver(slot, status, receiver);
        } else if ((status & STATUS_COPY) !== 0) {
          libc.recv(this.fd, this.#oversize, FRAME_BYTES_MAX, MSG_DONTWAIT);
        }
      } finally {
        // A frame at which the receiver fails must not come again.
        storeStatus(words, (slot + STATUS) >> 2, STATUS_KERNEL);
        this.#receive.advance();
      }
    }
    return delivered;
  }

  reserve(): number {
    return this.#transmit.reserve();
  }

  commit(lengthBytes: number): void {
    this.#transmit.commit(lengthBytes);
  }

  flush(): void {
    this.#transmit.flush();
  }

  get hasUnsent(): boolean {
    return this.#transmit.hasUnsent;
  }

  look(nowSeconds: number): readonly string[] {
    this.#askMtu();
    return this.#watch.look(nowSeconds);
  }

  state(): InterfaceState {
    return this.#facts.state();
  }

  interfaceName(): string | null {
    return this.#facts.name();
  }

  wire(): WireReport {
    return this.#watch.report();
  }

  takeDropped(): number {
    const value = new Uint8Array(8);
    libc.getsockopt(this.fd, SOL_PACKET, PACKET_STATISTICS, value, [8]);
    return new Uint32Array(value.buffer)[1] ?? 0;
  }

  close(): void {
    this.#mapping.unmap();
    libc.close(this.fd);
    this.#facts.close();
  }

  #deliver(slot: number, status: number, receiver: FrameReceiver): void {
    const verified = (status & STATUS_CHECKSUM_NOT_READY) !== 0;
    if ((status & STATUS_COPY) !== 0) {
      const length = libc.recv(this.fd, this.#oversize, FRAME_BYTES_MAX, MSG_DONTWAIT);
      if (length > VIRTIO_HEADER_BYTES)
        receiver(this.#frame.of(this.#oversize, VIRTIO_HEADER_BYTES, length, verified));
      return;
    }
    let start = slot + this.#halves[(slot + MAC) >> 1]!;
    const end = start + this.#words[(slot + CAPTURED) >> 2]!;
    if ((status & STATUS_VLAN_VALID) !== 0) start = this.#restoreVlanTag(slot, start);
    this.#frame.arrivedSeconds =
      (this.#words[(slot + SECONDS) >> 2]! >>> 0) + this.#words[(slot + NANOSECONDS) >> 2]! * 1e-9;
    receiver(this.#frame.of(this.#bytes, start, end, verified));
  }

  /** The kernel takes the outermost tag out of the frame; it goes back into the room that PACKET_RESERVE left. */
  #restoreVlanTag(slot: number, start: number): number {
    const bytes = this.#bytes;
    bytes.copyWithin(start - VLAN_TAG_BYTES, start, start + 12);
    const tci = this.#halves[(slot + VLAN_TCI) >> 1]!;
    const tpid = this.#halves[(slot + VLAN_TPID) >> 1]! || 0x8100;
    bytes[start + 8] = tpid >> 8;
    bytes[start + 9] = tpid;
    bytes[start + 10] = tci >> 8;
    bytes[start + 11] = tci;
    return start - VLAN_TAG_BYTES;
  }

  #setOptions(): void {
    this.#setOption(PACKET_VERSION, TPACKET_V2);
    this.#setOption(PACKET_RESERVE, RESERVED_BYTES);
    this.#setOption(PACKET_VNET_HDR, 1);
    this.#setOption(PACKET_COPY_THRESH, FRAME_BYTES_MAX);
    // The kernel passes over a malformed slot instead of stopping at it.
    this.#setOption(PACKET_LOSS, 1);
    this.#setOption(PACKET_QDISC_BYPASS, 1);
    this.#trySetOption(PACKET_IGNORE_OUTGOING, 1);
  }

  #transmitRing(slots: SlotRing): TransmitRing {
    return new TransmitRing({
      buffer: this.#mapping.buffer,
      slots,
      kick: () => void libc.send(this.fd, null, 0, MSG_DONTWAIT),
      mtuBytes: () => this.#mtuBytes,
      askMtu: () => this.#askMtu(),
      nowMs: () => performance.now(),
    });
  }

  #askMtu(): void {
    const mtuBytes = this.#facts.mtuBytes();
    if (mtuBytes !== null) this.#mtuBytes = Math.min(mtuBytes, this.#mtuBytesMax);
  }

  /** Queues a frame from the interface to itself; no switch passes it on. */
  #sendProbe(linkAddress: number): void {
    const at = linkAddress === 0 ? -1 : this.reserve();
    if (at < 0) return;
    this.#bytes.set(loopbackFrame(linkAddress), at);
    this.commit(LOOPBACK_FRAME_BYTES);
    this.flush();
  }

  #setOption(name: number, value: number | Uint8Array): void {
    if (this.#trySetOption(name, value) < 0) throw libc.systemError(`packet socket option ${name}`);
  }

  #trySetOption(name: number, value: number | Uint8Array): number {
    const bytes = typeof value === 'number' ? new Uint8Array(Uint32Array.of(value).buffer) : value;
    return libc.setsockopt(this.fd, SOL_PACKET, name, bytes, bytes.length);
  }

  #joinPromiscuous(index: number): void {
    const request = new DataView(new ArrayBuffer(16));
    request.setInt32(0, index, true);
    request.setUint16(4, PACKET_MR_PROMISC, true);
    this.#setOption(PACKET_ADD_MEMBERSHIP, new Uint8Array(request.buffer));
  }
}

/** struct sockaddr_ll: family, protocol in network order, interface. */
function socketAddress(interfaceIndex: number): Uint8Array {
  const address = new DataView(new ArrayBuffer(20));
  address.setUint16(0, AF_PACKET, true);
  address.setUint16(2, ETH_P_ALL, false);
  address.setInt32(4, interfaceIndex, true);
  return new Uint8Array(address.buffer);
}
