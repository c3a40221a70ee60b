/** Bounds on shares, and how surprising a count is. */

/** Returns the probability that of `trials`, each with `probability`, at least `count` happen. */
export function atLeast(count: number, trials: number, probability: number): number {
  if (count <= 0) return 1;
  return Math.max(0, 1 - lessThan(count, trials, probability));
}

/** Returns the probability that fewer than `count` happen. */
function lessThan(count: number, trials: number, probability: number): number {
  let term = (1 - probability) ** trials;
  let sum = 0;
  // Terms too small for a number are too small to matter, except where all are: then the normal approximation decides.
  if (term === 0)
    return normalBelow(
      (count - 0.5 - trials * probability) / Math.sqrt(trials * probability * (1 - probability)),
    );
  for (let k = 0; k < count; k++) {
    sum += term;
    term *= ((trials - k) / (k + 1)) * (probability / (1 - probability));
  }
  return Math.min(1, sum);
}

/** Abramowitz and Stegun 26.2.17: the error is below 7.5e-8. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * Math.abs(z));
  const series = [0.319_381_53, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
  const tail =
    (Math.exp(-z * z * 0.5) / Math.sqrt(2 * Math.PI)) *
    series.reduceRight((sum, each) => (sum + each) * t, 0);
  return z > 0 ? 1 - tail : tail;
}

/** Returns the probability that at most `count` happen. */
export function atMost(count: number, trials: number, probability: number): number {
  return count >= trials ? 1 : lessThan(count + 1, trials, probability);
}

/** The largest probability that `count` of `trials` does not rule out at 95 % (Clopper and Pearson 1934, one-sided). */
export function upperBound(count: number, trials: number): number {
  if (count >= trials) return 1;
  let [low, high] = [count / trials, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (atMost(count, trials, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard error of the mean of a sample; infinite where one value says nothing of it. */
export function standardError(values: readonly number[]): number {
  if (values.length < 2) return Number.POSITIVE_INFINITY;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
