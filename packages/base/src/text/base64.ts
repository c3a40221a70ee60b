/** Base 64 (RFC 4648, section 4): packages have neither `btoa` nor `Buffer`. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));
const PADDING = 0x3d;

/** Returns the octets in base 64, padded. */
export function encodeBase64(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; at += 3) {
    const group = (octets[at]! << 16) | ((octets[at + 1] ?? 0) << 8) | (octets[at + 2] ?? 0);
    const used = Math.min(4, octets.length - at + 1);
    for (let i = 0; i < 4; i++) text += i < used ? DIGITS.charAt((group >>> (18 - 6 * i)) & 63) : '=';
  }
  return text;
}

/** Writes some words of an array in base 64 as ASCII, padded; returns the offset after them. */
export function emitBase64(
  array: Int32Array,
  { start, words }: { readonly start: number; readonly words: number },
  out: Uint8Array,
  at: number,
): number {
  const bits = 32 * words;
  let end = at;
  for (let bit = 0; bit < bits; bit += 6) {
    const word = start + (bit >>> 5);
    const shift = 26 - (bit & 31);
    let digit = shift >= 0 ? array[word]! >>> shift : array[word]! << -shift;
    // It may lie astride two words.
    if (shift < 0 && word + 1 < start + words) digit |= array[word + 1]! >>> (32 + shift);
    out[end++] = CODES[digit & 63]!;
  }
  while (((end - at) & 3) !== 0) out[end++] = PADDING;
  return end;
}

/** Returns the octets behind a text that `encodeBase64` could have written; its padding is not asked for. */
export function decodeBase64(text: string): Uint8Array {
  const octets: number[] = [];
  let bits = 0;
  let value = 0;
  for (const digit of text.replaceAll('=', '')) {
    value = ((value << 6) | DIGITS.indexOf(digit)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    octets.push((value >>> bits) & 0xff);
  }
  return Uint8Array.from(octets);
}
