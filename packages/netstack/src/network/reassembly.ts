/**
 * Puts fragments together (RFC 791 3.2, RFC 815, RFC 8200 4.5). Where they overlap, what counts is the policy of the disguise:
 * systems differ and fingerprinting tools look. Memory is bounded: of a source that holds most, the oldest packet in the making
 * is evicted. What a fragment costs depends on its own length alone.
 */
import type { OverlapPolicy } from '../behavior.ts';
import type { PacketContext } from './packet-context.ts';
import { SourceTable } from './source-table.ts';

export interface ReassemblyLimits {
  /** Packets in the making. @default 1024 */
  readonly packets?: number;
  /** Octets held for all of them. @default 16 MiB */
  readonly bytes?: number;
  /** Seconds from the first fragment until a packet of IPv4 is given up, as Linux has it. @default 30 */
  readonly seconds?: number;
  /** The same of IPv6 (RFC 8200 4.5). @default 60 */
  readonly ipv6Seconds?: number;
}

/** A piece of a packet, as its protocol describes it (fragments.ts). */
export interface Piece {
  /** What distinguishes packets. */
  readonly key: string;
  /** By which the memory of its source is counted: `PacketContext.share`. */
  readonly share: number;
  /** Where in the packet's payload it belongs, and how much it is: octets. */
  readonly offset: number;
  readonly length: number;
  readonly isLast: boolean;
  /** Where it begins in the octets at hand. */
  readonly payloadStart: number;
  /** Of what stands before the payload and counts for the longest packet. */
  readonly headerLength: number;
}

/** A packet that is whole. */
export interface WholePacket {
  readonly first: FirstFragment;
  readonly payload: Uint8Array;
}

/** The piece at offset zero as it came: what an error about the packet answers and quotes. */
export interface FirstFragment {
  /** The frame, from its link header to the end of the packet. */
  readonly bytes: Uint8Array;
  readonly ipStart: number;
  readonly answersFrom: number;
}

interface Unfinished {
  readonly key: string;
  readonly isIpv6: boolean;
  /** It was made whole or given up. */
  isGone: boolean;
  /** Its place among the packets, and that of its source among the sources. */
  readonly slot: number;
  readonly source: number;
  readonly deadlineSeconds: number;
  first: FirstFragment | null;
  payload: Uint8Array;
  /** One bit for each octet of the payload that is there. */
  present: Uint8Array;
  /** Known when the last fragment has come. */
  totalLength: number;
  received: number;
  /** End of the piece that lies furthest. */
  reach: number;
}

const PAYLOAD_LENGTH_MAX = 65_535;
const FIRST_CAPACITY = 4096;
/** What a packet in the making costs besides its octets and their bits. */
const OVERHEAD_BYTES = 512;
/** Words of a packet's neighbours among those of its source. */
const link = { next: 0, previous: 1 } as const;
const LINKS = 2;

export class Reassembly {
  readonly #limits: Required<ReassemblyLimits>;
  /** Of IPv4 and of IPv6, each in the order of their first fragment, so the first is the oldest. */
  readonly #unfinished: readonly [Map<string, Unfinished>, Map<string, Unfinished>] = [new Map(), new Map()];
  readonly #sources: SourceTable;
  readonly #slots: (Unfinished | undefined)[];
  readonly #freeSlots: number[];

  /** `key` sorts sources in a way that strangers cannot predict: 32 bits. */
  constructor(key: number, limits: ReassemblyLimits = {}) {
    this.#limits = { packets: 1024, bytes: 1 << 24, seconds: 30, ipv6Seconds: 60, ...limits };
    const { packets } = this.#limits;
    const memory = { words: new Int32Array(LINKS * packets) };
    this.#sources = new SourceTable({ memory, ...link }, key);
    this.#slots = Array.from({ length: packets });
    this.#freeSlots = Array.from({ length: packets }, (_, i) => packets - 1 - i);
  }

  /** Packets in the making. */
  get size(): number {
    return this.#unfinished[0].size + this.#unfinished[1].size;
  }

  /** Octets that they hold. */
  get heldBytes(): number {
    return this.#sources.heldBytes;
  }

  /** When `expire` must be called next, in seconds of the clock; infinite when nothing waits. */
  nextTimerSeconds(): number {
    return Math.min(
      ...this.#unfinished.map((waiting) => oldestOf(waiting)?.deadlineSeconds ?? Number.POSITIVE_INFINITY),
    );
  }

  /** Gives up packets that wait too long; `onExpired` is called for each whose first fragment is there. */
  expire(nowSeconds: number, onExpired: (first: FirstFragment) => void): void {
    for (const waiting of this.#unfinished)
      for (let packet = oldestOf(waiting); packet !== undefined; packet = oldestOf(waiting)) {
        if (packet.deadlineSeconds > nowSeconds) break;
        this.#remove(packet);
        if (packet.first !== null) onExpired(packet.first);
      }
  }

  /** Takes the fragment at hand. Returns its packet when this was the piece that was missing, else null. */
  add(context: PacketContext, piece: Piece, policy: OverlapPolicy | 'discard'): WholePacket | null {
    const { offset: start, length, isLast, payloadStart } = piece;
    // Beyond 64 KiB lies "ping of death".
    if (piece.headerLength + start + length > PAYLOAD_LENGTH_MAX) return null;
    const packet = this.#packetOf(context, piece);
    const { totalLength } = packet;
    // No second end, nothing beyond the end, and no piece without octets.
    const pieceEnd = start + length;
    const hasTwoEnds = isLast && totalLength >= 0 && pieceEnd !== totalLength;
    const isBeyond = totalLength >= 0 ? pieceEnd > totalLength : isLast && packet.reach > pieceEnd;
    if (hasTwoEnds || isBeyond || length <= 0) return this.#giveUp(packet);
    if (isLast) packet.totalLength = pieceEnd;
    packet.reach = Math.max(packet.reach, pieceEnd);
    this.#enlarge(packet, start + length);
    while (this.#sources.heldBytes > this.#limits.bytes) this.#removeFromLargest();
    // It may be the one that was evicted.
    if (packet.isGone) return null;
    if (policy === 'discard' && overlapsInPart(packet, start, length)) return this.#giveUp(packet);
    const octets = context.bytes.subarray(payloadStart, payloadStart + length);
    merge(packet, octets, start, policy === 'new');
    if (start === 0 && packet.first === null) {
      packet.first = firstOf(context);
      this.#sources.hold(packet.source, packet.first.bytes.length);
    }
    if (packet.first === null || packet.received !== packet.totalLength) return null;
    this.#remove(packet);
    return { first: packet.first, payload: packet.payload.subarray(0, packet.totalLength) };
  }

  #packetOf({ isIpv6, nowSeconds }: PacketContext, { key, share }: Piece): Unfinished {
    const unfinished = this.#unfinished[isIpv6 ? 1 : 0];
    const known = unfinished.get(key);
    if (known !== undefined) return known;
    if (this.#freeSlots.length === 0) this.#removeFromLargest();
    const slot = this.#freeSlots.pop()!;
    const { seconds, ipv6Seconds } = this.#limits;
    const packet: Unfinished = {
      key,
      isIpv6,
      isGone: false,
      slot,
      source: this.#sources.join(share, LINKS * slot, costOf(FIRST_CAPACITY)),
      deadlineSeconds: nowSeconds + (isIpv6 ? ipv6Seconds : seconds),
      first: null,
      payload: new Uint8Array(FIRST_CAPACITY),
      present: new Uint8Array(FIRST_CAPACITY >> 3),
      totalLength: -1,
      received: 0,
      reach: 0,
    };
    unfinished.set(key, packet);
    this.#slots[slot] = packet;
    return packet;
  }

  #enlarge(packet: Unfinished, length: number): void {
    let capacity = packet.payload.length;
    if (length <= capacity) return;
    while (capacity < length) capacity *= 2;
    this.#sources.hold(packet.source, costOf(capacity) - costOf(packet.payload.length));
    const payload = new Uint8Array(capacity);
    payload.set(packet.payload);
    const present = new Uint8Array(capacity >> 3);
    present.set(packet.present);
    packet.payload = payload;
    packet.present = present;
  }

  #giveUp(packet: Unfinished): null {
    this.#remove(packet);
    return null;
  }

  #removeFromLargest(): void {
    const oldest = this.#slots[this.#sources.oldestOfLargest() / LINKS];
    if (oldest !== undefined) this.#remove(oldest);
  }

  #remove(packet: Unfinished): void {
    this.#unfinished[packet.isIpv6 ? 1 : 0].delete(packet.key);
    packet.isGone = true;
    this.#slots[packet.slot] = undefined;
    this.#freeSlots.push(packet.slot);
    const held = costOf(packet.payload.length) + (packet.first?.bytes.length ?? 0);
    this.#sources.leave(packet.source, LINKS * packet.slot, held);
  }
}

function oldestOf(waiting: ReadonlyMap<string, Unfinished>): Unfinished | undefined {
  for (const packet of waiting.values()) return packet;
  return undefined;
}

/** What a packet in the making holds whose payload may have so many octets. */
function costOf(capacity: number): number {
  return OVERHEAD_BYTES + capacity + (capacity >> 3);
}

function firstOf({ bytes, linkStart, ipStart, end, answersFrom }: PacketContext): FirstFragment {
  return { bytes: bytes.slice(linkStart, end), ipStart: ipStart - linkStart, answersFrom };
}

/** Whether some octets of a piece are there already, and others are not: what is there as a whole came twice. */
function overlapsInPart({ present }: Unfinished, start: number, length: number): boolean {
  let there = 0;
  for (let at = start; at < start + length; at++) there += (present[at >> 3]! >> (at & 7)) & 1;
  return there > 0 && there < length;
}

/** Copies a piece to its place; `isNewer`: over what is there. */
function merge(packet: Unfinished, piece: Uint8Array, start: number, isNewer: boolean): void {
  const { payload, present } = packet;
  for (let i = 0; i < piece.length; i++) {
    const at = start + i;
    const bit = 1 << (at & 7);
    const isThere = (present[at >> 3]! & bit) !== 0;
    if (!isThere) {
      present[at >> 3]! |= bit;
      packet.received++;
    }
    if (!isThere || isNewer) payload[at] = piece[i]!;
  }
}
