/**
 * Hosts by the time of their next probe, each at most once: a timetable of equal spans, in which hosts are unordered,
 * and a heap of those of the present span. Times beyond the horizon are stored but never come up.
 *
 * A span holds what was ever put into it, in chunks of one or two cache lines; a host that was moved or taken out since is passed
 * over when its span comes. So a change writes behind the last entry of a span and reads nothing, and the time of a host may lie
 * in the record of its walk, which the look at the span's hosts loads before they are needed. Hundreds of thousands of hosts then
 * cost about one cache miss a probe, where a heap of all costs a dozen.
 */
const SPANS = 2 ** 15;
const ROOM_MIN = 256;
/** Entries of a chunk: a time and a host each. */
const CHUNK = 8;
const CHUNKS_MIN = 64;
const NONE = -1;
/** So many entries a host, and more by these, are kept until those that are out of date are thrown out. */
const ENTRIES_PER_HOST = 4;
const ENTRIES_MIN = 4096;

/** Where the times of hosts lie: that of host i at i · `stride` + `offset`. */
export interface HostTimes {
  readonly numbers: Float64Array;
  readonly stride: number;
  readonly offset: number;
}

export class HostQueue {
  /** Infinity for a host that does not wait. */
  readonly #times: Float64Array;
  readonly #stride: number;
  readonly #offset: number;
  readonly #spansPerSecond: number;
  /** The entries of all chunks: a time and a host. */
  #entries: Float64Array = new Float64Array(2 * CHUNK * CHUNKS_MIN);
  /** Of each chunk the one before it in its span, or the next free one. */
  #before: Int32Array = new Int32Array(CHUNKS_MIN);
  #freeChunk = NONE;
  #chunks = 0;
  /** Of each span the place behind its last entry; NONE for an empty one. */
  readonly #end: Int32Array;
  #count = 0;
  readonly #countMax: number;
  /** The present span: hosts of it and of those before are in the heap. */
  #span = 0;
  #time: Float64Array = new Float64Array(ROOM_MIN);
  #host: Int32Array = new Int32Array(ROOM_MIN);
  #size = 0;

  /** `times`: where to keep the times; without it the queue has a place of its own. */
  constructor(hosts: number, horizonSeconds: number, times?: HostTimes) {
    this.#times = times?.numbers ?? new Float64Array(hosts);
    this.#stride = times?.stride ?? 1;
    this.#offset = times?.offset ?? 0;
    for (let host = 0; host < hosts; host++) this.#times[host * this.#stride + this.#offset] = Infinity;
    this.#spansPerSecond = SPANS / horizonSeconds;
    this.#end = new Int32Array(SPANS + 1).fill(NONE);
    this.#countMax = ENTRIES_PER_HOST * hosts + ENTRIES_MIN;
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
    this.#times[host * this.#stride + this.#offset] = Infinity;
    this.#dropFirst();
    return host;
  }

  has(host: number): boolean {
    return this.#times[host * this.#stride + this.#offset] !== Infinity;
  }

  timeOf(host: number): number {
    return this.#times[host * this.#stride + this.#offset]!;
  }

  /** Puts a host in, or moves it to another time; Infinity takes it out. */
  set(host: number, time: number): void {
    this.#times[host * this.#stride + this.#offset] = time;
    const span = Math.floor(time * this.#spansPerSecond);
    if (span > SPANS) return;
    if (span <= this.#span) this.#push(time, host);
    else this.#append(span, time, host);
  }

  remove(host: number): void {
    this.#times[host * this.#stride + this.#offset] = Infinity;
  }

  #append(span: number, time: number, host: number): void {
    if (this.#count >= this.#countMax) this.#throwOut();
    let at = this.#end[span]!;
    if (at === NONE) at = this.#newChunk(NONE) * CHUNK;
    // Behind a chunk that is full.
    else if (at % CHUNK === 0) at = this.#newChunk(at / CHUNK - 1) * CHUNK;
    this.#entries[2 * at] = time;
    this.#entries[2 * at + 1] = host;
    this.#end[span] = at + 1;
    this.#count++;
  }

  #newChunk(before: number): number {
    let chunk = this.#freeChunk;
    if (chunk === NONE) {
      chunk = this.#chunks++;
      if (chunk === this.#before.length) this.#widenChunks();
    } else this.#freeChunk = this.#before[chunk]!;
    this.#before[chunk] = before;
    return chunk;
  }

  /** Returns the place behind the last entry of the chunk before one that has been read, which is free from now on. */
  #releaseChunk(chunk: number): number {
    const before = this.#before[chunk]!;
    this.#before[chunk] = this.#freeChunk;
    this.#freeChunk = chunk;
    return before === NONE ? NONE : (before + 1) * CHUNK;
  }

  /** Throws out entries of hosts that were moved or taken out since; the others keep their order. */
  #throwOut(): void {
    const kept: number[] = [];
    this.#count = 0;
    for (let span = this.#span + 1; span <= SPANS; span++) {
      kept.length = 0;
      const seen = new Set<number>();
      let at = this.#end[span]!;
      this.#end[span] = NONE;
      while (at !== NONE) {
        at--;
        const host = this.#entries[2 * at + 1]!;
        if (this.#entries[2 * at] === this.timeOf(host) && !seen.has(host)) {
          seen.add(host);
          kept.push(host);
        }
        if (at % CHUNK === 0) at = this.#releaseChunk(at / CHUNK);
      }
      for (let row = kept.length - 1; row >= 0; row--)
        this.#append(span, this.timeOf(kept[row]!), kept[row]!);
    }
  }

  /** Brings the next host to the front of the heap, if there is one. */
  #advance(): void {
    for (;;) {
      while (this.#size > 0 && this.timeOf(this.#host[0]!) !== this.#time[0]) this.#dropFirst();
      if (this.#size > 0 || this.#span === SPANS) return;
      this.#span++;
      this.#open(this.#span);
    }
  }

  /** Moves the hosts of a span into the heap, the last one first. */
  #open(span: number): void {
    let at = this.#end[span]!;
    while (at !== NONE) {
      at--;
      this.#count--;
      const time = this.#entries[2 * at]!;
      const host = this.#entries[2 * at + 1]!;
      if (this.timeOf(host) === time) this.#push(time, host);
      if (at % CHUNK === 0) at = this.#releaseChunk(at / CHUNK);
    }
    this.#end[span] = NONE;
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

  #widenChunks(): void {
    const entries = new Float64Array(this.#entries.length * 2);
    const before = new Int32Array(this.#before.length * 2);
    entries.set(this.#entries);
    before.set(this.#before);
    this.#entries = entries;
    this.#before = before;
  }
}
