/** Ranges of one quantity: both ends in the words of one format. */

const LARGE_UNIT = / (?:million|billion|trillion)$/;

/** Significant digits of an end that is written out. */
const DIGITS = 4;

/**
 * Returns `3.2 s to 5 min`: both ends as `format` writes them. Ends that read alike stand once, and a large unit that both have
 * stands at the end: `23.58 to 23.67 billion`. One that only the upper end has is written out, since `9 to 2 billion` reads
 * as 9 billion: `9 to 2,000,000,000`.
 */
export function formatRange(
  [low, high]: readonly [number, number],
  format: (value: number) => string,
): string {
  const [from, to] = [format(low), format(high)];
  if (from === to) return from;
  const unit = LARGE_UNIT.exec(from)?.[0] ?? '';
  if (unit === '' && LARGE_UNIT.test(to)) {
    return `${from} to ${Number(high.toPrecision(DIGITS)).toLocaleString('en-US')}`;
  }
  return `${to.endsWith(unit) ? from.slice(0, from.length - unit.length) : from} to ${to}`;
}
