/**
 * What the remote side holds beyond the oldest octet that it has not acknowledged (RFC 2018), and what follows from it:
 * which octets are lost and how many are still on their way (RFC 6675). Offsets count from SND.UNA.
 */

/** RFC 6675 2: DupThresh. */
const RANGES_FOR_LOSS = 3;
/** Ranges kept; what would be one more is not believed, so that nobody fills our memory with single octets. */
const RANGES_MAX = 64;
const RANGE_BYTES = 64;

interface Range {
  start: number;
  end: number;
}

/** A run of octets to be sent again. */
export interface Hole {
  readonly offset: number;
  readonly length: number;
}

/** Stands for the board of a connection that has lost nothing: it is replaced, never written to. */
const NO_RANGES: Range[] = [];

export class Scoreboard {
  /** Sorted, apart from each other. */
  #ranges: Range[] = NO_RANGES;
  /** HighRxt: holes before it were sent again already. */
  #repeatedUntil = 0;

  /** Octets of memory that the ranges take, about. */
  get capacityBytes(): number {
    return RANGE_BYTES * this.#ranges.length;
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  /** Whether the oldest octet was sent again since the last timeout. */
  get hasRepeatedOldest(): boolean {
    return this.#repeatedUntil > 0;
  }

  /** The oldest `octets` were acknowledged. */
  acknowledge(octets: number): void {
    this.#repeatedUntil = Math.max(0, this.#repeatedUntil - octets);
    for (const range of this.#ranges) {
      range.start = Math.max(0, range.start - octets);
      range.end -= octets;
    }
    while (this.#ranges[0] !== undefined && this.#ranges[0].end <= 0) this.#ranges.shift();
    // What begins at the acknowledged octet belongs to a remote side that has forgotten it again.
    if (this.#ranges[0]?.start === 0) this.#ranges.shift();
  }

  /** The remote side holds the octets from `start` to `end`, of which `inFlight` can exist. */
  add(start: number, end: number, inFlight: number): void {
    if (start <= 0 || end <= start || end > inFlight) return;
    const kept = this.#ranges.filter((range) => range.end < start || range.start > end);
    const touched = this.#ranges.filter((range) => range.end >= start && range.start <= end);
    const merged = {
      start: Math.min(start, ...touched.map((range) => range.start)),
      end: Math.max(end, ...touched.map((range) => range.end)),
    };
    if (kept.length >= RANGES_MAX) return;
    const at = kept.findIndex((range) => range.start > merged.start);
    kept.splice(at < 0 ? kept.length : at, 0, merged);
    this.#ranges = kept;
  }

  /** RFC 2018 8: after a timeout nothing that was told is believed. */
  clear(): void {
    this.#ranges = NO_RANGES;
    this.#repeatedUntil = 0;
  }

  /** RFC 6675 4, IsLost of the oldest octet. */
  isOldestLost(mss: number): boolean {
    return !this.isEmpty && this.#isLostBefore(0, mss);
  }

  /** RFC 6675 4, SetPipe: octets that are believed to be on their way, of `inFlight` that were sent. */
  pipe(inFlight: number, mss: number): number {
    let pipe = 0;
    let at = 0;
    for (const [index, { start, end }] of this.#ranges.entries()) {
      if (!this.#isLostBefore(index, mss)) pipe += start - at;
      pipe += Math.max(0, Math.min(start, this.#repeatedUntil) - at);
      at = end;
    }
    return pipe + (inFlight - at) + Math.max(0, this.#repeatedUntil - at);
  }

  /** RFC 6675 4, NextSeg (1): the first lost octets that were not sent again yet, at most `mss`; null when there are none. */
  nextHole(mss: number): Hole | null {
    let at = 0;
    for (const [index, { start, end }] of this.#ranges.entries()) {
      const offset = Math.max(at, this.#repeatedUntil);
      if (offset < start) {
        return this.#isLostBefore(index, mss) ? { offset, length: Math.min(mss, start - offset) } : null;
      }
      at = end;
    }
    return null;
  }

  /** Octets up to `offset` were sent again. */
  repeated(offset: number): void {
    this.#repeatedUntil = Math.max(this.#repeatedUntil, offset);
  }

  /** Whether the octets in front of a range are lost: three ranges, or more than two segments, lie beyond them. */
  #isLostBefore(index: number, mss: number): boolean {
    if (this.#ranges.length - index >= RANGES_FOR_LOSS) return true;
    let beyond = 0;
    for (let i = index; i < this.#ranges.length; i++) beyond += this.#ranges[i]!.end - this.#ranges[i]!.start;
    return beyond > (RANGES_FOR_LOSS - 1) * mss;
  }
}
