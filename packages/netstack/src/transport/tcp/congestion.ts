/**
 * How much may be in flight: slow start and additive increase (RFC 5681) with the initial window of RFC 6928, and after a loss
 * the decrease of CUBIC with the increase that matches it (RFC 9438 4.3). Retransmission timing is RFC 6298. Pure bookkeeping:
 * given what happened, it says what may be sent.
 */

const INITIAL_SEGMENTS = 10;
/**
 * RFC 6298 (2.1), (2.3), (2.5). Instead of a second for the whole, Linux has a lower bound for the part that is for the
 * variation, so that a host far away is waited for longer than one nearby.
 */
const RTO_INITIAL_MS = 1000;
const VARIATION_MIN_MS = 200;
const RTO_MAX_MS = 60_000;
/** RFC 9438 4.6 and 4.3. Windows are too small here, by the send buffer, for its cubic function to matter. */
const DECREASE = 0.7;
const INCREASE = (3 * (1 - DECREASE)) / (1 + DECREASE);
/**
 * RFC 8985 7.2 adds nothing for a peer's clock; as Linux, two ticks. An acknowledgment of a segment that is alone may be delayed
 * (WCDelAckT).
 */
const PROBE_SLACK_MS = 2;
const DELAYED_MS_MAX = 200;
/** Small whole numbers need no memory of their own, and a hundred thousand connections have them. */
const THRESHOLD_BYTES_MAX = 2 ** 30 - 1;

export class Congestion {
  readonly usesSack: boolean;
  readonly #mss: number;
  windowBytes: number;
  thresholdBytes: number = THRESHOLD_BYTES_MAX;
  /** The window was used up when something was sent last: then it counts, as a batch of acknowledgments is answered as one. */
  isUsed = false;
  /** The window before the last loss. */
  #priorBytes = 0;
  /** SRTT in eighths and RTTVAR in quarters of a millisecond (Jacobson, SIGCOMM 1988, appendix A); -1: none measured. */
  #smoothedEighths = -1;
  #variationQuarters = 0;
  /** The shortest round trip, whole milliseconds. */
  minRoundTripMs = 0;
  rtoMs: number = RTO_INITIAL_MS;

  /** `usesSack`: the remote side reports what it holds beyond a gap. */
  constructor(mss: number, usesSack: boolean) {
    this.#mss = mss;
    this.usesSack = usesSack;
    this.windowBytes = INITIAL_SEGMENTS * mss;
  }

  /** SRTT in milliseconds; 0 while none was measured. */
  get smoothedMs(): number {
    return Math.max(0, this.#smoothedEighths) / 8;
  }

  /** RFC 8985 7.2: when the tail of a flight is asked about, of several segments or of one, unless the timer runs sooner. */
  probeMs(isAlone: boolean): number {
    if (this.#smoothedEighths < 0) return this.rtoMs;
    return Math.min(this.rtoMs, (this.#smoothedEighths >> 2) + (isAlone ? DELAYED_MS_MAX : PROBE_SLACK_MS));
  }

  /** `acknowledged` new octets were acknowledged while nothing is repaired. */
  onAcknowledged(acknowledged: number): void {
    if (this.windowBytes < this.thresholdBytes) {
      this.windowBytes += Math.min(acknowledged, this.#mss * 2);
      return;
    }
    const share = this.windowBytes < this.#priorBytes ? INCREASE : 1;
    this.windowBytes += Math.max(
      1,
      Math.floor((share * this.#mss * Math.min(acknowledged, this.windowBytes)) / this.windowBytes),
    );
  }

  /** A loss, with so much in flight: what the window shrinks to. */
  reduce(inFlight: number): void {
    this.#priorBytes = this.windowBytes;
    const usedBytes = this.isUsed ? this.windowBytes : Math.min(this.windowBytes, inFlight);
    this.thresholdBytes = Math.max(Math.floor(DECREASE * usedBytes), 2 * this.#mss);
  }

  /** RFC 5681 3.1 (4): the retransmission timer expired. */
  onTimeout(): void {
    this.windowBytes = this.#mss;
    this.rtoMs = Math.min(this.rtoMs * 2, RTO_MAX_MS);
  }

  /** A segment took this many whole milliseconds there and back (never one that was sent twice, Karn's rule). */
  onRoundTrip(measuredMs: number): void {
    if (this.#smoothedEighths < 0) {
      this.#smoothedEighths = 8 * measuredMs;
      this.#variationQuarters = 2 * measuredMs;
      this.minRoundTripMs = measuredMs;
    } else {
      const off = measuredMs - (this.#smoothedEighths >> 3);
      this.#smoothedEighths += off;
      this.#variationQuarters += Math.abs(off) - (this.#variationQuarters >> 2);
      this.minRoundTripMs = Math.min(this.minRoundTripMs, measuredMs);
    }
    const rto = (this.#smoothedEighths >> 3) + Math.max(VARIATION_MIN_MS, this.#variationQuarters);
    this.rtoMs = Math.min(RTO_MAX_MS, rto);
  }
}

/** RFC 6298 2.2: how long is waited after a single measurement. */
export function timeoutAfter(roundTripMs: number): number {
  return Math.min(RTO_MAX_MS, roundTripMs + Math.max(VARIATION_MIN_MS, 2 * roundTripMs));
}
