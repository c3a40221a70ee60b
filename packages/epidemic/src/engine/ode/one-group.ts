/**
 * Outbreaks in which all hosts share one fate after all, such as local preference where each network holds as many hosts as
 * any other: a probe then finds a given host with one chance w and H_d honeypots of each defense, which is what uniform
 * scanning of 1/w addresses with H_d/w honeypots does. So the quick way of uniform outbreaks is theirs too.
 */
import { isOneClock } from '../../outbreak/plain-outbreak.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { Reach } from '../../reach/cells.ts';
import { reachOf } from '../../reach/reach.ts';

/** Returns a uniform outbreak with the same mean field, its space and honeypots not whole numbers; null if there is none. */
export function asUniform(outbreak: Outbreak, reach?: Reach): Outbreak | null {
  const { worm, population, honeypots, countermeasures = [] } = outbreak;
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = population;
  const comesBack = rebootRatePerSecond + churnRatePerSecond > 0;
  if (
    comesBack ||
    (worm.latentSeconds ?? 0) > 0 ||
    worm.rateChanges !== undefined ||
    worm.dormancy !== undefined ||
    countermeasures.length > 0 ||
    !isOneClock(honeypots.filter(({ count, success }) => count > 0 && success > 0)) ||
    honeypots.some(({ contacts = 1 }) => contacts > 1) ||
    worm.strategy.kind === 'hitlist'
  ) {
    return null;
  }
  // Without honeypots the mean rate alone counts.
  if (worm.scanRates !== undefined && honeypots.length > 0) return null;
  const { hosts, onto, met } = reach ?? reachOf(outbreak);
  const found = onto[0] ?? 0;
  if (hosts.length > 1 || found === 0) return null;
  return {
    ...outbreak,
    addressSpaceSize: 1 / found,
    worm: { scanRatePerSecond: worm.scanRatePerSecond, strategy: { kind: 'uniform' } },
    honeypots: honeypots.map((group, index) => Object.assign({}, group, { count: met[index]![0]! / found })),
  };
}
