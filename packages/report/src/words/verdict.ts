/** The verdict on a result in a few sentences that keep active and ever infected hosts apart. */
import { enumerated, formatCount, formatDuration } from '@wormwood/base';
import { stageError } from '@wormwood/epidemic';
import { toOutbreak } from '@wormwood/files/scenario';
import { curveOf, startSecondsOf, valueAt } from '../result/result-series.ts';
import type { SimulationResult } from '../result/result.ts';
import {
  honeypotStartNumbers,
  type HoneypotStartNumbers,
  outbreakNumbers,
  type OutbreakNumbers,
} from '../result/outbreak-numbers.ts';
import { extinctProbabilityOf, figureOf, spreadOf } from '../result/summary-figures.ts';
import {
  comparedWithOne,
  honeypotsInWords,
  hostCount,
  hostRange,
  hostsInWords,
  isCounted,
  otherDefenses,
  percent,
  ratio,
} from './wording.ts';

/** Honeypots that start with fewer susceptible hosts left than this fraction of N protect almost no host. */
const TOO_LATE_FRACTION = 0.1;
/** An outbreak is small that has ended with fewer hosts ever infected than this fraction of N. */
const SMALL_FRACTION = 0.1;
/** It has ended when so late a part of the run added less than this fraction of its hosts. */
const LAST_PART = 0.1;
const ENDED_FRACTION = 0.01;

/**
 * Returns in sentences whether the defenses stop the worm, the peak and the ever infected hosts, the numbers that decide, and
 * the engine. For an ensemble the figures are means, followed by the spread of the runs; few hosts are counted.
 */
export function verdict(result: SimulationResult): string {
  const numbers = outbreakNumbers(result);
  return [`${outcome(result, numbers)}.`, reason(result, numbers), computedBy(result), endedEarly(result)]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function outcome(result: SimulationResult, numbers: OutbreakNumbers): string {
  const figures = peakAndEver(result, numbers);
  const others = otherDefenses(result);
  const subject = numbers.groups.length === 0 ? null : honeypotsInWords(numbers.groups);
  if (others.length > 0) {
    return `With ${enumerated(subject === null ? others : [subject, ...others])}, ${figures}`;
  }
  if (subject === null)
    return isSmall(result)
      ? `Without honeypots, ${figures}`
      : `Without honeypots nothing stops this worm: ${figures}`;
  const one = numbers.honeypots === 1;
  const theyStart = one ? 'it starts' : 'they start';
  if (figureOf(result, 'reproductionNumberAtStart') === null) {
    // Without a number for it, honeypots at a set time start all the same.
    if (numbers.groups.some((group) => (startSecondsOf(group) ?? Infinity) <= endSecondsOf(result))) {
      return `Against ${subject}, ${figures}`;
    }
    const last = formatDuration(endSecondsOf(result));
    return `${subject} ${one ? 'does' : 'do'} not start within the ${last} simulated: ${figures}`;
  }
  const start = honeypotStartNumbers(result, numbers);
  if (start === null) return `Against ${subject}, ${figures}`;
  const before = 1 - start.susceptibleFraction;
  if (start.susceptibleFraction < TOO_LATE_FRACTION) {
    return (
      `${subject} ${one ? 'comes' : 'come'} too late: ${percent(before)} of the hosts are infected before ${theyStart}, ` +
      `${percent(everOf(result))} at some time`
    );
  }
  if (comparedWithOne(start.reproductionNumber) >= 0) {
    return isSmall(result)
      ? `${subject} ${one ? 'keeps' : 'keep'} this worm small, though it can still grow: ${figures}`
      : `${subject} ${one ? 'does' : 'do'} not stop this worm from growing: ${figures}`;
  }
  const already = before > TOO_LATE_FRACTION ? `, ${percent(before)} already before ${theyStart}` : '';
  return `${subject} ${one ? 'stops' : 'stop'} this worm from growing: ${figures}${already}`;
}

/** Returns whether few hosts are ever infected, and the end of the run does not cut the outbreak off. */
function isSmall(result: SimulationResult): boolean {
  if (everOf(result) >= SMALL_FRACTION) return false;
  const ever = curveOf(result, 'everInfected');
  const end = endSecondsOf(result);
  const added = valueAt(ever, end) - valueAt(ever, (1 - LAST_PART) * end);
  return added <= ENDED_FRACTION * (figureOf(result, 'everInfected') ?? 0);
}

function peakAndEver(result: SimulationResult, { vulnerable }: OutbreakNumbers): string {
  const peak = figureOf(result, 'peakInfected') ?? 0;
  const ever = figureOf(result, 'everInfected') ?? 0;
  const infected = `${subjectOf(ever, vulnerable)} infected`;
  const peakText = hostsInWords(peak, vulnerable);
  // Without immunization, both are the same.
  const isOne = Math.abs(ever - peak) < 1e-6 * vulnerable;
  const spread = everSpread(result);
  if (spread !== null)
    return `${infected}${isOne ? '' : ' at some time'} ${spread}${isOne ? '' : `; ${peakText} at the peak`}`;
  if (isOne) return `${infected}${within(result)}`;
  return `the peak is ${peakText}${ever > 2 * peak ? ', yet' : ', and'} ${infected} at some time`;
}

/** Returns `57.3% of the hosts are`, or `11 of the 2,000 hosts are`. */
function subjectOf(hosts: number, vulnerable: number): string {
  if (!isCounted(hosts, vulnerable) || hosts >= vulnerable)
    return `${percent(hosts / vulnerable)} of the hosts are`;
  const count = hostCount(hosts);
  return `${count} of the ${formatCount(vulnerable)} hosts ${count === '1' ? 'is' : 'are'}`;
}

/** Returns how the ever infected differ over the runs; null for one run. */
function everSpread(result: SimulationResult): string | null {
  const spread = spreadOf(result, 'everInfected');
  const { vulnerable } = result.scenario.population;
  const { mean = null, q05 = null, q50 = null, q95 = null, sd = null } = spread ?? {};
  if (sd === 0) return 'in each run';
  if (mean === null || q05 === null || q50 === null || q95 === null) return null;
  const isSkewed = mean > 2 * q50 || q50 > 2 * mean;
  const middle = isSkewed ? `, at most ${hostRange([q50, q50], vulnerable, mean)} in half of them` : '';
  return `on average, ${hostRange([q05, q95], vulnerable, mean)} in nine of ten runs${middle}`;
}

/** Adds the simulated time if it ends before all hosts are infected. */
function within(result: SimulationResult): string {
  return everOf(result) < 0.999 ? ` within ${formatDuration(endSecondsOf(result))}` : '';
}

function endSecondsOf(result: SimulationResult): number {
  return result.series.time.at(-1) ?? 0;
}

function reason(result: SimulationResult, numbers: OutbreakNumbers): string {
  const basic = figureOf(result, 'basicReproductionNumber');
  if (numbers.groups.length === 0 || basic === null) return '';
  // The formula counts honeypots alone, and the other defenses may do what they do not.
  if (otherDefenses(result).length > 0) return '';
  const start = honeypotStartNumbers(result, numbers);
  // If they start at once, R0 says it all; if they start too late, this number hardly matters.
  const isRelevant = start !== null && start.susceptibleFraction >= TOO_LATE_FRACTION && startsLater(numbers);
  const formula = numbers.scansPlainly ? `${formulaOf(numbers)} = ` : '';
  const whole = `R0 = ${formula}${ratio(basic)}${sideOfOne(basic)}`;
  const theyStart = numbers.honeypots === 1 ? 'it starts' : 'they start';
  const then = isRelevant ? `; when ${theyStart}, ${afterStart(start)}` : '';
  return `${whole}${then}.${numbers.scansPlainly ? wall(numbers) : ''}`;
}

function startsLater({ groups }: OutbreakNumbers): boolean {
  return groups.some((group) => startSecondsOf(group) !== 0);
}

/** N/h in the simplest form that is true: success and delay appear where they matter. */
function formulaOf({ honeypots, effectiveHoneypots, delaySeconds }: OutbreakNumbers): string {
  const divisor = effectiveHoneypots < honeypots ? 'N/(h p)' : 'N/h';
  return delaySeconds > 0 ? `${divisor} + βδ` : divisor;
}

function sideOfOne(value: number): string {
  return [' < 1', '', ' > 1'][comparedWithOne(value) + 1]!;
}

function afterStart({ susceptible, reproductionNumber }: HoneypotStartNumbers): string {
  const each = `each infected host infects ${ratio(reproductionNumber)} of the ${formatCount(susceptible)} still susceptible`;
  return comparedWithOne(reproductionNumber) < 0
    ? `${each}, so the outbreak shrinks`
    : `${each}, so the outbreak still grows`;
}

function wall({ contactRatePerSecond, delaySeconds, sufficientHoneypots }: OutbreakNumbers): string {
  if (contactRatePerSecond === null || sufficientHoneypots !== null) return '';
  return (
    ` With ${formatDuration(delaySeconds)} from contact to immunization no number of honeypots keeps it from growing: the ` +
    `wall is 1/β = ${formatDuration(1 / contactRatePerSecond)}.`
  );
}

/** Names the engine, and says of an ensemble in how many runs the worm died out. */
function computedBy(result: SimulationResult): string {
  const { engine, runs } = result;
  if (runs === 1) return engine === 'ode' ? byMeanField(result) : `One run of the engine ${engine}.`;
  const extinct = extinctProbabilityOf(result);
  const extinction =
    extinct === null || extinct === 0 || extinct === 1
      ? ''
      : ` No host is infected any more at the end of ${percent(extinct)} of the runs.`;
  return `By ${formatCount(runs)} runs of the engine ${engine}.${extinction}`;
}

/** Says also how far the mean field is off, where it does not take times as they are. */
function byMeanField({ scenario }: SimulationResult): string {
  const error = stageError(toOutbreak(scenario));
  if (error === null) return 'By the mean field, engine ode.';
  const { stages, everInfected } = error;
  if (everInfected === null) {
    return (
      'By the mean field, engine ode, which takes times that spread widely for exponential ones; hosts follows them as ' +
      'they are.'
    );
  }
  const off = hostsInWords(Math.max(1, everInfected), scenario.population.vulnerable);
  return (
    `By the mean field, engine ode, which takes times as up to ${stages} exponential stages: hosts ever infected are off by ` +
    `about ${off}.`
  );
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
