/**
 * All TCP connections in one slab of 32-bit words: 128 octets each and no object, so that a million idle connections
 * cost memory and nothing else. What only a connection with a service needs (buffers, congestion window) is an
 * `Endpoint` beside it.
 */

/** Words of a connection. Sequence numbers are kept as signed words: compare differences, never values. */
export const field = {
  /** Words of the addresses (address-names.ts), which are held as long as the connection. */
  remoteAddress: 0,
  localAddress: 1,
  /** Remote port in the upper half, local port in the lower. */
  ports: 2,
  nextInBucket: 3,
  state: 4,
  flags: 5,
  sendUnacknowledged: 6,
  sendNext: 7,
  /** Octets that the remote side takes beyond `sendUnacknowledged`, scaled. */
  sendWindow: 8,
  receiveNext: 9,
  /** What `StackBehavior.timestampOffset` said at the SYN. */
  timestampOffset: 10,
  /** While it is half-open: acknowledgments that were wrong. */
  wrongAcknowledgments: 11,
  /** After that, in the same word: octets that it claims of the common memory. */
  heldBytes: 11,
  /** In the lower half the largest segment that the remote side takes. */
  mss: 12,
  /** In the upper half the round trip of the handshake in milliseconds, or `NO_ROUND_TRIP`. */
  roundTrip: 12,
  /** Shift of the windows that the remote side sends, in the upper half, and of ours in the lower. */
  scales: 13,
  recentTimestamp: 14,
  /** Tick of the timer wheel; 0: no timer. */
  deadline: 15,
  retries: 16,
  nextInTimer: 17,
  previousInTimer: 18,
  /** Neighbours, oldest first: in the queue of half-open connections, and later in one of `MemoryClaims`. */
  nextInQueue: 19,
  previousInQueue: 20,
  receivedBytes: 21,
  sentBytes: 22,
  /** While it is half-open, in the same word: when the SYN/ACK went out first, in milliseconds of the stack's clock. */
  synAckMs: 22,
  /** In the lowest octet, the octets of `link`; above it when the last challenge ACK went out, in ticks. */
  linkLength: 23,
  /** The link header of our packets: 22 octets in six words. */
  link: 24,
  /** Second of the stack's clock when the last segment came. */
  lastSeen: 30,
  /** SND.WL1 of RFC 9293: the segment that last moved the send window. */
  windowSequence: 31,
} as const;

/** Words of a connection. */
export const CONNECTION_WORDS = 32;
export const NONE = -1;
/** No round trip was measured: the SYN/ACK was sent twice, or it took longer than fits. */
export const NO_ROUND_TRIP = 0xffff;

export const state = {
  free: 0,
  synReceived: 1,
  established: 2,
  finWait1: 3,
  finWait2: 4,
  closeWait: 5,
  closing: 6,
  lastAck: 7,
  timeWait: 8,
} as const;

/** RFC 9293 3.3.2 names, for status and logs. */
export const STATE_NAMES: readonly string[] = [
  'CLOSED',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
];

export const flag = {
  timestamps: 1,
  sack: 2,
  /** Something is to be sent at the end of the batch. */
  dirty: 4,
  /** An acknowledgment is owed. */
  ackOwed: 8,
  /** The service has ended its side: FIN follows what is queued. */
  finQueued: 16,
  finSent: 32,
  /** It takes a few octets at a time; the flags' upper 23 bits tell since when. */
  tarpit: 64,
  /** A SYN came from elsewhere than the first one, or through a tunnel: the handshake proves no link address. */
  sourceMoved: 128,
  /** Octets of it arrived in order or were acknowledged. */
  useful: 256,
} as const;

const FIRST_CAPACITY = 1024;
/** Half a second between two challenge ACKs of a connection, as in Linux; RFC 5961 7 leaves the limit to us. */
const CHALLENGE_TICK_MS = 12.5;
const CHALLENGE_TICKS = 40;
const CHALLENGE_TICK_SHIFT = 8;
const CHALLENGE_TICK_MASK = 0xff_ffff;

export class ConnectionTable {
  /** Replaced when the table grows: never keep it over a call that may add a connection. */
  words: Int32Array;
  /** The same memory as octets, for link headers. */
  bytes: Uint8Array;
  readonly capacityMax: number;
  #capacity: number;
  #buckets: Int32Array;
  #freeHead: number = NONE;
  #used = 0;
  #count = 0;
  readonly #secret: number;

  constructor(capacityMax: number, secret: number) {
    this.capacityMax = capacityMax;
    this.#capacity = Math.min(FIRST_CAPACITY, capacityMax);
    this.words = new Int32Array(this.#capacity * CONNECTION_WORDS);
    this.bytes = new Uint8Array(this.words.buffer);
    this.#buckets = new Int32Array(bucketsFor(this.#capacity)).fill(NONE);
    this.#secret = secret;
  }

  /** Connections in any state but free. */
  get count(): number {
    return this.#count;
  }

  /** Octets that the table takes, free connections included. */
  get memoryBytes(): number {
    return this.words.byteLength + this.#buckets.byteLength;
  }

  /** Returns the word offset of the connection, or -1. */
  find(remoteAddress: number, localAddress: number, ports: number): number {
    const words = this.words;
    let at = this.#buckets[this.#bucketOf(remoteAddress, localAddress, ports)]!;
    while (at !== NONE) {
      if (
        words[at + field.remoteAddress] === (remoteAddress | 0) &&
        words[at + field.localAddress] === (localAddress | 0) &&
        words[at + field.ports] === (ports | 0)
      ) {
        return at;
      }
      at = words[at + field.nextInBucket]!;
    }
    return NONE;
  }

  /** Adds a connection with all other words zero and returns its word offset, or -1 when the table is full. */
  add(remoteAddress: number, localAddress: number, ports: number): number {
    let at = this.#freeHead;
    if (at !== NONE) this.#freeHead = this.words[at + field.nextInBucket]!;
    else {
      if (this.#used === this.#capacity && !this.#grow()) return NONE;
      at = this.#used++ * CONNECTION_WORDS;
    }
    const words = this.words;
    // A loop of so few words is over before `fill` has begun.
    for (let word = at + field.state; word < at + CONNECTION_WORDS; word++) words[word] = 0;
    words[at + field.remoteAddress] = remoteAddress;
    words[at + field.localAddress] = localAddress;
    words[at + field.ports] = ports;
    words[at + field.nextInTimer] = NONE;
    words[at + field.previousInTimer] = NONE;
    words[at + field.nextInQueue] = NONE;
    words[at + field.previousInQueue] = NONE;
    this.#link(at);
    this.#count++;
    return at;
  }

  remove(at: number): void {
    const words = this.words;
    const bucket = this.#bucketOf(words[at]!, words[at + field.localAddress]!, words[at + field.ports]!);
    let previous = NONE;
    let current = this.#buckets[bucket]!;
    while (current !== at) {
      previous = current;
      current = words[current + field.nextInBucket]!;
    }
    const next = words[at + field.nextInBucket]!;
    if (previous === NONE) this.#buckets[bucket] = next;
    else words[previous + field.nextInBucket] = next;
    words[at + field.state] = state.free;
    words[at + field.nextInBucket] = this.#freeHead;
    this.#freeHead = at;
    this.#count--;
  }

  /** Calls `visit` with the word offset of every connection. */
  forEach(visit: (at: number) => void): void {
    for (let at = 0; at < this.#used * CONNECTION_WORDS; at += CONNECTION_WORDS) {
      if (this.words[at + field.state] !== state.free) visit(at);
    }
  }

  /** Octet offset of the link header in `bytes`. */
  linkOffset(at: number): number {
    return (at + field.link) * 4;
  }

  linkLength(at: number): number {
    return this.words[at + field.linkLength]! & 0xff;
  }

  /** Returns whether no challenge ACK went out in the last half second, and notes that one goes out now. */
  mayChallenge(at: number, nowMs: number): boolean {
    const tick = Math.floor(nowMs / CHALLENGE_TICK_MS) & CHALLENGE_TICK_MASK;
    const word = this.words[at + field.linkLength]!;
    const last = word >>> CHALLENGE_TICK_SHIFT;
    // 0 stands for none.
    const now = tick === 0 ? 1 : tick;
    const passed = (now - last) & CHALLENGE_TICK_MASK;
    if (last !== 0 && passed < CHALLENGE_TICKS) return false;
    this.words[at + field.linkLength] = (word & 0xff) | (now << CHALLENGE_TICK_SHIFT);
    return true;
  }

  #link(at: number): void {
    const words = this.words;
    const bucket = this.#bucketOf(words[at]!, words[at + field.localAddress]!, words[at + field.ports]!);
    words[at + field.nextInBucket] = this.#buckets[bucket]!;
    this.#buckets[bucket] = at;
  }

  #grow(): boolean {
    if (this.#capacity >= this.capacityMax) return false;
    this.#capacity = Math.min(this.#capacity * 2, this.capacityMax);
    const grown = new Int32Array(this.#capacity * CONNECTION_WORDS);
    grown.set(this.words);
    this.words = grown;
    this.bytes = new Uint8Array(grown.buffer);
    this.#buckets = new Int32Array(bucketsFor(this.#capacity)).fill(NONE);
    for (let at = 0; at < this.#used * CONNECTION_WORDS; at += CONNECTION_WORDS) this.#link(at);
    return true;
  }

  /** Keyed, so that nobody who does not know the secret can fill one bucket. */
  #bucketOf(remoteAddress: number, localAddress: number, ports: number): number {
    let hash = (remoteAddress ^ this.#secret) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) ^ localAddress;
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) ^ ports;
    hash = Math.imul(hash ^ (hash >>> 16), 0x27d4eb2f);
    return (hash ^ (hash >>> 15)) & (this.#buckets.length - 1);
  }
}

/** A power of two that keeps chains short. */
function bucketsFor(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, capacity)));
}
