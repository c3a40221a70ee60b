/** A disk in virtual time that is full for a while, and files that are renamed. */
import { type Clock, EventQueue } from '@wormwood/base';
import type { LogDisk, LogHandle } from '../apps/sensor/src/output/log-disk.ts';

interface SimFile {
  readonly parts: Uint8Array[];
}

export class SimDisk implements LogDisk {
  /** Octets that still fit. */
  room: number = Number.POSITIVE_INFINITY;
  refusals = 0;
  readonly #clock: Clock;
  readonly #files: Map<string, SimFile> = new Map();
  readonly #timers: EventQueue<() => void> = new EventQueue();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async open(path: string): Promise<LogHandle> {
    const file = this.#files.get(path) ?? { parts: [] };
    this.#files.set(path, file);
    return {
      endsTorn: async () => false,
      writev: async (octets) => {
        let bytesWritten = 0;
        for (const part of octets) {
          // A copy: what it lies in is used again.
          const taken = new Uint8Array(part.subarray(0, this.room));
          this.room -= taken.length;
          bytesWritten += taken.length;
          file.parts.push(taken);
        }
        if (bytesWritten > 0) return { bytesWritten };
        this.refusals++;
        throw Object.assign(new Error('no space is left'), { code: 'ENOSPC' });
      },
      datasync: async () => undefined,
      close: async () => undefined,
    };
  }

  after(milliseconds: number, act: () => void): () => void {
    let isOver = false;
    this.#timers.push(this.#clock.nowSeconds() + milliseconds / 1000, () => isOver || act());
    return () => (isOver = true);
  }

  nowMs(): number {
    return this.#clock.nowSeconds() * 1000;
  }

  /** As a rotation does. */
  rename(path: string, to: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#files.set(to, file);
  }

  /** The texts of all files whose name begins so, in the order in which they came to it. */
  textsOf(path: string): readonly string[] {
    const files = [...this.#files].filter(([name]) => name.startsWith(path));
    return files.map(([, { parts }]) => Buffer.concat(parts).toString('utf8'));
  }

  nextSeconds(): number {
    return this.#timers.peekTime() ?? Number.POSITIVE_INFINITY;
  }

  /** Runs the timers that are due, and what follows from them. */
  async work(): Promise<void> {
    while (this.nextSeconds() <= this.#clock.nowSeconds()) {
      this.#timers.pop()?.event();
      // oxlint-disable-next-line no-await-in-loop -- what one writes, the next finds written
      await settled();
    }
  }
}

/** Lets promises that wait for nothing else come to their end. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
