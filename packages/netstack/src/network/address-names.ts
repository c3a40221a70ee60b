/**
 * Addresses as words of 32 bits, so that one table holds the flows of both protocols: an IPv4 address is its own word, and any
 * other address has a name out of 240.0.0.0/4, where no host is (RFC 1112 4), for as long as somebody holds it. A name that
 * nobody holds is given to another address, so there are never more than holders.
 */
import { assert, mixWord, SipHash } from '@wormwood/base';
import { type IpAddress, readIpv6Address, readU32, writeIpv6Address, writeU32 } from '@wormwood/wire';

/** The first name; what lies below is an IPv4 address. */
const FIRST_NAME = 0xf000_0000;
/** The word of no address that is held. */
export const NOT_HELD = 0xffff_ffff;

/** Words of a name. */
const field = {
  /** Four words of the address. */
  address: 0,
  /** 1: an IPv4 address of 240.0.0.0/4, which comes from nobody and is named all the same. */
  isIpv4: 4,
  holders: 5,
  nextInBucket: 6,
  /** 0: nobody has asked for it yet. */
  share: 7,
  hash: 8,
  digest: 9,
  /** Where the memo had the address when it was named. */
  place: 10,
} as const;

const STRIDE = 11;
/** Places for addresses that are remembered with their hashes: most packets come from a source that has sent one before. */
const MEMO_BITS = 11;
const MEMO_PLACES = 1 << MEMO_BITS;
/** Words of a remembered address, as of a name: the address, whether it is one of IPv4, and both halves of its hash. */
const MEMO_STRIDE = 7;
const FIRST_CAPACITY = 64;
const NONE = -1;

/** Returns whether a word is a name, and so not an IPv4 address of a host. */
export function isName(word: number): boolean {
  return word >= FIRST_NAME;
}

export class AddressNames {
  readonly #hash: SipHash;
  /** The address at hand, and whether it is one of IPv4. */
  readonly #asked: Int32Array = new Int32Array(field.isIpv4 + 1);
  /** Both halves of its hash, once `#hashAsked` was called. */
  #askedHash = 0;
  #askedDigest = 0;
  readonly #memo: Int32Array = new Int32Array(MEMO_PLACES * MEMO_STRIDE).fill(NONE);
  /** The addresses of the memo, where somebody has asked for them. */
  readonly #memoValues: (IpAddress | undefined)[] = Array.from({ length: MEMO_PLACES });
  /** The place of the address at hand. */
  #askedPlace = 0;
  /** The network of 64 bits that was counted last. */
  #network: { readonly upper: number; readonly lower: number; readonly share: number } | null = null;
  readonly #octets: Uint8Array = new Uint8Array(16);
  #words: Int32Array = new Int32Array(FIRST_CAPACITY * STRIDE);
  #heads: Int32Array = new Int32Array(FIRST_CAPACITY).fill(NONE);
  /** Made when somebody asks for them. */
  #values: (IpAddress | undefined)[] = [];
  #used = 0;
  #free: number = NONE;
  #size = 0;

  /** `key`: 16 octets that strangers must not know, since digests stand for addresses in initial sequence numbers. */
  constructor(key: Uint8Array) {
    this.#hash = new SipHash(key);
  }

  /** Returns names for tables whose order nobody sees: `seed` is 32 bits that strangers do not know. */
  static seeded(seed: number): AddressNames {
    const words = Uint32Array.from({ length: 4 }, (_, i) => mixWord(seed ^ mixWord(i)));
    return new AddressNames(new Uint8Array(words.buffer));
  }

  /** Names that are held. */
  get size(): number {
    return this.#size;
  }

  /** Returns the word of an address, which is held until `release`. */
  hold(address: IpAddress): number {
    if (typeof address === 'number' && address < FIRST_NAME) return address;
    this.#ask(address);
    const word = this.#holdAsked();
    this.#values[word - FIRST_NAME] = address;
    return word;
  }

  /** The same of the IPv6 address at `offset`. */
  holdOctets(bytes: Uint8Array, offset: number): number {
    this.#askOctets(bytes, offset);
    return this.#holdAsked();
  }

  /** Holds a word once more. */
  holdAgain(word: number): void {
    if (word >= FIRST_NAME) this.#words[(word - FIRST_NAME) * STRIDE + field.holders]!++;
  }

  /** Returns the word of an address if it is held, else `NOT_HELD`. */
  find(address: IpAddress): number {
    if (typeof address === 'number' && address < FIRST_NAME) return address;
    this.#ask(address);
    this.#hashAsked();
    return this.#findAsked();
  }

  /** The same of the IPv6 address at `offset`. */
  findOctets(bytes: Uint8Array, offset: number): number {
    this.#askOctets(bytes, offset);
    this.#hashAsked();
    return this.#findAsked();
  }

  /** One who held the word holds it no more. */
  release(word: number): void {
    if (word < FIRST_NAME) return;
    const index = word - FIRST_NAME;
    const words = this.#words;
    const at = index * STRIDE;
    assert(words[at + field.holders]! > 0, 'a name is released by one who holds it');
    if (--words[at + field.holders]! > 0) return;
    const bucket = words[at + field.hash]! & (this.#heads.length - 1);
    let previous = NONE;
    for (
      let other = this.#heads[bucket]!;
      other !== index;
      other = words[other * STRIDE + field.nextInBucket]!
    )
      previous = other;
    const next = words[at + field.nextInBucket]!;
    if (previous === NONE) this.#heads[bucket] = next;
    else words[previous * STRIDE + field.nextInBucket] = next;
    words[at + field.nextInBucket] = this.#free;
    this.#free = index;
    this.#values[index] = undefined;
    this.#size--;
  }

  /** Returns the address of a word that is held. */
  addressOf(word: number): IpAddress {
    if (word < FIRST_NAME) return word;
    const index = word - FIRST_NAME;
    let value = this.#values[index];
    if (value === undefined) {
      this.writeOctets(word, this.#octets, 0);
      value = readIpv6Address(this.#octets, 0);
      this.#values[index] = value;
      const place = this.#words[index * STRIDE + field.place]!;
      if (this.#isRemembered(place, this.#words, index * STRIDE)) this.#memoValues[place] = value;
    }
    return value;
  }

  /** Writes the 16 octets of a held name at `offset`. */
  writeOctets(word: number, bytes: Uint8Array, offset: number): void {
    const at = (word - FIRST_NAME) * STRIDE;
    for (let i = 0; i < 4; i++) writeU32(bytes, offset + 4 * i, this.#words[at + i]!);
  }

  /**
   * Returns 32 bits by which what one source may cause is counted: an IPv4 address, or what stands for an IPv6 network of 64
   * bits, whose owner has every address of it.
   */
  shareOf(word: number): number {
    if (word < FIRST_NAME) return word;
    const at = (word - FIRST_NAME) * STRIDE;
    const words = this.#words;
    if (words[at + field.share] === 0)
      words[at + field.share] = this.#shareOfNetwork(words[at]!, words[at + 1]!);
    return words[at + field.share]! >>> 0;
  }

  /** Returns 32 bits that stand for the address for as long as this lives: an IPv4 address, or a keyed hash. */
  digestOf(word: number): number {
    return word < FIRST_NAME ? word : this.#words[(word - FIRST_NAME) * STRIDE + field.digest]! >>> 0;
  }

  #ask(address: IpAddress): void {
    const asked = this.#asked;
    if (typeof address === 'bigint') {
      writeIpv6Address(this.#octets, 0, address);
      return this.#askOctets(this.#octets, 0);
    }
    asked.fill(0);
    asked[3] = address;
    asked[field.isIpv4] = 1;
  }

  #askOctets(bytes: Uint8Array, offset: number): void {
    const asked = this.#asked;
    for (let i = 0; i < 4; i++) asked[i] = readU32(bytes, offset + 4 * i);
    asked[field.isIpv4] = 0;
  }

  #shareOfNetwork(upper: number, lower: number): number {
    if (this.#network?.upper !== upper || this.#network.lower !== lower)
      this.#network = { upper, lower, share: this.#hash.ofWords(upper, lower, 0, 0) };
    return this.#network.share;
  }

  #hashAsked(): void {
    const asked = this.#asked;
    const [a, b] = [asked[0]!, asked[1]!];
    const [c, d] = [asked[2]!, asked[3]!];
    const isIpv4 = asked[field.isIpv4]!;
    const memo = this.#memo;
    // Where an address is remembered says nothing of where its name is.
    const place =
      Math.imul(a ^ Math.imul(b, 31) ^ Math.imul(c, 0x0101_0101) ^ d, 0x9e37_79b1) >>> (32 - MEMO_BITS);
    const at = place * MEMO_STRIDE;
    if (!this.#isRemembered(place, asked, 0)) {
      memo[at] = a;
      memo[at + 1] = b;
      memo[at + 2] = c;
      memo[at + 3] = d;
      memo[at + field.isIpv4] = isIpv4;
      memo[at + MEMO_STRIDE - 2] = this.#hash.ofWords(a, b, c, d);
      memo[at + MEMO_STRIDE - 1] = this.#hash.upper;
      this.#memoValues[place] = undefined;
    }
    this.#askedPlace = place;
    this.#askedHash = memo[at + MEMO_STRIDE - 2]!;
    this.#askedDigest = memo[at + MEMO_STRIDE - 1]!;
  }

  /** Whether a place of the memo has the address whose words begin at `at`. */
  #isRemembered(place: number, words: Int32Array, at: number): boolean {
    const memo = this.#memo;
    const start = place * MEMO_STRIDE;
    return (
      memo[start + 3] === words[at + 3] &&
      memo[start + 2] === words[at + 2] &&
      memo[start + 1] === words[at + 1] &&
      memo[start] === words[at] &&
      memo[start + field.isIpv4] === words[at + field.isIpv4]
    );
  }

  #findAsked(): number {
    const words = this.#words;
    const asked = this.#asked;
    const bucket = this.#askedHash & (this.#heads.length - 1);
    for (
      let index = this.#heads[bucket]!;
      index !== NONE;
      index = words[index * STRIDE + field.nextInBucket]!
    ) {
      const at = index * STRIDE;
      if (
        words[at] === asked[0] &&
        words[at + 1] === asked[1] &&
        words[at + 2] === asked[2] &&
        words[at + 3] === asked[3] &&
        words[at + field.isIpv4] === asked[field.isIpv4]
      )
        return FIRST_NAME + index;
    }
    return NOT_HELD;
  }

  #holdAsked(): number {
    this.#hashAsked();
    const known = this.#findAsked();
    if (known !== NOT_HELD) {
      this.holdAgain(known);
      return known;
    }
    let index = this.#free;
    if (index !== NONE) this.#free = this.#words[index * STRIDE + field.nextInBucket]!;
    else {
      if (this.#used === this.#heads.length) this.#grow();
      index = this.#used++;
    }
    const asked = this.#asked;
    const at = index * STRIDE;
    const words = this.#words;
    for (let i = 0; i <= field.isIpv4; i++) words[at + i] = asked[i]!;
    words[at + field.holders] = 1;
    words[at + field.hash] = this.#askedHash;
    words[at + field.digest] = this.#askedDigest;
    words[at + field.share] = 0;
    words[at + field.place] = this.#askedPlace;
    this.#values[index] = this.#memoValues[this.#askedPlace];
    this.#link(index);
    this.#size++;
    return FIRST_NAME + index;
  }

  /** Every name is held: makes room for as many more. */
  #grow(): void {
    const words = new Int32Array(2 * this.#words.length);
    words.set(this.#words);
    this.#words = words;
    this.#heads = new Int32Array(2 * this.#heads.length).fill(NONE);
    for (let index = 0; index < this.#used; index++) this.#link(index);
  }

  #link(index: number): void {
    const at = index * STRIDE;
    const bucket = this.#words[at + field.hash]! & (this.#heads.length - 1);
    this.#words[at + field.nextInBucket] = this.#heads[bucket]!;
    this.#heads[bucket] = index;
  }
}
