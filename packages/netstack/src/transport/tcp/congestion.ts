/**
 * How much may be in flight: NewReno (RFC 5681, RFC 6582), or RFC 6675 where the remote side tells what it holds, with the
 * initial window of RFC 6928. Retransmission timing is RFC 6298. Pure bookkeeping: it is told what happened and says what
 * may be sent.
 */

const INITIAL_SEGMENTS = 10;
const DUPLICATES_FOR_LOSS = 3;
/**
 * RFC 6298 (2.1), (2.3), (2.5). Instead of a second for the whole, Linux has a lower bound for the part that is for the
 * variation, so that a host far away is waited for longer than one nearby.
 */
const RTO_INITIAL_MS = 1000;
const VARIATION_MIN_MS = 200;
const RTO_MAX_MS = 60_000;
/** Small whole numbers need no memory of their own, and a hundred thousand connections have them. */
const THRESHOLD_BYTES_MAX = 2 ** 30 - 1;

export class Congestion {
  readonly usesSack: boolean;
  readonly #mss: number;
  windowBytes: number;
  #thresholdBytes: number = THRESHOLD_BYTES_MAX;
  #duplicates = 0;
  /** In fast recovery until this sequence number is acknowledged; null outside. */
  #recoverUntil: number | null = null;
  /** SRTT in eighths and RTTVAR in quarters of a millisecond (Jacobson, SIGCOMM 1988, appendix A); -1: none measured. */
  #smoothedEighths = -1;
  #variationQuarters = 0;
  rtoMs: number = RTO_INITIAL_MS;

  /** `usesSack`: the scoreboard tells what has left the network, so duplicates do not open the window (RFC 6675). */
  constructor(mss: number, usesSack: boolean) {
    this.#mss = mss;
    this.usesSack = usesSack;
    this.windowBytes = INITIAL_SEGMENTS * mss;
  }

  /** Octets that may be sent beyond the window: RFC 3042 2, one segment for each of the first two duplicates. */
  get limitedBytes(): number {
    return this.#recoverUntil === null ? Math.min(this.#duplicates, DUPLICATES_FOR_LOSS - 1) * this.#mss : 0;
  }

  get inRecovery(): boolean {
    return this.#recoverUntil !== null;
  }

  get recoverUntil(): number | null {
    return this.#recoverUntil;
  }

  /** `acknowledged` new octets were acknowledged, outside recovery. */
  onAcknowledged(acknowledged: number): void {
    this.#duplicates = 0;
    if (this.windowBytes < this.#thresholdBytes) this.windowBytes += Math.min(acknowledged, this.#mss * 2);
    else this.windowBytes += Math.max(1, Math.floor((this.#mss * this.#mss) / this.windowBytes));
  }

  /**
   * An acknowledgment repeated the last one. Returns true when that, or `isLost` by the scoreboard, makes a loss:
   * retransmit at once.
   */
  onDuplicate(inFlight: number, sendNext: number, isLost: boolean): boolean {
    this.#duplicates++;
    if (this.#recoverUntil !== null) {
      // RFC 5681 3.2 (4): each duplicate means that a segment has left the network.
      if (!this.usesSack) this.windowBytes += this.#mss;
      return false;
    }
    if (this.#duplicates < DUPLICATES_FOR_LOSS && !isLost) return false;
    this.#thresholdBytes = Math.max(Math.floor(inFlight / 2), 2 * this.#mss);
    this.windowBytes = this.#thresholdBytes + (this.usesSack ? 0 : DUPLICATES_FOR_LOSS * this.#mss);
    this.#recoverUntil = sendNext;
    return true;
  }

  /** RFC 6582 3.2 (3): in recovery, an acknowledgment of part of what was in flight deflates the window. */
  onPartial(acknowledged: number): void {
    if (this.usesSack) return;
    this.windowBytes = Math.max(this.#mss, this.windowBytes - acknowledged + this.#mss);
  }

  /** Everything in flight at the loss was acknowledged. */
  onRecovered(): void {
    this.#recoverUntil = null;
    this.#duplicates = 0;
    this.windowBytes = this.#thresholdBytes;
  }

  /** RFC 5681 3.1 (4): the retransmission timer expired. */
  onTimeout(inFlight: number): void {
    this.#thresholdBytes = Math.max(Math.floor(inFlight / 2), 2 * this.#mss);
    this.windowBytes = this.#mss;
    this.#recoverUntil = null;
    this.#duplicates = 0;
    this.rtoMs = Math.min(this.rtoMs * 2, RTO_MAX_MS);
  }

  /** A segment took this many whole milliseconds there and back (never one that was sent twice, Karn's rule). */
  onRoundTrip(measuredMs: number): void {
    if (this.#smoothedEighths < 0) {
      this.#smoothedEighths = 8 * measuredMs;
      this.#variationQuarters = 2 * measuredMs;
    } else {
      const off = measuredMs - (this.#smoothedEighths >> 3);
      this.#smoothedEighths += off;
      this.#variationQuarters += Math.abs(off) - (this.#variationQuarters >> 2);
    }
    const rto = (this.#smoothedEighths >> 3) + Math.max(VARIATION_MIN_MS, this.#variationQuarters);
    this.rtoMs = Math.min(RTO_MAX_MS, rto);
  }
}
