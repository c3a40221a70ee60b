/** Hosts by the time of their next probe: a binary heap in which each host stands once at most. */
export class HostQueue {
  readonly #heap: Int32Array;
  readonly #time: Float64Array;
  /** Where a host stands; −1 if it does not. */
  readonly #at: Int32Array;
  #size = 0;

  constructor(hosts: number) {
    this.#heap = new Int32Array(hosts);
    this.#time = new Float64Array(hosts);
    this.#at = new Int32Array(hosts).fill(-1);
  }

  /** Infinity when nobody waits. */
  firstTime(): number {
    return this.#size === 0 ? Infinity : this.#time[this.#heap[0]!]!;
  }

  first(): number {
    return this.#heap[0]!;
  }

  has(host: number): boolean {
    return this.#at[host]! >= 0;
  }

  timeOf(host: number): number {
    return this.#time[host]!;
  }

  /** Puts a host in, or moves it to another time; Infinity takes it out. */
  set(host: number, time: number): void {
    if (time === Infinity) {
      this.remove(host);
      return;
    }
    let at = this.#at[host]!;
    if (at < 0) at = this.#size++;
    this.#time[host] = time;
    this.#rise(host, at);
    this.#sink(host, this.#at[host]!);
  }

  remove(host: number): void {
    const at = this.#at[host]!;
    if (at < 0) return;
    this.#at[host] = -1;
    const last = this.#heap[--this.#size]!;
    if (last === host) return;
    this.#rise(last, at);
    this.#sink(last, this.#at[last]!);
  }

  #rise(host: number, from: number): void {
    let at = from;
    const time = this.#time[host]!;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.#heap[above]!;
      if (this.#time[other]! <= time) break;
      this.#heap[at] = other;
      this.#at[other] = at;
      at = above;
    }
    this.#heap[at] = host;
    this.#at[host] = at;
  }

  #sink(host: number, from: number): void {
    let at = from;
    const time = this.#time[host]!;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.#size) break;
      if (below + 1 < this.#size && this.#time[this.#heap[below + 1]!]! < this.#time[this.#heap[below]!]!)
        below++;
      const other = this.#heap[below]!;
      if (this.#time[other]! >= time) break;
      this.#heap[at] = other;
      this.#at[other] = at;
      at = below;
    }
    this.#heap[at] = host;
    this.#at[host] = at;
  }
}
