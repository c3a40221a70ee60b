/** The verdict on a result in a few sentences that keep active and ever infected hosts apart. */
import { formatCount, formatDuration } from '@wormwood/base';
import { startSecondsOf } from '../result/result-series.ts';
import type { SimulationResult } from '../result/result.ts';
import {
  honeypotStartNumbers,
  type HoneypotStartNumbers,
  outbreakNumbers,
  type OutbreakNumbers,
} from '../result/outbreak-numbers.ts';
import { extinctProbabilityOf, figureOf, spreadOf } from '../result/summary-figures.ts';
import { honeypotsInWords, percent, ratio } from './wording.ts';

/** Honeypots that start with fewer susceptible hosts left than this fraction of N protect almost no host. */
const TOO_LATE_FRACTION = 0.1;

/**
 * Returns in sentences whether the honeypots stop the worm, the peak and the ever infected hosts, and the numbers that decide.
 * For an ensemble the figures are means, followed by the spread of the runs.
 */
export function verdict(result: SimulationResult): string {
  const numbers = outbreakNumbers(result);
  const { runs } = result;
  return [
    `${outcome(result, numbers)}.`,
    reason(result, numbers),
    runs > 1 ? spread(result) : '',
    endedEarly(result),
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function outcome(result: SimulationResult, numbers: OutbreakNumbers): string {
  const figures = peakAndEver(result, numbers);
  const others = otherDefenses(result);
  if (others.length > 0) return `With ${others.join(', ')}: ${figures}`;
  if (numbers.groups.length === 0) return `Without honeypots nothing stops this worm: ${figures}`;
  const subject = honeypotsInWords(numbers.groups);
  const one = numbers.honeypots === 1;
  if (figureOf(result, 'reproductionNumberAtStart') === null) {
    const last = formatDuration(result.series.time.at(-1) ?? 0);
    return `${subject} ${one ? 'does' : 'do'} not start within the ${last} simulated: ${figures}`;
  }
  const start = honeypotStartNumbers(result, numbers);
  if (start === null) return `Against ${subject}, ${figures}`;
  const before = 1 - start.susceptibleFraction;
  if (start.susceptibleFraction < TOO_LATE_FRACTION) {
    return (
      `${subject} ${one ? 'comes' : 'come'} too late: ${percent(before)} of the hosts are infected before they start, ` +
      `${percent(everOf(result))} at some time`
    );
  }
  if (start.reproductionNumber >= 1)
    return `${subject} ${one ? 'does' : 'do'} not stop this worm: ${figures}`;
  const already = before > TOO_LATE_FRACTION ? `, ${percent(before)} already before they start` : '';
  return `${subject} ${one ? 'stops' : 'stop'} this worm from growing: ${figures}${already}`;
}

/** The kinds of defense besides honeypots, each once. */
function otherDefenses({ scenario }: SimulationResult): readonly string[] {
  const kinds = scenario.defenses.map(({ kind }) => kind).filter((kind) => kind !== 'honeypots');
  return [...new Set(kinds)];
}

function peakAndEver(result: SimulationResult, { vulnerable }: OutbreakNumbers): string {
  const peak = (figureOf(result, 'peakInfected') ?? 0) / vulnerable;
  const ever = everOf(result);
  // Without immunization, both are the same.
  if (Math.abs(ever - peak) < 1e-6) return `${percent(ever)} of the hosts are infected${within(result)}`;
  const joined = ever > 2 * peak ? ', yet' : ', and';
  return `the peak is ${percent(peak)}${joined} ${percent(ever)} of the hosts are infected at some time`;
}

/** Adds the simulated time if it ends before all hosts are infected. */
function within(result: SimulationResult): string {
  return everOf(result) < 0.999 ? ` within ${formatDuration(result.series.time.at(-1) ?? 0)}` : '';
}

function reason(result: SimulationResult, numbers: OutbreakNumbers): string {
  const basic = figureOf(result, 'basicReproductionNumber');
  if (numbers.groups.length === 0 || basic === null) return '';
  const start = honeypotStartNumbers(result, numbers);
  // If they start at once, R0 says it all; if they start too late, this number hardly matters.
  const isTelling = start !== null && start.susceptibleFraction >= TOO_LATE_FRACTION && startsLater(numbers);
  const formula = numbers.scansPlainly ? `${formulaOf(numbers)} = ` : '';
  const whole = `R0 = ${formula}${ratio(basic)}${comparedWithOne(basic)}`;
  return `${whole}${isTelling ? whenTheyStart(start) : ''}.${numbers.scansPlainly ? wall(numbers) : ''}`;
}

function startsLater({ groups }: OutbreakNumbers): boolean {
  return groups.some((group) => startSecondsOf(group) !== 0);
}

/** N/h in the simplest form that is true: success and delay appear where they matter. */
function formulaOf({ honeypots, effectiveHoneypots, delaySeconds }: OutbreakNumbers): string {
  const divisor = effectiveHoneypots < honeypots ? 'N/(h p)' : 'N/h';
  return delaySeconds > 0 ? `${divisor} + βδ` : divisor;
}

function comparedWithOne(value: number): string {
  if (ratio(value) === '1') return '';
  return value > 1 ? ' > 1' : ' < 1';
}

function whenTheyStart({ susceptible, reproductionNumber }: HoneypotStartNumbers): string {
  const each = `each infected host infects ${ratio(reproductionNumber)} of the ${formatCount(susceptible)} still susceptible`;
  return reproductionNumber < 1
    ? `; when they start, ${each}, so the outbreak shrinks`
    : `; when they start, ${each}, so the outbreak still grows`;
}

function wall({ contactRatePerSecond, delaySeconds, sufficientHoneypots }: OutbreakNumbers): string {
  if (contactRatePerSecond === null || sufficientHoneypots !== null) return '';
  return (
    ` With ${formatDuration(delaySeconds)} from contact to immunization no number of honeypots stops it: the wall is ` +
    `1/β = ${formatDuration(1 / contactRatePerSecond)}.`
  );
}

function spread(result: SimulationResult): string {
  const ever = spreadOf(result, 'everInfectedFraction');
  const extinct = extinctProbabilityOf(result);
  const range =
    ever?.q05 === null || ever?.q05 === undefined || ever.q95 === null
      ? ''
      : `, 90% of which end with ${percent(ever.q05)} to ${percent(ever.q95)} ever infected`;
  const extinction =
    extinct === null || extinct === 0 || extinct === 1
      ? ''
      : ` No host is infected any more at the end of ${percent(extinct)} of the runs.`;
  return `Means of ${formatCount(result.runs)} runs${range}.${extinction}`;
}

function endedEarly(result: SimulationResult): string {
  if (result.partial !== true) return '';
  const reached = result.series.time.at(-1) ?? 0;
  const { durationSeconds } = result.scenario;
  // Of an ensemble whole runs are missing, of a single run its end.
  return reached < durationSeconds
    ? `Ended early, after ${formatDuration(reached)} of ${formatDuration(durationSeconds)}.`
    : 'Ended early: runs are missing.';
}

function everOf(result: SimulationResult): number {
  return figureOf(result, 'everInfectedFraction') ?? 0;
}
