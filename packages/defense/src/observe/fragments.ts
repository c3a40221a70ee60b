/**
 * Puts the fragments of IPv4 datagrams together (RFC 791 §3.2), so that what is cut in pieces is seen like everything else.
 * Fragments that contradict each other are dropped together; so is a datagram that is not whole within 30 seconds of the
 * capture. The memory never grows beyond its limit: the oldest datagram is evicted.
 */
import { readU16, readU32, writeU16 } from '@wormwood/wire';

/** What became of fragments. */
export interface FragmentCounts {
  readonly fragments: number;
  /** Datagrams put together, and those given up. */
  readonly whole: number;
  readonly lost: number;
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
    this.#fragments++;
    const { start, end, headerLength } = at;
    const field = readU16(bytes, start + 6);
    const offset = (field & 0x1fff) * 8;
    const payload = bytes.slice(start + headerLength, end);
    const key = `${readU32(bytes, start + 12)} ${readU32(bytes, start + 16)} ${bytes[start + 9]} ${readU16(bytes, start + 4)}`;
    const partial = this.#partialOf(key, nowSeconds);
    const isLast = (field & 0x2000) === 0;
    if (!this.#take(partial, { offset, payload, isLast })) {
      this.#partials.delete(key);
      this.#lost++;
      return null;
    }
    if (offset === 0) partial.header = bytes.slice(start, start + headerLength);
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
  #take(
    partial: Partial,
    piece: { readonly offset: number; readonly payload: Uint8Array; readonly isLast: boolean },
  ): boolean {
    const { offset, payload, isLast } = piece;
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
  writeU16(packet, 2, packet.length);
  writeU16(packet, 6, 0);
  return packet;
}
