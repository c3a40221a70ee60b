/**
 * The curve of Hilbert (1891), on which neighbours in a row of addresses stay neighbours in the plane: every aligned
 * prefix of even length is a square.
 */

export interface Cell {
  readonly x: number;
  readonly y: number;
}

/** Returns where the cell at `distance` along the curve lies in a square of `side` × `side`, a power of two. */
export function hilbertCell(distance: number, side: number): Cell {
  let x = 0;
  let y = 0;
  let rest = distance;
  for (let size = 1; size < side; size *= 2) {
    const right = (rest >>> 1) & 1;
    const down = (rest ^ right) & 1;
    // The quadrant is turned so that its ends meet those of its neighbours.
    if (down === 0) {
      const [turnedX, turnedY] = right === 1 ? [size - 1 - x, size - 1 - y] : [x, y];
      x = turnedY;
      y = turnedX;
    }
    x += size * right;
    y += size * down;
    rest >>>= 2;
  }
  return { x, y };
}
