/**
 * A queue of future events, earliest first. Events at the same time leave in the order they were pushed, so that
 * a simulation replays identically.
 */

import { assert } from './assert.ts';

/** What `push` returns and `cancel` takes; opaque, and valid until its event has left the queue. */
export interface EventHandle {
  readonly timeSeconds: number;
}

interface Entry<T> extends EventHandle {
  readonly order: number;
  readonly event: T;
  /** Position in the heap; of an entry that has left, a position where another or none is found. */
  position: number;
}

/** An event together with its time, as `pop` returns it. */
export interface TimedEvent<T> {
  readonly timeSeconds: number;
  readonly event: T;
}

/** A binary heap keyed by (time, order of insertion); push, pop and cancel take O(log n). */
export class EventQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #pushed = 0;

  /** The number of events waiting. */
  get size(): number {
    return this.#heap.length;
  }

  /** Adds `event` at `timeSeconds` (any number but NaN) and returns the handle that cancels it. */
  push(timeSeconds: number, event: T): EventHandle {
    assert(!Number.isNaN(timeSeconds), 'an event has a time');
    const entry: Entry<T> = { timeSeconds, order: this.#pushed++, event, position: this.#heap.length };
    this.#heap.push(entry);
    this.#siftUp(entry);
    return entry;
  }

  /** The time of the earliest event, or `undefined` when none waits. */
  peekTime(): number | undefined {
    return this.#heap[0]?.timeSeconds;
  }

  /** Removes and returns the earliest event, or `undefined` when none waits. */
  pop(): TimedEvent<T> | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.#remove(first);
    return first;
  }

  /** Removes the event of `handle`; returns whether it was still waiting. */
  cancel(handle: EventHandle): boolean {
    const entry = handle as Entry<T>;
    if (this.#heap[entry.position] !== entry) return false;
    this.#remove(entry);
    return true;
  }

  #remove(entry: Entry<T>): void {
    const last = this.#heap.pop();
    if (last !== undefined && last !== entry) {
      this.#place(last, entry.position);
      this.#siftUp(last);
      this.#siftDown(last);
    }
  }

  #siftUp(entry: Entry<T>): void {
    while (entry.position > 0) {
      const parent = this.#heap[(entry.position - 1) >>> 1];
      if (parent === undefined || !leavesBefore(entry, parent)) return;
      const freed = parent.position;
      this.#place(parent, entry.position);
      this.#place(entry, freed);
    }
  }

  #siftDown(entry: Entry<T>): void {
    for (;;) {
      const left = this.#heap[2 * entry.position + 1];
      const right = this.#heap[2 * entry.position + 2];
      const child = left !== undefined && right !== undefined && leavesBefore(right, left) ? right : left;
      if (child === undefined || !leavesBefore(child, entry)) return;
      const freed = child.position;
      this.#place(child, entry.position);
      this.#place(entry, freed);
    }
  }

  #place(entry: Entry<T>, position: number): void {
    this.#heap[position] = entry;
    entry.position = position;
  }
}

function leavesBefore(a: EventHandle & { order: number }, b: EventHandle & { order: number }): boolean {
  return a.timeSeconds < b.timeSeconds || (a.timeSeconds === b.timeSeconds && a.order < b.order);
}
