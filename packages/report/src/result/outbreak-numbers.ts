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
  /** h p: the number of honeypots with the same effect if every contact immunized. */
  readonly effectiveHoneypots: number;
  /** δ, the mean over the groups weighted by their contacts, with which the formula above is exact. */
  readonly delaySeconds: number;
  /** The least number of honeypots that keep an outbreak from growing if they are there from the start; null if none does. */
  readonly sufficientHoneypots: number | null;
}

/** Returns these numbers for the scenario of a result. */
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
  // Counted in honeypots of the given success p, of which each has the effect of p honeypots.
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

/** The state of the outbreak at the start of the honeypots. */
export interface HoneypotStartNumbers {
  /** S(T), and as a fraction of N. */
  readonly susceptible: number;
  readonly susceptibleFraction: number;
  /** Hosts that one infected host infects from then on, including during the delay. */
  readonly reproductionNumber: number;
}

/**
 * Returns the state of the outbreak at the start of the honeypots; null if none started, or if several groups start at
 * different times or by their own contacts, because the summary does not say which was first.
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

/** Returns how many hosts an infected host infects per susceptible host. */
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
