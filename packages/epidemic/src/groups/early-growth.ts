/**
 * How fast an outbreak grows at its start, before any defense: by the largest eigenvalue K of the infections a second that
 * probes of each cell cause in each other, all hosts susceptible. How a host's own rate differs from the mean makes no
 * difference to when it is found, so of the classes only the mean counts: K = s N Σ … as if all scanned alike.
 */
import type { GroupSetup } from './group-setup.ts';

/** The ratio of two of the iterates is then the eigenvalue to about this. */
const RATIO_ACCURACY = 1e-13;
const ITERATIONS_MAX = 10_000;

/** Returns ln 2 by the growth rate; null when the outbreak does not grow. */
export function doublingSeconds({ reach, cells, outbreak }: GroupSetup): number | null {
  const { scanRatePerSecond, latentSeconds = 0 } = outbreak.worm;
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = outbreak.population;
  const contactRate = scanRatePerSecond * largestEigenvalue(reach.onto, reach.hosts, cells);
  const leaving = rebootRatePerSecond + churnRatePerSecond;
  // x (x + 1/L) = K/L with x the growth rate and what leaves, written so that L = 0 is no exception.
  const grossRate = (2 * contactRate) / (1 + Math.sqrt(1 + 4 * contactRate * latentSeconds));
  return grossRate > leaving ? Math.LN2 / (grossRate - leaving) : null;
}

/** Of the matrix hosts[n] · onto[n, m], which has no negative element. */
function largestEigenvalue(onto: Float64Array, hosts: Float64Array, size: number): number {
  let vector = hosts.slice();
  let value = 0;
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    const image = hosts.map((count, row) => {
      let sum = 0;
      for (let column = 0; column < size; column++) sum += onto[row * size + column]! * vector[column]!;
      return count * sum;
    });
    const before = vector.reduce((sum, x) => sum + x, 0);
    const after = image.reduce((sum, x) => sum + x, 0);
    if (after === 0) return 0;
    const ratio = after / before;
    vector = image.map((x) => x / after);
    if (Math.abs(ratio - value) <= RATIO_ACCURACY * ratio) return ratio;
    value = ratio;
  }
  return value;
}
