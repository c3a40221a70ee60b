/** Half-open connections, oldest first, linked through their own words. */
import { type ConnectionTable, field, NONE } from './connection-table.ts';

export class HalfOpenQueue {
  readonly #table: ConnectionTable;
  #first: number = NONE;
  #last: number = NONE;
  #size = 0;

  constructor(table: ConnectionTable) {
    this.#table = table;
  }

  get size(): number {
    return this.#size;
  }

  /** The connection that has waited longest; -1 when none waits. */
  oldest(): number {
    return this.#first;
  }

  push(at: number): void {
    const { words } = this.#table;
    words[at + field.previousInQueue] = this.#last;
    words[at + field.nextInQueue] = NONE;
    if (this.#last === NONE) this.#first = at;
    else words[this.#last + field.nextInQueue] = at;
    this.#last = at;
    this.#size++;
  }

  remove(at: number): void {
    const { words } = this.#table;
    const next = words[at + field.nextInQueue]!;
    const previous = words[at + field.previousInQueue]!;
    if (previous === NONE) this.#first = next;
    else words[previous + field.nextInQueue] = next;
    if (next === NONE) this.#last = previous;
    else words[next + field.previousInQueue] = previous;
    this.#size--;
  }
}
