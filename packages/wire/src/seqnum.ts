/**
 * TCP sequence numbers: integers in 0..2^32-1 on a circle (RFC 9293 §3.4). All comparison of them lives here; a bare
 * `<` between two sequence numbers elsewhere is a defect. Two numbers compare meaningfully when less than 2^31 apart.
 */

/** `seq` moved forward by `lengthBytes`, or back when that is negative. */
export function seqAdd(seq: number, lengthBytes: number): number {
  return (seq + lengthBytes) >>> 0;
}

/** How far `to` lies ahead of `from`, in -2^31..2^31-1. */
export function seqDistance(from: number, to: number): number {
  return (to - from) | 0;
}

/** Whether `a` comes before `b`. */
export function seqBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** Whether `a` comes before `b` or is `b`. */
export function seqBeforeOrAt(a: number, b: number): boolean {
  return ((a - b) | 0) <= 0;
}

/** Whether `seq` is one of the `sizeBytes` numbers that begin at `first`; a window may be 2^31 and larger. */
export function seqInWindow(seq: number, first: number, sizeBytes: number): boolean {
  return (seq - first) >>> 0 < sizeBytes;
}

/** The later of the two. */
export function seqMax(a: number, b: number): number {
  return seqBefore(a, b) ? b : a;
}

/** The earlier of the two. */
export function seqMin(a: number, b: number): number {
  return seqBefore(a, b) ? a : b;
}
