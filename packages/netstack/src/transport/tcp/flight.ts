/**
 * What is in flight on a connection that may have lost something, as runs of octets: when each was sent last, and what became of
 * it. From that follows what is lost, by the time that has passed since what was sent later arrived (RACK, RFC 8985 6), and how
 * much is still on its way (RFC 6675 4, pipe). Offsets count from SND.UNA.
 */

/** What became of a run: it is on its way, or the remote side holds it beyond a gap (RFC 2018), or it is lost. */
const fate = { onTheWay: 0, held: 1, lost: 2 } as const;

/** Ranges beyond are not believed, so that nobody fills our memory, nor our time, with single octets. */
const RUNS_MAX = 128;
const RUN_BYTES = 72;

/** Octets that went the same way, up to `end`. */
interface Run {
  end: number;
  fate: number;
  sentMs: number;
  /** Of the burst it was sent in: what was sent later has a larger number, or in the same burst a larger end. */
  burst: number;
  isRepeated: boolean;
}

/** Octets to be sent again. */
export interface Hole {
  readonly offset: number;
  readonly length: number;
}

export class Flight {
  /** By position, without gaps: the first begins at `#start`. */
  #runs: Run[];
  /** Positions count on from the beginning of the flight; this is that of SND.UNA. */
  #start = 0;
  #end: number;
  #onTheWay: number;
  #held = 0;
  #lost = 0;
  /** Without SACK: octets that duplicates say have left the network. */
  #departed = 0;
  #burst = 0;
  #burstMs = Number.NEGATIVE_INFINITY;
  /** Where the last transmission ended. */
  #sentTo: number;
  /** RACK.xmit_ts and RACK.end_seq: what was sent last of all that arrived; RACK.rtt. */
  #arrivedBurst = -1;
  #arrivedEnd = -1;
  #roundTripMs = 0;
  /** RACK.fack: the end of what arrived, as far as it was sent once. */
  #furthest = 0;
  /** Before this position the times are not known, only that all was sent by then. */
  readonly #knownFrom: number;
  /** Octets that arrived since the beginning. */
  arrivedBytes = 0;
  /** Of these, octets that were sent once, before the last timeout. */
  arrivedOnceBytes = 0;
  /** RFC 8985 6.2, step 3: something arrived later than what was sent after it. */
  isReordered = false;
  /** How long the latest that arrived now was on its way, milliseconds; -1: it was sent twice, or its time is not known. */
  measuredMs = -1;
  /** No round trip takes less: what is acknowledged sooner after it was sent again had arrived before. */
  minRoundTripMs = 0;
  #timeoutMs = Number.POSITIVE_INFINITY;

  /** `inFlight` octets were sent once, by `sentMs` as far as is known. */
  constructor(inFlight: number, sentMs: number) {
    this.#runs = [{ end: inFlight, fate: fate.onTheWay, sentMs, burst: 0, isRepeated: false }];
    this.#end = inFlight;
    this.#sentTo = inFlight;
    this.#onTheWay = inFlight;
    this.#knownFrom = inFlight;
  }

  /**
   * Whether what arrived last was sent before the oldest octets were sent last: then it says nothing about these, which may still
   * arrive, and the retransmission timer starts anew.
   */
  isOldestYoung(nowMs: number): boolean {
    const oldest = this.#runs[0];
    return oldest !== undefined && oldest.fate === fate.onTheWay && nowMs - oldest.sentMs < this.#roundTripMs;
  }

  /** Octets of memory that the runs take, about. */
  get capacityBytes(): number {
    return RUN_BYTES * this.#runs.length;
  }

  /** Octets that are believed to be on their way. */
  get pipe(): number {
    return Math.max(0, this.#onTheWay - this.#departed);
  }

  /** Octets that the remote side holds beyond a gap. */
  get heldBytes(): number {
    return this.#held;
  }

  get lostBytes(): number {
    return this.#lost;
  }

  /** Octets on their way that were sent twice. */
  get repeatedBytes(): number {
    return this.#runs.reduce((sum, run, i) => sum + (run.isRepeated ? run.end - this.#beginOf(i) : 0), 0);
  }

  /** Nothing is held, lost, or sent twice: it goes on as if nothing had happened. */
  get isPlain(): boolean {
    return (
      this.#held === 0 &&
      this.#lost === 0 &&
      this.#departed === 0 &&
      !this.#runs.some((run) => run.isRepeated)
    );
  }

  /** New octets were sent. */
  sent(length: number, nowMs: number): void {
    const burst = this.#burstOf(this.#end, nowMs);
    this.#end += length;
    this.#sentTo = this.#end;
    this.#onTheWay += length;
    const last = this.#runs.at(-1);
    const isLikeLast = last !== undefined && last.fate === fate.onTheWay && !last.isRepeated;
    if (isLikeLast && (last.burst === burst || this.#runs.length >= RUNS_MAX)) {
      last.end = this.#end;
      last.sentMs = nowMs;
      last.burst = burst;
    } else this.#runs.push({ end: this.#end, fate: fate.onTheWay, sentMs: nowMs, burst, isRepeated: false });
  }

  /** Octets were sent again. */
  repeated({ offset, length }: Hole, nowMs: number): void {
    const from = this.#start + offset;
    const burst = this.#burstOf(from, nowMs);
    this.#sentTo = from + length;
    for (let i = this.#cut(from, from + length); i < this.#runs.length; i++) {
      const run = this.#runs[i]!;
      if (this.#beginOf(i) >= from + length) break;
      if (run.fate === fate.held) continue;
      this.#setFate(i, fate.onTheWay);
      run.sentMs = nowMs;
      run.burst = burst;
      run.isRepeated = true;
    }
    this.#join();
  }

  /** The oldest `octets` were acknowledged. */
  acknowledge(octets: number, nowMs: number): void {
    const to = this.#start + octets;
    const known = Math.min(this.#departed, octets);
    this.#departed -= known;
    this.arrivedBytes -= known;
    let passed = 0;
    for (const [i, run] of this.#runs.entries()) {
      const begin = this.#beginOf(i);
      if (begin >= to) break;
      const end = Math.min(run.end, to);
      this.#arrive(run, end - begin, end, nowMs);
      this.#count(run.fate, begin - end);
      if (run.end <= to) passed = i + 1;
    }
    this.#runs.splice(0, passed);
    this.#start = to;
    // The remote side has forgotten what it held if it does not acknowledge that (RFC 2018 8).
    if (this.#runs[0]?.fate === fate.held) this.#setFate(0, fate.lost);
    if (this.#runs.length > 1) this.#join();
  }

  /** The remote side holds the octets from `start` to `end`; false where that cannot be, or is one range too many. */
  hold(start: number, end: number, nowMs: number): boolean {
    const [from, to] = [this.#start + start, this.#start + end];
    if (start <= 0 || end <= start || to > this.#end || this.#runs.length + 2 > RUNS_MAX) return false;
    for (let i = this.#cut(from, to); i < this.#runs.length; i++) {
      const begin = this.#beginOf(i);
      if (begin >= to) break;
      const run = this.#runs[i]!;
      if (run.fate === fate.held) continue;
      this.#arrive(run, run.end - begin, run.end, nowMs);
      this.#setFate(i, fate.held);
      run.isRepeated = false;
    }
    this.#join();
    return true;
  }

  /** Without SACK: a duplicate says that a segment has left the network (RFC 6582). */
  depart(octets: number): void {
    this.#departed = Math.min(this.#onTheWay, this.#departed + octets);
    this.arrivedBytes += octets;
  }

  /** Calls the oldest octets lost, `length` at most, unless they were sent again; returns how many. */
  loseOldest(length: number): number {
    const first = this.#runs[0];
    if (first === undefined || first.fate !== fate.onTheWay || first.isRepeated) return 0;
    const to = Math.min(first.end, this.#start + length);
    this.#cut(this.#start, to);
    this.#setFate(0, fate.lost);
    this.#departed = Math.min(this.#departed, this.#onTheWay);
    return to - this.#start;
  }

  /** Nothing that was sent is believed to arrive; what is held stays. */
  loseAll(nowMs: number): void {
    this.#departed = 0;
    for (const [i, run] of this.#runs.entries()) if (run.fate === fate.onTheWay) this.#setFate(i, fate.lost);
    this.#timeoutMs = nowMs;
    this.arrivedOnceBytes = 0;
    this.#join();
  }

  /** The timer was wrong: what it called lost, and was not sent again, is on its way. */
  findAgain(): void {
    for (const [i, run] of this.#runs.entries())
      if (run.fate === fate.lost && !run.isRepeated) this.#setFate(i, fate.onTheWay);
    this.#join();
  }

  /**
   * RFC 8985 6.2, step 5: what was sent before something that arrived, a round trip and `reorderMs` ago, is lost. Returns after
   * how many milliseconds more may be: 0, never.
   */
  detectLost(nowMs: number, reorderMs: number): number {
    let waitMs = 0;
    for (const [i, run] of this.#runs.entries()) {
      if (run.fate !== fate.onTheWay || run.burst > this.#arrivedBurst) continue;
      if (run.burst === this.#arrivedBurst && run.end > this.#arrivedEnd) continue;
      const leftMs = run.sentMs + this.#roundTripMs + reorderMs - nowMs;
      if (leftMs <= 0) this.#setFate(i, fate.lost);
      else waitMs = Math.max(waitMs, leftMs);
    }
    this.#join();
    return waitMs;
  }

  /** The first lost octets, `length` at most; null when there are none. */
  nextLost(length: number): Hole | null {
    if (this.#lost === 0) return null;
    const at = this.#runs.findIndex((run) => run.fate === fate.lost);
    const begin = this.#beginOf(at);
    return { offset: begin - this.#start, length: Math.min(length, this.#runs[at]!.end - begin) };
  }

  #beginOf(index: number): number {
    return index === 0 ? this.#start : this.#runs[index - 1]!.end;
  }

  /** Bursts go forward; what is sent from further back, or later, begins another. */
  #burstOf(from: number, nowMs: number): number {
    if (from < this.#sentTo || nowMs !== this.#burstMs) this.#burst++;
    this.#burstMs = nowMs;
    return this.#burst;
  }

  /** Makes runs begin at two positions, and returns the place of the first. */
  #cut(from: number, to: number): number {
    const first = this.#cutAt(from);
    this.#cutAt(to);
    return first;
  }

  #cutAt(position: number): number {
    const runs = this.#runs;
    const at = runs.findIndex(({ end }) => end > position);
    if (at < 0) return runs.length;
    // Where there are too many already, all of a run shares what becomes of a part.
    if (this.#beginOf(at) === position || runs.length >= 2 * RUNS_MAX) return at;
    runs.splice(at, 0, { ...runs[at]!, end: position });
    return at + 1;
  }

  /** Makes one of neighbours that went the same way, and of neighbours that are lost where there are too many. */
  #join(): void {
    const runs = this.#runs;
    const joinsLost = runs.length >= RUNS_MAX;
    let kept = 0;
    for (let i = 1; i < runs.length; i++) {
      const [last, run] = [runs[kept]!, runs[i]!];
      const isAlike =
        run.fate === last.fate &&
        run.isRepeated === last.isRepeated &&
        (run.burst === last.burst || run.fate === fate.held || (run.fate === fate.lost && joinsLost));
      if (isAlike) last.end = run.end;
      else runs[++kept] = run;
    }
    if (runs.length > kept + 1) runs.length = kept + 1;
  }

  /** Octets of a run arrived, unless they had before. */
  #arrive(run: Run, length: number, end: number, nowMs: number): void {
    if (run.fate === fate.held) return;
    this.arrivedBytes += length;
    const roundTripMs = nowMs - run.sentMs;
    if (!run.isRepeated) {
      if (end < this.#furthest) this.isReordered = true;
      this.#furthest = Math.max(this.#furthest, end);
      if (run.sentMs < this.#timeoutMs) this.arrivedOnceBytes += length;
      if (end > this.#knownFrom) this.measuredMs = roundTripMs;
    } else if (roundTripMs < this.minRoundTripMs) return;
    if (run.burst < this.#arrivedBurst || (run.burst === this.#arrivedBurst && end <= this.#arrivedEnd))
      return;
    this.#arrivedBurst = run.burst;
    this.#arrivedEnd = end;
    this.#roundTripMs = roundTripMs;
  }

  #setFate(index: number, to: number): void {
    const run = this.#runs[index]!;
    const length = run.end - this.#beginOf(index);
    this.#count(run.fate, -length);
    run.fate = to;
    this.#count(to, length);
  }

  #count(of: number, octets: number): void {
    if (of === fate.onTheWay) this.#onTheWay += octets;
    else if (of === fate.held) this.#held += octets;
    else this.#lost += octets;
  }
}
