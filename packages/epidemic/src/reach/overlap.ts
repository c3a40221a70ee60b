/** Ranges of addresses that overlap. */
import type { AddressRange } from '../outbreak/population.ts';

/** Returns how many addresses two ranges share. */
export function overlap(one: AddressRange, other: AddressRange): number {
  const end = Math.min(one.first + one.size, other.first + other.size);
  return Math.max(0, end - Math.max(one.first, other.first));
}
