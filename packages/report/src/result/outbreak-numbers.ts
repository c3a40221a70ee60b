/**
 * The numbers that decide whether honeypots stop a worm, from a result (docs/models.md#reproduction-number). With
 * γ = s h p/Ω effective contacts a second and a delay δ from contact to immunization, an infected host infects
 * S/(h p) + (S/N) β δ others while S are susceptible: S/(h p) before its first effective contact, the rest while it waits.
 */
import { contactRatePerSecond, type Honeypots, plainObstacles } from '@wormwood/epidemic';
import { toOutbreak } from '@wormwood/files/scenario';
import { curveOf, honeypotsOf, startSecondsOf, valueAt } from './result-series.ts';
import type { SimulationResult } from './result.ts';
import { figureOf } from './summary-figures.ts';

export interface OutbreakNumbers {
  /** N. */
  readonly vulnerable: number;
  /** Whether all hosts scan uniformly, at one rate, at once and for good: only then do the formulas hold. */
  readonly scansPlainly: boolean;
  /** β = s N/Ω; null where hosts do not scan plainly. */
  readonly contactRatePerSecond: number | null;
  /** Groups with at least one honeypot of which a contact may immunize. */
  readonly groups: readonly Honeypots[];
  /** h, all honeypots of those groups. */
  readonly honeypots: number;
  /** h p: honeypots that immunize with each contact and would do as much. */
  readonly effectiveHoneypots: number;
  /** δ, weighted by the contacts of each group: the sum above is exact with it. */
  readonly delaySeconds: number;
  /** Honeypots that keep an outbreak from growing when there from the start; null when no number does. */
  readonly sufficientHoneypots: number | null;
}

/** Returns the numbers of the scenario behind a result. */
export function outbreakNumbers(result: SimulationResult): OutbreakNumbers {
  const { vulnerable } = result.scenario.population;
  const outbreak = toOutbreak(result.scenario);
  const scansPlainly = plainObstacles(result.engine, outbreak).length === 0;
  const contactRate = scansPlainly ? contactRatePerSecond(outbreak) : null;
  const groups = honeypotsOf(result).filter(({ count, success }) => count > 0 && success > 0);
  const honeypots = groups.reduce((sum, { count }) => sum + count, 0);
  const effectiveHoneypots = groups.reduce((sum, { count, success }) => sum + count * success, 0);
  const delaySeconds = weightedDelaySeconds(groups);
  const lost = (contactRate ?? 0) * delaySeconds;
  // In honeypots of the kind that is stated: those of success p count p times.
  const success = honeypots > 0 ? effectiveHoneypots / honeypots : 1;
  return {
    vulnerable,
    scansPlainly,
    contactRatePerSecond: contactRate,
    groups,
    honeypots,
    effectiveHoneypots,
    delaySeconds,
    sufficientHoneypots: lost < 1 ? vulnerable / (1 - lost) / success : null,
  };
}

/** How the outbreak stood when the first honeypots began. */
export interface HoneypotStartNumbers {
  /** S(T), and as a fraction of N. */
  readonly susceptible: number;
  readonly susceptibleFraction: number;
  /** Hosts that one infected host infects from then on, the delay included. */
  readonly reproductionNumber: number;
}

/**
 * Returns how the outbreak stood at the start of the honeypots; null when none started, and when groups start at
 * different times or by their own contacts, one before the other: the summary does not say which was first.
 */
export function honeypotStartNumbers(
  result: SimulationResult,
  numbers: OutbreakNumbers = outbreakNumbers(result),
): HoneypotStartNumbers | null {
  const { vulnerable, groups } = numbers;
  const reproductionNumber = figureOf(result, 'reproductionNumberAtStart');
  const [startSeconds, ...others] = new Set(groups.map(startSecondsOf));
  if (reproductionNumber === null || startSeconds === undefined || others.length > 0) return null;
  if (startSeconds === null && groups.length > 1) return null;
  const susceptible = numbers.scansPlainly
    ? Math.min(vulnerable, reproductionNumber / perSusceptible(numbers))
    : startSeconds === null
      ? null
      : valueAt(curveOf(result, 'susceptible'), startSeconds);
  if (susceptible === null) return null;
  return { susceptible, susceptibleFraction: susceptible / vulnerable, reproductionNumber };
}

/** How many hosts an infected host infects for each one that is susceptible. */
function perSusceptible({
  vulnerable,
  contactRatePerSecond: contactRate,
  effectiveHoneypots,
  delaySeconds,
}: OutbreakNumbers): number {
  return 1 / effectiveHoneypots + ((contactRate ?? 0) * delaySeconds) / vulnerable;
}

function weightedDelaySeconds(groups: readonly Honeypots[]): number {
  const weight = groups.reduce((sum, { count, success }) => sum + count * success, 0);
  const weighted = groups.reduce(
    (sum, { count, success, delaySeconds }) => sum + count * success * delaySeconds,
    0,
  );
  return weight > 0 ? weighted / weight : 0;
}
