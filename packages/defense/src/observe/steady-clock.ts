/**
 * The time by which packets and events are judged, where that of the sensor cannot be trusted: a packet stamped a year ahead,
 * files joined in the wrong order, a clock that was set. It never runs backwards by more than a little disorder. What leaps
 * waits until what follows confirms the leap or belies it.
 */

/** Sensors hand over packets in a slightly different order than they came in. */
const DISORDER_SECONDS = 10;
const LEAP_SECONDS = 600;
/** A pause is not a leap where the usual pause is a twentieth of it. */
const USUAL_PAUSES = 20;
/** So many in a row, each no earlier than the first of them, confirm a leap. */
const CONFIRMED_BY = 3;
const CONFIRMED_BACK_BY = 8;
const PAUSE_SMOOTHING = 0.1;

/** What was wrong with the time. */
export interface ClockTrouble {
  /** Packets or events stamped so far off that they were judged at the time before them. */
  readonly outliers: number;
  /** Leaps ahead that were confirmed, such as pauses of the sensor. */
  readonly leaps: number;
  /** Steps back that were confirmed: a clock that was set, or files joined in the wrong order. */
  readonly stepsBack: number;
}

/** Something and the time by which it is judged. */
export interface Timed<T> {
  readonly item: T;
  readonly seconds: number;
}

export class SteadyClock<T> {
  #nowSeconds = -Infinity;
  /** Added to the sensor's time. */
  #aheadSeconds = 0;
  #usualPauseSeconds = 0;
  #waiting: T[] = [];
  /** Times of those that wait, as the sensor wrote them, with what is added to them. */
  #waitingSeconds: number[] = [];
  #isBack = false;
  #outliers = 0;
  #leaps = 0;
  #stepsBack = 0;

  /** The time by which to judge what the sensor stamped so; NaN where it has to wait, for `hold`. */
  accept(sensorSeconds: number): number {
    const seconds = sensorSeconds + this.#aheadSeconds;
    if (this.#waiting.length > 0) return Number.NaN;
    if (this.#nowSeconds === -Infinity) this.#nowSeconds = seconds;
    const pause = seconds - this.#nowSeconds;
    if (this.#isLeap(pause)) return Number.NaN;
    if (pause > 0) this.#advance(seconds, pause);
    return seconds;
  }

  /** Takes what `accept` did not; returns what is judged now, in the order in which it came. */
  hold(item: T, sensorSeconds: number): readonly Timed<T>[] {
    const seconds = sensorSeconds + this.#aheadSeconds;
    const pause = seconds - this.#nowSeconds;
    const released: Timed<T>[] = [];
    if (!this.#isLeap(pause)) {
      released.push(...this.end(), { item, seconds });
      if (pause > 0) this.#advance(seconds, pause);
      return released;
    }
    const isBack = pause < 0;
    const first = this.#waitingSeconds[0] ?? seconds;
    if (this.#waiting.length > 0 && (this.#isBack !== isBack || seconds < first))
      released.push(...this.end());
    this.#isBack = isBack;
    this.#waiting.push(item);
    this.#waitingSeconds.push(seconds);
    if (this.#waiting.length < (isBack ? CONFIRMED_BACK_BY : CONFIRMED_BY)) return released;
    return [...released, ...this.#confirm(isBack)];
  }

  /** Returns what still waits, judged at the time before it. */
  end(): readonly Timed<T>[] {
    const released = this.#waiting.map((item) => ({ item, seconds: this.#nowSeconds }));
    this.#outliers += released.length;
    this.#waiting = [];
    this.#waitingSeconds = [];
    return released;
  }

  trouble(): ClockTrouble {
    return { outliers: this.#outliers, leaps: this.#leaps, stepsBack: this.#stepsBack };
  }

  #isLeap(pause: number): boolean {
    return (
      pause < -DISORDER_SECONDS || pause > Math.max(LEAP_SECONDS, USUAL_PAUSES * this.#usualPauseSeconds)
    );
  }

  #advance(seconds: number, pause: number): void {
    this.#usualPauseSeconds += PAUSE_SMOOTHING * (pause - this.#usualPauseSeconds);
    this.#nowSeconds = seconds;
  }

  #confirm(isBack: boolean): readonly Timed<T>[] {
    const [first = 0] = this.#waitingSeconds;
    // After a step back time goes on from where it was.
    const shift = isBack ? this.#nowSeconds - first : 0;
    if (isBack) this.#stepsBack++;
    else this.#leaps++;
    this.#aheadSeconds += shift;
    const released = this.#waiting.map((item, index) => ({
      item,
      seconds: (this.#waitingSeconds[index] ?? 0) + shift,
    }));
    const latest = Math.max(...released.map(({ seconds }) => seconds));
    this.#advance(latest, latest - this.#nowSeconds);
    this.#waiting = [];
    this.#waitingSeconds = [];
    return released;
  }
}
