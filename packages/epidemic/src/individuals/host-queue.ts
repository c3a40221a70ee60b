/**
 * Hosts by the time of their next probe, each of them once at most: a timetable of equal spans, in each of which hosts stand
 * in no order, and a heap of those of the present span. What lies beyond the horizon never comes and is only remembered.
 * Hundreds of thousands of hosts then cost two or three cache misses a probe, where a heap of all costs a dozen.
 */
const SPANS = 2 ** 14;
const ROOM_MIN = 256;
const NONE = -1;

export class HostQueue {
  /** Time of each host that waits; Infinity for others. */
  readonly #current: Float64Array;
  readonly #spansPerSecond: number;
  /** First host of each span; and of each host the one before and behind it there. */
  readonly #head: Int32Array;
  readonly #before: Int32Array;
  readonly #behind: Int32Array;
  /** The present span: hosts of it and of those before are in the heap. */
  #span = 0;
  #time: Float64Array = new Float64Array(ROOM_MIN);
  #host: Int32Array = new Int32Array(ROOM_MIN);
  #size = 0;

  constructor(hosts: number, horizonSeconds: number) {
    this.#current = new Float64Array(hosts).fill(Infinity);
    this.#spansPerSecond = SPANS / horizonSeconds;
    this.#head = new Int32Array(SPANS + 1).fill(NONE);
    this.#before = new Int32Array(hosts);
    this.#behind = new Int32Array(hosts);
  }

  /** Infinity when nobody waits whose time is within the horizon. */
  firstTime(): number {
    this.#advance();
    return this.#size === 0 ? Infinity : this.#time[0]!;
  }

  /** Takes out the host whose time comes first; there must be one. */
  takeFirst(): number {
    this.#advance();
    const host = this.#host[0]!;
    this.#current[host] = Infinity;
    this.#dropFirst();
    return host;
  }

  has(host: number): boolean {
    return this.#current[host] !== Infinity;
  }

  timeOf(host: number): number {
    return this.#current[host]!;
  }

  /** Puts a host in, or moves it to another time; Infinity takes it out. */
  set(host: number, time: number): void {
    this.remove(host);
    this.#current[host] = time;
    const span = this.#spanOf(time);
    if (span > SPANS) return;
    if (span <= this.#span) {
      this.#push(time, host);
      return;
    }
    const other = this.#head[span]!;
    this.#head[span] = host;
    this.#before[host] = NONE;
    this.#behind[host] = other;
    if (other !== NONE) this.#before[other] = host;
  }

  remove(host: number): void {
    const time = this.#current[host]!;
    this.#current[host] = Infinity;
    const span = this.#spanOf(time);
    // In the heap it is passed over once it comes to the front.
    if (span <= this.#span || span > SPANS) return;
    const before = this.#before[host]!;
    const behind = this.#behind[host]!;
    if (before === NONE) this.#head[span] = behind;
    else this.#behind[before] = behind;
    if (behind !== NONE) this.#before[behind] = before;
  }

  #spanOf(time: number): number {
    return Math.floor(time * this.#spansPerSecond);
  }

  /** Brings the next host to the front of the heap, if there is one. */
  #advance(): void {
    for (;;) {
      while (this.#size > 0 && this.#current[this.#host[0]!] !== this.#time[0]) this.#dropFirst();
      if (this.#size > 0 || this.#span === SPANS) return;
      this.#span++;
      let host = this.#head[this.#span]!;
      while (host !== NONE) {
        const behind = this.#behind[host]!;
        this.#push(this.#current[host]!, host);
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
