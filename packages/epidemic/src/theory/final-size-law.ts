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

/** Visits less likely than this are left out: of N²/2 in each stage, so 1e-20 together with 100,000 hosts. */
const NEGLIGIBLE = 1e-30;

/**
 * Returns the probability of each number of hosts ever infected, by index 0..N. Takes time proportional to N² and to the
 * stages.
 */
export function finalSizeLaw({ vulnerable, infected, stages }: FinalSizeSetting): Float64Array {
  assert(infected >= 1 && infected <= vulnerable, 'the outbreak starts from some of the hosts');
  assert(stages.length > 0, 'an infectious time has a stage');
  const law = new Float64Array(vulnerable + 1);
  // Probability that the chain is ever where so many hosts are left to follow and the first of them is in that stage, at
  // the present number of susceptible hosts and, in `after`, at one less: index left · stages + stage.
  const count = stages.length;
  let visits = new Float64Array((vulnerable + 2) * count);
  let after = new Float64Array(visits.length);
  visits[infected * count] = 1;
  for (let susceptible = vulnerable - infected; susceptible >= 0; susceptible--) {
    const ever = vulnerable - susceptible;
    for (let left = ever; left >= 1; left--) {
      for (let stage = 0; stage < count; stage++) {
        const at = left * count + stage;
        const here = visits[at]!;
        if (here < NEGLIGIBLE) continue;
        const rate = stages[stage]!;
        const ends = (here * rate) / (susceptible + rate);
        const next = stage === count - 1 ? (left - 1) * count : at + 1;
        visits[next] = visits[next]! + ends;
        after[at + count] = after[at + count]! + here - ends;
      }
    }
    law[ever] = visits[0]!;
    visits.fill(0, 0, (ever + 1) * count);
    [visits, after] = [after, visits];
  }
  return law;
}
