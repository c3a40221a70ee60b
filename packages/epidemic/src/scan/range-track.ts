/** Ranges of addresses, one after the other, in rising order. */
import type { Track } from './scan.ts';
import type { AddressRange } from '../outbreak/population.ts';

/** Returns the track of ranges that do not overlap; addresses outside all of them have no place. */
export function rangeTrack(ranges: readonly AddressRange[]): Track {
  const rising = ranges.filter(({ size }) => size > 0).toSorted((a, b) => a.first - b.first);
  const first = Float64Array.from(rising, (range) => range.first);
  const placeBefore = new Float64Array(rising.length);
  let size = 0;
  for (const [row, range] of rising.entries()) {
    placeBefore[row] = size;
    size += range.size;
  }
  return {
    size,
    placeOf: (address) => {
      const row = lastAtMost(first, address);
      if (row < 0) return -1;
      const inside = address - first[row]!;
      return inside < rising[row]!.size ? placeBefore[row]! + inside : -1;
    },
    addressAt: (place) => {
      const row = lastAtMost(placeBefore, place);
      return first[row]! + place - placeBefore[row]!;
    },
  };
}

/** Returns the last row whose value is at most `value`; −1 when there is none. Values rise. */
export function lastAtMost(values: Float64Array, value: number): number {
  let low = -1;
  let high = values.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
