/**
 * Sources of which a first contact is all that there is to know, in 24 octets each: most that a telescope sees come once.
 * They give up their row for others and get it again, as it was, when they come back. The memory never grows: of a full group
 * the source that has been quiet for longest is forgotten.
 */
import type { KeyedHash } from './keyed-hash.ts';

/** What there is to know of a source with one contact, however often its packet was repeated. */
export interface FirstContact {
  readonly destination: number;
  /** A `portKey`. */
  readonly portKey: number;
  /** Bits of `synMark`. */
  readonly marks: number;
  /** Packets, `CONTACTS_MAX` at most. */
  readonly contacts: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

/** More repetitions are not kept here. */
export const CONTACTS_MAX = 0x1ff;

const GROUP = 8;
const BYTES = 24;
/** Where the fields stand, in words of four octets; the double of the first contact stands before them. */
const WORDS = BYTES / 4;
const DOUBLES = BYTES / 8;
const [SOURCE, DESTINATION, PACKED, SPAN] = [2, 3, 4, 5];
/** The key of a port has 18 bits, above it 5 of marks and 9 of contacts, one at least: 0 is a free place. */
const MARKS_SHIFT = 18;
const CONTACTS_SHIFT = 23;
const FREE = 0;

export class FirstContacts {
  /** Places, a power of two. */
  readonly capacity: number;
  readonly bytes: number;
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;
  readonly #doubles: Float64Array;
  readonly #groupMask: number;
  readonly #hash: KeyedHash;
  #size = 0;
  #evictions = 0;

  constructor(capacity: number, hash: KeyedHash) {
    let groups = 1;
    while (groups * GROUP < capacity) groups *= 2;
    this.capacity = groups * GROUP;
    this.#groupMask = groups - 1;
    this.#hash = hash;
    const memory = new ArrayBuffer(this.capacity * BYTES);
    this.bytes = memory.byteLength;
    this.#words = new Uint32Array(memory);
    this.#floats = new Float32Array(memory);
    this.#doubles = new Float64Array(memory);
  }

  get size(): number {
    return this.#size;
  }

  /** Sources forgotten to make room. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Remembers a source that is not here. */
  keep(source: number, contact: FirstContact): void {
    const first = this.#groupOf(source);
    let place = first;
    let oldest = Infinity;
    for (let other = first; other < first + GROUP; other++) {
      if (this.#words[other * WORDS + PACKED] === FREE) {
        place = other;
        oldest = -Infinity;
        break;
      }
      const lastSeconds = this.#lastSeconds(other);
      if (lastSeconds < oldest) [place, oldest] = [other, lastSeconds];
    }
    if (oldest === -Infinity) this.#size++;
    else this.#evictions++;
    const word = place * WORDS;
    this.#words[word + SOURCE] = source;
    this.#words[word + DESTINATION] = contact.destination;
    this.#words[word + PACKED] =
      contact.portKey + contact.marks * 2 ** MARKS_SHIFT + contact.contacts * 2 ** CONTACTS_SHIFT;
    this.#floats[word + SPAN] = contact.lastSeconds - contact.firstSeconds;
    this.#doubles[place * DOUBLES] = contact.firstSeconds;
  }

  /** Gives a source back, which is no longer here then; null where it is not. */
  take(source: number): FirstContact | null {
    const first = this.#groupOf(source);
    for (let place = first; place < first + GROUP; place++) {
      const word = place * WORDS;
      const packed = this.#words[word + PACKED] ?? FREE;
      if (packed === FREE || this.#words[word + SOURCE] !== source) continue;
      this.#words[word + PACKED] = FREE;
      this.#size--;
      return {
        destination: this.#words[word + DESTINATION] ?? 0,
        portKey: packed % 2 ** MARKS_SHIFT,
        marks: (packed >>> MARKS_SHIFT) % 2 ** (CONTACTS_SHIFT - MARKS_SHIFT),
        contacts: packed >>> CONTACTS_SHIFT,
        firstSeconds: this.#doubles[place * DOUBLES] ?? 0,
        lastSeconds: this.#lastSeconds(place),
      };
    }
    return null;
  }

  #lastSeconds(place: number): number {
    return (this.#doubles[place * DOUBLES] ?? 0) + (this.#floats[place * WORDS + SPAN] ?? 0);
  }

  #groupOf(source: number): number {
    return (this.#hash.ofWord(source) & this.#groupMask) * GROUP;
  }
}
