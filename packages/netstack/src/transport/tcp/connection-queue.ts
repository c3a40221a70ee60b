/** Connections in the order in which they came, linked through their own words. Each stands in one queue at most. */
import { type ConnectionTable, field, NONE } from './connection-table.ts';

export class ConnectionQueue {
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
  get first(): number {
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

  /** Makes a connection the last one. */
  renew(at: number): void {
    if (at === this.#last) return;
    this.remove(at);
    this.push(at);
  }
}
