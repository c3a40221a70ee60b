/**
 * The transmit half of a packet ring (Linux packet(7), TPACKET_V2). The kernel takes slots in their order and stops at one that
 * the driver refuses; it then offers the same slot again at every call. A frame that is longer than the MTU, or that is refused
 * for longer than a moment, is therefore dropped here and counted, so that no frame holds up those behind it.
 */
import type { TransmitCounts } from './device-news.ts';
import type { SlotRing } from './slot-ring.ts';
import { loadStatus, storeStatus } from './slot-status.ts';

/** Words of a TPACKET_V2 slot, in octets from its start. */
const STATUS = 0;
const LENGTH = 4;
/** struct virtio_net_hdr, which precedes the frame. */
const VIRTIO_HEADER = 32;
const VIRTIO_HEADER_BYTES = 10;
/** In a virtio header: how much of the frame the kernel copies into the packet's own memory. */
const VIRTIO_COPIED = VIRTIO_HEADER + 2;
const DATA = VIRTIO_HEADER + VIRTIO_HEADER_BYTES;
const COPIED_BYTES_MAX = 2048;

const STATUS_AVAILABLE = 0;
const STATUS_SEND_REQUEST = 1;

const CACHE_LINE_BYTES = 64;
const ETHERNET_HEADER_BYTES = 14;
const ETHER_TYPE = 12;
const VLAN_TAG_BYTES = 4;
const VLAN_TAGS_MAX = 2;
const VLAN_TYPES: ReadonlySet<number> = new Set([0x8100, 0x88a8]);
/** Room behind the longest frame: whoever writes one too many options writes into no other slot. */
const SLACK_BYTES = 256;
/** How long a frame may be refused. A full queue of a driver or of a veth peer empties within this time. */
const REFUSED_MS_MAX = 20;
/** How long a length that did not get through is believed to be too long. */
const LIMIT_MS = 1000;
/** An invalid length: the kernel passes over the slot, for the socket has PACKET_LOSS. */
const NOTHING = 0;

export interface TransmitRingParts {
  readonly buffer: ArrayBuffer;
  readonly slots: SlotRing;
  /** Asks the kernel to send what is queued; returns at once. */
  kick(): void;
  /** The MTU of the interface as it is known. */
  mtuBytes(): number;
  /** Asks the kernel for the MTU. */
  askMtu(): void;
  /** Milliseconds of a clock that never goes back. */
  nowMs(): number;
}

export class TransmitRing {
  readonly #parts: TransmitRingParts;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;
  /** Where the next frame goes, and the oldest slot that the kernel has not taken. */
  readonly #slots: SlotRing;
  readonly #oldest: SlotRing;
  /** Slots that wait for the kernel, and those among them whose frame was dropped. */
  #queued = 0;
  #queuedDropped = 0;
  #lastQueued = -1;
  /** The slot of the frame that the kernel took last. */
  #lastSent = -1;
  #sent = 0;
  #refused = 0;
  #tooLong = 0;
  /** Since when the oldest slot has been refused; null: it has not. */
  #refusedSinceMs: number | null = null;
  /** Longer frames are dropped at once until the time given: one such was refused, and a shorter one right behind it was not. */
  #limitBytes = Number.POSITIVE_INFINITY;
  #limitUntilMs = 0;

  constructor(parts: TransmitRingParts) {
    this.#parts = parts;
    this.#bytes = new Uint8Array(parts.buffer);
    this.#words = new Int32Array(parts.buffer);
    this.#halves = new Uint16Array(parts.buffer);
    this.#slots = parts.slots;
    this.#oldest = parts.slots.copy();
  }

  /** How large a slot must be for frames of this MTU, in octets. */
  static slotBytes(mtuBytes: number): number {
    const frame = ETHERNET_HEADER_BYTES + VLAN_TAGS_MAX * VLAN_TAG_BYTES + mtuBytes;
    return Math.ceil((DATA + frame + SLACK_BYTES) / CACHE_LINE_BYTES) * CACHE_LINE_BYTES;
  }

  /** Returns where the next frame may be written, or -1 while all slots are in use. */
  reserve(): number {
    const slot = this.#slots.at;
    if (this.#statusAt(slot) !== STATUS_AVAILABLE) {
      this.flush();
      if (this.#statusAt(slot) !== STATUS_AVAILABLE) return -1;
    }
    return slot + DATA;
  }

  /** Queues the frame written at the offset that `reserve` returned last, unless it is known to be too long. */
  commit(lengthBytes: number): void {
    const slot = this.#slots.at;
    if (lengthBytes > this.#parts.mtuBytes() + ETHERNET_HEADER_BYTES && this.#isTooLong(slot, lengthBytes)) {
      this.#tooLong++;
      this.#refused++;
      return;
    }
    if (lengthBytes > this.#limitBytes && this.#isLimited()) {
      this.#refused++;
      return;
    }
    this.#words[(slot + LENGTH) >> 2] = VIRTIO_HEADER_BYTES + lengthBytes;
    this.#halves[(slot + VIRTIO_COPIED) >> 1] = Math.min(lengthBytes, COPIED_BYTES_MAX);
    storeStatus(this.#words, (slot + STATUS) >> 2, STATUS_SEND_REQUEST);
    this.#slots.advance();
    this.#lastQueued = slot;
    this.#queued++;
  }

  flush(): void {
    if (this.#queued === 0) return;
    this.#parts.kick();
    // The kernel stops where it cannot go on, and reports an error only if that was at the first frame.
    if (this.#statusAt(this.#lastQueued) !== STATUS_SEND_REQUEST) this.#settle();
    else this.#passRefused();
  }

  /** True while frames wait for the kernel: `flush` has to be called again soon. */
  get hasUnsent(): boolean {
    return this.#queued > 0;
  }

  /** The slot of the frame that the kernel took last; -1: it has taken none. */
  get lastSent(): number {
    return this.#lastSent;
  }

  /** Whether the kernel has given the slot back, which it does when the interface is done with its frame. */
  isFree(slot: number): boolean {
    return this.#statusAt(slot) === STATUS_AVAILABLE;
  }

  get slotCount(): number {
    return this.#slots.count;
  }

  counts(): TransmitCounts {
    return { sent: this.#sent, refused: this.#refused, tooLong: this.#tooLong };
  }

  #settle(): void {
    if (this.#lengthAt(this.#lastQueued) !== NOTHING) this.#lastSent = this.#lastQueued;
    this.#noteTaken(this.#queued - this.#queuedDropped);
    this.#queued = 0;
    this.#queuedDropped = 0;
    this.#oldest.moveTo(this.#slots);
  }

  /** The kernel has taken `frames`: nothing is refused for now. */
  #noteTaken(frames: number): void {
    if (frames === 0) return;
    this.#sent += frames;
    this.#refusedSinceMs = null;
  }

  /** Drops the oldest frame, and those behind it that are refused as well, once it has been refused for good. */
  #passRefused(): void {
    for (;;) {
      this.#passTaken();
      if (this.#queued === 0) return;
      const slot = this.#oldest.at;
      const lengthBytes = this.#lengthAt(slot) - VIRTIO_HEADER_BYTES;
      if (lengthBytes < 0) return this.#dropAll();
      if (this.#refusedSinceMs === null) this.#parts.askMtu();
      const now = this.#parts.nowMs();
      this.#refusedSinceMs ??= now;
      const isTooLong = this.#isTooLong(slot, lengthBytes);
      const isOver = now - this.#refusedSinceMs >= REFUSED_MS_MAX;
      if (!isTooLong && !isOver && !(lengthBytes > this.#limitBytes && this.#isLimited())) return;
      if (isTooLong) this.#tooLong++;
      this.#drop(slot);
      this.#parts.kick();
      if (!isTooLong && this.#hasTakenShorter(lengthBytes)) {
        this.#limitBytes = lengthBytes - 1;
        this.#limitUntilMs = now + LIMIT_MS;
      }
    }
  }

  /** Whether the kernel has taken the slot behind the oldest one, and its frame is shorter than the one that was refused. */
  #hasTakenShorter(lengthBytes: number): boolean {
    if (this.#queued < 2) return false;
    const next = this.#oldest.copy();
    next.advance();
    const nextBytes = this.#lengthAt(next.at) - VIRTIO_HEADER_BYTES;
    return this.#statusAt(next.at) !== STATUS_SEND_REQUEST && nextBytes > 0 && nextBytes < lengthBytes;
  }

  /** Passes over the slots that the kernel has taken. */
  #passTaken(): void {
    let taken = 0;
    while (this.#queued > 0 && this.#statusAt(this.#oldest.at) !== STATUS_SEND_REQUEST) {
      if (this.#lengthAt(this.#oldest.at) === NOTHING) this.#queuedDropped--;
      else {
        this.#lastSent = this.#oldest.at;
        taken++;
      }
      this.#queued--;
      this.#oldest.advance();
    }
    this.#noteTaken(taken);
  }

  /** The kernel does not even pass over a dropped frame, as while the interface is down: what waits is stale later. */
  #dropAll(): void {
    const at = this.#oldest.copy();
    for (let i = 0; i < this.#queued; i++) {
      if (this.#lengthAt(at.at) !== NOTHING) this.#drop(at.at);
      at.advance();
    }
  }

  #drop(slot: number): void {
    this.#words[(slot + LENGTH) >> 2] = NOTHING;
    this.#queuedDropped++;
    this.#refused++;
  }

  /** A VLAN tag does not count towards the MTU (IEEE 802.3, 3.2.7). */
  #isTooLong(slot: number, lengthBytes: number): boolean {
    let headerBytes = ETHERNET_HEADER_BYTES;
    for (let tags = 0; tags < VLAN_TAGS_MAX; tags++) {
      const at = slot + DATA + ETHER_TYPE + tags * VLAN_TAG_BYTES;
      if (!VLAN_TYPES.has((this.#bytes[at]! << 8) | this.#bytes[at + 1]!)) break;
      headerBytes += VLAN_TAG_BYTES;
    }
    return lengthBytes > this.#parts.mtuBytes() + headerBytes;
  }

  #isLimited(): boolean {
    return this.#parts.nowMs() < this.#limitUntilMs;
  }

  #lengthAt(slot: number): number {
    return this.#words[(slot + LENGTH) >> 2]!;
  }

  #statusAt(slot: number): number {
    return loadStatus(this.#words, (slot + STATUS) >> 2);
  }
}
