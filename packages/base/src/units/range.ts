/** Ranges of one quantity: both ends in the words of one format. */

const LARGE_UNIT = / (?:million|billion|trillion)$/;

/**
 * Returns `3.2 s to 5 min`: both ends as `format` writes them. Ends that read alike stand once, and a large unit that both have
 * stands at the end: `23.58 to 23.67 billion`.
 */
export function formatRange(
  [low, high]: readonly [number, number],
  format: (value: number) => string,
): string {
  const [from, to] = [format(low), format(high)];
  if (from === to) return from;
  const unit = LARGE_UNIT.exec(from)?.[0] ?? '';
  return `${to.endsWith(unit) ? from.slice(0, from.length - unit.length) : from} to ${to}`;
}
