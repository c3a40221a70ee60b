/** The right-hand side of the mean field with measures: see mean-field.ts for the equations. */
import type { Outbreak } from '../outbreak.ts';
import { combinedRates } from './combine.ts';
import type { RightHandSide } from './dormand-prince.ts';
import type { Counts, Quantity } from './effect.ts';
import type { Forces } from './forces.ts';

// Places in the state: infected hosts neither contacted nor blocked, blocked ones, hosts of counter-worms, ever infected,
// probes sent, probes on the way to where they were sent; then the contacted hosts of each group of honeypots.
export const SUSCEPTIBLE = 0;
export const INFECTED = 1;
const BLOCKED = 2;
export const PATCHING = 3;
export const EVER = 4;
export const PROBES = 5;
export const SEEN = 6;
export const STAGES = 7;

const valueNow = (quantity: Quantity, since: number, counts: Counts): number => quantity.at(since, counts);

/** Returns y' from `fromSeconds` until something else starts. */
export function slopes(outbreak: Outbreak, forces: Forces, fromSeconds: number): RightHandSide {
  const { addressSpaceSize, worm, population } = outbreak;
  const working = [...forces.working];
  const { blockedPassing, probesPerSecondMax, counterWorms } = forces.standing;
  const groups = forces.honeypots.map((group) => (group.startSeconds <= fromSeconds ? group : null));
  return (timeSeconds, y, slope) => {
    const susceptible = y[SUSCEPTIBLE]!;
    const blocked = y[BLOCKED]!;
    let contacted = 0;
    for (let k = 0; k < groups.length; k++) contacted += y[STAGES + k]!;
    const free = y[INFECTED]! + contacted;
    const counts: Counts = {
      vulnerable: population.vulnerable,
      susceptible,
      infected: free + blocked,
      everInfected: y[EVER]!,
      probes: y[PROBES]!,
    };
    const rates = combinedRates(working, timeSeconds, counts, valueNow);
    const wanted = worm.scanRatePerSecond * rates.scanFactor;
    const total = wanted * (free + blocked);
    const scanRate = total > probesPerSecondMax ? (wanted * probesPerSecondMax) / total : wanted;
    const arriving = scanRate * rates.passing * (free + blockedPassing * blocked);
    const infections = (arriving / addressSpaceSize) * rates.exposed * susceptible;
    let patchedBy = rates.patch;
    let cleanedBy = rates.disinfect;
    for (const { scanRatePerSecond, entersInfected } of counterWorms) {
      const rate = (scanRatePerSecond / addressSpaceSize) * y[PATCHING]!;
      patchedBy += rate;
      if (entersInfected) cleanedBy += rate;
    }
    const reach = (scanRate * rates.passing) / addressSpaceSize;
    let contactRate =
      worm.scanRatePerSecond > 0 ? (rates.contact * scanRate * rates.passing) / worm.scanRatePerSecond : 0;
    for (let k = 0; k < groups.length; k++) {
      const group = groups[k];
      const rate = group ? reach * group.count * group.success : 0;
      contactRate += rate;
      const waits = group && group.delaySeconds > 0;
      slope[STAGES + k] = waits
        ? rate * y[INFECTED]! - (1 / group.delaySeconds + cleanedBy) * y[STAGES + k]!
        : 0;
    }
    slope[SUSCEPTIBLE] = -infections - patchedBy * susceptible;
    slope[INFECTED] = infections - (contactRate + rates.block + cleanedBy) * y[INFECTED]!;
    slope[BLOCKED] = rates.block * y[INFECTED]! - cleanedBy * blocked;
    slope[PATCHING] =
      (patchedBy - rates.patch) * susceptible + (cleanedBy - rates.disinfect) * (free + blocked);
    slope[EVER] = infections;
    slope[PROBES] = scanRate * (free + blocked);
    slope[SEEN] = arriving;
  };
}
