/** Two samples of figures, one row a run: their means by standard errors, and the laws of the first figure. */

export function momentsOf(sample, column) {
  const mean = sample.reduce((sum, row) => sum + row[column], 0) / sample.length;
  const squares = sample.reduce((sum, row) => sum + (row[column] - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / Math.max(1, sample.length - 1) / sample.length) };
}

/**
 * Compares figure by figure.
 *
 * @returns for each figure both means and their difference in standard errors; the distance of Kolmogorov and Smirnov between
 * the laws of the first figure, and what chance exceeds in one of ten thousand comparisons; the ranks of the first figure.
 */
export function compareSamples(a, b, names) {
  const means = names.map((name, column) => {
    const one = momentsOf(a, column);
    const other = momentsOf(b, column);
    const error = Math.hypot(one.standardError, other.standardError);
    const difference = Math.abs(one.mean - other.mean);
    // Constants that differ by rounding are the same.
    return { name, a: one.mean, b: other.mean, errors: difference < 1e-9 ? 0 : difference / error };
  });
  const [one, other] = [a, b].map((sample) => sample.map(([figure]) => figure));
  return { means, ...kolmogorovSmirnov(one, other), ranks: ranksOf(one, other) };
}

/**
 * @returns the names of what differs by more than so many standard errors, or `law` for the first figure's; the mean that differs
 * most; the distance of the laws as a share of what is allowed.
 */
export function differencesOf({ means, distance, distanceAllowed, ranks }, errorsAllowed) {
  const different = means.filter(({ errors }) => errors > errorsAllowed).map(({ name }) => name);
  if (distance > distanceAllowed) different.push('law');
  const worst = means.toSorted((one, other) => other.errors - one.errors)[0];
  return { different, worst, distanceShare: distance / distanceAllowed, means, ranks };
}

/**
 * Mann and Whitney's statistic as a share of all pairs of runs, less one half, and its variance when both have one law (at most
 * that, where values repeat): sums over many comparisons show a shift too small for any one of them.
 */
function ranksOf(a, b) {
  const one = a.toSorted((x, y) => x - y);
  const other = b.toSorted((x, y) => x - y);
  let wins = 0;
  let below = 0;
  let upTo = 0;
  for (const value of one) {
    while (other[below] < value) below++;
    while (other[upTo] <= value) upTo++;
    wins += (below + upTo) / 2;
  }
  const pairs = one.length * other.length;
  return { shift: wins / pairs - 0.5, variance: (one.length + other.length + 1) / (12 * pairs) };
}

/** Smirnov's statistic of two samples and its limit at 10⁻⁴; where values repeat, the limit errs to the safe side. */
function kolmogorovSmirnov(a, b) {
  const one = a.toSorted((x, y) => x - y);
  const other = b.toSorted((x, y) => x - y);
  let distance = 0;
  let i = 0;
  let j = 0;
  while (i < one.length && j < other.length) {
    const value = Math.min(one[i], other[j]);
    while (one[i] === value) i++;
    while (other[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / one.length - j / other.length));
  }
  const scale = Math.sqrt((one.length + other.length) / (one.length * other.length));
  return { distance, distanceAllowed: Math.sqrt(Math.log(2 / 1e-4) / 2) * scale };
}
