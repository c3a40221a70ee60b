/**
 * Octets on their way to a service: segments that came before their turn, and octets in order that a paused service has
 * not taken. What is held never exceeds the window that was offered.
 */
import { seqBefore, seqBeforeOrAt, seqDistance } from '@wormwood/wire';

interface Piece {
  readonly seq: number;
  readonly octets: Uint8Array;
}

/** A run of octets beyond the next one expected: what a SACK block says. */
export interface HeldRange {
  readonly start: number;
  readonly end: number;
}

/** Most connections never hold anything: these two stand for their empty queues. */
const NO_PIECES: Piece[] = [];
const NO_OCTETS: Uint8Array[] = [];

export class ReceiveQueue {
  /** Sorted by sequence number, without overlaps. */
  #early: Piece[] = NO_PIECES;
  #ready: Uint8Array[] = NO_OCTETS;
  #readyBytes = 0;
  #earlyBytes = 0;
  #latest = 0;

  /** Octets that take up window: in order, but not taken by the service. */
  get readyBytes(): number {
    return this.#readyBytes;
  }

  get earlyBytes(): number {
    return this.#earlyBytes;
  }

  /** Keeps a copy of octets for a paused service. */
  hold(octets: Uint8Array): void {
    if (this.#ready === NO_OCTETS) this.#ready = [];
    this.#ready.push(octets.slice());
    this.#readyBytes += octets.length;
  }

  /** Removes and returns the oldest octets in order, or undefined. */
  takeReady(): Uint8Array | undefined {
    const octets = this.#ready.shift();
    if (octets !== undefined) this.#readyBytes -= octets.length;
    return octets;
  }

  /** Keeps a copy of a segment that begins after the octet expected next; what it repeats is left out. */
  addEarly(seq: number, octets: Uint8Array): void {
    let start = seq;
    let left = octets;
    this.#latest = seq;
    const merged: Piece[] = [];
    for (const piece of this.#early) {
      const pieceEnd = (piece.seq + piece.octets.length) >>> 0;
      if (left.length > 0 && seqBefore(start, piece.seq)) {
        const before = Math.min(left.length, seqDistance(start, piece.seq));
        merged.push({ seq: start, octets: left.slice(0, before) });
        this.#earlyBytes += before;
        left = left.subarray(before);
        start = (start + before) >>> 0;
      }
      merged.push(piece);
      if (left.length > 0 && seqBefore(start, pieceEnd)) {
        const repeated = Math.min(left.length, seqDistance(start, pieceEnd));
        left = left.subarray(repeated);
        start = (start + repeated) >>> 0;
      }
    }
    if (left.length > 0) {
      merged.push({ seq: start, octets: left.slice() });
      this.#earlyBytes += left.length;
    }
    this.#early = merged;
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
