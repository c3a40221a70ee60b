/**
 * The clocks of single hosts, in one timetable: the earliest immunization that honeypots have set, the next time that
 * each blocker acts, the next alarm or end of isolation of each watch, and the end of latency.
 */
import { HostQueue } from './host-queue.ts';

/** The row of the clock of immunization; those of blockers follow, then those of watches. */
const IMMUNIZATION = 0;

/** A clock that has rung. */
export interface Ring {
  host: number;
  /** The blocker or the watch; −1 for another. */
  blocker: number;
  watch: number;
  /** The end of latency. */
  isOnset: boolean;
}

export class HostClocks {
  readonly #queue: HostQueue | undefined;
  readonly #clocks: number;
  readonly #blockers: number;
  readonly #onset: number;

  /** Clocks ring up to `horizonSeconds`. */
  constructor(
    hosts: number,
    horizonSeconds: number,
    needs: {
      readonly immunization: boolean;
      readonly blockers: number;
      readonly watches: number;
      readonly onset: boolean;
    },
  ) {
    this.#blockers = needs.blockers;
    this.#onset = 1 + needs.blockers + needs.watches;
    this.#clocks = this.#onset + (needs.onset ? 1 : 0);
    const isNeeded = needs.immunization || this.#clocks > 1;
    this.#queue = isNeeded ? new HostQueue(hosts * this.#clocks, horizonSeconds) : undefined;
  }

  /** When the next clock rings; Infinity for never. */
  firstTime(): number {
    return this.#queue === undefined ? Infinity : this.#queue.firstTime();
  }

  /** Takes the clock that rings first; there must be one. */
  take(ring: Ring): void {
    const entry = this.#queue!.takeFirst();
    const clock = entry % this.#clocks;
    ring.host = (entry - clock) / this.#clocks;
    ring.blocker = clock > IMMUNIZATION && clock <= this.#blockers ? clock - 1 : -1;
    ring.isOnset = clock === this.#onset;
    ring.watch = clock > this.#blockers && !ring.isOnset ? clock - 1 - this.#blockers : -1;
  }

  /** Immunizes a host at this time, unless an earlier time is set. */
  immunizeBy(host: number, seconds: number): void {
    const entry = host * this.#clocks + IMMUNIZATION;
    if (seconds < this.#queue!.timeOf(entry)) this.#queue!.set(entry, seconds);
  }

  setBlocking(host: number, blocker: number, seconds: number): void {
    this.#queue!.set(host * this.#clocks + 1 + blocker, seconds);
  }

  setOnset(host: number, seconds: number): void {
    this.#queue!.set(host * this.#clocks + this.#onset, seconds);
  }

  setWatch(host: number, watch: number, seconds: number): void {
    this.#queue!.set(host * this.#clocks + 1 + this.#blockers + watch, seconds);
  }

  /** Ends the clocks of an infection, and those of the watches too. */
  endAll(host: number): void {
    if (this.#queue === undefined) return;
    for (let clock = 0; clock < this.#clocks; clock++) {
      const entry = host * this.#clocks + clock;
      if (this.#queue.has(entry)) this.#queue.remove(entry);
    }
  }
}
