/**
 * The window of a tarpit: a few octets, and a few more each ten seconds. Whoever has more to say probes the closed window
 * and is answered each time, which keeps the connection up as long as it likes (RFC 9293 3.8.6.1). The right edge follows
 * from the age of the connection, so it never moves back (3.8.6), and nothing is kept but the second of its beginning.
 */
import { type ConnectionTable, field, flag } from './connection-table.ts';

/** What a window opens by, and never more than this at a time. */
export const TARPIT_WINDOW_BYTES = 4;
/** Small segments for a remote side that ignores the window. */
export const TARPIT_MSS_BYTES = 64;
const SECONDS_PER_WINDOW = 10;
/** The tick of its beginning stands above the flags. */
const TICK_SHIFT = 9;
const TICK_MASK = 0x7f_ffff;

/** Makes a tarpit of a connection that begins now. */
export function beginTarpit({ words }: ConnectionTable, at: number, nowSeconds: number): void {
  words[at + field.flags]! |= flag.tarpit | (tickOf(nowSeconds) << TICK_SHIFT);
}

export function isTarpit({ words }: ConnectionTable, at: number): boolean {
  return (words[at + field.flags]! & flag.tarpit) !== 0;
}

/** Returns how many octets a tarpit takes now beyond the next one expected: `TARPIT_WINDOW_BYTES` at most. */
export function tarpitWindow({ words }: ConnectionTable, at: number, nowSeconds: number): number {
  const age = (tickOf(nowSeconds) - (words[at + field.flags]! >>> TICK_SHIFT)) & TICK_MASK;
  const allowed = TARPIT_WINDOW_BYTES * (1 + age);
  const left = allowed - (words[at + field.receivedBytes]! >>> 0);
  return Math.max(0, Math.min(TARPIT_WINDOW_BYTES, left));
}

function tickOf(nowSeconds: number): number {
  return Math.floor(nowSeconds / SECONDS_PER_WINDOW) & TICK_MASK;
}
