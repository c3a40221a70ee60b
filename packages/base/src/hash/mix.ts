/** Mixing of words: quick, the same everywhere, and no secret from anybody who wants to invert it. */

/**
 * Returns a 32-bit word of which every bit depends on every bit of `word`; different words give different results.
 * Source: the finalizer of MurmurHash3 (Appleby, public domain).
 */
export function mixWord(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
