/**
 * Two devices joined in memory: what one commits and flushes, the other receives. The default medium of tests and of
 * the demonstration, and as fast as memory is.
 */
import { type FrameReceiver, type LinkDevice, ReusedFrame } from './device.ts';

export interface MemoryLinkOptions {
  /** @default 'ethernet' */
  readonly medium?: LinkDevice['medium'];
  /** @default 1500 */
  readonly mtuBytes?: number;
  /** Frames that wait in each direction before more are refused. @default 1024 */
  readonly slots?: number;
}

/** Room for link headers with two VLAN tags in front of the largest packet. */
const LINK_HEADER_BYTES_MAX = 22;

/** Returns the two ends of a link. */
export function memoryLink(options: MemoryLinkOptions = {}): readonly [MemoryDevice, MemoryDevice] {
  const { medium = 'ethernet', mtuBytes = 1500, slots = 1024 } = options;
  const there = new FrameQueue(slots, mtuBytes + LINK_HEADER_BYTES_MAX);
  const back = new FrameQueue(slots, mtuBytes + LINK_HEADER_BYTES_MAX);
  return [new MemoryDevice(medium, mtuBytes, there, back), new MemoryDevice(medium, mtuBytes, back, there)];
}

/** A ring of frames between one writer and one reader. */
class FrameQueue {
  readonly bytes: Uint8Array;
  readonly slotBytes: number;
  readonly #lengths: Uint32Array;
  readonly #slots: number;
  /** Frames ever committed, handed over by `flush`, and taken. */
  #committed = 0;
  #flushed = 0;
  #taken = 0;

  constructor(slots: number, slotBytes: number) {
    this.bytes = new Uint8Array(slots * slotBytes);
    this.slotBytes = slotBytes;
    this.#lengths = new Uint32Array(slots);
    this.#slots = slots;
  }

  get isFull(): boolean {
    return this.#committed - this.#taken === this.#slots;
  }

  get waiting(): number {
    return this.#flushed - this.#taken;
  }

  writeOffset(): number {
    return (this.#committed % this.#slots) * this.slotBytes;
  }

  commit(lengthBytes: number): void {
    this.#lengths[this.#committed % this.#slots] = lengthBytes;
    this.#committed++;
  }

  flush(): void {
    this.#flushed = this.#committed;
  }

  readOffset(): number {
    return (this.#taken % this.#slots) * this.slotBytes;
  }

  readLength(): number {
    return this.#lengths[this.#taken % this.#slots]!;
  }

  drop(): void {
    this.#taken++;
  }
}

/** One end of a link in memory. */
export class MemoryDevice implements LinkDevice {
  readonly medium: LinkDevice['medium'];
  /** May be lowered while the link is at work, as that of an interface may. */
  mtuBytes: number;
  readonly #outgoing: FrameQueue;
  readonly #incoming: FrameQueue;
  readonly #frame: ReusedFrame = new ReusedFrame();

  /** Made by `memoryLink`. */
  constructor(medium: LinkDevice['medium'], mtuBytes: number, outgoing: FrameQueue, incoming: FrameQueue) {
    this.medium = medium;
    this.mtuBytes = mtuBytes;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
  }

  get transmitBuffer(): Uint8Array {
    return this.#outgoing.bytes;
  }

  /** Frames that the other end has flushed and this one has not taken. */
  get waiting(): number {
    return this.#incoming.waiting;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    const queue = this.#incoming;
    let delivered = 0;
    while (delivered < budget && queue.waiting > 0) {
      const start = queue.readOffset();
      receiver(this.#frame.of(queue.bytes, start, start + queue.readLength()));
      queue.drop();
      delivered++;
    }
    return delivered;
  }

  reserve(): number {
    return this.#outgoing.isFull ? -1 : this.#outgoing.writeOffset();
  }

  commit(lengthBytes: number): void {
    this.#outgoing.commit(lengthBytes);
  }

  flush(): void {
    this.#outgoing.flush();
  }
}
