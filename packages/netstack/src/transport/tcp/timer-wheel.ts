/**
 * One timer a connection, in lists by the time at which they are due: starting, moving and stopping a timer costs the same
 * for one connection and for a million. A list holds timers of several rounds of the wheel; those not due yet stay.
 */
import { type ConnectionTable, field, NONE } from './connection-table.ts';

const SLOTS = 4096;
const TICK_MS = 16;

export class TimerWheel {
  readonly #table: ConnectionTable;
  readonly #heads: Int32Array = new Int32Array(SLOTS).fill(NONE);
  #count = 0;
  /** All timers due before this tick have run. */
  #tick = 0;
  /** A timer was taken out of a list since this was last set to false. */
  #isDisturbed = false;

  constructor(table: ConnectionTable) {
    this.#table = table;
  }

  /** Starts or moves the timer of a connection; it never runs before `deadlineMs`, and at most a tick after. */
  start(at: number, deadlineMs: number): void {
    this.stop(at);
    const words = this.#table.words;
    // What is due already belongs to the tick that runs next, not to one that has run.
    const deadline = storedTick(Math.max(Math.ceil(deadlineMs / TICK_MS), this.#tick));
    words[at + field.deadline] = deadline;
    const slot = deadline & (SLOTS - 1);
    const head = this.#heads[slot]!;
    words[at + field.nextInTimer] = head;
    words[at + field.previousInTimer] = NONE;
    if (head !== NONE) words[head + field.previousInTimer] = at;
    this.#heads[slot] = at;
    this.#count++;
  }

  stop(at: number): void {
    const words = this.#table.words;
    const deadline = words[at + field.deadline]!;
    if (deadline === 0) return;
    const next = words[at + field.nextInTimer]!;
    const previous = words[at + field.previousInTimer]!;
    if (previous === NONE) this.#heads[deadline & (SLOTS - 1)] = next;
    else words[previous + field.nextInTimer] = next;
    if (next !== NONE) words[next + field.previousInTimer] = previous;
    words[at + field.deadline] = 0;
    this.#count--;
    this.#isDisturbed = true;
  }

  isRunning(at: number): boolean {
    return this.#table.words[at + field.deadline] !== 0;
  }

  /** Calls `expired` for each connection whose timer is due, its timer stopped; it may start it again. */
  run(nowMs: number, expired: (at: number) => void): void {
    const nowTick = Math.floor(nowMs / TICK_MS);
    // After a long pause every slot is due once, not once a round.
    let tick = Math.max(this.#tick, nowTick - SLOTS + 1);
    this.#tick = nowTick + 1;
    if (this.#count === 0) return;
    for (; tick <= nowTick; tick++) this.#runSlot(tick & (SLOTS - 1), nowTick, expired);
  }

  /** A time before which no timer is due, in milliseconds; infinite when none runs. */
  nextMs(): number {
    if (this.#count === 0) return Number.POSITIVE_INFINITY;
    for (let tick = this.#tick; tick < this.#tick + SLOTS; tick++) {
      if (this.#heads[tick & (SLOTS - 1)] !== NONE) return tick * TICK_MS;
    }
    return Number.POSITIVE_INFINITY;
  }

  #runSlot(slot: number, nowTick: number, expired: (at: number) => void): void {
    let at = this.#heads[slot]!;
    while (at !== NONE) {
      const words = this.#table.words;
      const next = words[at + field.nextInTimer]!;
      // Ticks wrap around after 397 days; a difference is right as long as timers are shorter than that.
      if (((words[at + field.deadline]! - nowTick) | 0) <= 0) {
        this.stop(at);
        this.#isDisturbed = false;
        expired(at);
      }
      // Where `expired` stopped the timers of others, `next` may be in no list any more.
      at = this.#isDisturbed ? this.#heads[slot]! : next;
      this.#isDisturbed = false;
    }
  }
}

/** The word that stands for a tick; 0 means that no timer runs. */
function storedTick(tick: number): number {
  return tick % 2 ** 32 === 0 ? 1 : tick | 0;
}
