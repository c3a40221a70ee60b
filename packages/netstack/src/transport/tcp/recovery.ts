/**
 * How a connection recovers what it lost: RACK and tail loss probes (RFC 8985) where the remote side reports what it holds, three
 * duplicates (RFC 5681, RFC 6582) where it does not; proportional rate reduction meanwhile (RFC 6937), and what a timer did that
 * was wrong is undone (RFC 5682). Made at the first sign of a loss; pure bookkeeping, as `Congestion` is.
 */
import { seqDistance } from '@wormwood/wire';
import type { Congestion } from './congestion.ts';
import { Flight, type Hole } from './flight.ts';

const DUPLICATES_FOR_LOSS = 3;
/** RFC 8985 6.2, step 4: a quarter of the shortest round trip, and no less than a tick of the clock. */
const REORDER_MS_MIN = 1;
const REORDER_STEPS_MAX = 16;
const RECOVERY_BYTES = 256;

/** Nothing is wrong; octets were lost; the retransmission timer expired. */
type Phase = 'watching' | 'repairing' | 'timeout';

/** An acknowledgment, as it moves sequence numbers. */
export interface Progress {
  /** New octets that it acknowledged. */
  readonly acknowledged: number;
  readonly unacknowledged: number;
  readonly sendNext: number;
  /** Octets that it says came twice (RFC 2883). */
  readonly twice: number;
  readonly nowMs: number;
}

export class Recovery {
  readonly #congestion: Congestion;
  readonly #mss: number;
  #flight: Flight | null = null;
  phase: Phase = 'watching';
  /** The phase ends when this is acknowledged. */
  #until = 0;
  #duplicates = 0;
  /** RFC 6937: the window before, which Linux takes for RecoverFS; prr_delivered and prr_out. */
  #priorBytes = 1;
  #arrivedBytes = 0;
  #sentBytes = 0;
  /**
   * What was taken away since all was well, as long as that may be wrong, and what was sent again, less what came twice. Further
   * timeouts change nothing: whoever sent all of it without reason had no reason for the first one either.
   */
  #undo: { readonly windowBytes: number; readonly thresholdBytes: number } | null = null;
  #repeatedBytes = 0;
  /** RFC 5682 2.1: the timer may have been early, which what was sent once before it shows when it arrives. */
  #mayBeEarly = false;
  /** RFC 8985 7: TLP.end_seq, and whether the probe was a repetition. */
  #probeEnd: number | null = null;
  #isProbeRepeated = false;
  /** RFC 8985 6.2: reordering was seen; RACK.reo_wnd_mult. */
  #isReordered = false;
  #reorderSteps = 1;
  /** After how long more is to be called lost, milliseconds; 0: there is nothing to wait for. */
  waitMs = 0;

  constructor(congestion: Congestion, mss: number) {
    this.#congestion = congestion;
    this.#mss = mss;
  }

  get capacityBytes(): number {
    return RECOVERY_BYTES + (this.#flight?.capacityBytes ?? 0);
  }

  /** What is watched; null: nothing has been wrong lately. */
  get flight(): Flight | null {
    return this.#flight;
  }

  /** Whether a tail loss probe may be sent (RFC 8985 7.2). */
  get mayProbe(): boolean {
    return (
      this.#congestion.usesSack &&
      this.phase === 'watching' &&
      this.#probeEnd === null &&
      (this.#flight?.heldBytes ?? 0) === 0
    );
  }

  /** Watches `inFlight` octets from now on, which were sent once, and returns them. */
  watch(inFlight: number, nowMs: number): Flight {
    this.#flight ??= new Flight(inFlight, nowMs - this.#congestion.smoothedMs);
    this.#flight.minRoundTripMs = this.#congestion.minRoundTripMs;
    return this.#flight;
  }

  /** New octets were sent. */
  sent(length: number, nowMs: number): void {
    this.#flight?.sent(length, nowMs);
    this.#sentBytes += length;
  }

  /** Octets were sent again. */
  repeated(hole: Hole, nowMs: number): void {
    this.#flight?.repeated(hole, nowMs);
    this.#sentBytes += hole.length;
    this.#repeatedBytes += hole.length;
  }

  /** The tail of what is in flight was sent again, or new octets, because no acknowledgment came. */
  probed(sendNext: number, isRepeated: boolean): void {
    this.#probeEnd = sendNext;
    this.#isProbeRepeated = isRepeated;
  }

  /** Without SACK: an acknowledgment repeats the last one. */
  duplicate(progress: Progress, flight: Flight): void {
    const before = flight.arrivedBytes;
    this.#duplicates++;
    flight.depart(this.#mss);
    this.#react(progress, flight, flight.arrivedBytes - before);
  }

  /** An acknowledgment was entered into the flight, of which `arrived` octets are known to have arrived by it. */
  take(progress: Progress, flight: Flight, arrived: number): void {
    if (progress.acknowledged > 0) this.#duplicates = 0;
    if (flight.measuredMs >= 0) this.#congestion.onRoundTrip(Math.round(flight.measuredMs));
    flight.measuredMs = -1;
    this.#react(progress, flight, arrived);
  }

  /** The time has come to call more lost (RFC 8985 6.3). */
  onWaited(inFlight: number, sendNext: number, nowMs: number): void {
    const flight = this.#flight;
    this.waitMs = 0;
    if (flight === null) return;
    this.#detect(flight, nowMs);
    if (this.phase === 'watching' && flight.lostBytes > 0) this.#repair(flight, inFlight, sendNext, 0);
    // As Linux: what it waited with arrived without another acknowledgment.
    if (this.phase === 'repairing') this.#reduce(flight, this.#mss, false);
  }

  /** RFC 6298 5.4 to 5.6: the retransmission timer expired. */
  onTimeout(inFlight: number, sendNext: number, nowMs: number): void {
    const congestion = this.#congestion;
    const flight = (this.#flight ??= new Flight(inFlight, nowMs - congestion.rtoMs));
    if (this.phase === 'watching') {
      this.#mayBeEarly = flight.isPlain && congestion.usesSack;
      this.#remember(flight);
    } else if (this.phase === 'repairing') this.#mayBeEarly = false;
    // RFC 5681 3.1: the threshold stays where the same octets are lost again.
    if (this.phase !== 'timeout') congestion.reduce(inFlight);
    congestion.onTimeout();
    flight.loseAll(nowMs);
    this.#begin('timeout', sendNext);
  }

  /** The path takes less than was thought: all is sent again, and nothing follows for the window. */
  onNarrowPath(inFlight: number, sendNext: number, nowMs: number): void {
    this.watch(inFlight, nowMs).loseAll(nowMs);
    this.#undo = null;
    this.#begin('timeout', sendNext);
  }

  #begin(phase: Phase, sendNext: number): void {
    this.phase = phase;
    this.#until = sendNext;
    this.#probeEnd = null;
    this.waitMs = 0;
  }

  #react(progress: Progress, flight: Flight, arrived: number): void {
    const { acknowledged, unacknowledged, sendNext, nowMs } = progress;
    const inFlight = seqDistance(unacknowledged, sendNext);
    const congestion = this.#congestion;
    this.#endProbe(progress);
    if (progress.twice > 0) this.#onTwice(progress.twice, flight);
    if (this.phase !== 'watching' && seqDistance(this.#until, unacknowledged) >= 0) {
      if (this.phase === 'repairing') congestion.windowBytes = congestion.thresholdBytes;
      this.phase = 'watching';
    }
    const lostBefore = flight.lostBytes;
    if (congestion.usesSack) this.#detect(flight, nowMs);
    else this.#detectByDuplicates(flight, acknowledged);
    if (this.phase === 'timeout') {
      if (this.#mayBeEarly && flight.arrivedOnceBytes > 0 && this.#undo !== null)
        this.#takeBack(flight, this.#undo);
      else if (acknowledged > 0) congestion.onAcknowledged(acknowledged);
    } else if (this.phase === 'watching') {
      if (flight.lostBytes > 0) this.#repair(flight, inFlight + acknowledged, sendNext, arrived);
      else if (acknowledged > 0) congestion.onAcknowledged(acknowledged);
    }
    if (this.phase === 'repairing') {
      const isClean = acknowledged > 0 && flight.lostBytes <= lostBefore;
      this.#reduce(flight, arrived, isClean);
    }
    if (this.phase === 'watching' && this.#probeEnd === null && flight.isPlain) {
      this.#flight = null;
      this.waitMs = 0;
    }
  }

  /** RFC 8985 7.4: a probe that was needed stands for a loss, unless it was not needed. */
  #endProbe({ unacknowledged, twice }: Progress): void {
    if (this.#probeEnd === null || seqDistance(this.#probeEnd, unacknowledged) < 0) return;
    this.#probeEnd = null;
    if (!this.#isProbeRepeated || twice > 0 || this.phase !== 'watching') return;
    this.#congestion.reduce(this.#congestion.windowBytes);
    this.#congestion.windowBytes = this.#congestion.thresholdBytes;
  }

  /** Octets came twice: what comes late is waited for longer, and if nothing was sent again with reason, nothing was lost. */
  #onTwice(octets: number, flight: Flight): void {
    this.#reorderSteps = Math.min(REORDER_STEPS_MAX, this.#reorderSteps + 1);
    this.#repeatedBytes -= octets;
    if (this.#repeatedBytes <= 0 && this.#undo !== null) this.#takeBack(flight, this.#undo);
  }

  #detect(flight: Flight, nowMs: number): void {
    this.#isReordered ||= flight.isReordered;
    const isSure = this.phase !== 'watching' || flight.heldBytes >= DUPLICATES_FOR_LOSS * this.#mss;
    const { minRoundTripMs, smoothedMs } = this.#congestion;
    const reorderMs =
      !this.#isReordered && isSure
        ? 0
        : Math.max(REORDER_MS_MIN, Math.min((this.#reorderSteps * minRoundTripMs) / 4, smoothedMs));
    this.waitMs = flight.detectLost(nowMs, reorderMs);
  }

  /** RFC 5681 3.2 and RFC 6582 3.2: three duplicates, and then each acknowledgment of a part, report one loss. */
  #detectByDuplicates(flight: Flight, acknowledged: number): void {
    const isThird = this.phase === 'watching' && this.#duplicates === DUPLICATES_FOR_LOSS;
    if (isThird || (this.phase === 'repairing' && acknowledged > 0)) flight.loseOldest(this.#mss);
  }

  #repair(flight: Flight, inFlight: number, sendNext: number, arrived: number): void {
    this.#remember(flight);
    const { isUsed, windowBytes } = this.#congestion;
    // A batch of acknowledgments is answered as one: what those before this one made room for would have been sent.
    const owedBytes = isUsed ? Math.max(0, windowBytes - flight.pipe - flight.lostBytes - arrived) : 0;
    this.#congestion.reduce(inFlight);
    this.#priorBytes = isUsed ? windowBytes : Math.min(windowBytes, inFlight);
    this.#arrivedBytes = owedBytes;
    this.#sentBytes = 0;
    this.#begin('repairing', sendNext);
  }

  /** RFC 6937 3.1: as much is sent as arrives, less what the window is to shrink by, in whole segments. */
  #reduce(flight: Flight, arrived: number, isClean: boolean): void {
    const congestion = this.#congestion;
    const { pipe } = flight;
    this.#arrivedBytes += arrived;
    const allowed =
      pipe > congestion.thresholdBytes
        ? this.#mss *
            Math.ceil((this.#arrivedBytes * congestion.thresholdBytes) / (this.#priorBytes * this.#mss)) -
          this.#sentBytes
        : Math.min(
            congestion.thresholdBytes - pipe,
            Math.max(this.#arrivedBytes - this.#sentBytes, arrived) + (isClean ? this.#mss : 0),
          );
    congestion.windowBytes = pipe + Math.max(allowed, this.#sentBytes > 0 ? 0 : this.#mss);
  }

  #remember(flight: Flight): void {
    const { windowBytes, thresholdBytes } = this.#congestion;
    this.#undo = { windowBytes, thresholdBytes };
    this.#repeatedBytes = flight.repeatedBytes;
  }

  /** RFC 5682 and RFC 3708: what was thought to be lost was late. */
  #takeBack(
    flight: Flight,
    { windowBytes, thresholdBytes }: { windowBytes: number; thresholdBytes: number },
  ): void {
    const congestion = this.#congestion;
    congestion.windowBytes = Math.max(congestion.windowBytes, windowBytes);
    congestion.thresholdBytes = Math.max(congestion.thresholdBytes, thresholdBytes);
    this.#undo = null;
    this.phase = 'watching';
    flight.findAgain();
  }
}
