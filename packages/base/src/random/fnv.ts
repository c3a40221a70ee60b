/** FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923): a hash of octets for names and fingerprints, not against anyone. */

const TWO_TO_32 = 4294967296;

/** A hash that absorbs octet after octet. */
export class Fnv64 {
  /** The lower and the upper word so far. */
  low = 0x84222325;
  high = 0xcbf29ce4;

  absorb(octet: number): void {
    // The prime is 2^40 + 0x1b3: a product of two words with the small part, plus the low word 8 bits up.
    const low = (this.low ^ octet) >>> 0;
    const product = low * 0x1b3;
    const carry = Math.floor(product / TWO_TO_32);
    this.high = (Math.imul(this.high, 0x1b3) + carry + (low << 8)) >>> 0;
    this.low = product >>> 0;
  }
}
