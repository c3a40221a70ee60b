/**
 * The status word of a slot in a packet ring (Linux packet(7)) hands the slot over, so what was written before it must be seen
 * before it. x86 keeps that order by itself, and there a plain access costs a tenth of an atomic one.
 */
const KEEPS_ORDER = process.arch === 'x64';

/** Returns the status at index `at` of the mapping's words. */
export function loadStatus(words: Int32Array, at: number): number {
  return KEEPS_ORDER ? words[at]! : Atomics.load(words, at);
}

export function storeStatus(words: Int32Array, at: number, status: number): void {
  if (KEEPS_ORDER) words[at] = status;
  else Atomics.store(words, at, status);
}
