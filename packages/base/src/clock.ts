/**
 * Time as a component. Nothing in the packages reads the machine's clock: whoever needs the time is handed a
 * `Clock`, and a simulation hands over a `VirtualClock` that it moves itself.
 */

import { assert } from './assert.ts';

/** Tells the time in seconds since an origin of its own choosing; never runs backwards. */
export interface Clock {
  nowSeconds(): number;
}

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  #nowSeconds: number;

  constructor(startSeconds: number = 0) {
    assert(Number.isFinite(startSeconds), 'a clock starts at a finite time');
    this.#nowSeconds = startSeconds;
  }

  nowSeconds(): number {
    return this.#nowSeconds;
  }

  /** Moves the clock to `timeSeconds`, which must not lie in the past. */
  advanceTo(timeSeconds: number): void {
    const isForward = Number.isFinite(timeSeconds) && timeSeconds >= this.#nowSeconds;
    // Numbers are put into words only when they are wrong: a simulation moves the clock for every packet.
    if (!isForward) assert(false, `time runs forward: ${timeSeconds} after ${this.#nowSeconds}`);
    this.#nowSeconds = timeSeconds;
  }

  /** Moves the clock `durationSeconds` onward. */
  advanceBy(durationSeconds: number): void {
    this.advanceTo(this.#nowSeconds + durationSeconds);
  }
}
