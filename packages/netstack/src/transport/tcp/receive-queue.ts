/**
 * Octets on their way to a service: segments that came before their turn, and octets in order that a paused service has
 * not taken. What is held never exceeds the window that was offered, and lies in a bounded number of pieces, so that neither
 * memory nor the time that a segment costs depends on how the remote side cuts its data.
 */
import { seqBefore, seqBeforeOrAt, seqDistance } from '@wormwood/wire';
import { OctetRing } from './octet-ring.ts';

interface Piece {
  readonly seq: number;
  readonly octets: Uint8Array;
}

/** A run of octets beyond the next one expected: what a SACK block says. */
export interface HeldRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Pieces held beyond a gap: a window of 64 KiB in segments of 536 octets. One more is not kept, so it is not acknowledged and the
 * remote side sends it again.
 */
const PIECES_MAX = 128;
/** What a piece costs besides its octets: two objects and their buffer, and its part of the queue; as measured. */
const PIECE_OVERHEAD_BYTES = 288;
/** More than any window that was offered without scaling. */
const READY_BYTES_MAX = 1 << 16;
/** A service that is paused again gets no more than this before it rests. */
const READY_PIECE_BYTES = 4096;
/** Most connections never hold anything: this stands for their empty queue. */
const NO_PIECES: Piece[] = [];

export class ReceiveQueue {
  /** Sorted by sequence number, without overlaps. */
  #early: Piece[] = NO_PIECES;
  readonly #ready: OctetRing = new OctetRing(READY_BYTES_MAX);
  #earlyBytes = 0;
  #latest = 0;

  /** Octets that take up window: in order, but not taken by the service. */
  get readyBytes(): number {
    return this.#ready.length;
  }

  get earlyBytes(): number {
    return this.#earlyBytes;
  }

  /** Octets of memory that all of this takes. */
  get capacityBytes(): number {
    return this.#ready.capacityBytes + this.#earlyBytes + PIECE_OVERHEAD_BYTES * this.#early.length;
  }

  /** Keeps a copy of octets for a paused service. */
  hold(octets: Uint8Array): void {
    this.#ready.write(octets);
  }

  /** Removes the oldest octets in order, a few thousand at most, and returns a copy. */
  takeReady(): Uint8Array {
    const octets = new Uint8Array(Math.min(READY_PIECE_BYTES, this.#ready.length));
    if (octets.length === 0) return octets;
    this.#ready.copyTo(octets, 0, 0, octets.length);
    this.#ready.drop(octets.length);
    return octets;
  }

  /** Keeps a copy of a segment that begins after the octet expected next; what it repeats is left out. */
  addEarly(seq: number, octets: Uint8Array): void {
    let start = seq;
    let left = octets;
    let places = PIECES_MAX - this.#early.length;
    if (places <= 0) return;
    this.#latest = seq;
    const merged: Piece[] = [];
    const keep = (length: number): void => {
      if (places-- <= 0) return;
      merged.push({ seq: start, octets: left.slice(0, length) });
      this.#earlyBytes += length;
    };
    const skip = (length: number): void => {
      left = left.subarray(length);
      start = (start + length) >>> 0;
    };
    for (const piece of this.#early) {
      const pieceEnd = (piece.seq + piece.octets.length) >>> 0;
      if (left.length > 0 && seqBefore(start, piece.seq)) {
        const before = Math.min(left.length, seqDistance(start, piece.seq));
        keep(before);
        skip(before);
      }
      merged.push(piece);
      if (left.length > 0 && seqBefore(start, pieceEnd))
        skip(Math.min(left.length, seqDistance(start, pieceEnd)));
    }
    if (left.length > 0) keep(left.length);
    this.#early = merged;
  }

  /** Forgets what is held beyond a gap, which the remote side has to send again (RFC 2018 8). */
  forgetEarly(): void {
    this.#early = NO_PIECES;
    this.#earlyBytes = 0;
  }

  /** Removes and returns the octets that follow `next`, or undefined while a gap is in front of them. */
  takeInOrder(next: number): Uint8Array | undefined {
    for (let piece = this.#early[0]; piece !== undefined; piece = this.#early[0]) {
      if (seqBefore(next, piece.seq)) return undefined;
      this.#early.shift();
      this.#earlyBytes -= piece.octets.length;
      const overlap = seqDistance(piece.seq, next);
      if (overlap < piece.octets.length) return piece.octets.subarray(overlap);
    }
    return undefined;
  }

  /** Ranges held beyond the gap, the one that grew last first (RFC 2018 section 4), at most `count`. */
  ranges(count: number): readonly HeldRange[] {
    const ranges: { start: number; end: number }[] = [];
    for (const { seq, octets } of this.#early) {
      const end = (seq + octets.length) >>> 0;
      const last = ranges.at(-1);
      if (last?.end === seq) last.end = end;
      else ranges.push({ start: seq, end });
    }
    const newest = ranges.findIndex(
      ({ start, end }) => seqBeforeOrAt(start, this.#latest) && seqBefore(this.#latest, end),
    );
    if (newest > 0) ranges.unshift(...ranges.splice(newest, 1));
    return ranges.slice(0, count);
  }
}
