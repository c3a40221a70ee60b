/**
 * Which connection is evicted when the memory that strangers claim runs short. To complete a handshake costs almost nothing, and
 * addresses are free on the link; what costs something is progress: new octets that arrive in order, or that are acknowledged.
 * So connections stand in two queues, those that never made progress and those that did, each in the
 * order of its last progress, and the first in a queue is evicted: segmented LRU (Karedla, Love, Wherry, "Caching Strategies to
 * Improve Disk System Performance", IEEE Computer 27(3), 1994). Newcomers go first, so a flood of handshakes displaces itself;
 * they have at least a quarter, so a flood of tiny exchanges shuts nobody out. Among the first few, one of a source that holds
 * a notable part of all goes before others, so one address with ten thousand idle connections loses them before anybody loses
 * an only one.
 */
import { mixWord } from '@wormwood/base';
import type { AddressNames } from '../../network/address-names.ts';
import { ConnectionQueue } from './connection-queue.ts';
import { type ConnectionTable, field, flag, NONE } from './connection-table.ts';

export interface ClaimLimits {
  readonly bytes: number;
  readonly connections: number;
}

/** What connections that made progress may take before they displace each other. */
const USEFUL_SHARE = 3 / 4;
/** The first of a queue among which sources are compared; the part of all, and of another's, that is much. */
const COMPARED = 16;
const MUCH_OF_ALL = 1 / 256;
const MUCH_TIMES = 8;
/** Sources by a keyed hash; those that share a place are judged together. */
const PLACES = 1 << 16;

export class MemoryClaims {
  readonly limits: ClaimLimits;
  readonly #table: ConnectionTable;
  readonly #key: number;
  readonly #names: AddressNames;
  readonly #newcomers: ConnectionQueue;
  readonly #useful: ConnectionQueue;
  #newcomerBytes = 0;
  #usefulBytes = 0;
  readonly #bytesOfPlace: Int32Array = new Int32Array(PLACES);

  /** `key` sorts the sources in a way that strangers cannot predict: 32 bits. */
  constructor(table: ConnectionTable, limits: ClaimLimits, key: number, names: AddressNames) {
    this.limits = limits;
    this.#table = table;
    this.#key = key;
    this.#names = names;
    this.#newcomers = new ConnectionQueue(table);
    this.#useful = new ConnectionQueue(table);
  }

  /** Connections past their handshake. */
  get count(): number {
    return this.#newcomers.size + this.#useful.size;
  }

  /** Octets that they hold. */
  get heldBytes(): number {
    return this.#newcomerBytes + this.#usefulBytes;
  }

  get isCrowded(): boolean {
    return this.count > this.limits.connections;
  }

  get isShort(): boolean {
    return this.heldBytes > this.limits.bytes || this.isCrowded;
  }

  /** A connection is past its handshake and holds `bytes`. */
  join(at: number, bytes: number): void {
    this.#table.words[at + field.heldBytes] = 0;
    this.#newcomers.push(at);
    this.hold(at, bytes);
  }

  /** A connection is over; what it still holds is free. */
  leave(at: number): void {
    const { words } = this.#table;
    this.hold(at, -words[at + field.heldBytes]!);
    this.#queueOf(at).remove(at);
  }

  /** A connection holds more than before, or less when `bytes` is negative. */
  hold(at: number, bytes: number): void {
    const { words } = this.#table;
    words[at + field.heldBytes]! += bytes;
    this.#bytesOfPlace[this.#placeOf(at)]! += bytes;
    if (this.#isUseful(at)) this.#usefulBytes += bytes;
    else this.#newcomerBytes += bytes;
  }

  /** New octets arrived in order or were acknowledged. */
  progress(at: number): void {
    if (this.#isUseful(at)) return this.#useful.renew(at);
    const { words } = this.#table;
    const bytes = words[at + field.heldBytes]!;
    this.#newcomers.remove(at);
    this.#newcomerBytes -= bytes;
    words[at + field.flags]! |= flag.useful;
    this.#useful.push(at);
    this.#usefulBytes += bytes;
  }

  /** A connection has given up a part: others go first. */
  spare(at: number): void {
    this.#queueOf(at).renew(at);
  }

  /** The connection that is evicted next; -1 when there is none. */
  next(): number {
    const { bytes, connections } = this.limits;
    const isUsefulFull =
      this.#usefulBytes > USEFUL_SHARE * bytes || this.#useful.size > Math.floor(USEFUL_SHARE * connections);
    const queue = this.#newcomers.size === 0 || isUsefulFull ? this.#useful : this.#newcomers;
    return this.#firstOf(queue.size === 0 ? this.#newcomers : queue);
  }

  /** The first of a queue but for those of sources that hold little, which are spared. */
  #firstOf(queue: ConnectionQueue): number {
    const { words } = this.#table;
    let most = 0;
    for (let at = queue.first, seen = 0; at !== NONE && seen < COMPARED; seen++) {
      most = Math.max(most, this.#bytesOfPlace[this.#placeOf(at)]!);
      at = words[at + field.nextInQueue]!;
    }
    if (most < MUCH_OF_ALL * this.limits.bytes) return queue.first;
    while (MUCH_TIMES * this.#bytesOfPlace[this.#placeOf(queue.first)]! < most) queue.renew(queue.first);
    return queue.first;
  }

  #queueOf(at: number): ConnectionQueue {
    return this.#isUseful(at) ? this.#useful : this.#newcomers;
  }

  #isUseful(at: number): boolean {
    return (this.#table.words[at + field.flags]! & flag.useful) !== 0;
  }

  #placeOf(at: number): number {
    const share = this.#names.shareOf(this.#table.words[at + field.remoteAddress]! >>> 0);
    return mixWord(share ^ this.#key) & (PLACES - 1);
  }
}
