/**
 * Puts the fragments of datagrams together (RFC 791 §3.2, RFC 8200 §4.5), so that what is cut in pieces is seen like everything
 * else. Fragments that contradict each other are dropped together; so is a datagram that is not whole within 30 seconds of the
 * capture. The memory never grows beyond its limit: the oldest datagram is evicted.
 */
import { ipv6, readU16, readU32, writeU16 } from '@wormwood/wire';
import type { Ipv6Packet } from './ipv6-packet.ts';

/** What became of fragments. */
export interface FragmentCounts {
  readonly fragments: number;
  /** Datagrams put together, and those given up. */
  readonly whole: number;
  readonly lost: number;
}

/** What a fragment has of its datagram. */
interface Piece {
  /** Octets of the payload before it. */
  readonly offset: number;
  readonly payload: Uint8Array;
  readonly isLast: boolean;
}

interface Partial {
  readonly beganSeconds: number;
  /** Header of the first fragment; null before it has come. */
  header: Uint8Array | null;
  readonly data: Map<number, Uint8Array>;
  /** Octets of the whole payload; −1 before the last fragment has come. */
  length: number;
  held: number;
}

const DATAGRAMS_MAX = 1024;
const PIECES_MAX = 64;
const PAYLOAD_MAX = 65_515;
const HELD_SECONDS = 30;
const FRAGMENT_HEADER_LENGTH = 8;

export class Fragments {
  readonly #partials: Map<string, Partial> = new Map();
  #fragments = 0;
  #whole = 0;
  #lost = 0;

  /**
   * Takes the fragment whose IPv4 packet lies in [start, end) with a header of `headerLength`; returns the packet that it
   * completes, of a single piece, or null.
   */
  add(
    bytes: Uint8Array,
    at: { readonly start: number; readonly end: number; readonly headerLength: number },
    nowSeconds: number,
  ): Uint8Array | null {
    const { start, end, headerLength } = at;
    const field = readU16(bytes, start + 6);
    const key = `${readU32(bytes, start + 12)} ${readU32(bytes, start + 16)} ${bytes[start + 9]} ${readU16(bytes, start + 4)}`;
    const piece = {
      offset: (field & 0x1fff) * 8,
      payload: bytes.slice(start + headerLength, end),
      isLast: (field & 0x2000) === 0,
    };
    const packet = this.#add(key, piece, () => bytes.slice(start, start + headerLength), nowSeconds);
    if (packet === null) return null;
    writeU16(packet, 2, packet.length);
    writeU16(packet, 6, 0);
    return packet;
  }

  /** The same of an IPv6 packet with a fragment header; what stands before that header is not kept. */
  addIpv6(bytes: Uint8Array, packet: Ipv6Packet, nowSeconds: number): Uint8Array | null {
    const { source, destination, start, fragmentStart, end } = packet;
    const field = readU16(bytes, fragmentStart + 2);
    const key = `${source} ${destination} ${readU32(bytes, fragmentStart + 4)}`;
    const piece = {
      offset: field & 0xfff8,
      payload: bytes.slice(fragmentStart + FRAGMENT_HEADER_LENGTH, end),
      isLast: (field & 1) === 0,
    };
    const headerOf = (): Uint8Array => {
      const header = bytes.slice(start, start + ipv6.HEADER_LENGTH);
      header[ipv6.field.nextHeader] = bytes[fragmentStart] ?? 0;
      return header;
    };
    const whole = this.#add(key, piece, headerOf, nowSeconds);
    if (whole !== null) writeU16(whole, ipv6.field.payloadLength, whole.length - ipv6.HEADER_LENGTH);
    return whole;
  }

  #add(key: string, piece: Piece, headerOf: () => Uint8Array, nowSeconds: number): Uint8Array | null {
    this.#fragments++;
    const partial = this.#partialOf(key, nowSeconds);
    if (!this.#take(partial, piece)) {
      this.#partials.delete(key);
      this.#lost++;
      return null;
    }
    if (piece.offset === 0) partial.header = headerOf();
    if (partial.header === null || partial.held !== partial.length) return null;
    this.#partials.delete(key);
    this.#whole++;
    return wholeOf(partial, partial.header);
  }

  counts(): FragmentCounts {
    return { fragments: this.#fragments, whole: this.#whole, lost: this.#lost + this.#partials.size };
  }

  #partialOf(key: string, nowSeconds: number): Partial {
    const known = this.#partials.get(key);
    if (known !== undefined && nowSeconds - known.beganSeconds <= HELD_SECONDS) return known;
    if (known !== undefined) this.#lost++;
    this.#partials.delete(key);
    const begun = { beganSeconds: nowSeconds, header: null, data: new Map(), length: -1, held: 0 };
    this.#partials.set(key, begun);
    const [oldest] = this.#partials.keys();
    if (this.#partials.size > DATAGRAMS_MAX && oldest !== undefined) {
      this.#partials.delete(oldest);
      this.#lost++;
    }
    return begun;
  }

  /** Returns false for a piece that contradicts others, or is none. */
  #take(partial: Partial, { offset, payload, isLast }: Piece): boolean {
    const pieceEnd = offset + payload.length;
    if (pieceEnd > PAYLOAD_MAX || payload.length === 0 || (!isLast && payload.length % 8 !== 0)) return false;
    const same = partial.data.get(offset);
    // The very same piece again is a copy on the way.
    if (same !== undefined) return isEqual(same, payload);
    for (const [other, { length }] of partial.data)
      if (offset < other + length && other < pieceEnd) return false;
    if (isLast) partial.length = partial.length === -1 || partial.length === pieceEnd ? pieceEnd : -2;
    if (partial.length === -2 || (partial.length >= 0 && pieceEnd > partial.length)) return false;
    partial.data.set(offset, payload);
    partial.held += payload.length;
    return partial.data.size <= PIECES_MAX;
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, index) => octet === other[index]);
}

function wholeOf({ data, length }: Partial, header: Uint8Array): Uint8Array {
  const packet = new Uint8Array(header.length + length);
  packet.set(header);
  for (const [offset, payload] of data) packet.set(payload, header.length + offset);
  return packet;
}
