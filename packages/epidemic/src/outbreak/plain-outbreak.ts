/**
 * The plain outbreak: uniform scanning at one rate, no latency, nobody that comes back, honeypots of one delay alone against
 * it. Then few counts of hosts say everything, and engines have a way of their own for it that is quicker.
 */
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
function differences({ worm }: Outbreak): readonly string[] {
  const found: string[] = [];
  if (worm.strategy.kind !== 'uniform') found.push(`the strategy ${worm.strategy.kind}`);
  if (worm.scanRates?.kind === 'log-normal') found.push('log-normal scan rates');
  return found;
}

function departures(outbreak: Outbreak): readonly string[] {
  const { worm, population, honeypots } = outbreak;
  const found = [...differences(outbreak)];
  if (worm.scanRates?.kind === 'classes') found.push('scan rates that differ');
  const immunizing = honeypots.filter(({ count, success }) => count > 0 && success > 0);
  if (new Set(immunizing.map(({ delaySeconds }) => delaySeconds)).size > 1) {
    found.push('honeypots of several delays');
  }
  if ((worm.latentSeconds ?? 0) > 0) found.push('a latent period');
  if ((population.rebootRatePerSecond ?? 0) > 0) found.push('reboots');
  if ((population.churnRatePerSecond ?? 0) > 0) found.push('churn');
  return found;
}
