/**
 * Whether the wire takes what a packet ring sends. A frame has left when the kernel gives its slot back. When nothing else was
 * sent for a while, the watchdog sends a frame from the interface to itself (Configuration Testing Protocol, EtherType 0x9000, as
 * routers use it as a keepalive), which a switch drops at the port that it came from.
 */
import { DeviceNews } from './device-news.ts';
import type { TransmitRing } from './transmit-ring.ts';

const MINIMAL_FRAME_BYTES = 60;
const CONFIGURATION_TESTING = 0x9000;
const MAC_OCTETS = 6;
/** An idle wire is tried this often. */
const PROBE_SECONDS = 5;
/** A frame that has not left after so long is stuck. */
const STUCK_SECONDS = 2;

export const LOOPBACK_FRAME_BYTES: number = MINIMAL_FRAME_BYTES;

/** What `net status` says about the device. */
export interface WireReport {
  /** `idle`: nothing was sent yet. */
  readonly state: 'sending' | 'stuck' | 'idle';
  readonly mtuBytes: number;
  readonly sent: number;
  /** Frames that the device refused and that were dropped; of these, frames longer than the MTU. */
  readonly refused: number;
  readonly tooLong: number;
  /** Since the last frame was seen to have left; null: none has. */
  readonly secondsSinceLeft: number | null;
}

export interface WireWatchParts {
  readonly interfaceName: string;
  readonly transmit: TransmitRing;
  isRunning(): boolean;
  mtuBytes(): number;
  sendProbe(): void;
}

export class WireWatch {
  readonly #parts: WireWatchParts;
  #nowSeconds = 0;
  #leftSeconds: number | null = null;
  /** Since when frames are handed over of which none was seen to leave; null: there are no such frames. */
  #triedSeconds: number | null = null;
  /** A frame that the kernel has taken and that has not been seen to leave, and how many it had taken by then. */
  #waitingSlot = -1;
  #waitingSent = 0;
  #handedBefore = 0;
  #isStuck = false;
  readonly #news: DeviceNews;

  constructor(parts: WireWatchParts) {
    this.#parts = parts;
    this.#news = new DeviceNews(parts.interfaceName, parts.mtuBytes());
  }

  /** Called about once a second; returns sentences about what has changed. */
  look(nowSeconds: number): readonly string[] {
    this.#nowSeconds = nowSeconds;
    if (this.#hasFrameLeft()) {
      this.#leftSeconds = nowSeconds;
      this.#triedSeconds = null;
    } else if (this.#wasHandedOver()) this.#triedSeconds ??= nowSeconds;
    const parts = this.#parts;
    const news = [...this.#news.take(parts.mtuBytes(), parts.transmit.counts()), ...this.#stuckNews()];
    const isSilent = nowSeconds - (this.#leftSeconds ?? Number.NEGATIVE_INFINITY) >= PROBE_SECONDS;
    if (isSilent || this.#triedSeconds !== null) {
      this.#parts.sendProbe();
      this.#triedSeconds ??= nowSeconds;
    }
    return news;
  }

  /** Whether a frame has left since the last look. */
  #hasFrameLeft(): boolean {
    const { transmit } = this.#parts;
    const { sent } = transmit.counts();
    const hadWaiting = this.#waitingSlot >= 0;
    // A ring that went round has given every slot back once.
    const hasLeft =
      hadWaiting && (transmit.isFree(this.#waitingSlot) || sent - this.#waitingSent >= transmit.slotCount);
    if (hadWaiting && !hasLeft) return false;
    if (sent === this.#waitingSent) {
      this.#waitingSlot = -1;
      return hasLeft;
    }
    this.#waitingSent = sent;
    this.#waitingSlot = transmit.isFree(transmit.lastSent) ? -1 : transmit.lastSent;
    return hasLeft || this.#waitingSlot < 0;
  }

  #wasHandedOver(): boolean {
    const { sent, refused } = this.#parts.transmit.counts();
    const before = this.#handedBefore;
    this.#handedBefore = sent + refused;
    return sent + refused > before || this.#waitingSlot >= 0 || this.#parts.transmit.hasUnsent;
  }

  report(): WireReport {
    const left = this.#leftSeconds;
    return {
      state: this.#isStuck ? 'stuck' : left === null ? 'idle' : 'sending',
      mtuBytes: this.#parts.mtuBytes(),
      ...this.#parts.transmit.counts(),
      secondsSinceLeft: left === null ? null : Math.max(0, this.#nowSeconds - left),
    };
  }

  #stuckNews(): readonly string[] {
    const { interfaceName } = this.#parts;
    const isStuck = this.#triedSeconds !== null && this.#nowSeconds - this.#triedSeconds >= STUCK_SECONDS;
    if (isStuck === this.#isStuck) return [];
    this.#isStuck = isStuck;
    if (!isStuck) return [`Frames leave ${interfaceName} again.`];
    const why = this.#parts.isRunning() ? '' : ', which is down or has no carrier';
    return [`No frame leaves ${interfaceName}${why}.`];
  }
}

/** Returns the frame with which an interface of this Ethernet address tests itself: a reply that skips nothing. */
export function loopbackFrame(linkAddress: number): Uint8Array {
  const frame = new Uint8Array(LOOPBACK_FRAME_BYTES);
  for (let i = 0; i < MAC_OCTETS; i++) {
    const octet = Math.floor(linkAddress / 2 ** (8 * (MAC_OCTETS - 1 - i))) % 256;
    frame[i] = octet;
    frame[MAC_OCTETS + i] = octet;
  }
  new DataView(frame.buffer).setUint16(2 * MAC_OCTETS, CONFIGURATION_TESTING);
  // Skip count 0, then function 1 (reply), little-endian; the receipt number is 0.
  frame[2 * MAC_OCTETS + 4] = 1;
  return frame;
}
