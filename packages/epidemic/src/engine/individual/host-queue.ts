/**
 * Hosts by the time of their next probe, each at most once: a timetable of equal spans, in which hosts are unordered,
 * and a heap of those of the present span. Times beyond the horizon are stored but never come up. Hundreds of
 * thousands of hosts then cost two or three cache misses a probe, where a heap of all costs a dozen.
 */
const SPANS = 2 ** 15;
const ROOM_MIN = 256;
const NONE = -1;
const BEFORE = 2;
const BEHIND = 3;

export class HostQueue {
  /**
   * 16 octets for each host, so that one cache miss loads them all: its time, Infinity if it does not wait; and, as
   * words behind it, the hosts before and behind it in its span.
   */
  readonly #times: Float64Array;
  readonly #links: Int32Array;
  readonly #spansPerSecond: number;
  /** First host of each span. */
  readonly #head: Int32Array;
  /** The present span: hosts of it and of those before are in the heap. */
  #span = 0;
  #time: Float64Array = new Float64Array(ROOM_MIN);
  #host: Int32Array = new Int32Array(ROOM_MIN);
  #size = 0;

  constructor(hosts: number, horizonSeconds: number) {
    this.#times = new Float64Array(2 * hosts).fill(Infinity);
    this.#links = new Int32Array(this.#times.buffer);
    this.#spansPerSecond = SPANS / horizonSeconds;
    this.#head = new Int32Array(SPANS + 1).fill(NONE);
  }

  /** Infinity when no host has a time within the horizon. */
  firstTime(): number {
    this.#advance();
    return this.#size === 0 ? Infinity : this.#time[0]!;
  }

  /** Takes out the host whose time comes first; there must be one. */
  takeFirst(): number {
    this.#advance();
    const host = this.#host[0]!;
    this.#times[2 * host] = Infinity;
    this.#dropFirst();
    return host;
  }

  has(host: number): boolean {
    return this.#times[2 * host] !== Infinity;
  }

  timeOf(host: number): number {
    return this.#times[2 * host]!;
  }

  /** Puts a host in, or moves it to another time; Infinity takes it out. */
  set(host: number, time: number): void {
    this.remove(host);
    this.#times[2 * host] = time;
    const span = this.#spanOf(time);
    if (span > SPANS) return;
    if (span <= this.#span) {
      this.#push(time, host);
      return;
    }
    const other = this.#head[span]!;
    this.#head[span] = host;
    this.#links[4 * host + BEFORE] = NONE;
    this.#links[4 * host + BEHIND] = other;
    if (other !== NONE) this.#links[4 * other + BEFORE] = host;
  }

  remove(host: number): void {
    const time = this.#times[2 * host]!;
    this.#times[2 * host] = Infinity;
    const span = this.#spanOf(time);
    // In the heap it is skipped when it comes to the front.
    if (span <= this.#span || span > SPANS) return;
    const before = this.#links[4 * host + BEFORE]!;
    const behind = this.#links[4 * host + BEHIND]!;
    if (before === NONE) this.#head[span] = behind;
    else this.#links[4 * before + BEHIND] = behind;
    if (behind !== NONE) this.#links[4 * behind + BEFORE] = before;
  }

  #spanOf(time: number): number {
    return Math.floor(time * this.#spansPerSecond);
  }

  /** Brings the next host to the front of the heap, if there is one. */
  #advance(): void {
    for (;;) {
      while (this.#size > 0 && this.#times[2 * this.#host[0]!] !== this.#time[0]) this.#dropFirst();
      if (this.#size > 0 || this.#span === SPANS) return;
      this.#span++;
      let host = this.#head[this.#span]!;
      while (host !== NONE) {
        const behind = this.#links[4 * host + BEHIND]!;
        this.#push(this.#times[2 * host]!, host);
        host = behind;
      }
    }
  }

  #push(time: number, host: number): void {
    if (this.#size === this.#time.length) this.#widen();
    const times = this.#time;
    const hosts = this.#host;
    let at = this.#size++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (times[above]! <= time) break;
      times[at] = times[above]!;
      hosts[at] = hosts[above]!;
      at = above;
    }
    times[at] = time;
    hosts[at] = host;
  }

  #dropFirst(): void {
    const times = this.#time;
    const hosts = this.#host;
    const size = --this.#size;
    const time = times[size]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && times[child + 1]! < times[child]!) child++;
      if (times[child]! >= time) break;
      times[at] = times[child]!;
      hosts[at] = hosts[child]!;
      at = child;
    }
    times[at] = time;
    hosts[at] = hosts[size]!;
  }

  #widen(): void {
    const time = new Float64Array(this.#time.length * 2);
    const host = new Int32Array(time.length);
    time.set(this.#time);
    host.set(this.#host);
    this.#time = time;
    this.#host = host;
  }
}
