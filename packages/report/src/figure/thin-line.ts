/** Thins curves by the Ramer–Douglas–Peucker algorithm, so that a report stays small. */

/** Returns the ascending indices of points that draw the curve to within `tolerance` of its value at any x. */
export function thinLine(x: ArrayLike<number>, y: ArrayLike<number>, tolerance: number): readonly number[] {
  const count = x.length;
  if (count < 3) return Array.from({ length: count }, (_, index) => index);
  const keep = new Uint8Array(count);
  keep[0] = 1;
  keep[count - 1] = 1;
  const stack: [number, number][] = [[0, count - 1]];
  for (let range = stack.pop(); range !== undefined; range = stack.pop()) {
    const [from, to] = range;
    const farthest = farthestFromChord(x, y, from, to, tolerance);
    if (farthest < 0) continue;
    keep[farthest] = 1;
    stack.push([from, farthest], [farthest, to]);
  }
  const kept: number[] = [];
  keep.forEach((isKept, index) => {
    if (isKept === 1) kept.push(index);
  });
  return kept;
}

function farthestFromChord(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  tolerance: number,
): number {
  const span = x[to]! - x[from]!;
  const slope = span > 0 ? (y[to]! - y[from]!) / span : 0;
  let farthest = -1;
  let distance = tolerance;
  for (let i = from + 1; i < to; i++) {
    const off = Math.abs(y[i]! - (y[from]! + slope * (x[i]! - x[from]!)));
    if (off > distance) {
      distance = off;
      farthest = i;
    }
  }
  return farthest;
}
