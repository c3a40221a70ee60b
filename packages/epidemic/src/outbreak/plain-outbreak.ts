/**
 * The plain outbreak: uniform scanning at one rate, no latency, nobody that comes back, honeypots of one delay alone against
 * it. Then few counts of hosts say everything, and engines have a way of their own for it that is quicker.
 */
import { isStaged } from './delay-law.ts';
import type { Honeypots } from './honeypots.ts';
import type { Outbreak } from './outbreak.ts';

/** Returns whether counts and honeypots say everything. Where hosts lie makes no difference to uniform scanning. */
export function isPlain(outbreak: Outbreak): boolean {
  return departures(outbreak).length === 0 && (outbreak.countermeasures ?? []).length === 0;
}

/** Returns why an outbreak that is not plain is refused, as one sentence; none when it is plain but for countermeasures. */
export function plainObstacles(engine: string, outbreak: Outbreak): readonly string[] {
  return refusal(engine, departures(outbreak));
}

/** Returns why counts of hosts do not describe an outbreak, as one sentence; none when they do. */
export function countObstacles(engine: string, outbreak: Outbreak): readonly string[] {
  return refusal(engine, differences(outbreak));
}

function refusal(engine: string, found: readonly string[]): readonly string[] {
  if (found.length === 0) return [];
  return [
    `The engine ${engine} counts hosts that scan uniformly and alike, which does not do for ${found.join(', ')}; ` +
      `the engines hosts and probes follow each host.`,
  ];
}

/** How hosts differ from each other. */
function differences({ worm, honeypots, countermeasures = [] }: Outbreak): readonly string[] {
  const found: string[] = [];
  const laws = [
    worm.latentLaw,
    ...honeypots.map(({ delayLaw }) => delayLaw),
    ...countermeasures.map((measure) =>
      measure.kind === 'blacklist'
        ? measure.reactionLaw
        : measure.kind === 'clean-up'
          ? measure.containLaw
          : measure.kind === 'quarantine'
            ? measure.quarantineLaw
            : undefined,
    ),
  ];
  if (laws.some((law) => !isStaged(law))) {
    found.push('times that are neither exponential nor gamma of a whole shape up to 16');
  }
  if (worm.strategy.kind !== 'uniform') found.push(`the strategy ${worm.strategy.kind}`);
  if (worm.scanRates?.kind === 'log-normal') found.push('log-normal scan rates');
  return found;
}

function departures(outbreak: Outbreak): readonly string[] {
  const { worm, population, honeypots } = outbreak;
  const found = [...differences(outbreak)];
  if (worm.scanRates?.kind === 'classes') found.push('scan rates that differ');
  const immunizing = honeypots.filter(({ count, success }) => count > 0 && success > 0);
  if (!isOneClock(immunizing))
    found.push('honeypots of several delays, or of delays that are not exponential');
  if (immunizing.some(({ contacts = 1 }) => contacts > 1))
    found.push('honeypots that wait for several contacts');
  if ((worm.latentSeconds ?? 0) > 0) found.push('a latent period');
  if (worm.rateChanges !== undefined) found.push('scan rates that change');
  if (worm.dormancy !== undefined) found.push('dormancy');
  if ((population.rebootRatePerSecond ?? 0) > 0) found.push('reboots');
  if ((population.churnRatePerSecond ?? 0) > 0) found.push('churn');
  return found;
}

/** Whether groups of honeypots immunize by one exponential clock. */
export function isOneClock(honeypots: readonly Honeypots[]): boolean {
  const isExponential = honeypots.every(
    ({ delaySeconds, delayLaw }) =>
      delaySeconds === 0 || delayLaw === undefined || delayLaw.kind === 'exponential',
  );
  return isExponential && new Set(honeypots.map(({ delaySeconds }) => delaySeconds)).size <= 1;
}
