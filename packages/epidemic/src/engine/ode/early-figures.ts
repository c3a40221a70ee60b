/**
 * Reproduction numbers and doubling time of outbreaks that random engines run by events: those of the mean field, where it
 * has equations.
 */
import { doublingSeconds, isOfHoneypotsAlone, reproductionNumberOf } from './early-growth.ts';
import { groupSetupIfAny } from './obstacles.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { Summary } from '../summary.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';

export type EarlyFigures = Pick<
  Summary,
  'basicReproductionNumber' | 'reproductionNumberAtStart' | 'doublingTime'
>;

/**
 * Returns the figures; null where there are none. `firstStart`: susceptible hosts left and honeypots at work when the first
 * of these immunize; null when none do.
 */
export function earlyFigures(
  outbreak: Outbreak,
  firstStart: { readonly susceptible: number; readonly honeypots: readonly Honeypots[] } | null,
): EarlyFigures {
  const setup = groupSetupIfAny(outbreak);
  if (setup === null) {
    return { basicReproductionNumber: null, reproductionNumberAtStart: null, doublingTime: null };
  }
  const isMeasured = !isOfHoneypotsAlone(outbreak);
  const { honeypots, population } = outbreak;
  const all = honeypots.map(() => true);
  const left = firstStart === null ? 0 : firstStart.susceptible / population.vulnerable;
  const begun = honeypots.map((group) => firstStart?.honeypots.includes(group) === true);
  return {
    basicReproductionNumber: isMeasured ? null : reproductionNumberOf(setup, setup.hosts, all),
    // Assumes that the same fraction of hosts is left susceptible in all networks.
    reproductionNumberAtStart:
      isMeasured || firstStart === null
        ? null
        : reproductionNumberOf(
            setup,
            setup.hosts.map((hosts) => hosts * left),
            begun,
          ),
    doublingTime: doublingSeconds(setup),
  };
}
