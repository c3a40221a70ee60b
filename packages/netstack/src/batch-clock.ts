/** A clock that stands still while a batch of frames is worked on: a reading costs as much as a good part of an answer. */
import type { Clock } from '@wormwood/base';

export class BatchClock implements Clock {
  readonly #clock: Clock;
  #heldSeconds = Number.NaN;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowSeconds(): number {
    return Number.isNaN(this.#heldSeconds) ? this.#clock.nowSeconds() : this.#heldSeconds;
  }

  /** Stands still from now on; returns the time. */
  hold(): number {
    this.#heldSeconds = this.#clock.nowSeconds();
    return this.#heldSeconds;
  }

  release(): void {
    this.#heldSeconds = Number.NaN;
  }
}
