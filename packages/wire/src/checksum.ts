/**
 * The Internet checksum (RFC 1071): the complement of the one's complement sum of all 16-bit words. Sums of pieces that
 * begin at even distances may be added up, so a pseudo-header's sum is computed apart and handed on as a number.
 */

import { readU16, writeU16 } from './bytes.ts';

/** Below this many octets reading octet by octet is faster than making a view of words. */
const VIEW_PAYS_BYTES = 512;

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * The sum of the 16-bit words in [start, end), plus `initialSum`; an odd last octet counts as the high half of a word.
 * The result lies in 0..0xffff and is not complemented.
 */
export function sumWords(bytes: Uint8Array, start: number, end: number, initialSum = 0): number {
  // Asking an array for its offset is dearer than summing a header.
  if (end - start >= VIEW_PAYS_BYTES && ((bytes.byteOffset + start) & 1) === 0) {
    return sumAligned(bytes, start, end, initialSum);
  }
  return sumOctets(bytes, start, end, initialSum);
}

/** High and low halves are summed apart: two independent chains of additions, and no shift for each word. */
function sumOctets(bytes: Uint8Array, start: number, end: number, initialSum: number): number {
  let high = 0;
  let low = 0;
  let at = start;
  for (const last = end - 8; at <= last; at += 8) {
    high += bytes[at]! + bytes[at + 2]! + bytes[at + 4]! + bytes[at + 6]!;
    low += bytes[at + 1]! + bytes[at + 3]! + bytes[at + 5]! + bytes[at + 7]!;
  }
  for (const last = end - 2; at <= last; at += 2) {
    high += bytes[at]!;
    low += bytes[at + 1]!;
  }
  if (at < end) high += bytes[at]!;
  return foldSum(initialSum + high * 256 + low);
}

/** RFC 1071 §2 (B) and (C): words are summed as the machine holds them, two at a time; the sum is swapped once. */
function sumAligned(bytes: Uint8Array, start: number, end: number, initialSum: number): number {
  const head = (bytes.byteOffset + start) & 2;
  const wordCount = (end - start - head) >>> 2;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + start + head, wordCount);
  let low = 0;
  let high = 0;
  let index = 0;
  for (const last = wordCount - 4; index <= last; index += 4) {
    const a = words[index]!;
    const b = words[index + 1]!;
    const c = words[index + 2]!;
    const d = words[index + 3]!;
    low += (a & 0xffff) + (b & 0xffff) + (c & 0xffff) + (d & 0xffff);
    high += (a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16);
  }
  for (; index < wordCount; index++) {
    const word = words[index]!;
    low += word & 0xffff;
    high += word >>> 16;
  }
  const native = foldSum(low + high);
  const middle = LITTLE_ENDIAN ? ((native & 0xff) << 8) | (native >>> 8) : native;
  const rest = start + head + wordCount * 4;
  return sumOctets(bytes, rest, end, sumOctets(bytes, start, start + head, initialSum) + middle);
}

/** Adds the carries back in until none is left (end-around carry); takes any sum below 2^53. */
export function foldSum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff_ffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  folded = (folded & 0xffff) + (folded >>> 16);
  return (folded & 0xffff) + (folded >>> 16);
}

/** The checksum field that belongs to a sum taken with the field itself at zero. */
export function complementSum(sum: number): number {
  return ~foldSum(sum) & 0xffff;
}

/** The checksum of the octets in [start, end), whose checksum field holds zero. */
export function checksum(bytes: Uint8Array, start: number, end: number, initialSum = 0): number {
  return ~sumWords(bytes, start, end, initialSum) & 0xffff;
}

/** Whether octets that contain their own checksum are intact: their sum is then 0xffff, one's complement zero. */
export function isChecksumValid(bytes: Uint8Array, start: number, end: number, initialSum = 0): boolean {
  return sumWords(bytes, start, end, initialSum) === 0xffff;
}

/** Computes and writes the 16-bit checksum at `field` over [start, end), whatever the field held before. */
export function writeChecksum(
  bytes: Uint8Array,
  field: number,
  start: number,
  end: number,
  initialSum = 0,
): void {
  writeU16(bytes, field, 0);
  writeU16(bytes, field, checksum(bytes, start, end, initialSum));
}

/**
 * The checksum after one 16-bit word changed from `before` to `after`, without the other words (RFC 1624 §3, equation
 * 3: HC' = ~(~HC + ~m + m')). A checksum of zero never becomes 0xffff by this, as it would by RFC 1141.
 */
export function updateChecksum(current: number, before: number, after: number): number {
  let sum = (~current & 0xffff) + (~before & 0xffff) + after;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** The same for a 32-bit word that begins at an even distance: an address, a sequence number. */
export function updateChecksumU32(current: number, before: number, after: number): number {
  const high = updateChecksum(current, before >>> 16, after >>> 16);
  return updateChecksum(high, before & 0xffff, after & 0xffff);
}

/** Writes a 16-bit word at `offset` and keeps the checksum at `field` right. */
export function rewriteU16(bytes: Uint8Array, field: number, offset: number, value: number): void {
  writeU16(bytes, field, updateChecksum(readU16(bytes, field), readU16(bytes, offset), value));
  writeU16(bytes, offset, value);
}
