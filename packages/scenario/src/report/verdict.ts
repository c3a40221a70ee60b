/** What a result means, in one sentence that keeps active and ever infected apart. */
import { formatCount, formatDuration, formatPercent } from '@wormwood/base';
import { statedHoneypots, vulnerableOf } from '../figure/result-series.ts';
import type { SimulationResult } from '../result.ts';
import { figureOf } from './summary-figures.ts';

/** A worm is stopped when it infects no more than this fraction of hosts beyond those that were infected at the start. */
const STOPPED_GROWTH_FRACTION = 0.01;

/** Returns one or two sentences: what the honeypots achieve, the peak, the ever infected, and why. */
export function verdict(result: SimulationResult): string {
  const vulnerable = vulnerableOf(result);
  const peak = (figureOf(result, 'peakInfected') ?? 0) / vulnerable;
  const ever = figureOf(result, 'everInfectedFraction') ?? 0;
  const honeypots = statedHoneypots(result).filter(({ count, success }) => count > 0 && success > 0);
  const peakAndEver = `at most ${percent(peak)} of the hosts are infected at one time, ${percent(ever)} at some time`;
  if (honeypots.length === 0) return `Without honeypots, ${peakAndEver}.`;

  const atStart = figureOf(result, 'reproductionNumberAtStart');
  const subject = describeHoneypots(honeypots);
  if (atStart === null)
    return `${subject} come too late: the outbreak is over or the run ends before they start; ${peakAndEver}.`;
  const number = Number(atStart.toPrecision(3));
  // Before they start, honeypots can prevent nothing: what they achieve is measured from then on.
  const susceptible = susceptibleAtStart(result, atStart, honeypots);
  const infectedLater = Math.max(0, ever - (1 - susceptible / vulnerable));
  if (infectedLater <= STOPPED_GROWTH_FRACTION && susceptible / vulnerable < STOPPED_GROWTH_FRACTION) {
    return `${subject} come too late: ${percent(1 - susceptible / vulnerable)} of the hosts are infected before they start; ${peakAndEver}.`;
  }
  if (atStart >= 1) {
    return (
      `${subject} slow this worm and do not stop it: each infected host still meets ${number} susceptible hosts before ` +
      `its first honeypot; ${peakAndEver}.`
    );
  }
  return (
    `${subject} stop this worm: each infected host meets ${number} susceptible hosts before its first honeypot, so the ` +
    `outbreak shrinks from then on; ${peakAndEver}.`
  );
}

type Honeypots = ReturnType<typeof statedHoneypots>;

function susceptibleAtStart(result: SimulationResult, atStart: number, honeypots: Honeypots): number {
  // The summary's figure is S(T) over the effective honeypots that have started first.
  const first = Math.min(...honeypots.map(({ startSeconds }) => startSeconds ?? Number.POSITIVE_INFINITY));
  const started = honeypots.filter(({ startSeconds }) => !Number.isFinite(first) || startSeconds === first);
  const effective = started.reduce((sum, { count, success }) => sum + count * success, 0);
  return Math.min(vulnerableOf(result), atStart * effective);
}

function describeHoneypots(honeypots: Honeypots): string {
  const count = formatCount(honeypots.reduce((sum, group) => sum + group.count, 0));
  const starts = [...new Set(honeypots.map(({ startSeconds }) => startSeconds))];
  const [start] = starts;
  if (starts.length > 1 || start === undefined) return `${count} honeypots`;
  if (start === null) return `${count} honeypots that detect the worm themselves`;
  return start === 0
    ? `${count} honeypots from the start`
    : `${count} honeypots after ${formatDuration(start)}`;
}

/** Three significant digits, but never 100 % for what is less. */
function percent(fraction: number): string {
  const rounded = Number(fraction.toPrecision(3));
  return formatPercent(rounded === 1 ? fraction : rounded);
}
