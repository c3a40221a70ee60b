/** The slots of a packet ring (Linux packet(7)): blocks of memory, in each as many slots as fit. */

const BLOCK_BYTES = 1 << 20;

export class SlotRing {
  /** Where the slot at hand begins in the mapping, in octets. */
  at: number;
  readonly end: number;
  readonly #start: number;
  readonly #slotBytes: number;
  readonly #slotsInBlock: number;
  #left: number;

  /** A ring of `totalBytes`, a multiple of 1 MiB, from `start` on; `slotBytes` is a multiple of 16. */
  constructor(start: number, totalBytes: number, slotBytes: number) {
    this.at = start;
    this.end = start + totalBytes;
    this.#start = start;
    this.#slotBytes = slotBytes;
    this.#slotsInBlock = Math.floor(BLOCK_BYTES / slotBytes);
    this.#left = this.#slotsInBlock;
  }

  /** How many slots there are. */
  get count(): number {
    return ((this.end - this.#start) / BLOCK_BYTES) * this.#slotsInBlock;
  }

  /** Goes on to the next slot, behind the last one to the first. */
  advance(): void {
    this.at += this.#slotBytes;
    if (--this.#left > 0) return;
    this.#left = this.#slotsInBlock;
    // What a block has left behind its last slot is not used.
    this.at += BLOCK_BYTES - this.#slotsInBlock * this.#slotBytes;
    if (this.at === this.end) this.at = this.#start;
  }

  /** Returns a ring of the same slots that stands at the same one. */
  copy(): SlotRing {
    const copy = new SlotRing(this.#start, this.end - this.#start, this.#slotBytes);
    copy.moveTo(this);
    return copy;
  }

  /** Goes to the slot at which another ring of the same slots stands. */
  moveTo(other: SlotRing): void {
    this.at = other.at;
    this.#left = other.#left;
  }

  /** struct tpacket_req: what the kernel is asked for. */
  request(): Uint8Array {
    const blocks = (this.end - this.#start) / BLOCK_BYTES;
    const words = Uint32Array.of(BLOCK_BYTES, blocks, this.#slotBytes, this.count);
    return new Uint8Array(words.buffer);
  }
}
