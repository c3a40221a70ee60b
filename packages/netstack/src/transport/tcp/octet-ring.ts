/**
 * Octets that wait in their order, a ring that grows up to a limit: what a service has written and the remote side has not
 * acknowledged, or what came and a paused service has not taken.
 */

const FIRST_CAPACITY = 4096;
const NO_OCTETS = new Uint8Array(0);
/**
 * Rings that nobody uses now, by size: a connection with nothing to send has none, so that it costs nothing to hold it, and
 * one that talks again need not wait for memory. What is in them is written over before it is read.
 */
const spareRings: Map<number, Uint8Array[]> = new Map();
/** Of each size. */
const SPARE_BYTES_MAX = 1 << 20;

export class OctetRing {
  readonly #limitBytes: number;
  #ring: Uint8Array = NO_OCTETS;
  #head = 0;
  #length = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Octets of memory that the ring takes. */
  get capacityBytes(): number {
    return this.#ring.length;
  }

  get room(): number {
    return this.#limitBytes - this.#length;
  }

  /** Takes as many octets as there is room for and returns how many. */
  write(octets: Uint8Array): number {
    const taken = Math.min(octets.length, this.room);
    if (taken <= 0) return 0;
    this.#ensure(this.#length + taken);
    const tail = (this.#head + this.#length) % this.#ring.length;
    const first = Math.min(taken, this.#ring.length - tail);
    this.#ring.set(octets.subarray(0, first), tail);
    this.#ring.set(octets.subarray(first, taken), 0);
    this.#length += taken;
    return taken;
  }

  /** Copies `length` octets that begin `offset` octets after the oldest one. */
  copyTo(out: Uint8Array, at: number, offset: number, length: number): void {
    const from = (this.#head + offset) % this.#ring.length;
    const first = Math.min(length, this.#ring.length - from);
    out.set(this.#ring.subarray(from, from + first), at);
    if (first < length) out.set(this.#ring.subarray(0, length - first), at + first);
  }

  /** Forgets the oldest octets: they were acknowledged, or taken. */
  drop(length: number): void {
    this.#length -= length;
    if (this.#length === 0) this.#release();
    else this.#head = (this.#head + length) % this.#ring.length;
  }

  #release(): void {
    putAside(this.#ring);
    this.#ring = NO_OCTETS;
    this.#head = 0;
  }

  #ensure(capacity: number): void {
    if (capacity <= this.#ring.length) return;
    let grown = Math.max(this.#ring.length, FIRST_CAPACITY);
    while (grown < capacity) grown *= 2;
    const ring = spareRings.get(grown)?.pop() ?? new Uint8Array(grown);
    if (this.#length > 0) this.copyTo(ring, 0, 0, this.#length);
    putAside(this.#ring);
    this.#ring = ring;
    this.#head = 0;
  }
}

function putAside(ring: Uint8Array): void {
  if (ring.length === 0) return;
  let spare = spareRings.get(ring.length);
  if (spare === undefined) spareRings.set(ring.length, (spare = []));
  if (spare.length * ring.length < SPARE_BYTES_MAX) spare.push(ring);
}
