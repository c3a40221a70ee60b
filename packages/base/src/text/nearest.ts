/** The word a person probably meant. */

/** Longer words are not slips, and comparing takes time that grows with the product of the lengths. */
const LENGTH_MAX = 100;
/** A suggestion is a courtesy: of more candidates, the first are compared. */
const CANDIDATES_MAX = 5000;

/**
 * Returns the candidate closest to `word`, or `undefined` when none is close enough to be a slip: at most one edit
 * for words up to 4 letters, otherwise one for every 3 letters. Case is ignored; of equals the first wins.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LENGTH_MAX) return undefined;
  const wanted = word.toLowerCase();
  let compared = 0;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (++compared > CANDIDATES_MAX) break;
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    // A candidate that would have to be replaced as a whole is not a likeness.
    if (distance < bestDistance && distance < Math.max(wanted.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * The Damerau-Levenshtein distance in its optimal-string-alignment form: insertions, deletions, replacements and
 * swaps of neighbours, no letter edited twice. Counts UTF-16 units.
 */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let distance = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (isSame ? 0 : 1),
      );
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) distance = Math.min(distance, at(beforePrevious, column - 2) + 1);
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? 0;
}
