/** Sleeps until a device has a frame, somebody calls, or a moment has come, without holding up the event loop. */
import * as libc from './libc.ts';

const POLLIN = 1;
const POLLERR = 8;

export class Waiter {
  readonly #fd: number | null;
  /** Linux eventfd(2): what wakes a `poll` that runs in another thread. -1 where there is nothing to poll. */
  readonly #alarm: number;
  readonly #counter: Uint8Array = new Uint8Array(8);
  #isCalled = false;
  #isPolling = false;
  #resolve: (() => void) | null = null;

  constructor(fd: number | null) {
    this.#fd = fd;
    this.#alarm = fd === null ? -1 : libc.eventfd();
  }

  /** Returns null, or the name of the error that the device reports. */
  async wait(seconds: number): Promise<string | null> {
    if (this.#isCalled) {
      this.#isCalled = false;
      return null;
    }
    const failure =
      this.#fd === null ? await this.#waitForCall(seconds) : await this.#poll(this.#fd, seconds);
    this.#isCalled = false;
    return failure;
  }

  /** Sleeps a moment with the whole thread: for pauses that are shorter than what it takes to wake another one. */
  nap(microseconds: number): void {
    if (this.#fd !== null) libc.nap(microseconds);
  }

  wake(): void {
    if (this.#isCalled) return;
    this.#isCalled = true;
    if (this.#isPolling) {
      this.#counter.fill(0);
      this.#counter[0] = 1;
      libc.write(this.#alarm, this.#counter, this.#counter.length);
    }
    this.#resolve?.();
  }

  close(): void {
    if (this.#alarm >= 0) libc.close(this.#alarm);
  }

  async #poll(fd: number, seconds: number): Promise<string | null> {
    const descriptors = [
      { fd, events: POLLIN, revents: 0 },
      { fd: this.#alarm, events: POLLIN, revents: 0 },
    ];
    this.#isPolling = true;
    await libc.pollLater(descriptors, seconds);
    this.#isPolling = false;
    if (this.#isCalled) libc.read(this.#alarm, this.#counter, this.#counter.length);
    return (descriptors[0]!.revents & POLLERR) === 0 ? null : libc.pendingError(fd);
  }

  #waitForCall(seconds: number): Promise<null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#resolve?.(), seconds * 1000);
      this.#resolve = () => {
        clearTimeout(timer);
        this.#resolve = null;
        resolve(null);
      };
    });
  }
}
