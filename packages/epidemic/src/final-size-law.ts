/**
 * The exact law of the final size: with how many hosts ever infected an outbreak ends, honeypots being there from the
 * start. For populations too small for a branching process or a mean field, and to test both.
 *
 * Who infects whom does not depend on when, so the infected hosts may be followed one after the other, each through its
 * whole infectious time, which leaves a chain in two numbers: susceptible hosts, and infected hosts still to be followed.
 *
 * Source: Ludwig, "Final size distributions for epidemics", Mathematical Biosciences 23, 1975.
 */
import { assert } from '@wormwood/base';

export interface FinalSizeSetting {
  /** N. */
  readonly vulnerable: number;
  /** I0. */
  readonly infected: number;
  /**
   * The exponential stages of the infectious time, each as its rate over the pairwise rate s/Ω: how many susceptible hosts
   * have together the rate at which the stage ends. That is h for the search of h honeypots and Ω/(s δ) for a delay δ.
   */
  readonly stages: readonly number[];
}

/**
 * Returns the probability of each number of hosts ever infected, by index 0..N. Takes time proportional to N² and to the
 * stages.
 */
export function finalSizeLaw({ vulnerable, infected, stages }: FinalSizeSetting): Float64Array {
  assert(infected >= 1 && infected <= vulnerable, 'the outbreak starts from some of the hosts');
  assert(stages.length > 0, 'an infectious time has a stage');
  const law = new Float64Array(vulnerable + 1);
  // Probability that the chain ever is in a stage with so many hosts to follow, at the present number of susceptible ones.
  let visits = stages.map(() => new Float64Array(vulnerable + 2));
  let after = stages.map(() => new Float64Array(vulnerable + 2));
  visits[0]?.fill(1, infected, infected + 1);
  for (let susceptible = vulnerable - infected; susceptible >= 0; susceptible--) {
    const ever = vulnerable - susceptible;
    for (let left = ever; left >= 1; left--) {
      for (const [stage, rate] of stages.entries()) {
        const here = visits[stage]?.[left] ?? 0;
        const ends = (here * rate) / (susceptible + rate);
        const isLast = stage === stages.length - 1;
        add(visits[isLast ? 0 : stage + 1], isLast ? left - 1 : left, ends);
        add(after[stage], left + 1, here - ends);
      }
    }
    law[ever] = visits[0]?.[0] ?? 0;
    for (const row of visits) row.fill(0, 0, ever + 1);
    [visits, after] = [after, visits];
  }
  return law;
}

function add(row: Float64Array | undefined, index: number, value: number): void {
  if (row) row[index] = (row[index] ?? 0) + value;
}
