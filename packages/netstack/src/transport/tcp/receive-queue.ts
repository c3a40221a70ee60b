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
const NO_NUMBERS: number[] = [];
/** Ranges whose order is kept: as many as an option holds without timestamps, and one that a merger may cost. */
const LATEST_MAX = 5;

export class ReceiveQueue {
  /** Sorted by sequence number, without overlaps. */
  #early: Piece[] = NO_PIECES;
  readonly #ready: OctetRing = new OctetRing(READY_BYTES_MAX);
  #earlyBytes = 0;
  /** Where the segments held beyond the gap began, the newest first, as far as they made ranges that can be reported. */
  #latest: number[] = NO_NUMBERS;
  /** Sequence number of a FIN beyond the gap; null while none came. */
  #earlyFin: number | null = null;
  /** Octets that came twice, to be reported once (RFC 2883 4). */
  #repeated: HeldRange | null = null;

  /** Octets that take up window: in order, but not taken by the service. */
  get readyBytes(): number {
    return this.#ready.length;
  }

  get earlyBytes(): number {
    return this.#earlyBytes;
  }

  /** Whether there is anything for a SACK option to report. */
  get hasRanges(): boolean {
    return this.#earlyBytes > 0 || this.#repeated !== null || this.#earlyFin !== null;
  }

  /** Nothing waits here for anything. */
  get isEmpty(): boolean {
    return this.readyBytes === 0 && !this.hasRanges;
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
    this.#latest = [seq, ...this.#latest.filter((begun) => begun !== seq)].slice(0, LATEST_MAX);
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
    this.#latest = NO_NUMBERS;
    this.#earlyFin = null;
    this.#repeated = null;
  }

  /** Keeps a FIN that came beyond the gap. */
  addEarlyFin(seq: number): void {
    this.#earlyFin = seq;
    this.#latest = [seq, ...this.#latest].slice(0, LATEST_MAX);
  }

  /** Whether a FIN that was kept is the next one expected; then it is kept no longer. */
  takeFinInOrder(next: number): boolean {
    if (this.#earlyFin === null || seqBefore(next, this.#earlyFin)) return false;
    const isNext = this.#earlyFin === next;
    this.#earlyFin = null;
    return isNext;
  }

  /** Octets came that were there already: the next acknowledgment says so. */
  noteRepeated(start: number, end: number): void {
    this.#repeated = { start, end };
  }

  /** Whether all octets of [start, end) are held beyond the gap. */
  holds(start: number, end: number): boolean {
    return this.#ranges().some((range) => seqBeforeOrAt(range.start, start) && seqBeforeOrAt(end, range.end));
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

  /**
   * What a SACK option reports, at most `count` ranges: octets that came twice, once (RFC 2883 4), then what is held beyond the
   * gap, the range that grew last first (RFC 2018 4).
   */
  takeRanges(count: number): readonly HeldRange[] {
    const reported = this.#repeated === null ? [] : [this.#repeated];
    this.#repeated = null;
    const left = this.#ranges();
    for (const seq of this.#latest) {
      const at = left.findIndex(({ start, end }) => seqBeforeOrAt(start, seq) && seqBefore(seq, end));
      if (at >= 0) reported.push(...left.splice(at, 1));
    }
    reported.push(...left);
    return reported.slice(0, count);
  }

  /** Runs of octets held beyond the gap, with the FIN behind them. */
  #ranges(): { start: number; end: number }[] {
    const ranges: { start: number; end: number }[] = [];
    for (const { seq, octets } of this.#early) {
      const end = (seq + octets.length) >>> 0;
      const last = ranges.at(-1);
      if (last?.end === seq) last.end = end;
      else ranges.push({ start: seq, end });
    }
    const fin = this.#earlyFin;
    if (fin === null) return ranges;
    const end = (fin + 1) >>> 0;
    const last = ranges.at(-1);
    if (last?.end === fin) last.end = end;
    else ranges.push({ start: fin, end });
    return ranges;
  }
}
