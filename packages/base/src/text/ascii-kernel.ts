/**
 * Numbers and addresses as ASCII in the octets of a log. A line of a log is made a million times a second: strings in between
 * would be the larger part of the work, and all of it garbage. Each function writes at `at` and returns the offset after what
 * it wrote; the caller has made sure that there is room.
 */

const ZERO = 0x30;
const DOT = 0x2e;
/** From so many octets on a call costs less than a loop. */
const SET_FROM = 24;
const HUNDRED_MILLION = 100_000_000;

/** The digits 0 to f. */
const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** The decimal digits of each octet, at four times it, and their number behind them. */
const OCTETS = new Uint8Array(4 * 256);
for (let value = 0; value < 256; value++) {
  const text = String(value);
  for (let i = 0; i < text.length; i++) OCTETS[4 * value + i] = text.charCodeAt(i);
  OCTETS[4 * value + 3] = text.length;
}

/** Writes ASCII that stands ready. */
export function emitAscii(text: Uint8Array, out: Uint8Array, at: number): number {
  const { length } = text;
  if (length >= SET_FROM) out.set(text, at);
  else for (let i = 0; i < length; i++) out[at + i] = text[i]!;
  return at + length;
}

/** Writes what stands in [start, end) of `out` once more, at `at` behind it. */
export function emitAgain(out: Uint8Array, start: number, end: number, at: number): number {
  for (let i = start; i < end; i++) out[at + i - start] = out[i]!;
  return at + end - start;
}

/** Writes the last `width` hexadecimal digits of a word. */
export function emitHex(word: number, width: number, out: Uint8Array, at: number): number {
  for (let i = width - 1, rest = word; i >= 0; i--, rest >>>= 4) out[at + i] = HEX[rest & 15]!;
  return at + width;
}

/** Writes a whole number from 0 to 2^53. */
export function emitDecimal(value: number, out: Uint8Array, at: number): number {
  if (value < 256) return emitOctet(value, out, at);
  if (value < HUNDRED_MILLION) {
    let end = at + 3;
    for (let bound = 1000; value >= bound; bound *= 10) end++;
    emitDigits(value, end - at, out, at);
    return end;
  }
  const high = Math.floor(value / HUNDRED_MILLION);
  return emitDigits(value - high * HUNDRED_MILLION, 8, out, emitDecimal(high, out, at));
}

/** Writes a whole number below 10^8 with so many digits, zeros in front. */
export function emitDigits(value: number, width: number, out: Uint8Array, at: number): number {
  for (let i = width - 1, rest = value | 0; i >= 0; i--) {
    const tenth = (rest / 10) | 0;
    out[at + i] = ZERO + rest - 10 * tenth;
    rest = tenth;
  }
  return at + width;
}

/** Writes the dotted-quad notation of an IPv4 address. */
export function emitIpv4(address: number, out: Uint8Array, at: number): number {
  let end = emitOctet(address >>> 24, out, at);
  out[end] = DOT;
  end = emitOctet((address >>> 16) & 255, out, end + 1);
  out[end] = DOT;
  end = emitOctet((address >>> 8) & 255, out, end + 1);
  out[end] = DOT;
  return emitOctet(address & 255, out, end + 1);
}

/** All three places are written, whatever the length: what comes next overwrites those too many. */
function emitOctet(value: number, out: Uint8Array, at: number): number {
  const entry = 4 * value;
  out[at] = OCTETS[entry]!;
  out[at + 1] = OCTETS[entry + 1]!;
  out[at + 2] = OCTETS[entry + 2]!;
  return at + OCTETS[entry + 3]!;
}
