/**
 * How fast an outbreak of groups grows, and how many hosts one host infects: largest eigenvalues of what the probes
 * of each cell do to each other. When a host is found does not depend on its own rate, so growth without defenses
 * depends only on the mean rate.
 */
import { detectorsOf, scanningSeconds } from '../../dynamics/detectors.ts';
import { rateFactorAt } from '../../dynamics/rate-changes.ts';
import type { GroupSetup } from './group-setup.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { Dormancy } from '../../outbreak/worm.ts';

/** The ratio of two of the iterates is then the eigenvalue to about this. */
const RATIO_ACCURACY = 1e-13;
const ITERATIONS_MAX = 10_000;
/** Of an interval, down to the precision of a double. */
const HALVINGS = 60;

/**
 * Whether honeypots alone determine R: no countermeasure does, and for how long a host scans does not depend on when it began,
 * nor on its sleep.
 */
export function isOfHoneypotsAlone({ worm, countermeasures = [] }: Outbreak): boolean {
  return countermeasures.length === 0 && worm.rateChanges === undefined && worm.dormancy === undefined;
}

/** Returns the doubling time at the start, before any defense, in seconds; null when the outbreak does not grow. */
export function doublingSeconds({ reach, outbreak }: GroupSetup): number | null {
  const { scanRatePerSecond, latentSeconds = 0 } = outbreak.worm;
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = outbreak.population;
  const contactRate =
    rateFactorAt(outbreak, 0) * scanRatePerSecond * largestEigenvalue(reach.onto, reach.hosts);
  const leaving = rebootRatePerSecond + churnRatePerSecond;
  if (outbreak.worm.dormancy !== undefined) {
    const growth = growthWithSleep(contactRate, latentSeconds, outbreak.worm.dormancy);
    return growth > leaving ? Math.LN2 / (growth - leaving) : null;
  }
  // x (x + 1/L) = K/L with x the growth rate and what leaves, written so that L = 0 needs no special case.
  const grossRate = (2 * contactRate) / (1 + Math.sqrt(1 + 4 * contactRate * latentSeconds));
  return grossRate > leaving ? Math.LN2 / (grossRate - leaving) : null;
}

/**
 * Returns the growth rate x of hosts that fall asleep at the rate σ and wake at the rate ω, before what leaves: the root of
 * (x + σ x/(x + ω)) (1 + L x) = K, which rises in x (docs/models.md#dormancy).
 */
function growthWithSleep(contactRate: number, latentSeconds: number, dormancy: Dormancy): number {
  const { sleepRatePerSecond: sleep, wakeRatePerSecond: wake } = dormancy;
  let low = 0;
  let high = contactRate;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const x = (low + high) / 2;
    const awake = x + (sleep * x) / (x + wake);
    if (awake * (1 + latentSeconds * x) < contactRate) low = x;
    else high = x;
  }
  return low;
}

/**
 * Returns how many hosts an infected one infects before it is immunized or lost to the worm, as the factor from
 * generation to generation; null when some hosts stay infected forever. `susceptible`: hosts left, by group;
 * `isWorking`: which defenses are at work.
 */
export function reproductionNumberOf(
  setup: GroupSetup,
  susceptible: Float64Array,
  isWorking: readonly boolean[],
): number | null {
  const { reach, cell, groups, kind, outbreak } = setup;
  const { detectors, detectorOf } = detectorsOf(outbreak.honeypots);
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = outbreak.population;
  const leaving = rebootRatePerSecond + churnRatePerSecond;
  const comesToScan = 1 / (1 + leaving * (outbreak.worm.latentSeconds ?? 0));
  /** By cell: probes that would be sent if all hosts left of it were infected once. */
  const probes = new Float64Array(reach.hosts.length);
  for (let group = 0; group < groups; group++) {
    if (susceptible[group] === 0) continue;
    const { scanRatePerSecond } = kind[group]!;
    if (scanRatePerSecond === 0) continue;
    const contacts = new Float64Array(detectors.length);
    for (const [index, { success }] of outbreak.honeypots.entries()) {
      if (isWorking[index] !== true) continue;
      contacts[detectorOf[index]!]! += scanRatePerSecond * success * reach.met[index]![cell[group]!]!;
    }
    const seconds = comesToScan * scanningSeconds(detectors, contacts, leaving);
    if (seconds === Infinity) return null;
    probes[cell[group]!]! += susceptible[group]! * scanRatePerSecond * seconds;
  }
  return largestEigenvalue(reach.onto, probes);
}

/** Of the matrix weight[n] · onto[n, m], which has no negative element. */
function largestEigenvalue(onto: Float64Array, weight: Float64Array): number {
  const size = weight.length;
  let vector = weight.slice();
  let value = 0;
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    const image = weight.map((count, row) => {
      let sum = 0;
      for (let column = 0; column < size; column++) sum += onto[row * size + column]! * vector[column]!;
      return count * sum;
    });
    const before = vector.reduce((sum, x) => sum + x, 0);
    const after = image.reduce((sum, x) => sum + x, 0);
    if (!(after > 0)) return 0;
    const ratio = after / before;
    vector = image.map((x) => x / after);
    if (Math.abs(ratio - value) <= RATIO_ACCURACY * ratio) return ratio;
    value = ratio;
  }
  return value;
}
