/** Identifiers that sort by time: UUID version 7 (RFC 9562 5.7). */
import type { RandomStream } from '@wormwood/base';

const MS_LOW_SPAN = 0x10000;
const FRACTION_SPAN = 0x1000;

/**
 * The UUID of a moment in seconds since 1970. The twelve bits after the milliseconds are a finer fraction of the time
 * (RFC 9562 6.2 method 3), the other 62 are drawn.
 */
export function uuidV7(seconds: number, stream: RandomStream): string {
  const exactMs = seconds * 1000;
  const ms = Math.floor(exactMs);
  const fraction = Math.floor((exactMs - ms) * FRACTION_SPAN);
  const high = Math.floor(ms / MS_LOW_SPAN);
  const low = ms % MS_LOW_SPAN;
  const variant = 0x8000 | (stream.nextUint32() >>> 18);
  const tail = hex(stream.nextUint32(), 8) + hex(stream.nextUint32() >>> 16, 4);
  return `${hex(high, 8)}-${hex(low, 4)}-7${hex(fraction, 3)}-${hex(variant, 4)}-${tail}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
