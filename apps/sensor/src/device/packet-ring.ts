/**
 * An Ethernet interface through AF_PACKET with memory-mapped rings (Linux packet(7), TPACKET_V2 both ways): a frame costs
 * no system call and no copy. Slots are read as soon as they are filled, so a lone frame waits for nothing; V3 blocks
 * would hold it back until their timer, whose step is that of the kernel's clock.
 */
import type { FrameReceiver } from '@wormwood/netstack';
import * as libc from './libc.ts';
import type { SensorDevice } from './sensor-device.ts';
import { SlotRing } from './slot-ring.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
/** No script shall inherit it. */
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
const LENGTH = 4;
const CAPTURED = 8;
const MAC = 12;
const VLAN_TCI = 24;
const VLAN_TPID = 26;
const PACKET_TYPE = 32 + 10;
/** struct virtio_net_hdr, which begins what is sent. */
const VIRTIO_HEADER = 32;
const VIRTIO_HEADER_BYTES = 10;
/** In a virtio header: how much of the frame the kernel copies into the packet's own memory. */
const VIRTIO_COPIED = VIRTIO_HEADER + 2;
const TRANSMIT_DATA = VIRTIO_HEADER + VIRTIO_HEADER_BYTES;

const STATUS_KERNEL = 0;
const STATUS_USER = 1;
/** The slot holds the beginning only; the whole frame waits at the socket. */
const STATUS_COPY = 1 << 1;
/** The sender is on this machine and left the checksum to hardware that there is not. */
const STATUS_CHECKSUM_NOT_READY = 1 << 3;
const STATUS_VLAN_VALID = 1 << 4;
const STATUS_SEND_REQUEST = 1;
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
const COPIED_BYTES_MAX = 2048;

export interface PacketRingOptions {
  readonly interfaceName: string;
  /** @default 1500 */
  readonly mtuBytes?: number;
  /** Room for frames that wait to be received, in slots of 2 KiB. @default 16 MiB */
  readonly receiveBytes?: number;
  /** Room for frames that wait to be sent. @default 1 MiB */
  readonly transmitBytes?: number;
  /** Also take frames for other Ethernet addresses. @default true */
  readonly promiscuous?: boolean;
}

export class PacketRing implements SensorDevice {
  readonly medium = 'ethernet' as const;
  readonly mtuBytes: number;
  readonly transmitBuffer: Uint8Array;
  /** For `poll`: readable when a frame waits. */
  readonly fd: number;
  readonly #mapping: libc.Mapping;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;
  readonly #receive: SlotRing;
  readonly #transmit: SlotRing;
  readonly #oversize: Uint8Array = new Uint8Array(FRAME_BYTES_MAX);
  /** Slots handed over since all before were sent, and the last of them. */
  #queued = 0;
  #lastQueued = 0;

  /** Opens the interface; throws the system's error, `EPERM` without CAP_NET_RAW. */
  constructor(options: PacketRingOptions) {
    const { interfaceName, mtuBytes = 1500 } = options;
    const index = libc.interfaceIndex(interfaceName);
    if (index === 0) throw libc.systemError(`interface ${interfaceName}`);
    this.mtuBytes = mtuBytes;
    this.fd = libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (this.fd < 0) throw libc.systemError('packet socket');
    try {
      this.#setOption(PACKET_VERSION, TPACKET_V2);
      this.#setOption(PACKET_RESERVE, RESERVED_BYTES);
      this.#setOption(PACKET_VNET_HDR, 1);
      this.#setOption(PACKET_COPY_THRESH, FRAME_BYTES_MAX);
      // A frame that the kernel cannot send is skipped; it would stop all behind it.
      this.#setOption(PACKET_LOSS, 1);
      this.#setOption(PACKET_QDISC_BYPASS, 1);
      this.#trySetOption(PACKET_IGNORE_OUTGOING, 1);
      this.#receive = new SlotRing(0, options.receiveBytes ?? RECEIVE_BYTES, RECEIVE_SLOT_BYTES);
      const transmitBytes = options.transmitBytes ?? TRANSMIT_BYTES;
      this.#transmit = new SlotRing(this.#receive.end, transmitBytes, transmitSlotBytes(mtuBytes));
      this.#setOption(PACKET_RX_RING, this.#receive.request());
      this.#setOption(PACKET_TX_RING, this.#transmit.request());
      this.#mapping = libc.mapShared(this.fd, this.#transmit.end);
      if (libc.bind(this.fd, linkAddress(index), 20) < 0) throw libc.systemError(`bind to ${interfaceName}`);
      if (options.promiscuous ?? true) this.#joinPromiscuous(index);
    } catch (error) {
      libc.close(this.fd);
      throw error;
    }
    this.#bytes = new Uint8Array(this.#mapping.buffer);
    this.#words = new Int32Array(this.#mapping.buffer);
    this.#halves = new Uint16Array(this.#mapping.buffer);
    this.transmitBuffer = this.#bytes;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    const words = this.#words;
    let delivered = 0;
    while (delivered < budget) {
      const slot = this.#receive.at;
      const status = loadStatus(words, (slot + STATUS) >> 2);
      if ((status & STATUS_USER) === 0) break;
      if (this.#bytes[slot + PACKET_TYPE] !== PACKET_OUTGOING) {
        this.#deliver(slot, status, receiver);
        delivered++;
      } else if ((status & STATUS_COPY) !== 0) {
        libc.recv(this.fd, this.#oversize, FRAME_BYTES_MAX, MSG_DONTWAIT);
      }
      storeStatus(words, (slot + STATUS) >> 2, STATUS_KERNEL);
      this.#receive.advance();
    }
    return delivered;
  }

  reserve(): number {
    const slot = this.#transmit.at;
    // Statuses other than free: asked for, being sent, or refused as malformed.
    if (loadStatus(this.#words, (slot + STATUS) >> 2) !== STATUS_KERNEL) {
      this.flush();
      if (loadStatus(this.#words, (slot + STATUS) >> 2) !== STATUS_KERNEL) return -1;
    }
    return slot + TRANSMIT_DATA;
  }

  commit(lengthBytes: number): void {
    const slot = this.#transmit.at;
    this.#words[(slot + LENGTH) >> 2] = VIRTIO_HEADER_BYTES + lengthBytes;
    this.#halves[(slot + VIRTIO_COPIED) >> 1] = Math.min(lengthBytes, COPIED_BYTES_MAX);
    storeStatus(this.#words, (slot + STATUS) >> 2, STATUS_SEND_REQUEST);
    this.#transmit.advance();
    this.#lastQueued = slot;
    this.#queued++;
  }

  flush(): void {
    if (this.#queued === 0) return;
    libc.send(this.fd, null, 0, MSG_DONTWAIT);
    // The kernel stops where it finds no memory, and says so only if that was at the first frame.
    const status = loadStatus(this.#words, (this.#lastQueued + STATUS) >> 2);
    if (status !== STATUS_SEND_REQUEST) this.#queued = 0;
  }

  get hasUnsent(): boolean {
    return this.#queued > 0;
  }

  takeDropped(): number {
    const value = new Uint8Array(8);
    libc.getsockopt(this.fd, SOL_PACKET, PACKET_STATISTICS, value, [8]);
    return new Uint32Array(value.buffer)[1] ?? 0;
  }

  close(): void {
    this.#mapping.unmap();
    libc.close(this.fd);
  }

  #deliver(slot: number, status: number, receiver: FrameReceiver): void {
    const verified = (status & STATUS_CHECKSUM_NOT_READY) !== 0;
    if ((status & STATUS_COPY) !== 0) {
      const length = libc.recv(this.fd, this.#oversize, FRAME_BYTES_MAX, MSG_DONTWAIT);
      if (length > VIRTIO_HEADER_BYTES) receiver(this.#oversize, VIRTIO_HEADER_BYTES, length, verified);
      return;
    }
    let start = slot + this.#halves[(slot + MAC) >> 1]!;
    const end = start + this.#words[(slot + CAPTURED) >> 2]!;
    if ((status & STATUS_VLAN_VALID) !== 0) start = this.#restoreVlanTag(slot, start);
    receiver(this.#bytes, start, end, verified);
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

/**
 * A status word hands a slot over, so what was written before it must be seen before it. x86 keeps that order by itself,
 * and there a plain access costs a tenth of an atomic one.
 */
const KEEPS_ORDER = process.arch === 'x64';

function loadStatus(words: Int32Array, at: number): number {
  return KEEPS_ORDER ? words[at]! : Atomics.load(words, at);
}

function storeStatus(words: Int32Array, at: number, status: number): void {
  if (KEEPS_ORDER) words[at] = status;
  else Atomics.store(words, at, status);
}

/** What holds a slot's header and a frame with two VLAN tags. */
function transmitSlotBytes(mtuBytes: number): number {
  const needed = TRANSMIT_DATA + ETHERNET_HEADER_BYTES + 2 * VLAN_TAG_BYTES + mtuBytes;
  return Math.ceil(needed / CACHE_LINE_BYTES) * CACHE_LINE_BYTES;
}

/** struct sockaddr_ll: family, protocol in network order, interface. */
function linkAddress(interfaceIndex: number): Uint8Array {
  const address = new DataView(new ArrayBuffer(20));
  address.setUint16(0, AF_PACKET, true);
  address.setUint16(2, ETH_P_ALL, false);
  address.setInt32(4, interfaceIndex, true);
  return new Uint8Array(address.buffer);
}
