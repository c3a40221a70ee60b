/**
 * One timer a connection, in lists by the time at which they are due: starting, moving and stopping a timer costs the same
 * for one connection and for a million. A list holds timers of several rounds of the wheel; those not due yet stay. Those that
 * are due soon have a wheel of small steps.
 */
import { type ConnectionTable, field, NONE } from './connection-table.ts';

const SLOTS = 4096;
const TICK_MS = 16;
/** Lists of the small steps, a millisecond each, behind the others. */
const SOON_SLOTS = 128;

export class TimerWheel {
  readonly #table: ConnectionTable;
  readonly #heads: Int32Array = new Int32Array(SLOTS + SOON_SLOTS).fill(NONE);
  #count = 0;
  /** No timer of the small steps is due after this. */
  #soonUntilMs = 0;
  /** All timers due before this tick have run. */
  #tick = 0;
  /** All timers of the small steps due before this millisecond have run. */
  #nextMs = 0;
  /** A timer was taken out of a list since this was last set to false. */
  #isDisturbed = false;

  constructor(table: ConnectionTable) {
    this.#table = table;
  }

  /**
   * Starts or moves the timer of a connection; it never runs before `deadlineMs`, and at most a tick after: 16 ms, or one where
   * it is due soon.
   */
  start(at: number, deadlineMs: number): void {
    this.stop(at);
    const words = this.#table.words;
    const isSoon = deadlineMs - this.#nextMs < SOON_SLOTS - 1;
    // What is due already belongs to the tick that runs next, not to one that has run.
    const deadline = isSoon
      ? Math.max(Math.ceil(deadlineMs), this.#nextMs)
      : Math.max(Math.ceil(deadlineMs / TICK_MS), this.#tick) * TICK_MS;
    const slot = isSoon ? SLOTS + (deadline % SOON_SLOTS) : (deadline / TICK_MS) & (SLOTS - 1);
    words[at + field.deadline] = storedMs(deadline);
    const head = this.#heads[slot]!;
    words[at + field.nextInTimer] = head;
    words[at + field.previousInTimer] = headOf(slot);
    if (head !== NONE) words[head + field.previousInTimer] = at;
    this.#heads[slot] = at;
    this.#count++;
    if (isSoon) this.#soonUntilMs = Math.max(this.#soonUntilMs, deadline);
  }

  stop(at: number): void {
    const words = this.#table.words;
    if (words[at + field.deadline] === 0) return;
    const next = words[at + field.nextInTimer]!;
    const previous = words[at + field.previousInTimer]!;
    if (previous < NONE) this.#heads[headOf(previous)] = next;
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
    const lastMs = Math.floor(nowMs);
    // After a long pause every slot is due once, not once a round.
    let tick = Math.max(this.#tick, nowTick - SLOTS + 1);
    const soonUntilMs = Math.min(lastMs, this.#soonUntilMs);
    let ms = Math.max(this.#nextMs, soonUntilMs - SOON_SLOTS + 1);
    this.#tick = nowTick + 1;
    this.#nextMs = lastMs + 1;
    if (this.#count === 0) return;
    for (; ms <= soonUntilMs; ms++) this.#runSlot(SLOTS + (ms % SOON_SLOTS), lastMs, expired);
    for (; tick <= nowTick; tick++) this.#runSlot(tick & (SLOTS - 1), lastMs, expired);
  }

  /** A time before which no timer is due, in milliseconds; infinite when none runs. */
  nextMs(): number {
    if (this.#count === 0) return Number.POSITIVE_INFINITY;
    let soonest = Number.POSITIVE_INFINITY;
    for (let ms = this.#nextMs; ms <= this.#soonUntilMs && soonest > ms; ms++)
      if (this.#heads[SLOTS + (ms % SOON_SLOTS)] !== NONE) soonest = ms;
    for (let tick = this.#tick; tick < this.#tick + SLOTS && tick * TICK_MS < soonest; tick++)
      if (this.#heads[tick & (SLOTS - 1)] !== NONE) return tick * TICK_MS;
    return soonest;
  }

  #runSlot(slot: number, nowMs: number, expired: (at: number) => void): void {
    let at = this.#heads[slot]!;
    while (at !== NONE) {
      const words = this.#table.words;
      const next = words[at + field.nextInTimer]!;
      // Milliseconds wrap around after 49 days; a difference is right as long as timers are shorter than half of that.
      if (((words[at + field.deadline]! - nowMs) | 0) <= 0) {
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

/** The word that stands for a whole millisecond; 0 means that no timer runs. */
function storedMs(ms: number): number {
  const word = ms | 0;
  return word === 0 ? 1 : word;
}

/** What the first of a list has in place of the one before it, and back: below `NONE`. */
function headOf(slot: number): number {
  return NONE - 1 - slot;
}
