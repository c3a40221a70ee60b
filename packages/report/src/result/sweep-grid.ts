/** A sweep over two paths as a grid. */
import { figureIn, measuredValue, shortNames, type SweepResult, valueText } from './sweep-result.ts';
import type { FigureName } from './summary-figures.ts';

export interface GridAxis {
  /** The shortest name of the path. */
  readonly name: string;
  /** Its values for people: numbers in rising order, words in that of the sweep. */
  readonly places: readonly string[];
}

export interface SweepGrid {
  /** The path with more values. */
  readonly x: GridAxis;
  readonly y: GridAxis;
  /** Returns a figure at each place, row after row, the first place of `y` first; NaN where there is none. */
  figure(name: FigureName): Float64Array;
}

/** Of a spread of points nearly all places would be empty. */
const FILLED_MIN = 0.5;

/** Returns the grid of a sweep in which exactly two paths have more than one value; null if its points are not a grid. */
export function sweepGrid(sweep: SweepResult): SweepGrid | null {
  const names = shortNames(sweep.paths);
  const axes = sweep.paths
    .map((path, index) => ({ path, name: names[index] ?? path, places: placesOf(sweep, path) }))
    .filter(({ places }) => places.length > 1);
  const [first, second, ...more] = axes;
  if (first === undefined || second === undefined || more.length > 0) return null;
  const [x, y] = second.places.length >= first.places.length ? [second, first] : [first, second];
  if (sweep.cells.length < FILLED_MIN * x.places.length * y.places.length) return null;
  const column = new Map(x.places.map((place, index) => [place, index]));
  const row = new Map(y.places.map((place, index) => [place, index]));
  return {
    x: { name: x.name, places: x.places },
    y: { name: y.name, places: y.places },
    figure: (name) => {
      const values = new Float64Array(x.places.length * y.places.length).fill(NaN);
      for (const cell of sweep.cells) {
        const at = [row.get(valueText(cell.values[y.path])), column.get(valueText(cell.values[x.path]))];
        values[at[0]! * x.places.length + at[1]!] = figureIn(cell, name) ?? NaN;
      }
      return values;
    },
  };
}

function placesOf({ cells }: SweepResult, path: string): readonly string[] {
  const values = new Map(
    cells.map(({ values: of }) => [valueText(of[path]), measuredValue(of[path])?.value]),
  );
  const places = [...values];
  return (
    places.every(([, value]) => value !== undefined) ? places.toSorted(([, a], [, b]) => a! - b!) : places
  ).map(([text]) => text);
}
