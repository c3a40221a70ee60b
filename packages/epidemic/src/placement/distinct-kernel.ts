/**
 * Many distinct whole numbers below a bound of at most 2^32, where few draws collide: the numbers that drawing one by one
 * and throwing away repetitions would give, without a look into a large table for each. A bitmap of coarse cells, small
 * enough for the cache, clears nine of ten draws; the rest are compared.
 */
import type { RandomStream } from '@wormwood/base';

const TWO_TO_32 = 4294967296;
/** Cells a draw: about one draw in twenty shares its cell. The bitmap then takes up to a mebibyte. */
const CELLS_PER_DRAW = 16;
const CELLS_MAX = 2 ** 23;
/** More repetitions than this, twice those expected, are better looked up in a table. */
const REPETITIONS_MAX = 256;

/** Whether `drawDistinct` is the quick way to draw `count` numbers below `size`. */
export function isSparse(count: number, size: number): boolean {
  return size <= TWO_TO_32 && count > 1000 && (count * count) / size < REPETITIONS_MAX;
}

/** Returns `count` different numbers below `size`, in the order in which the stream gives them. */
export function drawDistinct(stream: RandomStream, count: number, size: number): Float64Array {
  const drawn = new Float64Array(count);
  drawBelow(stream, drawn, size);
  const cells = Math.min(CELLS_MAX, 2 ** (32 - Math.clz32(count * CELLS_PER_DRAW)));
  const isTaken = new Int32Array(cells / 32 + 1);
  const repeated = repeatedRows(drawn, cells / size, isTaken);
  for (const [before, row] of repeated.entries()) {
    drawn.copyWithin(row - before, row + 1, repeated[before + 1] ?? count);
  }
  let kept = count - repeated.length;
  const one = new Float64Array(1);
  while (kept < count) {
    drawBelow(stream, one, size);
    const cell = (one[0]! * (cells / size)) | 0;
    const bit = 1 << (cell & 31);
    if ((isTaken[cell >>> 5]! & bit) !== 0 && holds(drawn, kept, one[0]!)) continue;
    isTaken[cell >>> 5]! |= bit;
    drawn[kept++] = one[0]!;
  }
  return drawn;
}

/** Whether one of the first `count` numbers is `number`; a loop, since `includes` takes ten times as long. */
function holds(numbers: Float64Array, count: number, number: number): boolean {
  for (let i = 0; i < count; i++) if (numbers[i] === number) return true;
  return false;
}

/** Fills `out` with uniform numbers below `size`, as `nextBelow` or, for a power of two, the upper bits of a word. */
export function drawBelow(stream: RandomStream, out: Float64Array, size: number): void {
  const divisor = TWO_TO_32 / size;
  if (divisor < 1 || !Number.isInteger(divisor)) {
    for (let i = 0; i < out.length; i++) out[i] = stream.nextBelow(size);
    return;
  }
  const { state } = stream;
  const factor = 1 / divisor;
  let s0 = state[0]! | 0;
  let s1 = state[1]! | 0;
  let s2 = state[2]! | 0;
  let s3 = state[3]! | 0;
  for (let i = 0; i < out.length; i++) {
    // A step of xoshiro128++ (packages/base/src/random/random-stream.ts).
    const sum = (s0 + s3) | 0;
    const shifted = s1 << 9;
    const word = (((sum << 7) | (sum >>> 25)) + s0) >>> 0;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    out[i] = Math.floor(word * factor);
  }
  state[0] = s0;
  state[1] = s1;
  state[2] = s2;
  state[3] = s3;
}

/** Returns the rows whose number stands in an earlier row, rising, and marks the cells of all rows. */
function repeatedRows(drawn: Float64Array, cellsPerNumber: number, isTaken: Int32Array): readonly number[] {
  const count = drawn.length;
  const isShared = new Int32Array(isTaken.length);
  for (let row = 0; row < count; row++) {
    const cell = (drawn[row]! * cellsPerNumber) | 0;
    const at = cell >>> 5;
    const bit = 1 << (cell & 31);
    const word = isTaken[at]!;
    // Without a branch: nothing is added where the cell was free.
    isShared[at] = isShared[at]! | (word & bit);
    isTaken[at] = word | bit;
  }
  // Rows in shared cells, in a hash table of rows (0 is free) that is at most half full.
  let suspects = 0;
  for (let row = 0; row < count; row++) {
    const cell = (drawn[row]! * cellsPerNumber) | 0;
    suspects = (suspects + ((isShared[cell >>> 5]! >>> (cell & 31)) & 1)) | 0;
  }
  const shift = Math.clz32(2 * suspects + 1);
  const table = new Int32Array(2 ** (32 - shift));
  const repeated: number[] = [];
  for (let row = 0; row < count; row++) {
    const number = drawn[row]!;
    const cell = (number * cellsPerNumber) | 0;
    if (((isShared[cell >>> 5]! >>> (cell & 31)) & 1) === 0) continue;
    let slot = Math.imul(number | 0, 0x9e3779b1) >>> shift;
    while (table[slot] !== 0 && drawn[table[slot]! - 1] !== number) slot = (slot + 1) & (table.length - 1);
    if (table[slot] === 0) table[slot] = row + 1;
    else repeated.push(row);
  }
  return repeated;
}
