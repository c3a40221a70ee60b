/**
 * Reproduction numbers and doubling time of outbreaks that are followed host by host: those of the mean field, where it has
 * equations. They belong to the outbreak and not to a run, so they are worked out once.
 */
import { doublingSeconds, reproductionNumberOf } from '../ode/early-growth.ts';
import { type GroupSetup, groupSetup } from '../ode/group-setup.ts';
import { groupObstacles } from '../ode/obstacles.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { Summary } from '../summary.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';

export type EarlyFigures = Pick<
  Summary,
  'basicReproductionNumber' | 'reproductionNumberAtStart' | 'doublingTime'
>;

const setups = new WeakMap<Outbreak, GroupSetup | null>();

/** `firstStart`: who is left and what has begun when the first honeypots immunize; null when none do. */
export function earlyFigures(
  outbreak: Outbreak,
  firstStart: { readonly susceptible: number; readonly honeypots: readonly Honeypots[] } | null,
): EarlyFigures {
  const setup = setupOf(outbreak);
  if (setup === null) {
    return { basicReproductionNumber: null, reproductionNumberAtStart: null, doublingTime: null };
  }
  // With measures at work, honeypots alone say nothing of R.
  const isMeasured = (outbreak.countermeasures ?? []).length > 0;
  const { honeypots, population } = outbreak;
  const all = honeypots.map(() => true);
  const left = firstStart === null ? 0 : firstStart.susceptible / population.vulnerable;
  const begun = honeypots.map((group) => firstStart?.honeypots.includes(group) === true);
  return {
    basicReproductionNumber: isMeasured ? null : reproductionNumberOf(setup, setup.hosts, all),
    // Susceptible hosts are taken to be left alike in all networks.
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

function setupOf(outbreak: Outbreak): GroupSetup | null {
  const known = setups.get(outbreak);
  if (known !== undefined) return known;
  const setup = groupObstacles(outbreak).length > 0 ? null : groupSetup(outbreak);
  setups.set(outbreak, setup);
  return setup;
}
