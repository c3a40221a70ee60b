/** A grid of Braille characters, 2 × 4 dots each, in which each character belongs to the line drawn last. */

export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  /** Index of the line that owns each cell, or -1. */
  readonly owner: Int16Array;
  readonly bits: Uint8Array;
  /** Returns the Braille character of a cell. */
  readonly character: (cell: number) => string;
}

/** Bits of a Braille character, by column and row of its dots (Unicode Standard, Braille Patterns). */
const BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BRAILLE_BASE = 0x2800;

/** Returns an empty canvas of `columns` × `rows` characters. */
export function brailleCanvas({
  columns,
  rows,
}: {
  readonly columns: number;
  readonly rows: number;
}): Canvas {
  const bits = new Uint8Array(columns * rows);
  return {
    columns,
    rows,
    bits,
    owner: new Int16Array(columns * rows).fill(-1),
    character: (cell) => String.fromCharCode(BRAILLE_BASE + bits[cell]!),
  };
}

/** A dot counted from the upper left corner, and the line that it is part of. */
export interface Dot {
  readonly across: number;
  readonly down: number;
  readonly index: number;
}

/** Sets a dot; its character belongs to its line from then on. */
export function setDot({ bits, owner, columns }: Canvas, { across, down, index }: Dot): void {
  const cell = (down >> 2) * columns + (across >> 1);
  bits[cell]! |= BITS[(across & 1) as 0 | 1][(down & 3) as 0 | 1 | 2 | 3];
  owner[cell] = index;
}
