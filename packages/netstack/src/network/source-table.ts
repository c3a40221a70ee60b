/**
 * Which source claims how much of our memory: what it holds, and its members, which are the things that hold it, oldest first.
 * When memory runs short, a source that holds most is evicted first: with a budget and `n` sources, no source loses anything
 * that holds less than half of the `n`th part. Sources are sorted by the power of two of what they hold, so that all of this
 * costs the same for one source and for a million. 32 octets a source and no object.
 */
import { mixWord } from '@wormwood/base';

/** Words of a source. */
const field = {
  address: 0,
  nextInBucket: 1,
  heldBytes: 2,
  oldest: 3,
  newest: 4,
  /** Neighbours among the sources that hold about as much. */
  nextInClass: 5,
  previousInClass: 6,
} as const;

const STRIDE = 8;
const FIRST_CAPACITY = 256;
/** Powers of two of 31 bits. */
const CLASSES = 31;
const NONE = -1;

/** Where the members of a source keep their neighbours: a member is an offset into `words`. */
export interface MemberLinks {
  /** May be replaced between two calls. */
  readonly memory: { readonly words: Int32Array };
  /** Offsets of the two words from that of the member. */
  readonly next: number;
  readonly previous: number;
}

export class SourceTable {
  readonly #links: MemberLinks;
  readonly #key: number;
  #words: Int32Array = new Int32Array(FIRST_CAPACITY * STRIDE);
  #buckets: Int32Array = new Int32Array(FIRST_CAPACITY).fill(NONE);
  /** Of each class the first source and the last: the one that has been in it longest is the first. */
  readonly #first: Int32Array = new Int32Array(CLASSES).fill(NONE);
  readonly #last: Int32Array = new Int32Array(CLASSES).fill(NONE);
  #used = 0;
  #free: number = NONE;
  #count = 0;
  #heldBytes = 0;

  /** `key` sorts the sources in a way that strangers cannot predict: 32 bits. */
  constructor(links: MemberLinks, key: number) {
    this.#links = links;
    this.#key = key;
  }

  /** Octets that all sources hold. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Sources that hold something. */
  get count(): number {
    return this.#count;
  }

  /** Octets that one source holds. */
  heldBy(address: number): number {
    const source = this.#find(address);
    return source === NONE ? 0 : this.#words[source + field.heldBytes]!;
  }

  /** Adds a member that holds `bytes`, at least one, to those of a source, as the newest; returns the source for `hold`. */
  join(address: number, member: number, bytes: number): number {
    let source = this.#find(address);
    if (source === NONE) source = this.#add(address);
    const { newest } = field;
    const previous = this.#words[source + newest]!;
    this.#setLinks(member, previous, NONE);
    if (previous === NONE) this.#words[source + field.oldest] = member;
    else this.#links.memory.words[previous + this.#links.next] = member;
    this.#words[source + newest] = member;
    this.hold(source, bytes);
    return source;
  }

  /** Removes a member and what it still holds; a source without members is forgotten. */
  leave(source: number, member: number, bytes: number): void {
    this.#unlink(source, member);
    this.hold(source, -bytes);
    if (this.#words[source + field.oldest] === NONE) this.#remove(source);
  }

  /** A member of the source holds more than before, or less when `bytes` is negative. */
  hold(source: number, bytes: number): void {
    const words = this.#words;
    const before = words[source + field.heldBytes]!;
    const after = before + bytes;
    words[source + field.heldBytes] = after;
    this.#heldBytes += bytes;
    if (classOf(before) === classOf(after)) return;
    if (before > 0) this.#leaveClass(source, classOf(before));
    if (after > 0) this.#joinClass(source, classOf(after));
  }

  /** The source of an address that has members. */
  sourceOf(address: number): number {
    return this.#find(address);
  }

  /**
   * The oldest member of a source that holds most, within a factor of two; of several, the one that has held so much for longest.
   * -1 when nobody holds anything.
   */
  oldestOfLargest(): number {
    for (let power = CLASSES - 1; power >= 0; power--) {
      const source = this.#first[power]!;
      if (source !== NONE) return this.#words[source + field.oldest]!;
    }
    return NONE;
  }

  #unlink(source: number, member: number): void {
    const { memory, next, previous } = this.#links;
    const after = memory.words[member + next]!;
    const before = memory.words[member + previous]!;
    if (before === NONE) this.#words[source + field.oldest] = after;
    else memory.words[before + next] = after;
    if (after === NONE) this.#words[source + field.newest] = before;
    else memory.words[after + previous] = before;
  }

  #setLinks(member: number, previous: number, next: number): void {
    const { words } = this.#links.memory;
    words[member + this.#links.previous] = previous;
    words[member + this.#links.next] = next;
  }

  #joinClass(source: number, power: number): void {
    const words = this.#words;
    const last = this.#last[power]!;
    words[source + field.nextInClass] = NONE;
    words[source + field.previousInClass] = last;
    if (last === NONE) this.#first[power] = source;
    else words[last + field.nextInClass] = source;
    this.#last[power] = source;
  }

  #leaveClass(source: number, power: number): void {
    const words = this.#words;
    const next = words[source + field.nextInClass]!;
    const previous = words[source + field.previousInClass]!;
    if (previous === NONE) this.#first[power] = next;
    else words[previous + field.nextInClass] = next;
    if (next === NONE) this.#last[power] = previous;
    else words[next + field.previousInClass] = previous;
  }

  #find(address: number): number {
    const words = this.#words;
    let source = this.#buckets[this.#bucketOf(address)]!;
    while (source !== NONE && words[source + field.address] !== (address | 0))
      source = words[source + field.nextInBucket]!;
    return source;
  }

  #add(address: number): number {
    let source = this.#free;
    if (source === NONE) {
      if (this.#used * STRIDE === this.#words.length) this.#grow();
      source = this.#used++ * STRIDE;
    } else this.#free = this.#words[source + field.nextInBucket]!;
    const words = this.#words;
    words[source + field.address] = address;
    words[source + field.heldBytes] = 0;
    words[source + field.oldest] = NONE;
    words[source + field.newest] = NONE;
    this.#linkBucket(source);
    this.#count++;
    return source;
  }

  #remove(source: number): void {
    const words = this.#words;
    const bucket = this.#bucketOf(words[source + field.address]!);
    let previous = NONE;
    for (let at = this.#buckets[bucket]!; at !== source; at = words[at + field.nextInBucket]!) previous = at;
    const next = words[source + field.nextInBucket]!;
    if (previous === NONE) this.#buckets[bucket] = next;
    else words[previous + field.nextInBucket] = next;
    words[source + field.nextInBucket] = this.#free;
    this.#free = source;
    this.#count--;
  }

  /** Doubles the table, every place of which is taken. */
  #grow(): void {
    const grown = new Int32Array(2 * this.#words.length);
    grown.set(this.#words);
    this.#words = grown;
    this.#buckets = new Int32Array(2 * this.#buckets.length).fill(NONE);
    for (let source = 0; source < this.#used * STRIDE; source += STRIDE) this.#linkBucket(source);
  }

  #linkBucket(source: number): void {
    const bucket = this.#bucketOf(this.#words[source + field.address]!);
    this.#words[source + field.nextInBucket] = this.#buckets[bucket]!;
    this.#buckets[bucket] = source;
  }

  #bucketOf(address: number): number {
    return mixWord(address ^ this.#key) & (this.#buckets.length - 1);
  }
}

/** The power of two of what a source holds; -1 of nothing. */
function classOf(bytes: number): number {
  return 31 - Math.clz32(bytes);
}
